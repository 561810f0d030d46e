"""Taking back what waits in the queue, or for the user's yes: nothing leaves that should not."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from relance.models.accounts import Account
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem

WAITING = ("proposed", "queued")
ABOUT_INVOICES = ("reminder", "manual")


def invoices_with_queued(account: Account) -> list[Invoice]:
    """The account's invoices of which an automatic reminder waits, client by client in the order they are locked."""
    return list(
        Invoice.select()
        .join(MessageItem)
        .join(Message)
        .where(Message.account == account, Message.state.in_(WAITING), Message.kind == "reminder")
        .order_by(Invoice.client, Invoice.id)
        .distinct()
    )


def cancel_queued(
    invoice: Invoice, *, because: str, now: dt.datetime, kinds: Iterable[str] = ABOUT_INVOICES, step: int | None = None
) -> int:
    """Take the invoice out of messages that wait; cancel those that then ask for nothing. Counts them.

    ``step``: only of messages that carry this step of its plan.
    """
    query = (
        MessageItem.select(MessageItem, Message)
        .join(Message)
        .where(MessageItem.invoice == invoice, Message.state.in_(WAITING), Message.kind.in_(list(kinds)))
    )
    if step is not None:
        query = query.where(MessageItem.step == step)
    cancelled = 0
    for message_id in {row.message_id for row in query}:
        MessageItem.update(slot=None).where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        MessageItem.delete().where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        if MessageItem.select().where(MessageItem.message == message_id).exists():
            Message.update(facts="").where(Message.id == message_id, Message.state.in_(WAITING)).execute()
            continue
        done = Message.update(state="cancelled", slot=None, error=because).where(
            Message.id == message_id, Message.state.in_(WAITING)
        )
        if done.execute():
            cancelled += 1
            record(
                "reminder_cancelled",
                account=invoice.account_id,
                client=invoice.client_id,
                invoice=invoice,
                message=message_id,
                at=now,
                because=because,
            )
    return cancelled


def render_again(invoice: Invoice) -> None:
    """What waits about this invoice is written anew before it leaves."""
    rows = MessageItem.select(MessageItem.message).join(Message)
    ids = [row.message_id for row in rows.where(MessageItem.invoice == invoice, Message.state.in_(WAITING))]
    Message.update(facts="").where(Message.id.in_(ids), Message.state.in_(WAITING)).execute()


def withdraw_stale_proposals(client_id: int, today: dt.date) -> None:
    """A message of an earlier day that nobody said yes to gives its steps back: it is proposed anew, as of today."""
    stale = [row[0] for row in stale_proposals([client_id], today).tuples()]
    if stale:
        MessageItem.update(slot=None).where(MessageItem.message.in_(stale)).execute()
        Message.update(state="cancelled", slot=None, error="superseded").where(
            Message.id.in_(stale), Message.state == "proposed"
        ).execute()


def stale_proposals(client_ids: Iterable[int], today: dt.date) -> Any:
    """The ids of messages proposed before today to these clients."""
    return Message.select(Message.id).where(
        Message.client.in_(list(client_ids)), Message.state == "proposed", Message.day_on < today
    )
