"""What is stored of payment plans, and what came in on their invoices since they were agreed."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from peewee import fn

from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.models.payments import Payment
from relance.rules.payment_plans import Part


def eligible(client: Client) -> list[Invoice]:
    """The invoices of this client that a plan may hold, the oldest first: owed, late or not."""
    return list(
        Invoice.select()
        .where(Invoice.client == client, Invoice.state == "sent", Invoice.kind != "credit_note")
        .where(Invoice.balance_cents > 0)
        .order_by(Invoice.next_due_on, Invoice.id)
    )


def of_client_read(client: Client) -> Any:
    """The query of ``of_client``."""
    return PaymentPlan.select().where(PaymentPlan.client == client).order_by(PaymentPlan.id.desc())


def of_client(client: Client) -> list[PaymentPlan]:
    """The plans of a client, the newest first."""
    return list(of_client_read(client))


def of_invoice(invoice: Invoice) -> PaymentPlan | None:
    """The open plan that holds this invoice, or None."""
    found: PaymentPlan | None = (
        PaymentPlan.select()
        .join(PlanInvoice)
        .where(PlanInvoice.invoice == invoice, PaymentPlan.state == "open")
        .order_by(PaymentPlan.id.desc())
        .first()
    )
    return found


def parts_of(plan: PaymentPlan) -> list[PlanPart]:
    """Its parts, by date."""
    return list(PlanPart.select().where(PlanPart.plan == plan).order_by(PlanPart.due_on, PlanPart.id))


def invoices_of(plan: PaymentPlan) -> list[Invoice]:
    """Its invoices, the oldest first."""
    query = Invoice.select().join(PlanInvoice).where(PlanInvoice.plan == plan)
    return list(query.order_by(Invoice.due_on, Invoice.id))


def received_cents(plan: PaymentPlan, invoices: Iterable[Invoice]) -> int:
    """What came in on its invoices since it was agreed, credit notes included; what is no longer asked counts."""
    return settled_cents(invoices) - plan.baseline_cents


def as_part(row: PlanPart) -> Part:
    """The row as the rules know it."""
    return Part(row.due_on, row.amount_cents)


def settled_cents(invoices: Iterable[Invoice]) -> int:
    """What these invoices no longer ask: payments and credit notes, or all of one that nobody owes any more."""
    return sum(invoice.total_cents - (invoice.balance_cents if invoice.state == "sent" else 0) for invoice in invoices)


def received_by(plan: PaymentPlan, invoices: Iterable[Invoice]) -> Callable[[dt.date], int]:
    """What had come in by the end of a day, whenever it was written down; credit notes count from the first day."""
    rows = list(invoices)
    everything = received_cents(plan, rows)
    payments = list(
        Payment.select(Payment.received_on, fn.SUM(Payment.amount_cents))
        .where(Payment.invoice.in_([invoice.id for invoice in rows]))
        .group_by(Payment.received_on)
        .tuples()
    )
    return lambda day: everything - sum(int(cents) for received_on, cents in payments if received_on > day)


def held_elsewhere(plan: PaymentPlan | None, invoices: Iterable[Invoice]) -> list[Invoice]:
    """Those of these invoices that another open plan holds."""
    rows = list(invoices)
    query = (
        PlanInvoice.select(PlanInvoice.invoice)
        .join(PaymentPlan)
        .where(PlanInvoice.invoice.in_([row.id for row in rows]), PaymentPlan.state == "open")
    )
    if plan is not None:
        query = query.where(PlanInvoice.plan != plan)
    held = {line.invoice_id for line in query}
    return [row for row in rows if row.id in held]


def locked(plan: PaymentPlan) -> PaymentPlan:
    """The plan read again under its client's turn. Call it inside a transaction."""
    plan.client.take_turn()
    fresh: PaymentPlan = PaymentPlan.get_by_id(plan.id)
    return fresh


def tell(
    kind: str, plan: PaymentPlan, invoices: Iterable[Invoice], by: User | None, now: dt.datetime, **facts: object
) -> None:
    """Write what happened to a plan in the history of each of its invoices."""
    facts |= {"plan_id": plan.id, "amount_cents": facts.get("amount_cents", plan.total_cents)}
    for invoice in invoices:
        record(
            kind,
            account=plan.account_id,
            at=now,
            client=plan.client_id,
            invoice=invoice,
            user=by,
            currency=plan.currency,
            **facts,
        )
