"""The text of a reminder e-mail, as it reads on paper.

A letter says what the e-mail says. Only what speaks of the e-mail itself changes: the greeting, how to
answer, the attachment, the leave. Sentences are looked for as they were delivered, so a text that a user
rewrote changes where it kept them, and nowhere else.
"""

import re

from relance.rules.texts import Wording
from relance.rules.wording import french

TABLE, PAYMENT = "{tableau}", "{paiement}"  # what stands, alone on its line, for the table and the bank details
ENCLOSED = "piece_jointe_au_courrier"  # our own variable: « la facture jointe à ce courrier », or nothing
GREETING = {"fr": "Madame, Monsieur,", "en": "Dear Sir or Madam,"}
LEAVE = {"fr": "Veuillez agréer, Madame, Monsieur, mes salutations distinguées.", "en": "Yours faithfully,"}

_REACH = "mes coordonnées sont en tête de ce courrier"
_REACH_EN = "my contact details are at the head of this letter"
_SENTENCES: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (
        ("Vous retrouverez {piece_jointe} en pièce jointe.", f"Vous trouverez {{{ENCLOSED}}}."),
        ("Répondez simplement à ce message.", f"{_REACH.capitalize()}."),
        ("dites-le-moi en répondant à ce message.", f"dites-le-moi : {_REACH}."),
        ("dites-le-moi simplement en répondant à ce message.", f"dites-le-moi simplement : {_REACH}."),
        ("proposez-moi un échéancier en répondant à ce message.", f"proposez-moi un échéancier : {_REACH}."),
        ("ne pas tenir compte de ce message", "ne pas tenir compte de ce courrier"),
        ("ne tenez pas compte de ce message", "ne tenez pas compte de ce courrier"),
    ),
    "en": (
        ("You will find {piece_jointe} attached.", f"You will find {{{ENCLOSED}}}."),
        ("just reply to this message.", f"{_REACH_EN}."),
        ("please tell me by replying to this message.", f"please let me know: {_REACH_EN}."),
        ("simply tell me by replying to this message.", f"simply let me know: {_REACH_EN}."),
        ("please suggest instalments by replying to this message.", f"please suggest instalments: {_REACH_EN}."),
        ("please disregard this message", "please disregard this letter"),
    ),
}
_LEAVES = {
    "fr": ("Merci et bonne journée,", "Bonne journée,", "Bien à vous,", "Cordialement,"),
    "en": ("Thank you and best regards,", "Best regards,", "Kind regards,"),
}
# The heading of an amicable letter never bears the words of a formal notice, even to announce one.
_ANNOUNCED = {"fr": re.compile(r"\s+avant (?:une )?mise en demeure\b"), "en": re.compile(r"\s+before formal notice\b")}
_NOTICE = re.compile(r"\bmises? en demeure\b|\bformal notice\b", re.IGNORECASE)
_OF_AN_EMAIL = re.compile(
    r"\bce message\b|\bcet e-?mail\b|\bce mail\b|\bpièces? jointes?\b|\ben répondant\b|\bcliqu\w+|"
    r"\bthis (?:message|e-?mail)\b|\battached\b|\breply(?:ing)? to\b|\bclick\w*",
    re.IGNORECASE,
)
_COMMON = ("Facture", "Factures", "Échéance", "Échéances", "Dernier", "Rappel", "Relance")


def on_paper(wording: Wording, language: str) -> Wording:
    """The wording of an e-mail with its postal sentences. ``language``: fr or en."""
    subject, body = _ANNOUNCED[language].sub("", wording.subject), wording.body
    for written, printed in _SENTENCES[language]:
        body = body.replace(_typeset(written, language), _typeset(printed, language))
    leaves = {_typeset(leave, language) for leave in _LEAVES[language]}
    lines = [LEAVE[language] if line.strip() in leaves else line for line in body.split("\n")]
    return Wording(subject, "\n".join(lines))


def heading(subject: str, language: str) -> str:
    """A subject as it follows « Objet : »: its first word in lower case when it is an ordinary one."""
    first = subject.split(" ", 1)[0].rstrip(",")
    is_common = language == "fr" and first in _COMMON
    return subject[:1].lower() + subject[1:] if is_common else subject


def names_a_notice(words: str) -> bool:
    """True for words that call the letter a formal notice, which it is not."""
    return bool(_NOTICE.search(words))


def words_of_an_email(body: str) -> tuple[str, ...]:
    """The words that make no sense on paper, as they are written, once each."""
    return tuple(dict.fromkeys(match[0] for match in _OF_AN_EMAIL.finditer(body)))


def completed(body: str) -> str:
    """The body with its table, then its bank details, before the paragraph that takes leave when it had neither."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", body) if part.strip()]
    if not _holds(paragraphs, PAYMENT):
        paragraphs.insert(max(len(paragraphs) - 1, 0), PAYMENT)
    if not _holds(paragraphs, TABLE):
        place = next(n for n, part in enumerate(paragraphs) if PAYMENT in part.split("\n"))
        is_announced = place > 0 and paragraphs[place - 1].endswith(":")
        paragraphs.insert(place - is_announced, TABLE)
    return "\n\n".join(paragraphs)


def _holds(paragraphs: list[str], token: str) -> bool:
    return any(token in part.split("\n") for part in paragraphs)


def _typeset(words: str, language: str) -> str:
    return french(words) if language == "fr" else words
