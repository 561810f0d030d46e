"""Switching reminders on and off for an invoice, and keeping their next check right."""

import datetime as dt
from dataclasses import replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, ChaseContact, Entry
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import MessageItem
from relance.models.quotes import Quote
from relance.models.sequences import Sequence
from relance.rules import moves
from relance.services import cancelling, situations
from relance.services.planning import (
    FINAL,
    REASONS,
    ChaseError,
    ChasePlan,
    chase_of,
    check,
    count_of,
    default_plan,
    enter,
    entered_items,
    plan_items,
    plan_of,
    revision_of,
    start_choices,
    today_of,
    why_not,
)

__all__ = [
    "FINAL",
    "REASONS",
    "ChaseError",
    "ChasePlan",
    "chase_of",
    "default_plan",
    "entered_items",
    "leave_plan",
    "plan_of",
    "refresh",
    "refresh_account",
    "resume_if_reopened",
    "save_entry",
    "schedule_check",
    "start",
    "start_choices",
    "stop",
    "stop_if_settled",
    "today_of",
    "why_not",
]


def start(invoice: Invoice, plan: ChasePlan, *, by: User | None, now: dt.datetime) -> Chase:
    """Switch reminders on (or replace the plan of a chase). One transaction: chase, entries, event.

    Raises ChaseError. A draft may carry a chase: nothing leaves before the invoice is sent.
    """
    with transaction():
        invoice.client.take_turn()
        contacts = check(invoice, plan)
        if plan.start not in start_choices(invoice, plan, now):
            raise ChaseError("Cette facture est déjà en retard : choisissez par où commencer.", "start")
        account = invoice.account
        chase = chase_of(invoice)
        values: dict[str, Any] = {
            "frequency": plan.frequency,
            "count": count_of(account, plan),
            "first_offset_days": plan.first_offset_days,
            "copies_user": plan.copies_user,
            "attaches_invoice": plan.attaches_invoice,
            "sequence": plan.sequence_id if plan.frequency == "sequence" else None,
            "frozen_revision": revision_of(invoice, plan),
            "is_inherited": False,
            "asks_before_sending": plan.asks_before_sending,
            "ended_at": None,
            "ended_because": "",
        }
        is_change = chase is not None and chase.is_active
        if chase is None:
            chase = Chase.create(
                account=account, client=invoice.client_id, invoice=invoice, started_by=by, started_at=now, **values
            )
        else:
            if (chase.frequency, chase.sequence_id) != (plan.frequency, values["sequence"]):
                leave_plan(chase)
            Chase.update(version=Chase.version + 1, **values).where(Chase.id == chase.id).execute()
            chase = Chase.get_by_id(chase.id)
        cancelling.cancel_queued(invoice, because="changed", now=now)
        ChaseContact.delete().where(ChaseContact.chase == chase).execute()
        ChaseContact.insert_many([{"chase": chase.id, "contact": c.id} for c in contacts]).execute()
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        items = entered_items(invoice, plan, account, calendar, today)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            save_entry(chase, item)
        schedule_check(chase.client_id, now)
        record(
            "chase_changed" if is_change else "chase_started",
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            frequency=plan.frequency,
            count=values["count"],
            start=plan.start,
            contacts=[contact.email for contact in contacts],
            copies_user=plan.copies_user,
            **_named(plan),
        )
        return Chase.get_by_id(chase.id)


def _named(plan: ChasePlan) -> dict[str, str]:
    """The sequence's title as it was, for the history."""
    return {"sequence": Sequence.get_by_id(plan.sequence_id).title} if plan.frequency == "sequence" else {}


def leave_plan(chase: Chase) -> None:
    """What was sent belongs to the plan that is left: the gap to the new plan's steps counts in days, not offsets."""
    MessageItem.update(is_on_plan=False).where(MessageItem.chase == chase).execute()


def save_entry(chase: Chase, item: moves.Item, *, is_out: bool = False) -> None:
    """Write where an instalment joins the plan of its chase."""
    Entry.insert(
        chase=chase.id,
        instalment=item.key,
        enters_on=item.enters_on,
        step=item.entry_step,
        anchor_on=item.anchor_on,
        is_out=is_out,
    ).on_conflict(
        conflict_target=[Entry.instalment],
        update={
            Entry.chase: chase.id,
            Entry.enters_on: item.enters_on,
            Entry.step: item.entry_step,
            Entry.anchor_on: item.anchor_on,
            Entry.is_out: is_out,
        },
    ).execute()


def stop(chase: Chase, *, because: str, by: User | None, now: dt.datetime) -> None:
    """End a chase: nothing more leaves, queued messages are cancelled or lose this invoice.

    Switched off by a person, it is a setting of its invoice from then on, whatever sequence the client follows.
    """
    with transaction():
        chase.client.take_turn()
        own = {"is_inherited": False} if because == "switched_off" else {}
        ended = (
            Chase.update(ended_at=now, ended_because=because, next_check_at=None, version=Chase.version + 1, **own)
            .where(Chase.id == chase.id, Chase.ended_at.is_null())
            .execute()
        )
        if not ended:
            return
        cancelled = cancelling.cancel_queued(chase.invoice, because=because, now=now)
        kind = "chase_finished" if because == "finished" else "chase_stopped"
        record(
            kind,
            account=chase.account_id,
            client=chase.client_id,
            invoice=chase.invoice_id,
            user=by,
            at=now,
            because=because,
            cancelled=cancelled,
        )


def stop_if_settled(invoice: Invoice, *, now: dt.datetime, by: User | None) -> int:
    """After a payment: end the chase of a settled invoice, cancel what waits. Returns the steps that fall away."""
    with transaction():
        _cancel_if_paid(invoice, now)
        chase = chase_of(invoice)
        if chase is None or not chase.is_active:
            return 0
        if invoice.state in FINAL:
            coming = _coming(chase, now)
            stop(chase, because=invoice.state, by=by, now=now)
            return coming
        schedule_check(chase.client_id, now)
        return 0


def _cancel_if_paid(invoice: Invoice, now: dt.datetime) -> None:
    if invoice.state in FINAL:
        cancelling.cancel_queued(invoice, because=invoice.state, now=now)
    else:
        cancelling.render_again(invoice)


def _coming(chase: Chase, now: dt.datetime) -> int:
    """How many reminders were still to come (for « Les 3 relances prévues sont annulées »)."""
    account = chase.account
    calendar = situations.policy_of(account).calendar
    today = today_of(account, now)
    counts = [0]
    for tracked in situations.load(account, [chase.client_id], today)[chase.client_id].tracked.values():
        if tracked.chase.id == chase.id and tracked.item.stop != "backlog":
            counts.append(len(moves.remaining_steps(replace(tracked.item, stop=""), calendar, today)))
    return max(counts)


def resume_if_reopened(invoice: Invoice, *, now: dt.datetime, by: User | None) -> Chase | None:
    """A paid or cancelled invoice asks for money again: its chase goes on at the first step dated today or later.

    Steps before it are past; without any left the chase stays ended as « finished ».
    """
    with transaction():
        invoice.client.take_turn()
        chase = chase_of(invoice)
        if chase is None or chase.ended_because not in ("paid", "cancelled", "written_off") or invoice.state != "sent":
            return None
        if chase.is_inherited and chase.sequence_id != Client.get_by_id(invoice.client_id).sequence_id:
            # Its client left that sequence meanwhile: it follows today's, if any (entering.follow_if_free).
            Chase.update(ended_because="unenrolled").where(Chase.id == chase.id).execute()
            return None
        account = invoice.account
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        rows = {row.instalment_id: row for row in Entry.select().where(Entry.chase == chase)}
        out = {key for key, row in rows.items() if row.is_out}
        # Begun gently, the spacing the user saw stays; only what fell before today is past.
        items = [
            replace(
                item, enters_on=today, entry_step=None, anchor_on=rows[item.key].anchor_on if item.key in rows else None
            )
            for item in plan_items(invoice, plan_of(chase), account)
        ]
        has_more = bool(out) or any(moves.remaining_steps(item, calendar, today) for item in items)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            save_entry(chase, item, is_out=item.key in out)
        chase.ended_at, chase.ended_because = (None, "") if has_more else (now, "finished")
        chase.save()
        schedule_check(chase.client_id, now)
        record(
            "chase_resumed" if has_more else "chase_finished",
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            because="reopened",
        )
        return Chase.get_by_id(chase.id)


def refresh(invoice: Invoice, *, now: dt.datetime, dates_changed: bool = False) -> None:
    """After a due date, an amount, the instalments or the state changed: recompute what was not sent.

    With ``dates_changed`` (a new due date, a draft that is sent at last), a step whose day is then
    past is skipped for that instalment. What waits in the queue is rendered again.
    """
    with transaction():
        chase = chase_of(invoice)
        if chase is None or not chase.is_active:
            return
        if invoice.state in FINAL:
            stop(chase, because=invoice.state, by=None, now=now)
            return
        account = invoice.account
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        known = {entry.instalment_id for entry in Entry.select(Entry.instalment).where(Entry.chase == chase)}
        for item in plan_items(invoice, plan_of(chase), account):
            if item.key not in known:
                save_entry(chase, enter(item, calendar, today, "next"))
        if dates_changed:
            late = (Entry.chase == chase, Entry.step.is_null(), Entry.anchor_on.is_null(), Entry.enters_on < today)
            Entry.update(enters_on=today).where(*late).execute()
        _cancel_if_paid(invoice, now)
        schedule_check(chase.client_id, now)


def refresh_account(account: Account, *, now: dt.datetime) -> None:
    """After the account's days, hours, gap or minimum changed: look again at every chase and quote at the next tick."""
    Chase.update(next_check_at=now).where(Chase.account == account, Chase.ended_at.is_null()).execute()
    Quote.update(next_check_at=now).where(Quote.account == account, Quote.next_check_at.is_null(False)).execute()


def schedule_check(client_id: int, now: dt.datetime) -> None:
    """Ask the worker to look at this client's chases and quotes at its next tick; it then writes the true next date."""
    Chase.update(next_check_at=now).where(Chase.client == client_id, Chase.ended_at.is_null()).execute()
    Quote.update(next_check_at=now).where(Quote.client == client_id, Quote.next_check_at.is_null(False)).execute()
