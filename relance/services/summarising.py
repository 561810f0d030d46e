"""The figures of the dashboard, computed by the database: one statement, whatever the number of invoices."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import Case, Expression, fn

from relance.db import is_sqlite
from relance.models.accounts import Account
from relance.models.holds import Dispute, Promise
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import gathering

SOON = dt.timedelta(30)
BUCKETS = ("due", "1-30", "31-60", "61-90", "90")  # the ages of services.listing, after what is not late


@dataclass(frozen=True)
class Sum:
    """A number of invoices and what is left to pay on them, in cents. ``disputed``: how many are contested."""

    count: int
    cents: int
    disputed: int = 0


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
    """The figures on a day of the account. Late means today > the oldest open due date. One query."""
    owed, received, delays, promised = gathering.read(
        owed_query(account, today),
        _received(account, today),
        _delays(account, today),
        _promised(account),
    )
    sums = owed_of(owed)
    return Summary(sums, _collected(received, delays), _promises(promised), sum(row.late.disputed for row in sums))


def owed_query(account: Account, today: dt.date) -> Any:
    """What is awaited, a row per currency: read it with ``owed_of``."""
    conditions = [
        Invoice.next_due_on < today,
        (Invoice.next_due_on >= today) & (Invoice.next_due_on <= today + SOON),
        Invoice.next_due_on >= today,
        late_between(today, 1, 30),
        late_between(today, 31, 60),
        late_between(today, 61, 90),
        Invoice.next_due_on < today - dt.timedelta(90),
    ]
    contested = Dispute.select(Dispute.invoice).where(Dispute.account == account, Dispute.ended_at.is_null())
    columns = [fn.SUM(Case(None, [(Invoice.id.in_(contested), 1)], 0))]
    for condition in conditions:
        columns += [
            fn.SUM(Case(None, [(condition, 1)], 0)),
            fn.SUM(Case(None, [(condition, Invoice.balance_cents)], 0)),
            fn.SUM(Case(None, [(condition & Invoice.id.in_(contested), 1)], 0)),
        ]
    return (
        Invoice.select(Invoice.currency, fn.COUNT(Invoice.id), fn.SUM(Invoice.balance_cents), *columns)
        .where(Invoice.account == account, Invoice.state == "sent", Invoice.balance_cents > 0)
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Invoice.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )


def owed_of(rows: Iterable[Any]) -> tuple[Owed, ...]:
    """The rows of ``owed_query``, read."""
    return tuple(_owed_row(currency, [int(number) for number in numbers]) for currency, *numbers in rows)


def _euro_first() -> Any:
    return Case(None, [(Invoice.currency == "EUR", 0)], 1)


def _owed_row(currency: str, numbers: list[int]) -> Owed:
    sums = [Sum(*numbers[n : n + 3]) for n in range(0, len(numbers), 3)]
    total, late, soon, *buckets = sums
    return Owed(currency, total, late, soon, tuple(buckets))


def late_between(today: dt.date, first: int, last: int) -> Expression:
    """Invoices late by ``first`` to ``last`` days, both included."""
    oldest, newest = today - dt.timedelta(last), today - dt.timedelta(first)
    return (Invoice.next_due_on >= oldest) & (Invoice.next_due_on <= newest)


def _promised(account: Account) -> Any:
    """Open promises about what is still owed; never more than what is left."""
    expected = Case(None, [(Promise.amount_cents < Invoice.balance_cents, Promise.amount_cents)], Invoice.balance_cents)
    return (
        Promise.select(Invoice.currency, fn.COUNT(Promise.id), fn.SUM(expected), fn.MIN(Promise.promised_on))
        .join(Invoice)
        .where(Promise.account == account, Promise.state == "open", Invoice.state == "sent", Invoice.balance_cents > 0)
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Promise.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )


def _promises(rows: Iterable[Any]) -> tuple[Promised, ...]:
    return tuple(Promised(currency, int(count), int(cents), day) for currency, count, cents, day in rows)


def _received(account: Account, today: dt.date) -> Any:
    """What came in since the first of the month."""
    return (
        Payment.select(Invoice.currency, fn.COUNT(Payment.invoice.distinct()), fn.SUM(Payment.amount_cents))
        .join(Invoice)
        .where(Payment.account == account, Payment.received_on.between(today.replace(day=1), today))
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Payment.id).desc(), _euro_first(), Invoice.currency)
        .tuples()
    )


def _delays(account: Account, today: dt.date) -> Any:
    """Days from issue to payment of what was paid since the first of the month."""
    return (
        Invoice.select(Invoice.currency, fn.AVG(days_between(Invoice.issued_on, Invoice.paid_on)))
        .where(
            Invoice.account == account,
            Invoice.state == "paid",
            Invoice.kind != "credit_note",
            Invoice.paid_on.between(today.replace(day=1), today),
        )
        .group_by(Invoice.currency)
        .tuples()
    )


def _collected(received: Iterable[Any], delays: Iterable[Any]) -> tuple[Collected, ...]:
    days = {currency: round(float(average)) for currency, average in delays if average is not None}
    return tuple(Collected(currency, int(count), int(cents), days.get(currency)) for currency, count, cents in received)


def days_between(start: Any, end: Any) -> Any:
    """The days between two dates, columns or values, in the words of the current database."""
    if is_sqlite():
        return fn.julianday(end) - fn.julianday(start)
    return end - start
