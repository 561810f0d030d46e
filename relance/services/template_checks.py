"""What a text must be to be saved: filled without a brace, one line of subject, a body of a bearable size."""

from relance.mail.mail import encodable, one_line
from relance.rules import texts, variables
from relance.rules.texts import TextError, Wording

MAX_SUBJECT = 200  # characters
MAX_BODY = 60_000  # bytes of UTF-8


class TemplateError(Exception):
    """The template cannot be saved like this: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def tidy(wording: Wording) -> Wording:
    """The text with line ends of a row, no space at the end of a line, no empty line around."""
    lines = wording.body.replace("\r\n", "\n").split("\n")
    return Wording(wording.subject.strip(), "\n".join(line.rstrip(" ") for line in lines).strip("\n"))


def text_errors(category: str, one: Wording, many: Wording) -> dict[str, str]:
    """What is wrong in the texts, by field (subject, body, many_subject, many_body); an empty ``many`` is none."""
    found: dict[str, str] = {}
    for prefix, wording in (("", tidy(one)), ("many_", tidy(many))):
        if prefix and not (wording.subject.strip() or wording.body.strip()):
            continue
        subject, body = _subject_error(category, wording.subject), _body_error(category, wording.body)
        found |= {f"{prefix}subject": subject} if subject else {}
        found |= {f"{prefix}body": body} if body else {}
    return found


def _subject_error(category: str, subject: str) -> str:
    if not subject.strip():
        return "Indiquez l'objet de l'e-mail."
    if len(subject) > MAX_SUBJECT:
        return f"Raccourcissez l'objet : {MAX_SUBJECT} caractères au plus."
    blocks = [name for name in texts.names(subject) if name in variables.BLOCKS]
    if blocks:
        written = f"{{{blocks[0]}}}"
        return f"{written} tient plusieurs lignes : il n’a pas sa place dans l’objet."
    try:
        one_line("L'objet", subject)
        texts.check(subject, variables.names_for(category, in_subject=True))
    except (TextError, ValueError) as error:
        return str(error)
    return ""


def _body_error(category: str, body: str) -> str:
    if not body.strip():
        return "Écrivez le texte de l'e-mail."
    if len(body.encode("utf-8", "replace")) > MAX_BODY:
        return "Raccourcissez le texte : 60 ko au plus."
    try:
        for line in body.split("\n"):
            one_line("Le texte", line.replace("\t", " "))
        encodable("Le texte", body)
        texts.check(body, variables.names_for(category))
    except (TextError, ValueError) as error:
        return str(error)
    return ""
