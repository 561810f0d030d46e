"""Until when each invoice can be claimed in court, from its due date, its part payments and its plans."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.models.payments import Payment
from relance.rules import limitation
from relance.services import gathering


def of_invoices(invoices: Iterable[Invoice]) -> dict[int, dt.date]:
    """id of the invoice → the last day to go to court about it (civil day), in one query.

    It runs from the oldest date that is not paid. A part payment starts it again, and so does a payment plan in which
    the client acknowledged the debt in writing (C. civ. 2240); a credit note is ours and does not. An invoice that is
    paid, a draft, and a public body's, whose period is not confirmed, have no day.
    """
    owed = [invoice for invoice in invoices if invoice.state == "sent" and invoice.kind == "invoice"]
    if not owed:
        return {}
    acknowledged: dict[int, list[dt.date]] = defaultdict(list)
    for rows in gathering.read(*reads([invoice.id for invoice in owed])):
        for invoice_id, day in rows:
            acknowledged[invoice_id].append(day)
    found = {}
    for invoice in owed:
        end = limitation.ends_after(invoice.next_due_on, invoice.client.kind, acknowledged[invoice.id])
        if end is not None:
            found[invoice.id] = end
    return found


def reads(invoice_ids: Sequence[int]) -> tuple[Any, Any]:
    """The queries of what acknowledged these invoices' debts: (invoice id, day)."""
    payments = Payment.select(Payment.invoice, Payment.received_on).where(Payment.invoice.in_(list(invoice_ids)))
    plans = (
        PlanInvoice.select(PlanInvoice.invoice, PaymentPlan.agreed_on)
        .join(PaymentPlan)
        .where(PlanInvoice.invoice.in_(list(invoice_ids)), PaymentPlan.is_acknowledged)
    )
    return payments.tuples(), plans.tuples()
