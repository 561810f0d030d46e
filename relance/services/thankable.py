"""Whom a thank-you would go to, and whether there was one: what was sent about an invoice says it."""

import json

from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.services import situations

ALIVE = ("queued", "sending", "sent", "uncertain")


def thanked(invoice: Invoice) -> Message | None:
    """The thank-you of this invoice, sent or about to be, or None."""
    found: Message | None = (
        Message.select()
        .join(MessageItem)
        .where(MessageItem.invoice == invoice, Message.kind == "thanks", Message.state.in_(ALIVE))
        .order_by(Message.id.desc())
        .first()
    )
    return found


def usable(invoice: Invoice) -> tuple[Contact, ...]:
    """The contacts of the client that can be written to, the main one first."""
    return situations.usable(Contact.select().where(Contact.client == invoice.client_id))


def recipients(invoice: Invoice) -> tuple[Contact, ...]:
    """Whom the last reminder about this invoice went to, those that can still be written to; () without a reminder."""
    last = last_reminder(invoice)
    emails = {email for _name, email in json.loads(last.to_json)} if last is not None else set()
    return tuple(contact for contact in usable(invoice) if contact.email in emails)


def last_reminder(invoice: Invoice) -> Message | None:
    """The last reminder that left about this invoice; sending the invoice itself is none."""
    found: Message | None = (
        Message.select()
        .join(MessageItem)
        .where(
            MessageItem.invoice == invoice,
            Message.kind.in_(("reminder", "manual")),
            Message.template != "standard",
            Message.state == "sent",
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .first()
    )
    return found
