"""How clients pay and what each reminder achieves, from the rows that are there: nothing watches anybody.

An invoice counts as paid when money came in: one that a credit note alone settled says nothing. Amounts are cents,
taxes included; currencies are never added together. Days are the account's.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from peewee import fn

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import gathering, outcomes, summarising
from relance.services.outcomes import YEAR, Outcome
from relance.services.summarising import Owed, days_between

DSO_DAYS = 90
MONTHS = 12


@dataclass(frozen=True)
class Delay:
    """How long paid invoices took, in days: from issue, and against the due date (negative: before it)."""

    count: int
    from_issue: int
    from_due: int


@dataclass(frozen=True)
class ClientDelay:
    """The delay of one client over the last year."""

    client_id: int
    client_name: str
    delay: Delay


@dataclass(frozen=True)
class Dso:
    """``days`` is owed ÷ invoiced over DSO_DAYS × DSO_DAYS; None when nothing was invoiced."""

    currency: str
    owed_cents: int
    invoiced_cents: int
    days: int | None


@dataclass(frozen=True)
class Months:
    """What came in each of the last twelve months, the oldest first: (first day, cents)."""

    currency: str
    months: tuple[tuple[dt.date, int], ...]


@dataclass(frozen=True)
class Statistics:
    """All the figures of the page."""

    delay: Delay | None
    clients: tuple[ClientDelay, ...]
    outcome: Outcome
    dso: tuple[Dso, ...]
    collected: tuple[Months, ...]
    owed: tuple[Owed, ...]


def statistics(account: Account, today: dt.date) -> Statistics:
    """The figures on a day of the account; two queries."""
    delays, invoiced, received, owed, *reached = gathering.read(
        _delays(account, today),
        _invoiced(account, today),
        _received(account, today),
        summarising.owed_query(account, today),
        *outcomes.queries(account, today),
    )
    sums = summarising.owed_of(owed)
    return Statistics(
        delay=_overall(delays),
        clients=_clients(delays),
        outcome=outcomes.outcome_of(*reached),
        dso=_dso(sums, invoiced),
        collected=_months(received, today),
        owed=sums,
    )


def rounded(numerator: int, denominator: int) -> int:
    """The nearest whole number, halves upwards."""
    return int((Fraction(numerator, denominator) + Fraction(1, 2)).__floor__())


def _delays(account: Account, today: dt.date) -> Any:
    """(client, name, invoices, days from issue, days from the due date), sums over the invoices paid in a year."""
    return (
        Invoice.select(
            Client.id,
            Client.name,
            fn.COUNT(Invoice.id),
            fn.SUM(days_between(Invoice.issued_on, Invoice.paid_on)),
            fn.SUM(days_between(Invoice.due_on, Invoice.paid_on)),
        )
        .join(Client)
        .where(
            Invoice.account == account,
            Invoice.state == "paid",
            Invoice.kind != "credit_note",
            Invoice.paid_on > today - YEAR,
            Invoice.paid_on <= today,
            outcomes.has_payment(),
        )
        .group_by(Client.id, Client.name)
        .tuples()
    )


def _overall(rows: Sequence[Any]) -> Delay | None:
    count = sum(int(row[2]) for row in rows)
    return _delay(count, sum(int(row[3]) for row in rows), sum(int(row[4]) for row in rows)) if count else None


def _clients(rows: Sequence[Any]) -> tuple[ClientDelay, ...]:
    """The slowest first."""
    found = [ClientDelay(key, name, _delay(int(n), int(issue), int(due))) for key, name, n, issue, due in rows]
    found.sort(key=lambda row: (-row.delay.from_due, -row.delay.from_issue, -row.delay.count, row.client_name))
    return tuple(found)


def _delay(count: int, from_issue: int, from_due: int) -> Delay:
    return Delay(count, rounded(from_issue, count), rounded(from_due, count))


def _invoiced(account: Account, today: dt.date) -> Any:
    return (
        Invoice.select(Invoice.currency, fn.SUM(Invoice.total_cents))
        .where(
            Invoice.account == account,
            Invoice.kind != "credit_note",
            Invoice.state.in_(("sent", "paid", "written_off")),
            Invoice.issued_on > today - dt.timedelta(DSO_DAYS),
            Invoice.issued_on <= today,
        )
        .group_by(Invoice.currency)
        .tuples()
    )


def _dso(sums: Sequence[Owed], invoiced: Sequence[Any]) -> tuple[Dso, ...]:
    by_currency = {currency: int(cents) for currency, cents in invoiced}
    owed = {row.currency: row.total.cents for row in sums}
    found = []
    for currency in [*owed, *sorted(set(by_currency) - set(owed))]:
        left, billed = owed.get(currency, 0), by_currency.get(currency, 0)
        found.append(Dso(currency, left, billed, rounded(left * DSO_DAYS, billed) if billed else None))
    return tuple(found)


def _received(account: Account, today: dt.date) -> Any:
    """(currency, day, cents) of the last twelve months, this one included."""
    return (
        Payment.select(Invoice.currency, Payment.received_on, fn.SUM(Payment.amount_cents))
        .join(Invoice)
        .where(Payment.account == account, Payment.received_on.between(_first_month(today), today))
        .group_by(Invoice.currency, Payment.received_on)
        .tuples()
    )


def _first_month(today: dt.date) -> dt.date:
    months = today.year * 12 + today.month - MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


def _months(rows: Sequence[Any], today: dt.date) -> tuple[Months, ...]:
    start = _first_month(today)
    days = [dt.date(start.year + (start.month - 1 + n) // 12, (start.month - 1 + n) % 12 + 1, 1) for n in range(MONTHS)]
    found: dict[str, dict[dt.date, int]] = {}
    for currency, day, cents in rows:
        months = found.setdefault(currency, dict.fromkeys(days, 0))
        months[day.replace(day=1)] += int(cents)
    ordered = sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return tuple(Months(currency, tuple(months.items())) for currency, months in ordered)
