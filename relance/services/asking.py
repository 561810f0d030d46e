"""« Me demander avant chaque envoi » : what is proposed, and the user's yes or no to it.

What is approved is what was read: the mark of the text travels with the click, and a text that changed since
is shown again instead of being sent.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Skip
from relance.models.clients import Client
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence
from relance.rules import calendar as cal
from relance.services import chasing, rechecking, telling
from relance.services.rechecking import mark_of

__all__ = [
    "Answer",
    "approve",
    "approve_all",
    "asking_among",
    "decline",
    "leaving_at",
    "mark_of",
    "proposed",
    "rewrite",
]

APPROVED, CHANGED, GONE, SUSPENDED = "approved", "changed", "gone", "suspended"


@dataclass(frozen=True)
class Answer:
    """What became of a yes: approved (``leaves_at``, UTC), changed (read it again), gone (``because``), suspended."""

    state: str
    message_id: int
    leaves_at: dt.datetime | None = None
    because: str = ""


def proposed(account: Account) -> Any:
    """The messages that wait for a yes, with their clients, the oldest first."""
    return (
        Message.select(Message, Client)
        .join(Client)
        .where(Message.account == account, Message.state == "proposed")
        .order_by(Message.day_on, Message.id)
    )


def leaving_at(account: Account, now: dt.datetime) -> dt.datetime:
    """When a message approved now leaves (UTC): at once, or when sending opens next."""
    return rechecking.opening(account, now) or now


def approve(message: Message, *, read: str, by: User, now: dt.datetime) -> Answer:
    """Let a proposed message leave, if ``read`` is still the mark of what it says.

    The text is written for the day on which it will leave. Nothing is sent about what was paid meanwhile.
    """
    with transaction():
        Client.get_by_id(message.client_id).take_turn()
        message = Message.get_by_id(message.id)
        account = message.account
        if message.state != "proposed" or account is None:
            return Answer(GONE, message.id, because=_why_gone(message))
        if account.suspended_at is not None:
            return Answer(SUSPENDED, message.id)
        leaves_at = leaving_at(account, now)
        about = telling.invoices_of(message)
        if not rechecking.refresh(message, now, on=cal.local_date(leaves_at, account.time_zone)):
            return Answer(GONE, message.id, because=_why_gone(Message.get_by_id(message.id)))
        message = Message.get_by_id(message.id)
        if mark_of(message) != read or telling.invoices_of(message) != about:
            return Answer(CHANGED, message.id)
        Message.update(state="queued", not_before_at=leaves_at).where(
            Message.id == message.id, Message.state == "proposed"
        ).execute()
        telling.tell("reminder_approved", message, about, now=now, by=by, template=message.template, mark=read)
        chasing.schedule_check(message.client_id, now)
        return Answer(APPROVED, message.id, leaves_at=leaves_at)


def _why_gone(message: Message) -> str:
    """Why a message no longer waits: the reason it was cancelled for, or its new state."""
    return str(message.error) if message.state == "cancelled" else str(message.state)


def approve_all(account: Account, read: Mapping[int, str], *, by: User, now: dt.datetime) -> list[Answer]:
    """The same for several of the account's messages, each with the mark of what was read."""
    wanted = Message.select().where(
        Message.account == account, Message.id.in_(list(read)), Message.client.is_null(False)
    )
    return [approve(message, read=read[message.id], by=by, now=now) for message in wanted.order_by(Message.id)]


def decline(message: Message, *, by: User, now: dt.datetime) -> bool:
    """Do not send it, now or later: its steps are skipped. False when it no longer waits."""
    with transaction():
        Client.get_by_id(message.client_id).take_turn()
        done = (
            Message.update(state="cancelled", slot=None, error="declined")
            .where(Message.id == message.id, Message.state == "proposed")
            .execute()
        )
        if not done:
            return False
        for item in list(MessageItem.select().where(MessageItem.message == message)):
            if item.chase_id is not None and item.step is not None:
                Skip.insert(
                    chase=item.chase_id,
                    instalment=item.instalment_id,
                    step=item.step,
                    because="by_hand",
                    skipped_at=now,
                ).on_conflict_ignore().execute()
        MessageItem.update(slot=None).where(MessageItem.message == message).execute()
        about = telling.invoices_of(message)
        telling.tell("reminder_declined", message, about, now=now, by=by, template=message.template)
        chasing.schedule_check(message.client_id, now)
        return True


def rewrite(now: dt.datetime) -> None:
    """Write anew the proposed messages whose facts changed, so that what is read is what is true."""
    stale = Message.select(Message.id).where(Message.state == "proposed", Message.facts == "").tuples()
    for (message_id,) in list(stale):
        with transaction():
            message = Message.get_by_id(message_id)
            Client.get_by_id(message.client_id).take_turn()
            if message.state == "proposed":
                rechecking.refresh(message, now)


def asking_among(account: Account, invoice_ids: Iterable[int]) -> set[int]:
    """Those of these invoices whose reminders wait for a yes, by the account, their sequence or their own setting."""
    ids = list(set(invoice_ids))
    if account.asks_before_sending or not ids:
        return set(ids)
    return {invoice_id for (invoice_id,) in asking_read(ids)}


def asking_read(invoice_ids: Iterable[int]) -> Any:
    """The query of those of these invoices whose own setting, or whose sequence, asks for a yes; as tuples."""
    asks = Chase.asks_before_sending | (Sequence.asks_before_sending == True)  # noqa: E712
    return (
        Chase.select(Chase.invoice)
        .join(Sequence, JOIN.LEFT_OUTER)
        .where(Chase.invoice.in_(list(invoice_ids)), asks)
        .tuples()
    )
