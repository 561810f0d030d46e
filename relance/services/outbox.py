"""The outbox: what waits to leave and what left, read for the page of the sends."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.models.quotes import Quote

PAGE_SIZE = 50
REMINDERS = ("reminder", "manual", "thanks", "quote")  # what leaves to clients
DECIDED = (
    "undone",
    "not_sent",
    "declined",
)  # cancelled by a person: shown; cancelled by a payment: the invoice tells it
STOPPED = ("text", "no_recipient")  # what a person wrote, that could not leave as they read it


@dataclass(frozen=True)
class Parcel:
    """A message to a client and what it is about: invoices, or a quote, as (id, number)."""

    message: Message
    invoices: tuple[tuple[int, str], ...]
    quote: tuple[int, str] | None = None


@dataclass(frozen=True)
class Page:
    """Up to 50 messages, the newest first. ``before`` opens the next page (0: there is none)."""

    parcels: tuple[Parcel, ...]
    before: int


def proposed(account: Account, limit: int = 0) -> tuple[Parcel, ...]:
    """The messages that wait for the user's yes, the oldest first; all of them, or the first ones."""
    query = _of(account).where(Message.state == "proposed").order_by(Message.day_on, Message.id)
    return parcels(query.limit(limit) if limit else query)


def waiting(account: Account) -> tuple[Parcel, ...]:
    """The messages that will leave as soon as they may, the next one first."""
    return parcels(waiting_query(account))


def waiting_query(account: Account) -> Any:
    """The query of ``waiting``: its messages alone."""
    query = _of(account).where(Message.state.in_(("queued", "sending")))
    return query.order_by(Message.not_before_at, Message.id).limit(PAGE_SIZE)


def page(account: Account, before: int = 0, *, client_id: int = 0, templates: Collection[str] = ()) -> Page:
    """A page of the messages that left, wait or failed, by key: those older than ``before`` (a message id).

    Of one client, or of some templates only, when they are given.
    """
    is_stopped = (Message.kind == "manual") & Message.error.in_(STOPPED)
    query = _of(account).where((Message.state != "cancelled") | Message.error.in_(DECIDED) | is_stopped)
    if client_id:
        query = query.where(Message.client == client_id)
    if templates:
        query = query.where(Message.template.in_(list(templates)))
    if before:
        query = query.where(Message.id < before)
    found = parcels(query.order_by(Message.id.desc()).limit(PAGE_SIZE + 1))
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].message.id if len(found) > PAGE_SIZE else 0)


def parcel(message: Message) -> Parcel:
    """One message with its invoices."""
    return parcels([message])[0]


def is_about(message: Message, invoice: Invoice) -> bool:
    """True when the message speaks, or spoke before it was cancelled, of the invoice."""
    in_items = MessageItem.select().where(MessageItem.message == message, MessageItem.invoice == invoice)
    in_journal = Event.select().where(Event.message == message, Event.invoice == invoice)
    return bool(in_items.exists() or in_journal.exists())


def _of(account: Account) -> Any:
    return Message.select(Message, Client).join(Client).where(Message.account == account, Message.kind.in_(REMINDERS))


def parcels(messages: Iterable[Message]) -> tuple[Parcel, ...]:
    """Messages with what they are about, in their order; three queries at most."""
    rows = list(messages)
    if not rows:
        return ()
    numbers: dict[int, dict[int, str]] = defaultdict(dict)
    items = (
        MessageItem.select(MessageItem.message, Invoice.id, Invoice.number)
        .join(Invoice)
        .where(MessageItem.message.in_([row.id for row in rows]))
        .order_by(MessageItem.id)
        .tuples()
    )
    for message_id, invoice_id, number in items:
        numbers[message_id][invoice_id] = number
    missing = [row.id for row in rows if row.id not in numbers and row.quote_id is None]
    if missing:  # a cancelled message lost its items; the journal remembers what it was about
        told = (
            Event.select(Event.message, Invoice.id, Invoice.number)
            .join(Invoice)
            .where(Event.message.in_(missing))
            .order_by(Event.id)
            .tuples()
        )
        for message_id, invoice_id, number in told:
            numbers[message_id][invoice_id] = number
    quotes = _quotes(rows)
    return tuple(Parcel(row, tuple(numbers[row.id].items()), quotes.get(row.id)) for row in rows)


def _quotes(rows: Iterable[Message]) -> dict[int, tuple[int, str]]:
    """The quote each message is about; no query when none is."""
    about = {row.id: row.quote_id for row in rows if row.quote_id is not None}
    if not about:
        return {}
    found = Quote.select(Quote.id, Quote.number).where(Quote.id.in_(list(set(about.values())))).tuples()
    numbers = {quote_id: (quote_id, number) for quote_id, number in found}
    return {message_id: numbers[quote_id] for message_id, quote_id in about.items()}
