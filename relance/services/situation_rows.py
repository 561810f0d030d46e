"""The rows that decide about clients' reminders, read in one statement whatever the number of their tables."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from relance.models.accounts import Account, Closure
from relance.models.chases import Chase, ChaseContact, Entry, Skip
from relance.models.clients import Client, Contact
from relance.models.holds import Hold, Reschedule, Task
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence, SequenceStep
from relance.services import cancelling, gathering, holds, steps
from relance.services.holds import HoldRows

LONGEST_GAP = dt.timedelta(31)
OUTSTANDING = ("proposed", "queued", "sending")
COUNTED = (*OUTSTANDING, "sent", "uncertain")


@dataclass(frozen=True)
class Rows:
    """What was read of some clients of one account. Tuples are in the order of their query below."""

    closures: list[Closure]
    clients: list[Client]
    chases: list[Chase]
    entries: list[Entry]
    links: list[ChaseContact]
    contacts: list[Contact]
    steps: list[SequenceStep]
    levels: dict[str, int]
    done: list[tuple[int, int, int]]
    tasks: list[tuple[int, int, int]]
    skipped: list[tuple[int, int, int]]
    held: list[tuple[int, int]]
    moved: list[tuple[int, int, dt.date]]
    messages: list[Message]
    items: list[tuple[int, int, int, bool]]
    holds: HoldRows


def read(account: Account, client_ids: Iterable[int], today: dt.date) -> Rows:
    """All that decides about these clients on the account's day, in one statement."""
    found = gathering.read(*reads(account, client_ids, today))
    levels, held = dict(found[7]), HoldRows(*found[15:])
    return Rows(*found[:7], levels, *found[8:15], held)  # type: ignore[call-arg, arg-type]


def reads(account: Account, client_ids: Iterable[int], today: dt.date) -> tuple[Any, ...]:
    """The queries of ``read``, in the order of Rows."""
    ids = list(client_ids)
    running = (Chase.account == account, Chase.client.in_(ids), Chase.ended_at.is_null())
    chases = Chase.select(Chase.id).where(*running)
    return (
        closures_of(account),
        Client.select().where(Client.account == account, Client.id.in_(ids)),
        Chase.select(Chase, Invoice, Sequence)
        .join(Invoice)
        .join_from(Chase, Sequence, JOIN.LEFT_OUTER)
        .where(*running)
        .order_by(Chase.id),
        Entry.select(Entry, Instalment).join(Instalment).where(Entry.chase.in_(chases)).order_by(Entry.id),
        ChaseContact.select(ChaseContact, Contact).join(Contact).where(ChaseContact.chase.in_(chases)),
        Contact.select().where(Contact.account == account, Contact.client.in_(ids)),
        _steps(running),
        steps.levels_read(account.id),
        _done(chases, ids, today),
        Task.select(Task.chase, Task.instalment, Task.step)
        .where(Task.chase.in_(chases), Task.slot.is_null(False))
        .tuples(),
        Skip.select(Skip.chase, Skip.instalment, Skip.step).where(Skip.chase.in_(chases)).tuples(),
        Hold.select(Hold.chase, Hold.step).where(Hold.chase.in_(chases)).tuples(),
        Reschedule.select(Reschedule.chase, Reschedule.step, Reschedule.planned_on)
        .where(Reschedule.chase.in_(chases))
        .tuples(),
        Message.select(Message.id, Message.client, Message.day_on, Message.to_json, Message.is_automatic, Message.state)
        .where(*_counts(ids, today))
        .order_by(Message.day_on, Message.id),
        MessageItem.select(MessageItem.message, MessageItem.instalment, MessageItem.offset_days, MessageItem.is_on_plan)
        .join(Message)
        .where(*_counts(ids, today), MessageItem.offset_days.is_null(False))
        .tuples(),
        *holds.frame_reads(account.id, ids, Chase.select(Chase.invoice).where(*running)),
    )


def closures_of(account: Account) -> Any:
    """The query of the days on which the account sends nothing."""
    return Closure.select().where(Closure.account == account)


def _steps(running: Iterable[Any]) -> Any:
    """The blocks of the revisions these chases may follow: the published one of their sequence, or a frozen one."""
    sequences = Chase.select(Chase.sequence).where(*running, Chase.sequence.is_null(False))
    frozen = Chase.select(Chase.frozen_revision).where(*running, Chase.frozen_revision.is_null(False))
    return (
        SequenceStep.select()
        .join(Sequence)
        .where(
            SequenceStep.sequence.in_(sequences),
            (SequenceStep.revision == Sequence.revision) | SequenceStep.revision.in_(frozen),
        )
        .order_by(SequenceStep.offset_days, SequenceStep.id)
    )


def _done(chases: Any, client_ids: list[int], today: dt.date) -> Any:
    """The steps that were sent, wait or may have left. A proposal of a day that is over will be made anew."""
    return (
        MessageItem.select(MessageItem.chase, MessageItem.instalment, MessageItem.step)
        .where(
            MessageItem.chase.in_(chases),
            MessageItem.slot.is_null(False),
            MessageItem.message.not_in(cancelling.stale_proposals(client_ids, today)),
        )
        .tuples()
    )


def _counts(client_ids: list[int], today: dt.date) -> tuple[Any, ...]:
    """True for the messages that the next ones must keep away from."""
    return (
        Message.client.in_(client_ids),
        Message.day_on >= today - LONGEST_GAP,
        Message.kind.in_(("reminder", "manual", "quote")),
        # A refused message reached nobody, but it took its day.
        Message.state.in_(COUNTED) | ((Message.state == "refused") & (Message.day_on == today)),
        ~((Message.state == "proposed") & (Message.day_on < today)),  # it will be proposed anew
    )
