"""The words a person wrote for an amicable letter: what cannot be printed, or should not."""

from relance.rules import postal, texts, variables
from relance.services.amicable_text import Words

MAX_OBJECT = 200  # characters
MAX_BODY = 10_000
MAX_LINES = 300  # a thousand take seconds to lay out, and letters are laid out one at a time


def errors_of(words: Words) -> dict[str, str]:
    """By field (object, body): no words, too many, a brace that nobody would fill, another letter's heading."""
    errors = {}
    if not words.object:
        errors["object"] = "Indiquez l'objet de la lettre."
    elif len(words.object) > MAX_OBJECT:
        errors["object"] = f"Raccourcissez l'objet : {MAX_OBJECT} caractères au plus."
    elif postal.names_a_notice(words.object):
        errors["object"] = (
            "Une relance amiable ne porte pas « mise en demeure » en objet : préparez une mise en demeure."
        )
    known = {variable.name for variable in variables.ALL}
    alone = {line.strip() for line in words.body.split("\n")} & {postal.TABLE, postal.PAYMENT}
    written = [line for line in words.body.split("\n") if line.strip() not in (postal.TABLE, postal.PAYMENT)]
    left = [name for name in texts.names("\n".join([words.object, *written])) if name in known]
    if not any(line.strip() for line in written):
        errors["body"] = "Écrivez le texte de la lettre."
    elif len(words.body) > MAX_BODY:
        errors["body"] = f"Raccourcissez le texte : {MAX_BODY} caractères au plus."
    elif words.body.count("\n") >= MAX_LINES:
        errors["body"] = f"Raccourcissez le texte : {MAX_LINES} lignes au plus."
    elif left:
        name = f"{{{left[0]}}}"
        errors["body"] = (
            f"Laissez {name} seul sur sa ligne."
            if name in (postal.TABLE, postal.PAYMENT)
            else f"Remplacez {name} par sa valeur : les variables ne servent que dans les modèles."
        )
    elif any(words.body.count(token) > 1 for token in alone):
        errors["body"] = f"Gardez {postal.TABLE} et {postal.PAYMENT} une seule fois chacun."
    return errors
