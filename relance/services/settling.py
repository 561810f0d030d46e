"""What is derived from the total, the payments and the credit notes: balance, excess, instalments, paid or not.

Only ``settle`` writes it.
"""

from datetime import date, datetime
from typing import Any

from peewee import fn

from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment

CREDIT_STATES = ("sent", "paid")


def settle(invoice: Invoice, now: datetime) -> None:
    """Derive balance, excess, instalments, next due date and the state sent/paid, and save them.

    balance = max(0, total − payments − credit notes that name this invoice); what goes beyond the total
    is ``excess_cents``, the client's credit. Paid means balance ≤ the account's tolerance (cents).
    Payments fill the oldest instalment first. A credit note has no balance: without an invoice to lower,
    its total is the client's credit. Call it inside a transaction that holds the client's turn.
    """
    if invoice.is_credit_note:
        _settle_credit_note(invoice, now)
        return
    received = _received(invoice)
    covered = sum(cents for _, cents in received)
    left = invoice.total_cents - covered
    invoice.balance_cents = max(0, left)
    invoice.excess_cents = max(0, -left)
    tolerance = invoice.account.tolerance_cents
    if invoice.state in ("sent", "paid"):
        invoice.state = "paid" if invoice.balance_cents <= tolerance else "sent"
    is_paid = invoice.state == "paid"
    invoice.paid_on = _settled_on(received, invoice.total_cents - tolerance) if is_paid else None
    invoice.next_due_on = _spread(invoice, covered)
    invoice.updated_at = now
    invoice.save(
        only=[
            Invoice.balance_cents,
            Invoice.excess_cents,
            Invoice.state,
            Invoice.paid_on,
            Invoice.next_due_on,
            Invoice.updated_at,
        ]
    )


def paid_cents(invoice: Invoice) -> int:
    """The sum of the payments of ``invoice``, in cents."""
    return int(Payment.select(fn.COALESCE(fn.SUM(Payment.amount_cents), 0)).where(Payment.invoice == invoice).scalar())


def credit_notes(invoice: Invoice) -> list[Invoice]:
    """The credit notes that count against ``invoice``, oldest first."""
    return list(credit_notes_read(invoice))


def credit_notes_read(invoice: Invoice) -> Any:
    """The query of ``credit_notes``."""
    return (
        Invoice.select()
        .where(Invoice.credited_invoice == invoice, Invoice.kind == "credit_note", Invoice.state.in_(CREDIT_STATES))
        .order_by(Invoice.issued_on, Invoice.id)
    )


def _settle_credit_note(note: Invoice, now: datetime) -> None:
    note.balance_cents = 0
    counts = note.state in CREDIT_STATES and note.credited_invoice_id is None
    note.excess_cents = note.total_cents if counts else 0
    note.next_due_on = note.due_on
    note.updated_at = now
    note.save(only=[Invoice.balance_cents, Invoice.excess_cents, Invoice.next_due_on, Invoice.updated_at])
    Instalment.update(balance_cents=0).where(Instalment.invoice == note).execute()


def _received(invoice: Invoice) -> list[tuple[date, int]]:
    """Payments and credit notes, as (date, cents), oldest first."""
    lines = [
        (payment.received_on, payment.amount_cents) for payment in Payment.select().where(Payment.invoice == invoice)
    ]
    lines += [(note.issued_on, note.total_cents) for note in credit_notes(invoice)]
    return sorted(lines)


def _settled_on(received: list[tuple[date, int]], needed_cents: int) -> date | None:
    """The day on which what was received reached ``needed_cents``."""
    covered = 0
    for day, cents in received:
        covered += cents
        if covered >= needed_cents:
            return day
    return None


def _spread(invoice: Invoice, covered_cents: int) -> date:
    """Fill the instalments, oldest first; return the date of the oldest with something left (else the last)."""
    rows = list(Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position))
    next_due: date | None = None
    for row in rows:
        used = min(row.amount_cents, covered_cents)
        covered_cents -= used
        if row.balance_cents != row.amount_cents - used:
            row.balance_cents = row.amount_cents - used
            row.save(only=[Instalment.balance_cents])
        if row.balance_cents and next_due is None:
            next_due = row.due_on
    last_due: date = rows[-1].due_on
    return next_due or last_due
