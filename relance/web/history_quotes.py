"""Sentences of what happens to quotes and to the messages that recall them."""

from collections.abc import Callable

from markupsafe import Markup

from relance.web import names
from relance.web.history_phrases import Facts, amount_of, day_of, fact, people_of, reason_of


def _recorded(kind: str, facts: Facts) -> Markup:
    title = {"quote_created": "Devis enregistré", "quote_changed": "Devis modifié", "quote_deleted": "Devis supprimé"}
    number = str(facts.get("number") or "")
    amount = amount_of(facts, "total_cents")
    return fact(title[kind], ", {numéro}, {montant}", numéro=number, montant=amount) if number else fact(title[kind])


def _answered(kind: str, facts: Facts) -> Markup:
    title = {"quote_accepted": "Devis accepté", "quote_declined": "Devis refusé"}[kind]
    number, day = str(facts.get("number") or ""), day_of(facts.get("on"))
    if not number or not day:
        return fact(title)
    return fact(title, ", {numéro}, le {date}", numéro=number, date=day)


def _reopened(kind: str, facts: Facts) -> Markup:
    return fact("Devis rouvert", ", de nouveau en attente")


def _invoiced(kind: str, facts: Facts) -> Markup:
    invoice, number = str(facts.get("invoice_number") or ""), str(facts.get("number") or "")
    if not invoice:
        return fact("Facture créée", "d'après le devis")
    return fact("Facture créée", ", {facture}, d'après le devis {numéro}", facture=invoice, numéro=number)


def _queued(kind: str, facts: Facts) -> Markup:
    people = people_of(facts)
    name = names.template(str(facts.get("template") or ""))
    return fact(name, "prête à partir, pour {nom}", nom=people) if people else fact(name, "prête à partir")


def _cancelled(kind: str, facts: Facts) -> Markup:
    return fact("Prérelance annulée", ": {raison}", raison=reason_of(facts))


KINDS: dict[str, tuple[str, str, Callable[[str, Facts], Markup]]] = {
    "quote_created": ("file-check-corner", "", _recorded),
    "quote_changed": ("pencil", "", _recorded),
    "quote_accepted": ("circle-check", "client", _answered),
    "quote_declined": ("x", "client", _answered),
    "quote_reopened": ("rotate-ccw", "", _reopened),
    "quote_invoiced": ("receipt-text", "", _invoiced),
    "quote_deleted": ("trash", "", _recorded),
    "nudge_queued": ("mail", "", _queued),
    "nudge_cancelled": ("ban", "", _cancelled),
}
