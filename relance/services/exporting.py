"""What a table of invoices tells of each: values, not words, for whoever writes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from relance.models.invoices import Invoice


@dataclass(frozen=True)
class Line:
    """One invoice. Amounts are cents of ``currency``, those of a credit note negative; dates are local."""

    number: str
    kind: str
    state: str
    client: str
    object: str
    issued_on: date
    due_on: date
    total_cents: int
    balance_cents: int
    currency: str
    paid_on: date | None
    days_late: int


def lines(invoices: Iterable[Invoice], today: date) -> Iterator[Line]:
    """One line for each invoice, made as it is asked for. Each invoice comes with its client loaded."""
    for invoice in invoices:
        is_late = invoice.is_overdue(today)
        yield Line(
            number=invoice.number,
            kind=invoice.kind,
            state=invoice.state,
            client=invoice.client.name,
            object=invoice.object,
            issued_on=invoice.issued_on,
            due_on=invoice.next_due_on,
            total_cents=-invoice.total_cents if invoice.is_credit_note else invoice.total_cents,
            balance_cents=invoice.balance_cents,
            currency=invoice.currency,
            paid_on=invoice.paid_on,
            days_late=(today - invoice.next_due_on).days if is_late else 0,
        )
