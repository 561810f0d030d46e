"""The list of invoices: filters, search, pages by key, counts and totals. No query per row."""

import base64
import json
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

from peewee import JOIN, Case, Expression, fn

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import KINDS, Invoice
from relance.models.sequences import Sequence
from relance.rules.money import parse_amount
from relance.services import hold_conditions
from relance.services.matching import holds
from relance.services.matching import plain as plain

PAGE_SIZE = 50
BATCH_SIZE = 1_000  # rows read at a time when all are
STATUSES = ("a-encaisser", "retard", "a-echoir", "promesses", "litiges", "payees", "brouillons", "toutes")
AWAITED = STATUSES[:5]  # where what is left to pay is shown, not the total
AGES = {"sous-30": (-30, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), "90": (91, None)}
SORTS = ("echeance", "montant", "client")
MAX_MATCHING_CLIENTS = 5_000
MAX_CURSOR = 4_000  # characters of an address; a client's name has at most 200, six letters each when escaped


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
    """Up to 50 invoices, each with its client loaded. ``after`` opens the next page, '' on the last one."""

    filter: Filter
    invoices: list[Invoice]
    after: str
    totals: list[Total]
    counts: dict[str, int]

    @property
    def count(self) -> int:
        """How many invoices the filter holds, all pages together."""
        return sum(total.count for total in self.totals)


def page(account: Account, wanted: Filter, today: date) -> Page:
    """One page of the account's invoices. ``today`` is local to the account."""
    wanted = wanted.cleaned()
    conditions = _conditions(account, wanted, today)
    query = Invoice.select(Invoice, Client).join(Client).where(*conditions)
    key, read = _sort_key(wanted)
    query = query.where(*_beyond(wanted, key)).order_by(*_order(wanted, key)).limit(PAGE_SIZE + 1)
    rows = list(query)
    has_more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    after = _cursor(read(rows[-1]), rows[-1].id) if has_more else ""
    return Page(wanted, rows, after, _totals(conditions), counts(account, today))


def every(account: Account, wanted: Filter, today: date) -> Iterator[Invoice]:
    """All the invoices of a filter, in its order, each with its client: read as they are asked for, never all held."""
    wanted = replace(wanted.cleaned(), after="")
    conditions = _conditions(account, wanted, today)
    key, read = _sort_key(wanted)
    while True:
        query = Invoice.select(Invoice, Client).join(Client).where(*conditions, *_beyond(wanted, key))
        rows = list(query.order_by(*_order(wanted, key)).limit(BATCH_SIZE))
        yield from rows
        if len(rows) < BATCH_SIZE:
            return
        wanted = replace(wanted, after=_cursor(read(rows[-1]), rows[-1].id))


def counts(account: Account, today: date) -> dict[str, int]:
    """How many invoices each pill holds, in one query."""
    names = [name for name in STATUSES if name != "toutes"]
    columns = [
        fn.COALESCE(fn.SUM(Case(None, [(_status(account, name, today), 1)], 0)), 0).alias(str(n))
        for n, name in enumerate(names)
    ]
    query: Any = Invoice.select(*columns, fn.COUNT(Invoice.id)).where(Invoice.account == account).tuples()
    row = query.get()
    return dict(zip([*names, "toutes"], (int(number) for number in row), strict=True))


def open_clients(account: Account) -> list[Client]:
    """The clients that can be chosen, by name."""
    query = Client.select().where(Client.account == account, Client.archived_at.is_null())
    return sorted(query, key=lambda client: plain(client.name))


def sequences(account: Account) -> list[Sequence]:
    """The sequences that can be chosen, by title."""
    query = Sequence.select().where(Sequence.account == account, Sequence.archived_at.is_null())
    return sorted(query, key=lambda sequence: plain(sequence.title))


def matching_clients(account: Account, words: str) -> list[int]:
    """The ids of the clients whose name, or a contact's name or address, holds ``words``."""
    wanted = plain(words)
    query: Any = (
        Client.select(Client.id, Client.name, Contact.name, Contact.email)
        .join(Contact, JOIN.LEFT_OUTER, on=Contact.client == Client.id)
        .where(Client.account == account)
        .tuples()
    )
    found = {row[0] for row in query if any(wanted in plain(text or "") for text in row[1:])}
    return sorted(found)[:MAX_MATCHING_CLIENTS]


def _status(account: Account, name: str, today: date) -> Expression:
    owed = (Invoice.state == "sent") & (Invoice.balance_cents > 0)
    conditions: dict[str, Expression] = {
        "a-encaisser": owed,
        "retard": owed & (Invoice.next_due_on < today),
        "a-echoir": owed & (Invoice.next_due_on >= today),
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
        is_chased = hold_conditions.chased(account)
        found.append(is_chased if wanted.is_chased else ~is_chased)
    if wanted.is_paused:
        found.append(hold_conditions.paused(account, today))
    if wanted.sequence_id is not None:
        found.append(hold_conditions.chased(account, wanted.sequence_id))
    return found


def _search(account: Account, words: str) -> Expression:
    """Client, contact, number, order reference, object, note; an amount finds exactly that amount."""
    parts = [holds(field, words) for field in (Invoice.number, Invoice.object, Invoice.order_reference, Invoice.note)]
    clients = matching_clients(account, words)
    if clients:
        parts.append(Invoice.client.in_(clients))
    try:
        cents = parse_amount(words)
    except ValueError:
        pass
    else:
        parts += [Invoice.total_cents == cents, Invoice.balance_cents == cents]
    return reduce(operator.or_, parts)


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


def _cursor(value: Any, last_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, last_id]).encode()).decode().rstrip("=")


def read_cursor(wanted: Filter) -> tuple[Any, int] | None:
    """The key in the address. Anybody may write there: what is not a key as ``_cursor`` writes them is none."""
    if not wanted.after or len(wanted.after) > MAX_CURSOR:
        return None
    try:
        padded = wanted.after + "=" * (-len(wanted.after) % 4)
        value, last_id = json.loads(base64.urlsafe_b64decode(padded))
        if not _is_number(last_id):
            return None
        if wanted.sort == "echeance":
            return date.fromisoformat(value), last_id
        if wanted.sort == "montant":
            return (value, last_id) if _is_number(value) else None
        return (value, last_id) if isinstance(value, str) and _is_stored(value) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _is_number(value: Any) -> bool:
    """True for what an integer column can be compared with."""
    return type(value) is int and abs(value) < 2**62


def _is_stored(text: str) -> bool:
    """True for a text that a column can hold: PostgreSQL has no NUL, UTF-8 no half character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _totals(conditions: list[Expression]) -> list[Total]:
    """Per currency, never added together; credit notes do not count as money to receive."""
    query: Any = (
        Invoice.select(
            Invoice.currency,
            fn.COUNT(Invoice.id),
            fn.COALESCE(fn.SUM(Invoice.balance_cents), 0),
            fn.COALESCE(
                fn.SUM(Case(None, [(Invoice.kind == "credit_note", Invoice.total_cents * -1)], Invoice.total_cents)), 0
            ),
        )
        .where(*conditions)
        .group_by(Invoice.currency)
        .order_by(fn.COUNT(Invoice.id).desc(), Invoice.currency)
    )
    return [Total(currency, int(n), int(balance), int(total)) for currency, n, balance, total in query.tuples()]
