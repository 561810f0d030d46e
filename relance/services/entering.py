"""Where a client's invoices enter its sequence: the entry rule (S3.15) and its report."""

import datetime as dt
from dataclasses import dataclass, field, replace

from relance.db import transaction
from relance.models.chases import Chase, ChaseContact, Entry
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence
from relance.rules import calendar as cal
from relance.rules import entries, moves
from relance.rules.calendar import Calendar
from relance.rules.plans import Step
from relance.services import cancelling, carried, chasing, entry_items, planning, situations, steps
from relance.services.entry_items import Gathered

ENDED_BY_SEQUENCE = ("unenrolled", "sequence_deleted", "finished")


@dataclass(frozen=True)
class EntryRow:
    """What becomes of one instalment: « later » (its next step is to come), « entered » (it leaves now), « out »."""

    invoice_id: int
    number: str
    client_id: int
    client_name: str
    due_on: dt.date
    balance_cents: int
    currency: str
    days_late: int
    verdict: str
    next_on: dt.date | None


@dataclass
class EntryReport:
    """What enrolling does, shown before and kept after. ``moved``: clients taken from another sequence."""

    rows: list[EntryRow] = field(default_factory=list)
    moved: list[tuple[Client, Sequence]] = field(default_factory=list)

    def of(self, verdict: str) -> list[EntryRow]:
        """The instalments of one verdict."""
        return [row for row in self.rows if row.verdict == verdict]


def enter_client(
    found: EntryReport,
    client: Client,
    sequence: Sequence,
    plan: tuple[Step, ...],
    calendar: Calendar,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Make the client's invoices follow a published sequence, by the entry rule; those set by hand are left alone."""
    enter_all(found, client, sequence, plan, calendar, today, writes=now)
    chasing.schedule_check(client.id, now)


def enter_all(
    found: EntryReport,
    client: Client,
    sequence: Sequence,
    plan: tuple[Step, ...],
    calendar: Calendar,
    today: dt.date,
    *,
    writes: dt.datetime | None,
) -> None:
    """``enter`` for each of the client's invoices that may follow its sequence."""
    pairs = followers(client)
    gathered = entry_items.gather(sequence.account_id, [invoice for invoice, _ in pairs], plan)
    for invoice, chase in pairs:
        invoice.client = client
        items = gathered[invoice.id]
        enter(found, invoice, chase, sequence, plan, calendar, today, writes=writes, items=items)


def followers(client: Client) -> list[tuple[Invoice, Chase | None]]:
    """The client's invoices with money to come that have no reminders set for them alone, with their chase."""
    invoices = list(
        Invoice.select()
        .where(Invoice.client == client, Invoice.state == "sent", Invoice.kind != "credit_note")
        .order_by(Invoice.next_due_on, Invoice.id)
    )
    chases = {row.invoice_id: row for row in Chase.select().where(Chase.invoice.in_([row.id for row in invoices]))}
    return [
        (invoice, chases.get(invoice.id))
        for invoice in invoices
        if invoice.id not in chases or may_follow(chases[invoice.id])
    ]


def may_follow(chase: Chase) -> bool:
    """True for a chase that its client's sequence made, or ended: not one that a person set for the invoice."""
    return bool(chase.is_inherited) and (chase.is_active or chase.ended_because in ENDED_BY_SEQUENCE)


def enter(
    found: EntryReport,
    invoice: Invoice,
    chase: Chase | None,
    sequence: Sequence,
    plan: tuple[Step, ...],
    calendar: Calendar,
    today: dt.date,
    *,
    writes: dt.datetime | None,
    items: Gathered | None = None,
    waits: bool = False,
) -> None:
    """Decide where the invoice's instalments enter; with ``writes`` (the instant, UTC) make it so.

    ``items``: those instalments, when they were read together with others. ``waits``: they all stay out until a
    person says where they begin.
    """
    if items is None:
        items = entry_items.gather(sequence.account_id, [invoice], plan)[invoice.id]
    known = {row.instalment_id: row for row in Entry.select().where(Entry.chase == chase)} if chase else {}
    is_moving = chase is not None and chase.is_active and chase.sequence_id != sequence.id
    reminded = _reminded_on(invoice, today) if is_moving else set()
    entered: list[tuple[moves.Item, bool]] = []
    for instalment, item in items:
        row = known.get(item.key)
        placed: moves.Item | None = None
        if is_moving and row is not None and not row.is_out:
            # What left today took the place of a step dated today.
            placed = entries.moved_entry(item, today + moves.DAY if item.key in reminded else today)
        elif not waits:
            placed = entries.sequence_entry(item, calendar, today)
        entered.append((placed or item, placed is None))
        found.rows.append(_row(invoice, placed, instalment, calendar, today))
    if writes is not None and entered:
        _write(invoice, chase, sequence, entered, today, writes)


def _reminded_on(invoice: Invoice, day: dt.date) -> set[int]:
    """The instalments of which a reminder left, or may have left, on a day."""
    left = (
        MessageItem.select(MessageItem.instalment)
        .join(Message)
        .where(
            MessageItem.invoice == invoice,
            Message.day_on == day,
            Message.kind.in_(cancelling.ABOUT_INVOICES),
            Message.state.in_(("sending", "sent", "uncertain")),
        )
    )
    return {instalment_id for (instalment_id,) in left.tuples()}


def _row(
    invoice: Invoice, placed: moves.Item | None, instalment: Instalment, calendar: Calendar, today: dt.date
) -> EntryRow:
    coming = moves.remaining_steps(placed, calendar, today) if placed is not None else ()
    next_on = min((moves.planned_on(placed, step, calendar) for step in coming), default=None) if placed else None
    verdict = "out" if placed is None else "entered" if next_on is not None and next_on <= today else "later"
    return EntryRow(
        invoice_id=invoice.id,
        number=invoice.number,
        client_id=invoice.client_id,
        client_name=invoice.client.name,
        due_on=instalment.due_on,
        balance_cents=instalment.balance_cents,
        currency=invoice.currency,
        days_late=max(0, (today - instalment.due_on).days),
        verdict=verdict,
        next_on=max(next_on, today) if next_on is not None else None,
    )


def _write(
    invoice: Invoice,
    chase: Chase | None,
    sequence: Sequence,
    entered: list[tuple[moves.Item, bool]],
    today: dt.date,
    now: dt.datetime,
) -> None:
    account = sequence.account
    values = {
        "frequency": "sequence",
        "sequence": sequence,
        "frozen_revision": None,
        "is_inherited": True,
        "copies_user": account.copies_user,
        "attaches_invoice": account.attaches_invoice,
        "next_check_at": now,
        "ended_at": None,
        "ended_because": "",
    }
    if chase is None:
        chase = Chase.create(
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            started_at=now,
            asks_before_sending=False,
            **values,
        )
    else:
        if chase.sequence_id != sequence.id:
            cancelling.cancel_queued(invoice, because="sequence_changed", now=now, kinds=("reminder",))
            chasing.leave_plan(chase)
            carried.carry_hold(chase, [item for item, is_out in entered if not is_out], now)
        Chase.update(version=Chase.version + 1, **values).where(Chase.id == chase.id).execute()
        ChaseContact.delete().where(ChaseContact.chase == chase).execute()
    for item, is_out in entered:
        chasing.save_entry(chase, item if not is_out else moves.entering(item, today), is_out=is_out)
    record(
        "chase_started",
        account=account,
        client=invoice.client_id,
        invoice=invoice,
        at=now,
        frequency="sequence",
        sequence=sequence.title,
        start="out" if all(is_out for _, is_out in entered) else "sequence",
    )


def enter_again(
    sequence: Sequence, plan: tuple[Step, ...], calendar: Calendar, today: dt.date, now: dt.datetime
) -> int:
    """After a publication: instalments that were too late may fit the new first step, and finished chases go on.

    Returns how many chases were looked at.
    """
    late = Chase.select(Chase.id).join(Entry).where(Chase.sequence == sequence, Chase.ended_at.is_null(), Entry.is_out)
    over = Chase.select(Chase.id).where(Chase.sequence == sequence, Chase.ended_because == "finished")
    ids = [row[0] for query in (late, over) for row in query.where(Chase.frozen_revision.is_null()).tuples()]
    for chase_id in dict.fromkeys(ids):
        with transaction():
            chase = Chase.get_by_id(chase_id)
            chase.client.take_turn()
            _look_again(chase, plan, calendar, today, now)
    return len(ids)


def _look_again(chase: Chase, plan: tuple[Step, ...], calendar: Calendar, today: dt.date, now: dt.datetime) -> None:
    rows = {row.instalment_id: row for row in Entry.select().where(Entry.chase == chase)}
    skipped = situations.skips_of(chase)
    for item in planning.items_of(chase.invoice, plan):
        row = rows.get(item.key)
        if row is not None and row.is_out:
            placed = entries.sequence_entry(item, calendar, today)
            if placed is not None:
                chasing.save_entry(chase, placed)
        elif row is not None and chase.ended_because == "finished" and chase.invoice.state == "sent":
            known = replace(item, enters_on=row.enters_on, anchor_on=row.anchor_on, entry_step=row.step)
            known = replace(known, skipped=frozenset(skipped[item.key]))
            if moves.remaining_steps(known, calendar, today):
                Chase.update(ended_at=None, ended_because="").where(Chase.id == chase.id).execute()
                chase = Chase.get_by_id(chase.id)
                record(
                    "chase_resumed",
                    account=chase.account_id,
                    client=chase.client_id,
                    invoice=chase.invoice_id,
                    at=now,
                    because="sequence_changed",
                )
    chasing.schedule_check(chase.client_id, now)


def on_new_invoice(invoice: Invoice, *, now: dt.datetime, waits: bool = False) -> None:
    """An invoice that can be chased from now on follows its client's sequence by the entry rule; see ``enter``."""
    sequence = Client.get_by_id(invoice.client_id).sequence  # not a copy read before the client was enrolled
    if sequence is None or not sequence.revision or invoice.state != "sent" or invoice.is_credit_note:
        return
    chase = chasing.chase_of(invoice)
    if chase is not None and (not may_follow(chase) or (chase.is_active and chase.sequence_id == sequence.id)):
        return
    with transaction():
        account = invoice.account
        today = cal.local_date(now, account.time_zone)
        calendar = situations.policy_of(account).calendar
        plan = steps.of_sequence(sequence)
        enter(EntryReport(), invoice, chase, sequence, plan, calendar, today, writes=now, waits=waits)
        chasing.schedule_check(invoice.client_id, now)


def follow_if_free(invoice: Invoice, *, now: dt.datetime) -> None:
    """An invoice that nothing chases, or whose client changed sequence meanwhile, follows the client's of today."""
    chase = chasing.chase_of(invoice)
    if chase is None or chase.is_active or chase.ended_because == "unenrolled":
        on_new_invoice(Invoice.get_by_id(invoice.id), now=now)


def enter_late_again(invoice: Invoice, *, now: dt.datetime) -> None:
    """After a due date changed: an instalment that was too late for its sequence may no longer be."""
    chase = chasing.chase_of(invoice)
    if chase is not None and chase.is_active and chase.frequency == "sequence":
        calendar = situations.policy_of(chase.account).calendar
        _look_again(chase, steps.of_chase(chase), calendar, cal.local_date(now, chase.account.time_zone), now)
