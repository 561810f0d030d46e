"""From a decision of the day to a message in the queue: the claim on (client, day)."""

import datetime as dt
import json
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from relance.db import transaction
from relance.mail.mail import new_message_id, new_token
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import record
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.models.quotes import Quote
from relance.rules import calendar as cal
from relance.rules import moves, schedule
from relance.rules.schedule import Decision, Pick
from relance.services import bringing_up, cancelling, composing, deferring, situations
from relance.services.composing import Composed, Part
from relance.services.situations import Situation

log = logging.getLogger(__name__)


def slot_of(client_id: int, day: dt.date) -> str:
    """What makes an automatic reminder unique in the database: its client and its day."""
    return f"client-{client_id}:{day.isoformat()}"


def advance_due(now: dt.datetime, *, domain: str, limit: int = 1000) -> list[int]:
    """Decide for every client whose hint has come; return the ids of the messages put in the queue.

    The ids are read first, then each client has a short transaction of its own.
    """
    due = (
        Chase.select(Chase.account, Chase.client)
        .where(Chase.next_check_at <= now)
        .order_by(Chase.next_check_at)
        .limit(limit)
        .tuples()
    )
    found = dict.fromkeys(due)
    accounts: dict[int, Account] = {}
    queued = []
    for account_id, client_id in found:
        if account_id not in accounts:
            accounts[account_id] = Account.get_by_id(account_id)
        try:
            message_id = advance_client(accounts[account_id], client_id, now, domain=domain)
        except Exception:  # one client whose rows cannot be read must not hold the others
            log.exception("client %s cannot be advanced; trying again in an hour", client_id)
            later = now + dt.timedelta(hours=1)
            Chase.update(next_check_at=later).where(Chase.client == client_id, Chase.next_check_at <= now).execute()
            continue
        if message_id is not None:
            queued.append(message_id)
    return queued


def advance_client(account: Account, client_id: int, now: dt.datetime, *, domain: str) -> int | None:
    """Decide for one client now, in one transaction. Returns the id of the message it queued, if any.

    A message that must be said yes to is only proposed: no id is returned, and it is decided anew every day.
    """
    with transaction():
        client = Client.get_by_id(client_id)
        client.take_turn()
        wall = cal.local_datetime(now, account.time_zone)
        today, minute = wall.date(), wall.hour * 60 + wall.minute
        cancelling.withdraw_stale_proposals(client_id, today)
        situation = situations.load(account, [client_id], today)[client_id]
        calendar = situation.policy.calendar
        opens_on = deferring.opening(account, calendar, today, minute)
        if account.suspended_at is not None:
            deferring.check_again(situation, {}, now, default=calendar.next_working(today + moves.DAY))
            return None
        if opens_on is not None:
            checks = deferring.first_checks(situation, opens_on)
            deferring.check_again(situation, checks, now, default=opens_on)
            return None
        decision = schedule.decide(situation.items, situation.past, situation.policy, today)
        message_id = _queue(situation, decision, now, domain) if decision.picks else None
        bringing_up.bring_up(situation, decision, now)
        deferring.write_skips(situation, decision, now, has_message=message_id is not None)
        deferring.write_waits(situation, decision, now)
        deferring.end_finished(situation, decision, now)
        situation = situations.load(account, [client_id], today, situation.policy)[client_id]
        checks = schedule.next_check(situation.items, situation.past, situation.policy, today)
        deferring.check_again(situation, checks, now, default=None)
        asks = any(situation.tracked[pick.item.key].asks for pick in decision.picks)
        return None if asks else message_id


def _queue(situation: Situation, decision: Decision, now: dt.datetime, domain: str) -> int | None:
    """Write the message of the day with its items, unless another worker holds the (client, day)."""
    account, client = situation.account, situation.client
    asks = any(situation.tracked[pick.item.key].asks for pick in decision.picks)
    composed = compose_picks(situation, decision.picks, decision.lead.step.template, decision.day)
    message_id = insert_message(
        composed,
        account=account,
        client=client,
        kind="reminder",
        slot=slot_of(client.id, decision.day),
        day=decision.day,
        now=now,
        not_before=now,
        domain=domain,
        state="proposed" if asks else "queued",
    )
    if message_id is None:
        return None
    for pick in decision.picks:
        tracked = situation.tracked[pick.item.key]
        MessageItem.create(
            message=message_id,
            chase=tracked.chase,
            invoice=tracked.invoice,
            instalment=tracked.instalment,
            step=pick.step.index,
            offset_days=pick.step.offset_days,
            template=pick.step.template,
            planned_on=pick.planned_on,
            is_on_plan=pick.is_on_plan,
            balance_cents=tracked.instalment.balance_cents,
            slot=f"{tracked.chase.id}:{pick.item.key}:{pick.step.index}",
        )
        moved = schedule.after_sending(pick.item, pick, decision.skips, decision.day)
        if moved.anchor_on != pick.item.anchor_on:
            Entry.update(anchor_on=moved.anchor_on).where(Entry.instalment == pick.item.key).execute()
    for invoice_id in dict.fromkeys(situation.tracked[p.item.key].invoice.id for p in decision.picks):
        if asks and deferring.is_proposed_already(invoice_id, composed.template):
            continue
        record(
            "reminder_proposed" if asks else "reminder_queued",
            account=account,
            client=client,
            invoice=invoice_id,
            message=message_id,
            at=now,
            template=composed.template,
            to=[email for _, email in composed.to],
        )
    return message_id


def compose_picks(
    situation: Situation,
    picks: Sequence[Pick],
    template: str,
    today: dt.date,
    owner: User | None = None,
    previous_on: dt.date | None = None,
) -> Composed:
    """The text of these instalments' message. Copies the user, and attaches, if any of them asks."""
    tracked = [situation.tracked[pick.item.key] for pick in picks]
    parts = [Part(t.invoice, t.instalment, granted_on=t.granted_on) for t in tracked]
    return composing.prepare(
        situation.account,
        situation.client,
        parts,
        tracked[0].contacts,
        template=template,
        today=today,
        copies_user=any(t.chase.copies_user for t in tracked),
        attaches_invoice=any(t.chase.attaches_invoice for t in tracked),
        owner=owner,
        previous_on=previous_on,
        claims_fees=all(t.claims_fees for t in tracked),
    ).write()


def insert_message(
    composed: Composed,
    *,
    account: Account,
    client: Client,
    kind: str,
    slot: str | None,
    day: dt.date,
    now: dt.datetime,
    not_before: dt.datetime,
    domain: str,
    user: User | None = None,
    token: str = "",
    state: str = "queued",
    quote: Quote | None = None,
) -> int | None:
    """Insert a message that is queued, or proposed; None when its slot, or the given token, is taken.

    Its attachments come with it.
    """
    token = token or new_token()
    values: dict[str, Any] = {
        "account": account,
        "client": client,
        "user": user,
        "kind": kind,
        "quote": quote,
        "is_automatic": kind == "reminder" or (kind == "quote" and user is None),
        "day_on": day,
        "slot": slot,
        "state": state,
        "message_id": new_message_id(token, domain),
        "token": token,
        "not_before_at": not_before,
        "created_at": now,
        **content_of(composed),
    }
    if Message.insert(**values).on_conflict_ignore().as_rowcount().execute() == 0:
        return None
    message = Message.get(Message.token == token)
    attach(message.id, composed.document_ids)
    return int(message.id)


def content_of(composed: Composed) -> dict[str, Any]:
    """The columns of a message that its text fills."""
    return {
        "template": composed.template,
        "language": composed.language,
        "to_json": json.dumps(composed.to, ensure_ascii=False),
        "cc_json": json.dumps(composed.cc, ensure_ascii=False),
        "from_name": composed.from_name,
        "reply_to": composed.reply_to,
        "subject": composed.subject,
        "body_text": composed.text,
        "body_html": composed.html,
        "references": composed.references,
        "facts": composed.facts,
        "currency": composed.currency,
        "total_cents": composed.total_cents,
    }


def attach(message_id: int, document_ids: Iterable[int]) -> None:
    """Replace the attachments of a message."""
    MessageAttachment.delete().where(MessageAttachment.message == message_id).execute()
    rows = [{"message": message_id, "document": document_id} for document_id in document_ids]
    if rows:
        MessageAttachment.insert_many(rows).execute()
