"""The list of quotes: pills, search, pages by key. No query per row."""

import datetime as dt
import operator
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from peewee import JOIN, Case, Expression, Value, fn

from relance.db import is_sqlite
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules.money import parse_amount
from relance.services import gathering, matching, situation_rows

PAGE_SIZE = 50
STATUSES = ("attente", "a-relancer", "acceptes", "refuses", "expires", "tous")


@dataclass(frozen=True)
class Filter:
    """What the address of the list asks for. ``after`` is the key of the last row shown."""

    status: str = "attente"
    q: str = ""
    after: str = ""

    def cleaned(self) -> "Filter":
        """Unknown words fall back to the default: an old or mistyped address still opens."""
        status = self.status if self.status in STATUSES else STATUSES[0]
        return replace(self, status=status, q=matching.asked(self.q))


@dataclass(frozen=True)
class Total:
    """The quotes of one currency: how many, and their amount in cents."""

    currency: str
    count: int
    total_cents: int


@dataclass(frozen=True)
class Page:
    """Up to 50 quotes, each with its client loaded. ``after`` opens the next page, '' on the last one."""

    filter: Filter
    quotes: list[Quote]
    after: str
    totals: list[Total]
    counts: dict[str, int]
    to_remind: frozenset[int]

    @property
    def count(self) -> int:
        """How many quotes the filter holds, all pages together."""
        return sum(total.count for total in self.totals)


def page(account: Account, wanted: Filter, today: dt.date) -> Page:
    """One page of the account's quotes. ``today`` is local to the account."""
    wanted = wanted.cleaned()
    asked = _to_remind(account, today)
    conditions = _conditions(account, wanted, today, asked)
    rows = list(_rows(conditions, wanted).limit(PAGE_SIZE + 1))
    has_more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    after = f"{rows[-1].valid_until.isoformat()}.{rows[-1].id}" if has_more else ""
    waits = Quote.select(Quote.id).where(Quote.id.in_([quote.id for quote in rows]), asked).tuples()
    to_remind = frozenset(quote_id for (quote_id,) in waits)
    return Page(wanted, rows, after, _totals(conditions), counts(account, today), to_remind)


def every(account: Account, wanted: Filter, today: dt.date) -> Iterator[Quote]:
    """All the quotes of a filter, in its order, read as they go: what is exported."""
    wanted = replace(wanted.cleaned(), after="")
    conditions = _conditions(account, wanted, today, _to_remind(account, today))
    with_invoices = _rows(conditions, wanted, Quote, Client, Invoice).join_from(Quote, Invoice, JOIN.LEFT_OUTER)
    return iter(with_invoices.iterator())


def first(account: Account, wanted: Filter, today: dt.date, most: int) -> list[Quote]:
    """The first quotes of a filter, in its order: what « tout » means in a selection."""
    wanted = replace(wanted.cleaned(), after="")
    conditions = _conditions(account, wanted, today, _to_remind(account, today))
    return list(_rows(conditions, wanted).limit(most))


def counts(account: Account, today: dt.date) -> dict[str, int]:
    """How many quotes each pill holds, in one query."""
    asked = _to_remind(account, today)
    names = [name for name in STATUSES if name != "tous"]
    columns = [fn.COALESCE(fn.SUM(Case(None, [(_status(name, today, asked), 1)], 0)), 0) for name in names]
    query: Any = Quote.select(*columns, fn.COUNT(Quote.id)).where(Quote.account == account).tuples()
    return dict(zip([*names, "tous"], (int(number) for number in query.get()), strict=True))


def count_to_remind(account: Account, today: dt.date) -> int:
    """How many quotes wait for an answer and have reached their day: a person may recall them."""
    return gathering.numbers([to_remind(account, today)])[0]


def to_remind(account: Account, today: dt.date) -> Any:
    """The quotes that ``count_to_remind`` counts."""
    return Quote.select().where(Quote.account == account, _to_remind(account, today))


def is_to_remind(quote: Quote, today: dt.date) -> bool:
    """True from so many days before the last one, until it, when nothing was sent about it within the gap."""
    account = quote.account
    return bool(Quote.select().where(Quote.id == quote.id, _to_remind(account, today)).exists())


def _to_remind(account: Account, today: dt.date) -> Expression:
    """S2.14: proposed from ``remind_days`` before the end, until the end, when nothing left within the gap."""
    message = Message.alias()
    since = today - dt.timedelta(max(account.min_gap_days, 1))
    is_recalled = fn.EXISTS(
        message.select(Value(1)).where(
            message.quote == Quote.id, message.state.in_(situation_rows.COUNTED), message.day_on > since
        )
    )
    pending: Expression = (Quote.state == "pending") & (Quote.valid_until >= today) & _is_reached(today) & ~is_recalled
    return pending


def _is_reached(today: dt.date) -> Any:
    """True from the day that is ``remind_days`` before the last one: dates are counted as each database does."""
    if is_sqlite():
        return fn.DATE(Quote.valid_until, fn.PRINTF("-%d days", Quote.remind_days)) <= today.isoformat()
    return (Quote.valid_until - Quote.remind_days) <= Value(today).cast("date")


def _status(name: str, today: dt.date, asked: Expression) -> Expression:
    pending = Quote.state == "pending"
    conditions: dict[str, Expression] = {
        "attente": pending & (Quote.valid_until >= today),
        "a-relancer": asked,
        "acceptes": Quote.state == "accepted",
        "refuses": Quote.state == "declined",
        "expires": pending & (Quote.valid_until < today),
    }
    return conditions[name]


def _conditions(account: Account, wanted: Filter, today: dt.date, asked: Expression) -> list[Expression]:
    found = [Quote.account == account]
    if wanted.status != "tous":
        found.append(_status(wanted.status, today, asked))
    if wanted.q:
        found.append(_search(wanted.q))
    return found


def _search(words: str) -> Expression:
    """Client, number, object, order reference, note; an amount finds exactly that amount."""
    fields = (Client.name, Quote.number, Quote.object, Quote.order_reference, Quote.note)
    parts = [matching.holds(field, words) for field in fields]
    with suppress(ValueError):
        parts.append(Quote.total_cents == parse_amount(words))
    return reduce(operator.or_, parts)


def _rows(conditions: Iterable[Expression], wanted: Filter, *columns: Any) -> Any:
    """What is waited for, the first to expire first; what is over, the last first."""
    query = Quote.select(*(columns or (Quote, Client))).join(Client).where(*conditions)
    last = _read_cursor(wanted.after)
    if wanted.status in ("attente", "a-relancer"):
        if last is not None:
            day, number = last
            query = query.where(Quote.valid_until >= day, (Quote.valid_until > day) | (Quote.id > number))
        return query.order_by(Quote.valid_until, Quote.id)
    if last is not None:
        day, number = last
        query = query.where(Quote.valid_until <= day, (Quote.valid_until < day) | (Quote.id < number))
    return query.order_by(Quote.valid_until.desc(), Quote.id.desc())


def _read_cursor(text: str) -> tuple[dt.date, int] | None:
    """The key in the address. Anybody may write there: what is not a key as ``page`` writes them is none."""
    day, _, number = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    try:
        return dt.date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _totals(conditions: Iterable[Expression]) -> list[Total]:
    """Per currency, never added together."""
    query: Any = (
        Quote.select(Quote.currency, fn.COUNT(Quote.id), fn.COALESCE(fn.SUM(Quote.total_cents), 0))
        .join(Client)
        .where(*conditions)
        .group_by(Quote.currency)
        .order_by(fn.COUNT(Quote.id).desc(), Quote.currency)
    )
    return [Total(currency, int(count), int(cents)) for currency, count, cents in query.tuples()]
