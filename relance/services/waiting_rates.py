"""« À traiter »: a half-year without rates, told six weeks before to whom counts interest.

Whoever has nothing late and claims no penalties in e-mails has no use for it, and is not told.
"""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

from peewee import SQL, Case, Value, fn

from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.models.legal_rates import LegalRate
from relance.rules import rates
from relance.rules.calendar import local_date
from relance.services.conditions import is_owed

NOTICE = dt.timedelta(weeks=6)


def told(account: Account, now: dt.datetime) -> Any:
    """The query of one row, the half-year whose rates are wanting (« 2027-1 »); of none when nothing is to be told."""
    today = local_date(now, account.time_zone)
    halves = [half for half in lacking(today) if is_open(account, half, today)]
    query = Account.select(Account.id).where(Account.id == account.id).tuples()
    if not halves:
        return query.where(SQL("1 = 0"))
    late = Invoice.select(Value(1)).where(Invoice.account == account, is_owed(), Invoice.next_due_on < today)
    wanting = [(_lacks(account, half), f"{half[0]}-{half[1]}") for half in halves]
    which = Case(None, wanting).alias("which")
    is_wanting = reduce(or_, [lacks for lacks, _key in wanting])
    return query.select(which).where(is_wanting, Account.claims_penalties | fn.EXISTS(late))


def half_year_told(account: Account, now: dt.datetime) -> tuple[int, int] | None:
    """The half-year (year, half) that the account is to be told of now, or None."""
    key = told(account, now).scalar()
    return parsed(key) if key else None


def parsed(key: str) -> tuple[int, int]:
    """(2027, 1) from « 2027-1 »."""
    year, half = key.split("-")
    return int(year), int(half)


def lacking(today: dt.date) -> list[tuple[int, int]]:
    """The half-years (year, half), of today and of six weeks hence, that the delivered table does not hold whole."""
    found = dict.fromkeys((rates.half_of(today), rates.half_of(today + NOTICE)))
    rows = {half: rates.DELIVERED.get(*half) for half in found}
    return [half for half, row in rows.items() if row is None or not row.is_complete]


def is_open(account: Account, half: tuple[int, int], today: dt.date) -> bool:
    """True when the account did not say that it knows, or when the half-year has begun since."""
    year, number = half
    return today >= dt.date(year, 1 if number == 1 else 7, 1) or account.rates_acknowledged != f"{year}-{number}"


def _lacks(account: Account, half: tuple[int, int]) -> Any:
    return ~_has(account, half, LegalRate.mro_bp) | ~_has(account, half, LegalRate.legal_professional_bp)


def _has(account: Account, half: tuple[int, int], column: Any) -> Any:
    mine = (LegalRate.account == account) | LegalRate.account.is_null()
    rows = LegalRate.select(Value(1)).where(mine, LegalRate.year == half[0], LegalRate.half == half[1])
    return fn.EXISTS(rows.where(column.is_null(False)))
