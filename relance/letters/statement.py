"""The statement of account: what a client owes at a date, invoice by invoice, on paper.

Amounts are cents of ``StatementFacts.currency``, taxes included; dates are civil days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from relance.letters import pages
from relance.letters.facts import Bank, Received, Sender

STYLESHEET = Path(__file__).with_name("statement.css")


@dataclass(frozen=True)
class Part:
    """An instalment with something left. ``days_late`` is 0 when its date has not passed."""

    due_on: date
    balance_cents: int
    days_late: int


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice with something left, what was received on it, and when the rest was or is due."""

    number: str
    issued_on: date
    total_cents: int
    received: tuple[Received, ...]
    parts: tuple[Part, ...]

    @property
    def received_cents(self) -> int:
        """Payments and credit notes together."""
        return sum(line.amount_cents for line in self.received)

    @property
    def balance_cents(self) -> int:
        """What is left to pay."""
        return sum(part.balance_cents for part in self.parts)


@dataclass(frozen=True)
class Others:
    """Open invoices that are too many to be listed one by one: how many, and their sums."""

    count: int = 0
    amount_cents: int = 0
    balance_cents: int = 0
    late_cents: int = 0


@dataclass(frozen=True)
class Credit:
    """What the client is owed: a credit note that lowers no invoice, or what was paid beyond an invoice."""

    number: str
    on: date
    amount_cents: int
    is_credit_note: bool


@dataclass(frozen=True)
class StatementFacts:
    """The account of one client in one currency on ``dated_on``. ``other_credit_cents``: not in ``credits``."""

    dated_on: date
    currency: str
    sender: Sender
    client_name: str
    recipient: tuple[str, ...]
    invoices: tuple[OpenInvoice, ...]
    credits: tuple[Credit, ...]
    bank: Bank
    others: Others = Others()
    other_credit_cents: int = 0

    @property
    def late_cents(self) -> int:
        """What is left on the instalments whose date has passed."""
        listed = sum(p.balance_cents for invoice in self.invoices for p in invoice.parts if p.days_late)
        return listed + self.others.late_cents

    @property
    def not_due_cents(self) -> int:
        """What is left on the instalments to come."""
        return self.total_cents - self.late_cents

    @property
    def total_cents(self) -> int:
        """What is left on all invoices, before the client's credit."""
        return sum(invoice.balance_cents for invoice in self.invoices) + self.others.balance_cents

    @property
    def credit_cents(self) -> int:
        """The client's credit, which nothing has used yet."""
        return sum(credit.amount_cents for credit in self.credits) + self.other_credit_cents

    @property
    def balance_cents(self) -> int:
        """What is left less the credit; negative when it is the client who is owed."""
        return self.total_cents - self.credit_cents


def page(statements: Sequence[StatementFacts]) -> str:
    """The HTML of one statement: a section for each currency, all of the same client and day."""
    first = statements[0]
    style = Markup("<style>{}</style>").format(Markup(STYLESHEET.read_text(encoding="utf-8")))  # noqa: S704 (ours)
    return pages.render(
        "statement.html",
        statements=statements,
        first=first,
        style=style,
        window_class=pages.window_class(first.recipient),
    )
