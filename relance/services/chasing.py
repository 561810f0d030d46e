"""Switching reminders on and off for an invoice, and keeping their next check right."""

import datetime as dt
from dataclasses import replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, ChaseContact, Entry
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import moves
from relance.services import situations
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
    "plan_of",
    "refresh",
    "refresh_account",
    "resume_if_reopened",
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
            "ended_at": None,
            "ended_because": "",
        }
        is_change = chase is not None and chase.is_active
        if chase is None:
            chase = Chase.create(
                account=account, client=invoice.client_id, invoice=invoice, started_by=by, started_at=now, **values
            )
        else:
            Chase.update(version=Chase.version + 1, **values).where(Chase.id == chase.id).execute()
            chase = Chase.get_by_id(chase.id)
        _cancel_queued(invoice, because="changed", now=now)
        ChaseContact.delete().where(ChaseContact.chase == chase).execute()
        ChaseContact.insert_many([{"chase": chase.id, "contact": c.id} for c in contacts]).execute()
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        items = entered_items(invoice, plan, account, calendar, today)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            _save_entry(chase, item)
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
        )
        return Chase.get_by_id(chase.id)


def _save_entry(chase: Chase, item: moves.Item) -> None:
    Entry.insert(
        chase=chase.id,
        instalment=item.key,
        enters_on=item.enters_on,
        step=item.entry_step,
        anchor_on=item.anchor_on,
    ).on_conflict(
        conflict_target=[Entry.instalment],
        update={
            Entry.chase: chase.id,
            Entry.enters_on: item.enters_on,
            Entry.step: item.entry_step,
            Entry.anchor_on: item.anchor_on,
        },
    ).execute()


def stop(chase: Chase, *, because: str, by: User | None, now: dt.datetime) -> None:
    """End a chase: nothing more leaves, queued messages are cancelled or lose this invoice."""
    with transaction():
        chase.client.take_turn()
        ended = (
            Chase.update(ended_at=now, ended_because=because, next_check_at=None, version=Chase.version + 1)
            .where(Chase.id == chase.id, Chase.ended_at.is_null())
            .execute()
        )
        if not ended:
            return
        cancelled = _cancel_queued(chase.invoice, because=because, now=now)
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


def _cancel_queued(invoice: Invoice, *, because: str, now: dt.datetime) -> int:
    """Take the invoice out of messages that wait; cancel those that then ask for nothing. Counts them."""
    rows = list(
        MessageItem.select(MessageItem, Message)
        .join(Message)
        .where(MessageItem.invoice == invoice, Message.state == "queued", Message.kind.in_(("reminder", "manual")))
    )
    cancelled = 0
    for message_id in {row.message_id for row in rows}:
        MessageItem.update(slot=None).where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        MessageItem.delete().where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        if MessageItem.select().where(MessageItem.message == message_id).exists():
            Message.update(facts="").where(Message.id == message_id, Message.state == "queued").execute()
            continue
        done = Message.update(state="cancelled", slot=None, error=because).where(
            Message.id == message_id, Message.state == "queued"
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
        _cancel_queued(invoice, because=invoice.state, now=now)
    else:
        message_ids = [
            row.message_id
            for row in MessageItem.select(MessageItem.message)
            .join(Message)
            .where(MessageItem.invoice == invoice, Message.state == "queued")
        ]
        Message.update(facts="").where(Message.id.in_(message_ids), Message.state == "queued").execute()


def _coming(chase: Chase, now: dt.datetime) -> int:
    """How many reminders were still to come (for « Les 3 relances prévues sont annulées »)."""
    account = chase.account
    calendar = situations.policy_of(account).calendar
    today = today_of(account, now)
    counts = [0]
    for tracked in situations.load(account, [chase.client_id], today)[chase.client_id].tracked.values():
        if tracked.chase.id == chase.id:
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
        account = invoice.account
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        anchors = {row.instalment_id: row.anchor_on for row in Entry.select().where(Entry.chase == chase)}
        # Begun gently, the spacing the user saw stays; only what fell before today is past.
        items = [
            replace(item, enters_on=today, entry_step=None, anchor_on=anchors.get(item.key))
            for item in plan_items(invoice, plan_of(chase), account)
        ]
        has_more = any(moves.remaining_steps(item, calendar, today) for item in items)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            _save_entry(chase, item)
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
                _save_entry(chase, enter(item, calendar, today, "next"))
        if dates_changed:
            late = (Entry.chase == chase, Entry.step.is_null(), Entry.anchor_on.is_null(), Entry.enters_on < today)
            Entry.update(enters_on=today).where(*late).execute()
        _cancel_if_paid(invoice, now)
        schedule_check(chase.client_id, now)


def refresh_account(account: Account, *, now: dt.datetime) -> None:
    """After the account's days, hours, gap or minimum changed: look again at every chase at the next tick."""
    Chase.update(next_check_at=now).where(Chase.account == account, Chase.ended_at.is_null()).execute()


def schedule_check(client_id: int, now: dt.datetime) -> None:
    """Ask the worker to look at this client's chases at its next tick; it then writes the true next date."""
    Chase.update(next_check_at=now).where(Chase.client == client_id, Chase.ended_at.is_null()).execute()
