"""Sending by hand: the message in the queue, the planned step it replaces, the minute in which it can be undone."""

import datetime as dt
import hashlib
from typing import Any

from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import schedule
from relance.rules.schedule import Pick
from relance.services import chasing, desk, enclosing, forecasting, proposing, queueing, situations, writing
from relance.services.leaving import UNDO
from relance.services.writing import Draft

__all__ = ["UNDO", "add_item", "replaceable", "send", "token_of", "undo"]


def replaceable(
    invoice: Invoice, template: str, now: dt.datetime, leaves_at: dt.datetime | None = None
) -> tuple[dt.date, tuple[Pick, ...]] | None:
    """The next planned step about the same instalments within the gap of a message: its day and its picks.

    ``leaves_at`` (UTC): when the message leaves; ``now`` by default.
    """
    account = invoice.account
    if desk.read(invoice).chase is None:
        return None
    today, day = chasing.today_of(account, now), chasing.today_of(account, leaves_at or now)
    spoken = {row.id for row in writing.asked_for(desk.read(invoice).instalments, day, template)}
    situation = situations.load(account, [invoice.client_id], today)[invoice.client_id]
    near = dt.timedelta(account.min_gap_days - 1)
    start = forecasting.first_day(account, now)
    for decision in schedule.preview(situation.items, situation.past, situation.policy, start, day + near):
        picks = tuple(pick for pick in decision.picks if pick.item.key in spoken)
        if picks:
            # An earlier one leaves on its own day: taking the place of a later one would pass it over.
            return (decision.day, picks) if decision.day >= day - near else None
    return None


def token_of(account_id: int, key: str) -> str:
    """The token of the message a form makes: the same form, sent twice, is the same message."""
    return hashlib.sha256(f"{account_id}:{key}".encode()).hexdigest()[:20]


def send(
    invoice: Invoice,
    draft: Draft,
    *,
    key: str,
    by: User,
    now: dt.datetime,
    domain: str,
    leaves_at: dt.datetime | None = None,
) -> Message:
    """Put the message in the queue; it leaves ``leaves_at`` (UTC), after a minute by default. ``key``: one per form.

    One transaction: the client's turn, the message, its items (with the step it replaces) and the event.
    WritingError when it may not be sent, BalanceError when another amount was shown. The same key gives the
    message it already made.
    """
    enclosed = enclosing.of_draft(invoice, draft, leaves_at or now, now)
    with transaction():
        invoice.client.take_turn()
        invoice = Invoice.get_by_id(invoice.id)
        account = invoice.account
        token = token_of(account.id, key)
        known: Message | None = Message.get_or_none(Message.token == token)
        if known is not None:
            return known
        reason = writing.refusal(invoice)
        if reason:
            raise writing.WritingError(reason)
        if draft.seen_cents not in (None, invoice.balance_cents):
            raise writing.BalanceError
        day = chasing.today_of(account, leaves_at or now)
        proposed = proposing.of_invoice(invoice, day).template
        composed = writing.compose(invoice, draft, leaves_at or now)
        replaced = replaceable(invoice, draft.template, now, leaves_at) if draft.replaces_next else None
        message_id = queueing.insert_message(
            composed,
            account=account,
            client=invoice.client,
            kind="manual",
            slot=None,
            day=day,
            now=now,
            not_before=leaves_at or now + UNDO,
            domain=domain,
            user=by,
            token=token,
        )
        if draft.words is not None:
            Message.update(is_edited=True).where(Message.id == message_id).execute()
        if enclosed is not None and message_id is not None:
            enclosing.enclose(message_id, enclosed)
        picks = {pick.item.key: pick for pick in replaced[1]} if replaced else {}
        for row in writing.spoken_of(invoice, day, draft.template):
            add_item(message_id, invoice, row, draft.template, picks.get(row.id))
        facts: dict[str, str] = {"choice": "manuel"} if draft.template != proposed else {}
        if replaced:
            facts["replaces"] = replaced[0].isoformat()
        if draft.variant:
            facts["variant"] = draft.variant
        if leaves_at is not None and leaves_at > now + UNDO:
            facts["leaves_at"] = leaves_at.isoformat()
        record(
            "reminder_queued",
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            message=message_id,
            user=by,
            at=now,
            template=draft.template,
            to=[email for _, email in composed.to],
            **facts,
        )
        chasing.schedule_check(invoice.client_id, now)
        message: Message = Message.get_by_id(message_id)
        return message


def add_item(message_id: int | None, invoice: Invoice, row: Instalment, template: str, pick: Pick | None) -> None:
    """An instalment in the message. With ``pick``, it takes that step's place: the step is not sent again."""
    chase = chasing.chase_of(invoice)
    is_chased = chase is not None and chase.is_active
    step: dict[str, Any] = {}
    if pick is not None and chase is not None:
        step = {
            "step": pick.step.index,
            "offset_days": pick.step.offset_days,
            "planned_on": pick.planned_on,
            "is_on_plan": False,  # it leaves on a day of its own: the gap counts from there
            "slot": f"{chase.id}:{row.id}:{pick.step.index}",
        }
    MessageItem.create(
        message=message_id,
        chase=chase if is_chased else None,
        invoice=invoice,
        instalment=row,
        template=template,
        balance_cents=row.balance_cents,
        **step,
    )


def undo(message: Message, *, by: User, now: dt.datetime) -> bool:
    """Cancel a message sent by hand while it still waits; the step it replaced is planned again.

    False when it has already left, or was not sent by hand.
    """
    with transaction():
        client = Client.get_by_id(message.client_id)
        client.take_turn()
        done = (
            Message.update(state="cancelled", slot=None, error="undone")
            .where(Message.id == message.id, Message.state == "queued", Message.kind.in_(("manual", "thanks")))
            .execute()
        )
        if not done:
            return False
        items = MessageItem.select(MessageItem.invoice).where(MessageItem.message == message).distinct().tuples()
        for (invoice_id,) in list(items):
            record(
                "reminder_cancelled",
                account=message.account_id,
                client=message.client_id,
                invoice=invoice_id,
                message=message,
                user=by,
                at=now,
                because="undone",
                template=message.template,
            )
        MessageItem.update(slot=None).where(MessageItem.message == message).execute()
        chasing.schedule_check(message.client_id, now)
        return True
