"""Sentences of signatures and of payment plans."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.history_phrases import Facts, amount_of, day_of, fact, reason_of
from relance.web.i18n import _n


def _signature(kind: str, facts: Facts) -> Markup:
    title = "Signature ajoutée" if kind == "signature_added" else "Signature supprimée"
    name = str(facts.get("name") or "")
    return fact(title, ": {nom}", nom=name) if name else fact(title)


def _agreed(kind: str, facts: Facts) -> Markup:
    count = _n("une échéance", "{n} échéances", int(facts.get("count") or 0))
    first, last = day_of(facts.get("first_on")), day_of(facts.get("last_on"))
    return fact(
        "Échéancier convenu",
        ": {nombre}, {montant}, du {début} au {fin}",
        nombre=count,
        montant=amount_of(facts),
        début=first,
        fin=last,
    )


def _part_kept(kind: str, facts: Facts) -> Markup:
    day = day_of(facts.get("due_on"))
    return fact("Échéance de l'échéancier réglée", ": {montant}, pour le {date}", montant=amount_of(facts), date=day)


def _broken(kind: str, facts: Facts) -> Markup:
    day = day_of(facts.get("due_on"))
    return fact("Échéancier non tenu", ", échéance du {date} non réglée : les relances reprennent", date=day)


def _ended(kind: str, facts: Facts) -> Markup:
    reason = str(facts.get("reason") or "") or reason_of(facts)
    return fact("Échéancier terminé", ": {motif}", motif=reason) if reason else fact("Échéancier terminé")


def _reopened(kind: str, facts: Facts) -> Markup:
    return fact("Échéancier repris", ", prochaine échéance le {date}", date=day_of(facts.get("due_on")))


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "signature_added": ("file-pen-line", "", _signature),
    "signature_removed": ("trash", "", _signature),
    "plan_agreed": ("handshake", "client", _agreed),
    "plan_part_kept": ("handshake", "client", _part_kept),
    "plan_kept": ("handshake", "client", lambda kind, facts: fact("Échéancier tenu")),
    "plan_broken": ("handshake", "due", _broken),
    "plan_ended": ("handshake", "client", _ended),
    "plan_reopened": ("rotate-ccw", "client", _reopened),
}
