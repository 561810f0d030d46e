"""Sentences of letters that left: posted, received or not, their proofs, the end of the time they allow."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web import letter_words
from relance.web.history_phrases import Facts, day_of, fact
from relance.web.i18n import _

PROOFS = {"deposit": "preuve de dépôt", "receipt": "preuve de réception"}


def _name(facts: Facts) -> str:
    return letter_words.full_title(str(facts.get("letter_kind") or "formal_notice"), str(facts.get("template") or ""))


def _posted(kind: str, facts: Facts) -> Markup:
    day, number = day_of(facts.get("posted_on")), letter_words.spaced(str(facts.get("tracking_number") or ""))
    mode = letter_words.mode(str(facts.get("mode") or "")).lower()
    if not day or not mode:
        return fact(_name(facts), "postée")
    if facts.get("was_posted_on"):
        return fact(_name(facts), ", dépôt corrigé : postée le {date}, {mode}", date=day, mode=mode)
    if number:
        return fact(_name(facts), "postée le {date}, {mode}, n° {numéro}", date=day, mode=mode, numéro=number)
    return fact(_name(facts), "postée le {date}, {mode}", date=day, mode=mode)


def _received(kind: str, facts: Facts) -> Markup:
    day, deadline = day_of(facts.get("received_on")), day_of(facts.get("deadline_on"))
    before = day_of(facts.get("was_on"))
    if day and before and before != day:
        return fact(
            _name(facts), ", réception corrigée : reçue le {date} (auparavant le {avant})", date=day, avant=before
        )
    if not day:
        return fact(_name(facts), "reçue par le client")
    if not deadline:
        return fact(_name(facts), "reçue le {date}", date=day)
    return fact(_name(facts), "reçue le {date}, délai jusqu'au {fin}", date=day, fin=deadline)


def _came_back(kind: str, facts: Facts) -> Markup:
    day, deadline = day_of(facts.get("presented_on")), day_of(facts.get("deadline_on"))
    words = "non réclamée" if kind == "letter_unclaimed" else "refusée"
    before = day_of(facts.get("was_on"))
    if day and before and before != day:
        return fact(
            _name(facts),
            f", réception corrigée : {words}, présentée le {{date}} (auparavant le {{avant}})",
            date=day,
            avant=before,
        )
    if not day:
        return fact(_name(facts), words)
    if not deadline:
        return fact(_name(facts), f"{words}, présentée le {{date}}", date=day)
    return fact(_name(facts), f"{words}, présentée le {{date}}, délai jusqu'au {{fin}}", date=day, fin=deadline)


def _proof(kind: str, facts: Facts) -> Markup:
    which = _(PROOFS.get(str(facts.get("which") or ""), "preuve"))
    if facts.get("replaces"):
        return fact(_name(facts), ": {preuve} remplacée, {fichier}", preuve=which, fichier=facts.get("file") or "")
    if facts.get("file"):
        return fact(_name(facts), ": {preuve} jointe, {fichier}", preuve=which, fichier=facts["file"])
    return fact(_name(facts), ": preuve jointe")


def _undone(kind: str, facts: Facts) -> Markup:
    if facts.get("what") == "receipt":
        return fact(_name(facts), ": réception annulée, de nouveau postée")
    day = day_of(facts.get("posted_on"))
    if not day:
        return fact(_name(facts), ": dépôt annulé, de nouveau à poster")
    return fact(_name(facts), ": dépôt du {date} annulé, de nouveau à poster", date=day)


def _over(kind: str, facts: Facts) -> Markup:
    if kind == "notice_settled":
        return fact(_name(facts), ": la suite est entre vos mains")
    day = day_of(facts.get("deadline_on"))
    return fact("Délai de la mise en demeure écoulé", "le {date}" if day else "", date=day)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "letter_posted": ("send", "sent", _posted),
    "letter_received": ("mail-open", "client", _received),
    "letter_unclaimed": ("undo-2", "client", _came_back),
    "letter_refused": ("ban", "client", _came_back),
    "letter_proof_added": ("paperclip", "", _proof),
    "letter_posting_undone": ("rotate-ccw", "", _undone),
    "notice_expired": ("clock", "due", _over),
    "notice_settled": ("check", "", _over),
}
