"""What an invoice's lateness costs its client, from its instalments, payments and credit notes."""

import datetime as dt
from collections.abc import Iterable

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.rules import penalties, rates
from relance.services import letter_receipts, rating, settling


def claim_of(
    invoice: Invoice,
    as_of: dt.date,
    *,
    imputation: str = "principal_first",
) -> penalties.Claim:
    """The invoice as rules.penalties counts it, at the end of a local day.

    By the rates of its account; an individual owes interest from the receipt of the first formal notice.
    """
    account: Account = invoice.account
    client: Client = invoice.client
    dues = Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    payments = Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id)
    notes = settling.credit_notes_read(invoice)
    received = letter_receipts.notice_received_on([invoice.id]) if client.kind == "individual" else {}
    return penalties.Claim(
        dues=tuple(penalties.Due(row.due_on, row.amount_cents) for row in dues),
        as_of=as_of,
        debtor=client.kind,
        movements=(
            *(penalties.Movement(row.received_on, row.amount_cents) for row in payments),
            *(penalties.Movement(row.issued_on, row.total_cents, is_credit_note=True) for row in notes),
        ),
        contractual_rate_bp=rating.contractual_rate(account, client.late_rate_bp, invoice.late_rate_bp),
        notice_received_on=received.get(invoice.id),
        imputation=imputation,
        table=rating.table_of(account),
    )


def interest_of(invoices: Iterable[Invoice], as_of: dt.date) -> int | None:
    """The interest owed on these invoices in cents, or None when a half-year's rate is not known."""
    try:
        return sum(penalties.late_interest(claim_of(invoice, as_of)).due_cents for invoice in invoices)
    except rates.UnknownRate:
        return None
