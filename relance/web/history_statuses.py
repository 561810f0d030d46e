"""Sentences of what a platform of electronic invoices said, and of payments reported on it."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web.history_phrases import Facts, amount_of, day_of, fact, plain
from relance.web.status_words import label


def _recorded(kind: str, facts: Facts) -> Markup:
    code, reason = str(facts.get("code") or ""), str(facts.get("reason") or "")
    day = day_of(facts.get("on"))
    if not (code and day):
        return fact("Statut de la plateforme", "noté")
    if reason:
        return fact(
            "Statut de la plateforme",
            ": {statut}, le {date}, motif : {motif}",
            statut=label(code),
            date=day,
            motif=reason,
        )
    return fact("Statut de la plateforme", ": {statut}, le {date}", statut=label(code), date=day)


def _reported(kind: str, facts: Facts) -> Markup:
    amount = amount_of(facts)
    if facts.get("because") == "not_needed":
        return fact("Encaissement noté sans objet", ": {montant}", montant=amount)
    return fact("Encaissement noté comme déclaré", ": {montant}", montant=amount)


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "platform_status_recorded": ("file-check-corner", "client", _recorded),
    "encashment_reported": ("banknote", "", _reported),
    "encashment_reopened": ("undo-2", "", plain("Encaissement de nouveau à déclarer")),
}
