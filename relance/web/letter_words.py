"""What a letter is called, how it left, where it stands: the words of the list, of the dialogs and of the history."""

import re

from relance.mail import delivered
from relance.models.letters import Letter
from relance.web import names
from relance.web.i18n import _

MODES = {
    "lrar_counter": "Recommandé au guichet",
    "lrar_online": "Recommandé en ligne",
    "lre": "Recommandé électronique",
    "simple": "Lettre simple",
    "by_hand": "Remise en main propre",
}
OUTCOMES = {"received": "Reçue", "unclaimed": "Non réclamée", "refused": "Refusée"}
STATES = {
    "draft": "Brouillon",
    "preparing": "En préparation",
    "failed": "Non préparée",
    "ready": "Prête",
    "posted": "Postée",
    **OUTCOMES,
    "abandoned": "Abandonnée",
}
TRACKED = ("lrar_counter", "lrar_online", "simple")  # what the carrier's public page follows
TRACKING_PAGE = "https://www.laposte.fr/outils/suivre-vos-envois?code="
_NUMBER = re.compile(r"[0-9A-Z]{11,15}")


def title(kind: str) -> str:
    """« Mise en demeure », « Relance amiable »."""
    return _("Relance amiable") if kind == "amicable" else _("Mise en demeure")


def full_title(kind: str, template: str) -> str:
    """« Relance amiable, rappel »: with the text it carries, by its own name when a user gave it one."""
    if kind != "amicable" or not template:
        return title(kind)
    name = names.template(template)
    is_delivered = template in delivered.KINDS and name == _(delivered.KINDS[template].name)
    return _("Relance amiable, {modèle}", modèle=name[:1].lower() + name[1:] if is_delivered else name)


def of_task(template: str) -> str:
    """What a sequence asks to validate: the formal notice, the amicable letter, or the one with a given text."""
    if template in ("", "formal_notice", "amicable"):
        return title(template or "formal_notice")
    return full_title("amicable", template)


def mode(key: str) -> str:
    """« Recommandé au guichet »; '' before the posting."""
    return _(MODES[key]) if key in MODES else ""


def outcome(state: str) -> str:
    """« Reçue », « Non réclamée », « Refusée »; '' otherwise."""
    return _(OUTCOMES[state]) if state in OUTCOMES else ""


def state(letter: Letter) -> str:
    """The badge of a letter: a draft, one being printed, one that failed, or how far it went."""
    if letter.error:
        return "failed"
    if letter.state == "draft" and (letter.requested_at is not None or letter.frozen_at is not None):
        return "preparing"
    return letter.state


def is_usual(number: str) -> bool:
    """True for a tracking number of the form that carriers print: 11 to 15 digits and capitals."""
    return _NUMBER.fullmatch(number) is not None


def tracking_url(letter: Letter) -> str:
    """The carrier's public page for this letter; '' when it has none."""
    is_followed = letter.mode in TRACKED and is_usual(letter.tracking_number)
    return f"{TRACKING_PAGE}{letter.tracking_number}" if is_followed else ""


def spaced(number: str) -> str:
    """« 1A 234 567 890 12 »: a tracking number as it is read aloud; one of another form as it is."""
    if not is_usual(number):
        return number
    head, rest = number[:2], number[2:]
    return " ".join([head, *(rest[start : start + 3] for start in range(0, len(rest), 3))])


def state_name(letter: Letter) -> str:
    """Where a letter stands, in words: « Prête », « Postée », « Non préparée »."""
    return _(STATES[state(letter)])
