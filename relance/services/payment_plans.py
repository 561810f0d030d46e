"""Payment plans: agreed with a client, followed payment by payment, kept, broken or ended. Reminders follow them."""

import datetime as dt
from dataclasses import dataclass

from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.rules import payment_plans as rules
from relance.rules.money import format_amount
from relance.rules.payment_plans import Part
from relance.services import chasing, plan_course, plan_rows, promising
from relance.services.plan_course import note_payment, settle_due
from relance.services.plan_rows import eligible, invoices_of, of_client, of_invoice, parts_of, received_cents

__all__ = [
    "PlanError",
    "Terms",
    "agree",
    "eligible",
    "end",
    "invoices_of",
    "note_payment",
    "of_client",
    "of_invoice",
    "parts_of",
    "received_cents",
    "settle_due",
]

MAX_NOTE = 2000  # characters
MAX_REASON = 200


class PlanError(Exception):
    """A plan that cannot be agreed.

    ``errors`` maps a field (invoices, parts, due_on-<n>, amount-<n>, note) to a French sentence.
    """

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Terms:
    """What was agreed. ``is_acknowledged``: the client acknowledged the debt in writing (C. civ. 2240)."""

    invoice_ids: tuple[int, ...]
    parts: tuple[Part, ...]
    note: str = ""
    is_acknowledged: bool = False


def agree(
    client: Client, terms: Terms, *, document: Document | None = None, by: User | None, now: dt.datetime
) -> PaymentPlan:
    """Write down a plan: nothing leaves about its invoices until its first date and the account's grace are over.

    An open promise on them is withdrawn: the plan takes its place. The same terms twice are one plan. PlanError.
    """
    with transaction():
        client.take_turn()
        today = chasing.today_of(client.account, now)
        invoices = _checked_invoices(client, terms)
        if twin := _twin(invoices, terms):
            return twin
        errors = _errors(invoices, terms, today)
        if errors:
            raise PlanError(errors)
        plan: PaymentPlan = PaymentPlan.create(
            account=client.account_id,
            client=client,
            currency=invoices[0].currency,
            total_cents=sum(invoice.balance_cents for invoice in invoices),
            baseline_cents=plan_rows.settled_cents(invoices),
            agreed_on=today,
            is_acknowledged=terms.is_acknowledged,
            note=terms.note.strip(),
            document=document,
            made_by=by,
            made_at=now,
        )
        for invoice in invoices:
            PlanInvoice.create(plan=plan, invoice=invoice)
            promise = promising.open_of(invoice)
            if promise is not None:
                promising.withdraw(promise, by=by, now=now)
        for part in terms.parts:
            PlanPart.create(plan=plan, due_on=part.due_on, amount_cents=part.amount_cents)
        plan_course.hold(plan, invoices, terms.parts[0], by, now)
        facts = {"count": len(terms.parts), "first_on": terms.parts[0].due_on, "last_on": terms.parts[-1].due_on}
        if document is not None:
            facts |= {"file": document.name, "file_sha256": document.sha256}
        plan_rows.tell("plan_agreed", plan, invoices, by, now, **facts)
        return plan


def end(plan: PaymentPlan, *, reason: str = "", by: User | None, now: dt.datetime) -> bool:
    """A person puts an end to it: reminders go on today. False when it was closed already."""
    clean = " ".join(reason.split())[:MAX_REASON]
    with transaction():
        plan = plan_rows.locked(plan)
        if plan.state != "open":
            return False
        plan_course.close(plan, "ended", clean or "by_hand", by, now)
        plan_rows.tell("plan_ended", plan, invoices_of(plan), by, now, reason=clean)
        return True


def _checked_invoices(client: Client, terms: Terms) -> list[Invoice]:
    """The invoices of the terms, read under the client's turn: PlanError unless all may be in one plan."""
    known = {invoice.id: invoice for invoice in eligible(client)}
    wanted = [known[one] for one in dict.fromkeys(terms.invoice_ids) if one in known]
    if not wanted:
        raise PlanError({"invoices": "Choisissez au moins une facture à payer."})
    if len(wanted) < len(set(terms.invoice_ids)):
        raise PlanError({"invoices": "Une de ces factures n'est plus à payer. Vérifiez le choix."})
    if len({invoice.currency for invoice in wanted}) > 1:
        raise PlanError({"invoices": "Un échéancier ne porte que sur une devise. Faites-en un par devise."})
    return sorted(wanted, key=lambda invoice: (invoice.due_on, invoice.id))


def _twin(invoices: list[Invoice], terms: Terms) -> PaymentPlan | None:
    """The open plan that says exactly this: the same form sent twice."""
    plan = of_invoice(invoices[0])
    if plan is None or [row.id for row in invoices_of(plan)] != [row.id for row in invoices]:
        return None
    return plan if [plan_rows.as_part(row) for row in parts_of(plan)] == list(terms.parts) else None


def _errors(invoices: list[Invoice], terms: Terms, today: dt.date) -> dict[str, str]:
    held = plan_rows.held_elsewhere(None, invoices)
    if held:
        return {"invoices": f"La facture {held[0].number} est déjà dans un échéancier. Mettez-y fin d'abord."}
    errors = rules.errors(terms.parts, today)
    if not errors and (gap := rules.gap(terms.parts, sum(invoice.balance_cents for invoice in invoices))):
        errors["parts"] = _gap_words(gap, invoices[0].currency)
    if len(terms.note) > MAX_NOTE:
        errors["note"] = "Raccourcissez cette note : 2 000 caractères au plus."
    return errors


def _gap_words(gap: int, currency: str) -> str:
    amount = format_amount(abs(gap), currency)
    if gap > 0:
        return f"Les montants dépassent le reste dû de {amount}. Corrigez-les."
    return f"Il manque {amount} pour atteindre le reste dû. Corrigez les montants."
