"""« À traiter »: what waits for a person, computed from what is stored. A line goes when the thing is done."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Expression, Value, fn

from relance.db import is_sqlite
from relance.models.accounts import Account, SmtpServer, Transport
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import local_date
from relance.services import carrying
from relance.services.summarising import days_between

SHOWN = 5  # of each kind; the rest is counted
REST = dt.timedelta(7)  # days during which an e-mail by hand counts as dealing with a late invoice
LEFT = ("queued", "sending", "sent")


@dataclass(frozen=True)
class Group:
    """One kind of thing to deal with: its first rows (models, or tuples) and how many there are in all."""

    kind: str
    rows: tuple[Any, ...]
    count: int


def groups(account: Account, now: dt.datetime) -> list[Group]:
    """What waits for a person, the most urgent kind first; at most two queries a kind."""
    found = []
    for kind, query_of in QUERIES.items():
        query = query_of(account, now)
        rows = tuple(query.limit(SHOWN + 1))
        count = len(rows) if len(rows) <= SHOWN else query.count()
        if rows:
            found.append(Group(kind, rows[:SHOWN], count))
    return _states(account, now) + found


def count(account: Account, now: dt.datetime) -> int:
    """How many things wait: the number in the navigation."""
    return len(_states(account, now)) + sum(int(query_of(account, now).count()) for query_of in QUERIES.values())


def _states(account: Account, now: dt.datetime) -> list[Group]:
    """What stops everything: sending suspended, a server that does not answer."""
    found = []
    if account.suspended_at is not None:
        found.append(Group("suspended", (account,), 1))
    has_own = SmtpServer.select().where(SmtpServer.account == account, SmtpServer.verified_at.is_null(False)).exists()
    key = f"account-{account.id}" if has_own else carrying.INSTANCE
    transport = Transport.get_or_none(Transport.key == key, Transport.waits_until_at > now)
    if transport is not None:
        found.append(Group("server", (transport,), 1))
    return found


def _failed(account: Account, now: dt.datetime) -> Any:
    """Messages refused or uncertain about something still owed, that nobody dealt with.

    A refusal while an address of the client is rejected is that address's line: correcting it comes first.
    """
    later_item, later = MessageItem.alias(), Message.alias()
    is_followed = fn.EXISTS(
        later_item.select(Value(1))
        .join(later, on=later_item.message == later.id)
        .where(later_item.invoice == MessageItem.invoice, later.id > Message.id, later.state.in_(LEFT))
    )
    stands = fn.EXISTS(
        MessageItem.select(Value(1))
        .join(Invoice)
        .where(MessageItem.message == Message.id, _is_owed(), (Message.state == "uncertain") | ~is_followed)
    )
    is_seen = fn.EXISTS(Event.select(Value(1)).where(Event.message == Message.id, Event.kind == "failure_seen"))
    return (
        Message.select(Message, Client)
        .join(Client)
        .where(
            Message.account == account,
            Message.state.in_(("uncertain", "refused")),
            Message.kind.in_(("reminder", "manual")),
            stands,
            (Message.state == "uncertain") | (~is_seen & ~_has_rejected(Message.client)),
        )
        .order_by(Message.state.desc(), Message.id.desc())
    )


def _rejected(account: Account, now: dt.datetime) -> Any:
    """Contacts whose address a server refused for good."""
    return (
        Contact.select(Contact, Client)
        .join(Client)
        .where(
            Contact.account == account,
            Contact.rejected_at.is_null(False),
            Contact.archived_at.is_null(),
            Client.archived_at.is_null(),
        )
        .order_by(Contact.rejected_at.desc(), Contact.id)
    )


def _late(account: Account, now: dt.datetime) -> Any:
    """Late invoices that nothing chases, whose client can be written to: the largest and oldest first."""
    today = local_date(now, account.time_zone)
    return (
        _unchased(Invoice.select(Invoice, Client), account, today)
        .where(_has_usable(Client.id))
        .order_by((days_between(Invoice.next_due_on, _day(today)) * Invoice.balance_cents).desc(), Invoice.id)
    )


def _mute(account: Account, now: dt.datetime) -> Any:
    """Late invoices that nothing chases, whose client has no address: per client."""
    today = local_date(now, account.time_zone)
    columns = (Client.id, Client.name, Invoice.currency, fn.COUNT(Invoice.id), fn.SUM(Invoice.balance_cents))
    return (
        _unchased(Invoice.select(*columns), account, today)
        .where(~_has_usable(Client.id), ~_has_rejected(Client.id))
        .group_by(Client.id, Client.name, Invoice.currency)
        .order_by(fn.SUM(Invoice.balance_cents).desc(), Client.id)
        .tuples()
    )


def _unchased(query: Any, account: Account, today: dt.date) -> Any:
    written = (
        MessageItem.select(Value(1))
        .join(Message)
        .where(MessageItem.invoice == Invoice.id, Message.state.in_(LEFT), Message.day_on > today - REST)
    )
    return (
        query.join_from(Invoice, Client)
        .join_from(
            Invoice,
            Chase,
            JOIN.LEFT_OUTER,
            on=(Chase.invoice == Invoice.id) & (Chase.ended_at.is_null() | (Chase.ended_because == "finished")),
        )
        .where(
            Invoice.account == account,
            _is_owed(),
            Invoice.next_due_on < today,
            Invoice.kind != "credit_note",
            Invoice.payment_method.not_in(("direct_debit", "card")),
            Invoice.balance_cents > account.tolerance_cents,
            Invoice.balance_cents >= account.min_amount_cents,
            ~Client.is_exempt,
            Chase.id.is_null(),
            ~fn.EXISTS(written),
        )
    )


def _finished(account: Account, now: dt.datetime) -> Any:
    """Chases whose reminders have all left, without payment and without a letter."""
    answered = (
        LetterInvoice.select(Value(1))
        .join(Letter)
        .where(LetterInvoice.invoice == Chase.invoice, Letter.state != "draft")
    )
    return (
        Chase.select(Chase, Invoice, Client)
        .join_from(Chase, Invoice)
        .join_from(Chase, Client)
        .where(Chase.account == account, Chase.ended_because == "finished", _is_owed(), ~fn.EXISTS(answered))
        .order_by(Chase.ended_at.desc(), Chase.id)
    )


def _waiting(account: Account, now: dt.datetime) -> Any:
    """Chases none of whose contacts can be written to; a rejected address has a line of its own."""
    reached = (
        ChaseContact.select(Value(1))
        .join(Contact)
        .where(
            ChaseContact.chase == Chase.id,
            Contact.email != "",
            Contact.archived_at.is_null(),
            Contact.rejected_at.is_null(),
        )
    )
    return (
        Chase.select(Chase, Invoice, Client)
        .join_from(Chase, Invoice)
        .join_from(Chase, Client)
        .where(
            Chase.account == account,
            Chase.ended_at.is_null(),
            _is_owed(),
            ~fn.EXISTS(reached),
            ~_has_rejected(Chase.client),
        )
        .order_by(Invoice.next_due_on, Chase.id)
    )


def _letters(account: Account, now: dt.datetime) -> Any:
    """Letters that are ready: they leave by a person's hand only."""
    return (
        Letter.select(Letter, Client)
        .join(Client)
        .where(Letter.account == account, Letter.state == "ready")
        .order_by(Letter.created_at, Letter.id)
    )


def _is_owed() -> Expression:
    return (Invoice.state == "sent") & (Invoice.balance_cents > 0)


def _day(day: dt.date) -> Any:
    return Value(day.isoformat()) if is_sqlite() else Value(day).cast("date")


def _has_usable(client_id: Any) -> Any:
    contact = Contact.alias()
    return fn.EXISTS(
        contact.select(Value(1)).where(
            contact.client == client_id,
            contact.email != "",
            contact.archived_at.is_null(),
            contact.rejected_at.is_null(),
        )
    )


def _has_rejected(client_id: Any) -> Any:
    contact = Contact.alias()
    return fn.EXISTS(
        contact.select(Value(1)).where(
            contact.client == client_id, contact.rejected_at.is_null(False), contact.archived_at.is_null()
        )
    )


QUERIES: dict[str, Callable[[Account, dt.datetime], Any]] = {
    "failed": _failed,
    "rejected": _rejected,
    "letter": _letters,
    "late": _late,
    "finished": _finished,
    "waiting": _waiting,
    "mute": _mute,
}
