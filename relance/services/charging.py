"""What an invoice's lateness costs its client, from its instalments, payments and credit notes."""

import datetime as dt
from collections.abc import Iterable

from relance.models.accounts import Account
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.rules import penalties, rates
from relance.services import settling


def claim_of(
    invoice: Invoice,
    as_of: dt.date,
    *,
    imputation: str = "principal_first",
    notice_received_on: dt.date | None = None,
) -> penalties.Claim:
    """The invoice as rules.penalties counts it, at the end of a local day."""
    account: Account = invoice.account
    dues = Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    payments = Payment.select().where(Payment.invoice == invoice).order_by(Payment.received_on, Payment.id)
    notes = settling.credit_notes_read(invoice)
    rate = invoice.late_rate_bp if invoice.late_rate_bp is not None else account.late_rate_bp
    return penalties.Claim(
        dues=tuple(penalties.Due(row.due_on, row.amount_cents) for row in dues),
        as_of=as_of,
        debtor=invoice.client.kind,
        movements=(
            *(penalties.Movement(row.received_on, row.amount_cents) for row in payments),
            *(penalties.Movement(row.issued_on, row.total_cents, is_credit_note=True) for row in notes),
        ),
        contractual_rate_bp=rate,
        notice_received_on=notice_received_on,
        imputation=imputation,
    )


def interest_of(invoices: Iterable[Invoice], as_of: dt.date) -> int | None:
    """The interest owed on these invoices in cents, or None when a half-year's rate is not known."""
    try:
        return sum(penalties.late_interest(claim_of(invoice, as_of)).due_cents for invoice in invoices)
    except rates.UnknownRate:
        return None
