"""Pieces of the queries of « À traiter »: what is owed, who can be written to, what already answers."""

import datetime as dt
from typing import Any

from peewee import Expression, Value, fn

from relance.db import is_sqlite
from relance.models.clients import Contact
from relance.models.holds import Dispute, Pause, Promise
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem

LEFT = ("proposed", "queued", "sending", "sent")


def is_owed() -> Expression:
    """True for an invoice that was sent and on which money is left."""
    return (Invoice.state == "sent") & (Invoice.balance_cents > 0)


def as_day(day: dt.date) -> Any:
    """A civil day as a value of the current database, for arithmetic between dates."""
    return Value(day.isoformat()) if is_sqlite() else Value(day).cast("date")


def has_usable(client_id: Any) -> Any:
    """True for a client one of whose contacts can be written to."""
    contact = Contact.alias()
    return fn.EXISTS(
        contact.select(Value(1)).where(
            contact.client == client_id,
            contact.email != "",
            contact.archived_at.is_null(),
            contact.rejected_at.is_null(),
        )
    )


def has_rejected(client_id: Any) -> Any:
    """True for a client one of whose addresses a server refused."""
    contact = Contact.alias()
    return fn.EXISTS(
        contact.select(Value(1)).where(
            contact.client == client_id, contact.rejected_at.is_null(False), contact.archived_at.is_null()
        )
    )


def written_about_since(invoice_id: Any, *, day: Any = None, at: Any = None) -> Any:
    """True for an invoice about which a message left, or is about to, after a day or an instant (UTC)."""
    item, message = MessageItem.alias(), Message.alias()
    query = item.select(Value(1)).join(message, on=item.message == message.id)
    query = query.where(item.invoice == invoice_id, message.state.in_(LEFT))
    query = query.where(message.day_on > day) if at is None else query.where(message.created_at > at)
    return fn.EXISTS(query)


def has_promise(invoice_id: Any) -> Any:
    """True for an invoice whose client gave a date that has not been answered."""
    promise = Promise.alias()
    return fn.EXISTS(promise.select(Value(1)).where(promise.invoice == invoice_id, promise.state == "open"))


def has_dispute(invoice_id: Any) -> Any:
    """True for an invoice that the client contests."""
    dispute = Dispute.alias()
    return fn.EXISTS(dispute.select(Value(1)).where(dispute.invoice == invoice_id, dispute.ended_at.is_null()))


def is_paused(today: dt.date) -> Any:
    """True for an invoice paused by a person, alone or with its client."""
    pause = Pause.alias()
    concerned = (pause.invoice == Invoice.id) | (pause.invoice.is_null() & (pause.client == Invoice.client))
    return fn.EXISTS(
        pause.select(Value(1)).where(
            concerned, pause.ended_at.is_null(), pause.until_on.is_null() | (pause.until_on >= today)
        )
    )
