"""The list of invoices: filters, search, pages by key, counts and totals. No query per row."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

from peewee import SQL, Case, Expression, Select, fn

from relance.db import database
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import KINDS, Invoice
from relance.models.sequences import Sequence
from relance.rules.money import parse_amount
from relance.services import cursors, gathering, hold_conditions
from relance.services.matching import holds
from relance.services.matching import plain as plain

PAGE_SIZE = 50
BATCH_SIZE = 1_000  # rows read at a time when all are
STATUSES = ("a-encaisser", "retard", "a-echoir", "promesses", "litiges", "payees", "brouillons", "toutes")
AWAITED = STATUSES[:5]  # where what is left to pay is shown, not the total
AGES = {"sous-30": (-30, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), "90": (91, None)}
SORTS = ("echeance", "montant", "client")
FEW = 500  # invoices found that are then named by their ids
DAY = timedelta(days=1)
EVER, NEVER = date(1900, 1, 1), date(9999, 12, 31)  # a range with two ends: SQLite then takes the index by date
MOST = 10_000  # invoices counted and added up; beyond, « plus de 10 000 »


@dataclass(frozen=True)
class Filter:
    """What the address of the list asks for. Amounts are cents; ``after`` is the key of the last row shown."""

    status: str = "a-encaisser"
    q: str = ""
    client_id: int | None = None
    kind: str = ""
    age: str = ""
    min_cents: int | None = None
    max_cents: int | None = None
    is_chased: bool | None = None
    is_paused: bool = False
    sequence_id: int | None = None
    sort: str = "echeance"
    is_descending: bool = False
    after: str = ""
    is_last: bool = False  # the end of the list instead of its beginning

    def cleaned(self) -> "Filter":
        """Unknown words fall back to the default: an old or mistyped address still opens."""
        return replace(
            self,
            status=self.status if self.status in STATUSES else STATUSES[0],
            kind=self.kind if self.kind in KINDS else "",
            age=self.age if self.age in AGES else "",
            sort=self.sort if self.sort in SORTS else SORTS[0],
            q=" ".join(self.q.split())[:100],
        )

    @property
    def refinements(self) -> int:
        """How many filters of the panel are set."""
        values = (self.client_id, self.kind, self.age, self.min_cents, self.max_cents, self.is_chased, self.sequence_id)
        return sum(value not in (None, "") for value in values) + self.is_paused


@dataclass(frozen=True)
class Total:
    """The invoices of one currency: how many, what is left and what was invoiced, in cents."""

    currency: str
    count: int
    balance_cents: int
    total_cents: int


@dataclass(frozen=True)
class Page:
    """Up to 50 invoices, each with its client loaded. ``after`` opens the next page, '' on the last one.

    Beyond ``MOST`` invoices nothing is counted nor added up: the counts say one more, and there is no total.
    """

    filter: Filter
    invoices: list[Invoice]
    after: str
    totals: list[Total]
    counts: dict[str, int]
    count: int

    @property
    def is_bounded(self) -> bool:
        """True when the filter holds more invoices than are counted."""
        return self.count > MOST


def page(account: Account, wanted: Filter, today: date) -> Page:
    """One page of the account's invoices, in two queries. ``today`` is local to the account."""
    wanted = wanted.cleaned()
    conditions = _narrowed(_conditions(account, wanted, today), wanted)
    totalled, *counted = gathering.read(_totals(conditions), *_counts(account, today))
    totals = [Total(currency, int(n), int(balance), int(total)) for currency, n, balance, total in totalled]
    count = sum(total.count for total in totals)
    rows = _rows(conditions, wanted) if count else []
    has_more = len(rows) > PAGE_SIZE and not wanted.is_last
    rows = rows[-PAGE_SIZE:] if wanted.is_last else rows[:PAGE_SIZE]
    after = cursors.write(_sort_key(wanted)[1](rows[-1]), rows[-1].id) if has_more else ""
    counts = dict(zip(STATUSES, (int(number[0][0]) for number in counted), strict=True))
    return Page(wanted, rows, after, totals if count <= MOST else [], counts, count)


def _narrowed(conditions: list[Expression], wanted: Filter) -> list[Expression]:
    """The same invoices by their ids, when a search or a filter of the panel leaves few: looked for once only."""
    if not wanted.q and not wanted.refinements:
        return conditions
    found = [row[0] for row in Invoice.select(Invoice.id).where(*conditions).limit(FEW + 1).tuples()]
    return conditions if len(found) > FEW else [Invoice.id.in_(found)]


def _rows(conditions: list[Expression], wanted: Filter, most: int = PAGE_SIZE + 1) -> list[Invoice]:
    """The next rows with their clients. Ids are sorted, not rows: a sort of 100 000 holds in the cache."""
    key, _read = _sort_key(wanted)
    seen = replace(wanted, is_descending=wanted.is_descending != wanted.is_last)
    ids = Invoice.select(Invoice.id).where(*conditions, *_beyond(seen, key)).order_by(*_order(seen, key)).limit(most)
    if wanted.sort == "client":
        ids = ids.join(Client)
    rows = Invoice.select(Invoice, Client).join(Client).where(Invoice.id.in_(ids))
    return list(rows.order_by(*_order(wanted, key)))


def every(account: Account, wanted: Filter, today: date) -> Iterator[Invoice]:
    """All the invoices of a filter, in its order, each with its client: read as they are asked for, never all held."""
    wanted = replace(wanted.cleaned(), after="", is_last=False)
    conditions = _conditions(account, wanted, today)
    read = _sort_key(wanted)[1]
    while True:
        rows = _rows(conditions, wanted, BATCH_SIZE)
        yield from rows
        if len(rows) < BATCH_SIZE:
            return
        wanted = replace(wanted, after=cursors.write(read(rows[-1]), rows[-1].id))


def counts(account: Account, today: date) -> dict[str, int]:
    """How many invoices each pill holds, in one query; ``MOST`` + 1 beyond."""
    read = gathering.read(*_counts(account, today))
    return dict(zip(STATUSES, (int(rows[0][0]) for rows in read), strict=True))


def _counts(account: Account, today: date) -> list[Any]:
    mine = Invoice.select().where(Invoice.account == account)
    pills = [mine if name == "toutes" else mine.where(_status(account, name, today)) for name in STATUSES]
    return [gathering.number(query, MOST + 1) for query in pills]


def open_clients(account: Account) -> list[Client]:
    """The clients that can be chosen, by name."""
    query = Client.select().where(Client.account == account, Client.archived_at.is_null())
    return sorted(query, key=lambda client: plain(client.name))


def sequences(account: Account) -> list[Sequence]:
    """The sequences that can be chosen, by title."""
    query = Sequence.select().where(Sequence.account == account, Sequence.archived_at.is_null())
    return sorted(query, key=lambda sequence: plain(sequence.title))


def _status(account: Account, name: str, today: date) -> Expression:
    owed = (Invoice.state == "sent") & (Invoice.balance_cents > 0)
    conditions: dict[str, Expression] = {
        "a-encaisser": owed,
        "retard": owed & Invoice.next_due_on.between(EVER, today - DAY),
        "a-echoir": owed & Invoice.next_due_on.between(today, NEVER),
        "promesses": owed & hold_conditions.promised(account),
        "litiges": owed & hold_conditions.disputed(account),
        "payees": Invoice.state == "paid",
        "brouillons": Invoice.state.in_(("draft", "to_process")),
    }
    return conditions[name]


def _conditions(account: Account, wanted: Filter, today: date) -> list[Expression]:
    found = [Invoice.account == account]
    if wanted.status != "toutes":
        found.append(_status(account, wanted.status, today))
    if wanted.q:
        found.append(_search(account, wanted.q))
    if wanted.client_id is not None:
        found.append(Invoice.client == wanted.client_id)
    if wanted.kind:
        found.append(Invoice.kind == wanted.kind)
    if wanted.age:
        first, last = AGES[wanted.age]
        found.append(Invoice.next_due_on <= today - timedelta(days=first))
        if last is not None:
            found.append(Invoice.next_due_on >= today - timedelta(days=last))
    shown = _shown_amount(wanted)
    if wanted.min_cents is not None:
        found.append(shown >= wanted.min_cents)
    if wanted.max_cents is not None:
        found.append(shown <= wanted.max_cents)
    if wanted.is_chased is not None:
        found.append(hold_conditions.chased(account) if wanted.is_chased else hold_conditions.unchased())
    if wanted.is_paused:
        found.append(hold_conditions.paused(account, today))
    if wanted.sequence_id is not None:
        found.append(hold_conditions.chased(account, wanted.sequence_id))
    return found


def _search(account: Account, words: str) -> Expression:
    """Client, contact, number, order reference, object, note; an amount finds exactly that amount."""
    parts = [holds(field, words) for field in (Invoice.number, Invoice.object, Invoice.order_reference, Invoice.note)]
    parts += [Invoice.client.in_(clients) for clients in _matching_clients(account, words)]
    try:
        cents = parse_amount(words)
    except ValueError:
        pass
    else:
        parts += [Invoice.total_cents == cents, Invoice.balance_cents == cents]
    return reduce(operator.or_, parts)


def _matching_clients(account: Account, words: str) -> tuple[Any, Any]:
    """The queries of the clients whose name, or a contact's name or address, holds ``words``."""
    named = Client.select(Client.id).where(Client.account == account, holds(Client.name, words))
    people = Contact.select(Contact.client).where(
        Contact.account == account, holds(Contact.name, words) | holds(Contact.email, words)
    )
    return named, people


def _shown_amount(wanted: Filter) -> Any:
    """The amount of a row: what is left, or the total where nothing is awaited."""
    return Invoice.balance_cents if wanted.status in AWAITED else Invoice.total_cents


def _sort_key(wanted: Filter) -> tuple[Any, Callable[[Invoice], Any]]:
    """The column the list is sorted by, and how to read it from a row."""
    if wanted.sort == "montant":
        field = _shown_amount(wanted)
        return field, lambda invoice: getattr(invoice, field.name)
    if wanted.sort == "client":
        return fn.LOWER(Client.name), lambda invoice: invoice.client.name
    return Invoice.next_due_on, lambda invoice: invoice.next_due_on.isoformat()


def _order(wanted: Filter, key: Any) -> list[Any]:
    if wanted.is_descending:
        return [key.desc(), Invoice.id.desc()]
    return [key.asc(), Invoice.id.asc()]


def _beyond(wanted: Filter, key: Any) -> list[Expression]:
    """Only the rows after the last one shown. A cursor that cannot be read starts again."""
    last = read_cursor(wanted)
    if last is None:
        return []
    value, last_id = last
    bound = fn.LOWER(value) if wanted.sort == "client" else value
    if wanted.is_descending:
        return [key <= bound, (key < bound) | (Invoice.id < last_id)]
    return [key >= bound, (key > bound) | (Invoice.id > last_id)]


def read_cursor(wanted: Filter) -> tuple[Any, int] | None:
    """The key in the address, or None when it is not one."""
    return cursors.read(wanted.after, wanted.sort)


def _totals(conditions: list[Expression]) -> Any:
    """The query of the totals per currency, never added together; credit notes do not count as money to receive.

    It reads ``MOST`` + 1 invoices at most: with that many, they are not the totals.
    """
    signed = Case(None, [(Invoice.kind == "credit_note", Invoice.total_cents * -1)], Invoice.total_cents)
    few = (
        Invoice.select(Invoice.currency, Invoice.balance_cents, signed.alias("signed_cents"))
        .where(*conditions)
        .limit(MOST + 1)
        .alias("few")
    )
    columns = (few.c.currency, fn.COUNT(SQL("1")), fn.SUM(few.c.balance_cents), fn.SUM(few.c.signed_cents))
    query = Select([few], columns).group_by(few.c.currency).order_by(fn.COUNT(SQL("1")).desc(), few.c.currency)
    return query.bind(database).tuples()
