"""The aged balance: what each client owes, by how long it has been due, and what is at its credit.

As on the dashboard, an invoice counts whole at the age of its oldest instalment with something left. Currencies are
never added together. Amounts are cents.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import Case, Expression, fn

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.holds import Dispute
from relance.models.invoices import Invoice
from relance.services.summarising import late_between

PER_PAGE = 50


@dataclass(frozen=True)
class Sums:
    """What is owed in one currency. ``buckets``: not due, 1–30, 31–60, 61–90 and over 90 days late.

    ``disputed_cents`` is the part of the total that is contested; ``credit_cents`` is apart from it.
    """

    currency: str
    count: int
    buckets: tuple[int, ...]
    disputed_cents: int
    credit_cents: int

    @property
    def total_cents(self) -> int:
        """All that is left to pay, late or not."""
        return sum(self.buckets)

    @property
    def late_cents(self) -> int:
        """What is left on invoices whose date has passed."""
        return sum(self.buckets[1:])


@dataclass(frozen=True)
class Line:
    """One client in one currency."""

    client_id: int
    client_name: str
    sums: Sums


@dataclass(frozen=True)
class Total:
    """Every client in one currency: how many lines, and their sums."""

    clients: int
    sums: Sums


def totals(account: Account, today: dt.date) -> list[Total]:
    """One total per currency, the euro first. ``today`` is the account's. One query."""
    query: Any = (
        Invoice.select(Invoice.currency, fn.COUNT(Invoice.client.distinct()), *_sums(account, today))
        .where(_counts(account))
        .group_by(Invoice.currency)
        .order_by(_euro_first(), Invoice.currency)
        .tuples()
    )
    return [Total(int(clients), _read(currency, numbers)) for currency, clients, *numbers in query]


def page(account: Account, today: dt.date, number: int) -> list[Line]:
    """The PER_PAGE lines of a page (from 1), by currency, then the largest amount late first. One query."""
    return _lines(_query(account, today).paginate(number, PER_PAGE))


def every(account: Account, today: dt.date) -> list[Line]:
    """All lines, in the order of the pages. One query."""
    return _lines(_query(account, today))


def _query(account: Account, today: dt.date) -> Any:
    return (
        Invoice.select(Client.id, Client.name, Invoice.currency, *_sums(account, today))
        .join(Client)
        .where(_counts(account))
        .group_by(Client.id, Client.name, Invoice.currency)
        .order_by(
            _euro_first(),
            Invoice.currency,
            _owed_if(Invoice.next_due_on < today).desc(),
            fn.SUM(Invoice.balance_cents).desc(),
            Client.name,
            Client.id,
        )
        .tuples()
    )


def _lines(query: Any) -> list[Line]:
    return [Line(client_id, name, _read(currency, numbers)) for client_id, name, currency, *numbers in query]


def _counts(account: Account) -> Any:
    """What is owed, or at the client's credit."""
    is_owed = (Invoice.state == "sent") & (Invoice.balance_cents > 0)
    is_credit = Invoice.state.in_(("sent", "paid")) & (Invoice.excess_cents > 0)
    return (Invoice.account == account) & (is_owed | is_credit)


def _owed_if(condition: Any) -> Any:
    return fn.SUM(Case(None, [((Invoice.state == "sent") & condition, Invoice.balance_cents)], 0))


def _sums(account: Account, today: dt.date) -> list[Expression]:
    disputed = Dispute.select(Dispute.invoice).where(Dispute.account == account, Dispute.ended_at.is_null())
    is_owed = (Invoice.state == "sent") & (Invoice.balance_cents > 0)
    return [
        fn.SUM(Case(None, [(is_owed, 1)], 0)),
        _owed_if(Invoice.next_due_on >= today),
        _owed_if(late_between(today, 1, 30)),
        _owed_if(late_between(today, 31, 60)),
        _owed_if(late_between(today, 61, 90)),
        _owed_if(Invoice.next_due_on < today - dt.timedelta(90)),
        _owed_if(Invoice.id.in_(disputed)),
        fn.SUM(Invoice.excess_cents),
    ]


def _read(currency: str, numbers: list[Any]) -> Sums:
    count, *buckets, disputed, credit = (int(number) for number in numbers)
    return Sums(currency, count, tuple(buckets), disputed, credit)


def _euro_first() -> Any:
    return Case(None, [(Invoice.currency == "EUR", 0)], 1)
