"""The instalments that follow a sequence's edits, as the rules see them: ten thousand of them in a few queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from relance.models.chases import Chase, Entry, Skip
from relance.models.clients import Client
from relance.models.holds import Hold, Reschedule, Task
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence
from relance.rules import moves
from relance.rules.calendar import Calendar
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.services import cancelling, holds, situations


@dataclass(frozen=True)
class UnderWay:
    """An instalment under way, without its steps."""

    item: Item
    invoice_id: int
    number: str
    client_name: str


def of_sequence(sequence: Sequence, today: dt.date) -> Iterator[UnderWay]:
    """The instalments that entered the sequence and follow its edits: not those that are frozen, paid or out.

    A fixed number of queries, without a model per row. What waits in the queue has not left yet.
    """
    followers = (Chase.sequence == sequence, Chase.frozen_revision.is_null(), Chase.ended_at.is_null())
    chases = Chase.select(Chase.id).where(*followers)
    done: dict[int, set[int]] = defaultdict(set)
    sent = (
        MessageItem.select(MessageItem.instalment, MessageItem.step)
        .join(Message)
        .where(
            MessageItem.chase.in_(chases),
            MessageItem.slot.is_null(False),
            Message.state.not_in(cancelling.WAITING),
        )
    )
    tasks = Task.select(Task.instalment, Task.step).where(Task.chase.in_(chases), Task.slot.is_null(False))
    for query in (sent, tasks):
        for instalment_id, step in query.tuples():
            done[instalment_id].add(step)
    skipped: dict[int, set[int]] = defaultdict(set)
    for instalment_id, step in Skip.select(Skip.instalment, Skip.step).where(Skip.chase.in_(chases)).tuples():
        skipped[instalment_id].add(step)
    held: dict[int, set[int]] = defaultdict(set)
    for chase_id, step in Hold.select(Hold.chase, Hold.step).where(Hold.chase.in_(chases)).tuples():
        held[chase_id].add(step)
    moved: dict[int, dict[int, dt.date]] = defaultdict(dict)
    by_hand = Reschedule.select(Reschedule.chase, Reschedule.step, Reschedule.planned_on)
    for chase_id, step, day in by_hand.where(Reschedule.chase.in_(chases)).tuples():
        moved[chase_id][step] = day
    rows = list(
        Entry.select(
            Entry.instalment,
            Entry.enters_on,
            Entry.step,
            Entry.anchor_on,
            Entry.chase,
            Instalment.due_on,
            Invoice.id,
            Invoice.number,
            Invoice.client,
            Client.name,
        )
        .join(Chase)
        .join_from(Entry, Instalment)
        .join_from(Chase, Invoice)
        .join_from(Invoice, Client)
        .where(*followers, ~Entry.is_out, Instalment.balance_cents > 0, Invoice.state == "sent")
        .tuples()
    )
    frames = holds.frames(sequence.account_id, {row[6]: row[8] for row in rows}, today)
    nothing = holds.Frame()
    for key, enters_on, step, anchor_on, chase_id, due_on, invoice_id, number, _, client_name in rows:
        item = Item(
            key=key,
            due_on=due_on,
            steps=(),
            enters_on=enters_on,
            anchor_on=anchor_on,
            entry_step=step,
            done=frozenset(done.get(key, ())),
            skipped=frozenset(skipped.get(key, ())),
            held=frozenset(held.get(chase_id, ())),
            moved=moved.get(chase_id, {}),
        )
        frame = frames.get(invoice_id, nothing)
        if frame is not nothing:
            item = situations.with_frame(item, frame)
        yield UnderWay(item, invoice_id, number, client_name)


def with_steps(item: Item, found: tuple[Step, ...]) -> Item:
    """The item under these steps."""
    # dataclasses.replace is ten times slower, and there may be ten thousand of them.
    return Item(
        key=item.key,
        due_on=item.due_on,
        steps=found,
        enters_on=item.enters_on,
        anchor_on=item.anchor_on,
        entry_step=item.entry_step,
        done=item.done,
        skipped=item.skipped,
        resumes_on=item.resumes_on,
        held_because=item.held_because,
        held=item.held,
        moved=_own_moves(item, found) if item.moved else item.moved,
    )


def _own_moves(item: Item, found: tuple[Step, ...]) -> dict[int, dt.date]:
    chosen = item.moved
    return {
        step.index: chosen[step.index]
        for step in found
        if step.index in chosen and moves.may_move(item, step, chosen[step.index])
    }


def next_on(item: Item, calendar: Calendar, today: dt.date) -> dt.date | None:
    """The day of the next step that nobody holds, by its own date: the gap and other messages are not looked at."""
    days = [
        moves.planned_on(item, step, calendar)
        for step in moves.remaining_steps(item, calendar, today)
        if step.index not in item.held
    ]
    return max(min(days), today) if days else None
