"""What a client owes and how it pays, from its invoices. Amounts are cents, one line per currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import Case, fn

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import gathering
from relance.services.listing import plain

HABIT = 12  # the last paid invoices
LEAST = 2  # fewer say nothing about a habit
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Owed:
    """What is expected in one currency."""

    currency: str
    count: int
    balance_cents: int
    late_count: int
    late_cents: int


@dataclass(frozen=True)
class Figures:
    """``habit_days``: how many days after the due date the client pays on average; None without enough invoices."""

    owed: tuple[Owed, ...]
    habit_days: int | None
    invoiced: tuple[tuple[str, int], ...]
    excess: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Listed:
    """A line of the list of clients."""

    client: Client
    owed: tuple[Owed, ...]
    last_exchange_at: Any
    has_address: bool


def figures(client: Client, today: date) -> Figures:
    """The figures of one client, in one query. ``today`` is local to the account."""
    owed, paid, invoiced, excess = gathering.read(*reads(client, today))
    return Figures(
        _owed_rows(owed).get(client.id, ()),
        _habit(paid),
        tuple((currency, int(cents)) for currency, cents in invoiced),
        tuple((currency, int(cents)) for currency, cents in excess),
    )


def reads(client: Client, today: date) -> tuple[Any, ...]:
    """The queries of ``figures``: owed, the last invoices paid, invoiced in a year, in excess."""
    own = Invoice.client == client
    paid = (
        Invoice.select(Invoice.paid_on, Invoice.due_on)
        .where(own, Invoice.state == "paid", Invoice.paid_on.is_null(False))
        .order_by(Invoice.paid_on.desc(), Invoice.id.desc())
        .limit(HABIT)
    )
    invoiced = Invoice.select(Invoice.currency, fn.SUM(Invoice.total_cents)).where(
        own, Invoice.kind != "credit_note", Invoice.state.in_(("sent", "paid")), Invoice.issued_on > today - YEAR
    )
    excess = Invoice.select(Invoice.currency, fn.SUM(Invoice.excess_cents)).where(
        own, Invoice.excess_cents > 0, Invoice.state.in_(("sent", "paid"))
    )
    by_currency = (query.group_by(Invoice.currency).order_by(Invoice.currency).tuples() for query in (invoiced, excess))
    return _owed_read([client.id], today), paid.tuples(), *by_currency


def _habit(paid: Iterable[Any]) -> int | None:
    """The average number of days between due date and payment; negative when the client pays early."""
    delays = [(paid_on - due_on).days for paid_on, due_on in paid]
    return round(sum(delays) / len(delays)) if len(delays) >= LEAST else None


def listed(account: Account, today: date, words: str = "", *, is_archived: bool = False) -> list[Listed]:
    """The account's clients by name, those whose name or contact holds ``words``; four queries in all."""
    query = Client.select().where(Client.account == account, Client.archived_at.is_null(not is_archived))
    clients = list(query)
    contacts: dict[int, list[Contact]] = {}
    for contact in Contact.select().where(Contact.account == account, Contact.archived_at.is_null()):
        contacts.setdefault(contact.client_id, []).append(contact)
    if words.strip():
        wanted = plain(words.strip())
        clients = [client for client in clients if wanted in _searchable(client, contacts.get(client.id, []))]
    owed = _owed([client.id for client in clients], today)
    exchanges = _last_exchanges(account)
    rows = [
        Listed(
            client,
            owed.get(client.id, ()),
            exchanges.get(client.id),
            any(contact.is_usable for contact in contacts.get(client.id, [])),
        )
        for client in clients
    ]
    return sorted(rows, key=lambda row: plain(row.client.name))


def _searchable(client: Client, contacts: list[Contact]) -> str:
    texts = [
        client.name,
        client.siren,
        *(contact.name for contact in contacts),
        *(contact.email for contact in contacts),
    ]
    return plain("\n".join(texts))


def _owed(client_ids: list[int], today: date) -> dict[int, tuple[Owed, ...]]:
    return _owed_rows(_owed_read(client_ids, today)) if client_ids else {}


def _owed_read(client_ids: list[int], today: date) -> Any:
    is_late = Invoice.next_due_on < today
    return (
        Invoice.select(
            Invoice.client,
            Invoice.currency,
            fn.COUNT(Invoice.id),
            fn.SUM(Invoice.balance_cents),
            fn.SUM(Case(None, [(is_late, 1)], 0)),
            fn.SUM(Case(None, [(is_late, Invoice.balance_cents)], 0)),
        )
        .where(Invoice.client.in_(client_ids), Invoice.state == "sent", Invoice.balance_cents > 0)
        .group_by(Invoice.client, Invoice.currency)
        .order_by(Invoice.currency.desc())
        .tuples()
    )


def _owed_rows(rows: Iterable[Any]) -> dict[int, tuple[Owed, ...]]:
    found: dict[int, tuple[Owed, ...]] = {}
    for client_id, currency, *numbers in rows:
        count, balance, late_count, late = (int(number) for number in numbers)
        found[client_id] = (*found.get(client_id, ()), Owed(currency, count, balance, late_count, late))
    return found


def _last_exchanges(account: Account) -> dict[int, Any]:
    query: Any = (
        Event.select(Event.client, fn.MAX(Event.at))
        .where(
            Event.account == account,
            Event.client.is_null(False),
            Event.kind.in_(("reminder_sent", "note_added", "letter_posted")),
        )
        .group_by(Event.client)
        .tuples()
    )
    return dict(query)
