"""The figures of the dashboard, computed by the database: one query per question, whatever the number of invoices."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import Case, Expression, fn

from relance.db import is_sqlite
from relance.models.accounts import Account
from relance.models.holds import Dispute, Promise
from relance.models.invoices import Invoice
from relance.models.payments import Payment

SOON = dt.timedelta(30)
BUCKETS = ("due", "1-30", "31-60", "61-90", "90")  # the ages of services.listing, after what is not late


@dataclass(frozen=True)
class Sum:
    """A number of invoices and what is left to pay on them, in cents."""

    count: int
    cents: int


@dataclass(frozen=True)
class Owed:
    """What is awaited in one currency. ``buckets`` are in the order of BUCKETS; ``soon``: due within 30 days."""

    currency: str
    total: Sum
    late: Sum
    soon: Sum
    buckets: tuple[Sum, ...]


@dataclass(frozen=True)
class Collected:
    """What came in this month in one currency. ``days``: from issue to payment, on average; None without any."""

    currency: str
    count: int
    cents: int
    days: int | None


@dataclass(frozen=True)
class Promised:
    """What clients said they will pay, in one currency, and the next date they gave."""

    currency: str
    count: int
    cents: int
    next_on: dt.date


@dataclass(frozen=True)
class Summary:
    """The account's money, the currency with most invoices first. Currencies are never added together."""

    owed: tuple[Owed, ...]
    collected: tuple[Collected, ...]
    promised: tuple[Promised, ...]
    disputed: int  # late invoices that are contested


def summary(account: Account, today: dt.date) -> Summary:
    """The figures on a day of the account. Late means today > the oldest open due date."""
    return Summary(_owed(account, today), _collected(account, today), _promised(account), _disputed(account, today))


def _owed(account: Account, today: dt.date) -> tuple[Owed, ...]:
    conditions = [
        Invoice.next_due_on < today,
        (Invoice.next_due_on >= today) & (Invoice.next_due_on <= today + SOON),
        Invoice.next_due_on >= today,
        late_between(today, 1, 30),
        late_between(today, 31, 60),
        late_between(today, 61, 90),
        Invoice.next_due_on < today - dt.timedelta(90),
    ]
    columns = []
    for condition in conditions:
        columns += [
            fn.SUM(Case(None, [(condition, 1)], 0)),
            fn.SUM(Case(None, [(condition, Invoice.balance_cents)], 0)),
        ]
    query: Any = (
        Invoice.select(Invoice.currency, fn.COUNT(Invoice.id), fn.SUM(Invoice.balance_cents), *columns)
        .where(Invoice.account == account, Invoice.state == "sent", Invoice.balance_cents > 0)
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Invoice.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )
    return tuple(_owed_row(currency, [int(number) for number in numbers]) for currency, *numbers in query)


def _euro_first() -> Any:
    return Case(None, [(Invoice.currency == "EUR", 0)], 1)


def _owed_row(currency: str, numbers: list[int]) -> Owed:
    sums = [Sum(numbers[n], numbers[n + 1]) for n in range(0, len(numbers), 2)]
    total, late, soon, *buckets = sums
    return Owed(currency, total, late, soon, tuple(buckets))


def late_between(today: dt.date, first: int, last: int) -> Expression:
    """Invoices late by ``first`` to ``last`` days, both included."""
    oldest, newest = today - dt.timedelta(last), today - dt.timedelta(first)
    return (Invoice.next_due_on >= oldest) & (Invoice.next_due_on <= newest)


def _promised(account: Account) -> tuple[Promised, ...]:
    """Open promises about what is still owed; never more than what is left."""
    expected = Case(None, [(Promise.amount_cents < Invoice.balance_cents, Promise.amount_cents)], Invoice.balance_cents)
    query: Any = (
        Promise.select(Invoice.currency, fn.COUNT(Promise.id), fn.SUM(expected), fn.MIN(Promise.promised_on))
        .join(Invoice)
        .where(Promise.account == account, Promise.state == "open", Invoice.state == "sent", Invoice.balance_cents > 0)
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Promise.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )
    return tuple(Promised(currency, int(count), int(cents), _as_date(day)) for currency, count, cents, day in query)


def _as_date(value: Any) -> dt.date:
    """A date out of an aggregate: SQLite gives its text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _disputed(account: Account, today: dt.date) -> int:
    query = (
        Dispute.select(Dispute.invoice)
        .join(Invoice)
        .where(
            Dispute.account == account,
            Dispute.ended_at.is_null(),
            Invoice.state == "sent",
            Invoice.balance_cents > 0,
            Invoice.next_due_on < today,
        )
        .distinct()
    )
    return int(query.count())


def _collected(account: Account, today: dt.date) -> tuple[Collected, ...]:
    start = today.replace(day=1)
    received: Any = (
        Payment.select(Invoice.currency, fn.COUNT(Payment.invoice.distinct()), fn.SUM(Payment.amount_cents))
        .join(Invoice)
        .where(Payment.account == account, Payment.received_on.between(start, today))
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Payment.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )
    delays: Any = (
        Invoice.select(Invoice.currency, fn.AVG(days_between(Invoice.issued_on, Invoice.paid_on)))
        .where(
            Invoice.account == account,
            Invoice.state == "paid",
            Invoice.kind != "credit_note",
            Invoice.paid_on.between(start, today),
        )
        .group_by(Invoice.currency)
        .tuples()
    )
    days = {currency: round(average) for currency, average in delays if average is not None}
    return tuple(Collected(currency, int(count), int(cents), days.get(currency)) for currency, count, cents in received)


def days_between(start: Any, end: Any) -> Any:
    """The days between two dates, columns or values, in the words of the current database."""
    if is_sqlite():
        return fn.julianday(end) - fn.julianday(start)
    return end - start
