"""« Mettre à jour la séquence »: what an edit does to the invoices under way, shown first, then made so.

Publishing writes no row per invoice: a block keeps its key, its new date carries the day it was published, and the
rules skip it where that date was past by then. Sends in progress are never waited for.
"""

import datetime as dt
from dataclasses import dataclass, field

from relance.db import transaction
from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence, SequenceStep
from relance.rules import calendar as cal
from relance.rules import moves
from relance.rules.calendar import Calendar
from relance.rules.plans import Step
from relance.services import cancelling, entering, situations, steps, under_way
from relance.services.entering import EntryReport
from relance.services.under_way import UnderWay


class StaleSequence(Exception):  # noqa: N818 a conflict is an answer, not a fault
    """The sequence was changed in another window since it was shown."""


@dataclass(frozen=True)
class EffectRow:
    """One instalment under way: its next step before and after, and the blocks that are past for it."""

    invoice_id: int
    instalment_id: int
    number: str
    client_name: str
    before: dt.date | None
    after: dt.date | None
    passed: tuple[Step, ...] = ()

    @property
    def is_changed(self) -> bool:
        """True when its calendar is another one."""
        return self.before != self.after or bool(self.passed)


@dataclass
class Effect:
    """What publishing would do. The counts are of instalments under way; ``rows`` are those that change."""

    unchanged: int = 0
    changed: int = 0
    passed: int = 0
    rows: list[EffectRow] = field(default_factory=list)
    entry: EntryReport = field(default_factory=EntryReport)

    @property
    def concerned(self) -> int:
        """How many invoices get another calendar."""
        return len({row.invoice_id for row in self.rows})


def effect_of(sequence: Sequence, now: dt.datetime) -> Effect:
    """What « Mettre à jour la séquence » would do to the invoices that follow its edits. Writes nothing.

    It compares the days of the steps alone; the gap and the grouping with other messages come on top, as always.
    """
    account = sequence.account
    today = cal.local_date(now, account.time_zone)
    calendar = situations.policy_of(account).calendar
    effect = Effect()
    if not sequence.revision:
        clients = Client.select().where(Client.sequence == sequence)
        drafted = steps.of_sequence(sequence, sequence.shown_revision)
        for client in clients:
            entering.enter_all(effect.entry, client, sequence, drafted, calendar, today, writes=None)
        return effect
    if not sequence.has_draft:
        effect.unchanged = sum(1 for _ in under_way.of_sequence(sequence, today))
        return effect
    old = steps.of_sequence(sequence)
    new = as_published(old, steps.of_sequence(sequence, sequence.draft_revision), today)
    for running in under_way.of_sequence(sequence, today):
        row = _compare(running, old, new, calendar, today)
        effect.passed += bool(row.passed)
        if row.is_changed:
            effect.changed += 1
            effect.rows.append(row)
        else:
            effect.unchanged += 1
    effect.rows.sort(key=lambda row: (row.client_name.casefold(), row.number, row.instalment_id))
    return effect


def as_published(old: tuple[Step, ...], new: tuple[Step, ...], today: dt.date) -> tuple[Step, ...]:
    """The new steps with the day of their publication: today's for those that are new or have another date."""
    known = {step.index: step for step in old}
    found = []
    for step in new:
        before = known.get(step.index)
        is_same = before is not None and before.offset_days == step.offset_days
        since_on = before.since_on if is_same and before is not None else today
        found.append(Step(step.index, step.offset_days, step.template, step.kind, step.own_level, since_on))
    return tuple(found)


def _compare(
    running: UnderWay, old: tuple[Step, ...], new: tuple[Step, ...], calendar: Calendar, today: dt.date
) -> EffectRow:
    before = under_way.with_steps(running.item, old)
    after = under_way.with_steps(running.item, new)
    known = {step.index: step.offset_days for step in old}
    passed = tuple(
        step
        for step, because in moves.passed_steps(after, calendar, today)
        if because == "past" and known.get(step.index) != step.offset_days
    )
    return EffectRow(
        running.invoice_id,
        running.item.key,
        running.number,
        running.client_name,
        under_way.next_on(before, calendar, today),
        under_way.next_on(after, calendar, today),
        passed,
    )


def publish(sequence: Sequence, *, version: int, by: User | None, now: dt.datetime) -> Effect:
    """Make the draft what is sent from now on. StaleSequence when ``version`` is not the stored one.

    One short transaction; what waited for a block that moved or is gone is cancelled, and every chase looked at
    again. Clients kept by a sequence that was never published enter it in that transaction: a process killed in the
    middle would leave some in it with nothing that chases them.
    """
    effect = effect_of(sequence, now)
    account = sequence.account
    today = cal.local_date(now, account.time_zone)
    is_first = not sequence.revision
    with transaction():
        claimed = (
            Sequence.update(
                revision=Sequence.revision + 1, has_draft=False, version=Sequence.version + 1, updated_at=now
            )
            .where(Sequence.id == sequence.id, Sequence.version == version, Sequence.has_draft)
            .execute()
        )
        if not claimed:
            raise StaleSequence
        old = steps.of_sequence(sequence)
        new = as_published(old, steps.of_sequence(sequence, sequence.draft_revision), today)
        for step in new:
            since_on = None if is_first else step.since_on
            SequenceStep.update(since_on=since_on).where(
                SequenceStep.sequence == sequence,
                SequenceStep.revision == sequence.draft_revision,
                SequenceStep.key == step.index,
            ).execute()
        kept = {(step.index, step.offset_days) for step in new}
        _cancel_waiting(sequence, {step.index for step in old if (step.index, step.offset_days) not in kept}, now)
        followers = (Chase.sequence == sequence, Chase.frozen_revision.is_null(), Chase.ended_at.is_null())
        Chase.update(next_check_at=now).where(*followers).execute()
        record(
            "sequence_published",
            account=account,
            user=by,
            at=now,
            sequence=sequence.title,
            revision=sequence.draft_revision,
            changed=effect.changed,
            unchanged=effect.unchanged,
            passed=effect.passed,
        )
        if is_first:
            effect.entry = _enter_clients(sequence, today, now)
    if not is_first:
        fresh = Sequence.get_by_id(sequence.id)
        calendar = situations.policy_of(account).calendar
        entering.enter_again(fresh, steps.of_sequence(fresh), calendar, today, now)
    return effect


def _enter_clients(sequence: Sequence, today: dt.date, now: dt.datetime) -> EntryReport:
    """The clients a sequence kept until its first publication enter it with it: all of them, whatever is killed."""
    fresh = Sequence.get_by_id(sequence.id)
    calendar = situations.policy_of(fresh.account).calendar
    plan = steps.of_sequence(fresh)
    report = EntryReport()
    for client in list(Client.select().where(Client.sequence == fresh).order_by(Client.id)):
        client.take_turn()
        entering.enter_client(report, client, fresh, plan, calendar, today, now)
    return report


def _cancel_waiting(sequence: Sequence, keys: set[int], now: dt.datetime) -> None:
    """What waits in the queue for a block that moved or is gone does not leave."""
    waiting = (
        MessageItem.select(MessageItem.invoice, MessageItem.step)
        .join(Message)
        .join_from(MessageItem, Chase)
        .where(
            Chase.sequence == sequence,
            Chase.frozen_revision.is_null(),
            MessageItem.step.in_(list(keys)),
            Message.state.in_(cancelling.WAITING),
        )
        .order_by(Chase.client, MessageItem.invoice)  # in the order in which clients are locked
    )
    for invoice_id, step in list(waiting.tuples()):
        invoice = Invoice.get_by_id(invoice_id)
        invoice.client.take_turn()
        cancelling.cancel_queued(invoice, because="sequence_changed", now=now, kinds=("reminder",), step=step)
