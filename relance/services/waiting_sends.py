"""« À traiter », the e-mails: what failed, whom nobody can write to, what waits for a yes."""

import datetime as dt
from typing import Any

from peewee import Expression, Value, fn

from relance.models.accounts import Account
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.models.quotes import Quote
from relance.services import asking
from relance.services.conditions import LEFT, has_rejected, has_usable, is_owed


def proposed(account: Account, now: dt.datetime) -> Any:
    """Reminders that wait for the user's yes."""
    return asking.proposed(account)


def failed(account: Account, now: dt.datetime) -> Any:
    """Messages refused or uncertain about something still owed, or a quote still unanswered, that nobody dealt with.

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
        .where(MessageItem.message == Message.id, is_owed(), (Message.state == "uncertain") | ~is_followed)
    )
    next_one = Message.alias()
    is_recalled = fn.EXISTS(
        next_one.select(Value(1)).where(
            next_one.quote == Message.quote, next_one.id > Message.id, next_one.state.in_(LEFT)
        )
    )
    waits = fn.EXISTS(
        Quote.select(Value(1)).where(
            Quote.id == Message.quote, Quote.state == "pending", (Message.state == "uncertain") | ~is_recalled
        )
    )
    is_seen = fn.EXISTS(Event.select(Value(1)).where(Event.message == Message.id, Event.kind == "failure_seen"))
    return (
        Message.select(Message, Client)
        .join(Client)
        .where(
            Message.account == account,
            Message.state.in_(("uncertain", "refused")),
            Message.kind.in_(("reminder", "manual", "quote")),
            stands | waits,
            (Message.state == "uncertain") | (~is_seen & ~has_rejected(Message.client)),
        )
        .order_by(Message.state.desc(), Message.id.desc())
    )


def rejected(account: Account, now: dt.datetime) -> Any:
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


def unreachable(account: Account, now: dt.datetime) -> Any:
    """Chases none of whose contacts can be written to; a rejected address has a line of its own."""
    return (
        Chase.select(Chase, Invoice, Client)
        .join_from(Chase, Invoice)
        .join_from(Chase, Client)
        .where(
            Chase.account == account,
            Chase.ended_at.is_null(),
            is_owed(),
            ~_is_reached(),
            ~has_rejected(Chase.client),
        )
        .order_by(Invoice.next_due_on, Chase.id)
    )


def _is_reached() -> Expression:
    """A chase with contacts of its own writes to them, one without to its client's main contact."""
    usable = (Contact.email != "") & Contact.archived_at.is_null() & Contact.rejected_at.is_null()
    own = ChaseContact.select(Value(1)).join(Contact).where(ChaseContact.chase == Chase.id, usable)
    any_own = ChaseContact.select(Value(1)).where(ChaseContact.chase == Chase.id)
    reached: Expression = fn.EXISTS(own) | (~fn.EXISTS(any_own) & has_usable(Chase.client))
    return reached
