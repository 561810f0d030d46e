"""One message of a batch: the text, rows and traces of a reminder by hand, for several invoices of a client."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from relance.models.accounts import Account
from relance.models.batches import Batch, BatchLine
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.rules import schedule
from relance.rules.schedule import Pick
from relance.services import (
    batch_review,
    chasing,
    composing,
    forecasting,
    holds,
    queueing,
    sending_by_hand,
    situations,
    writing,
)
from relance.services.composing import Composed, Part

CHANGED = "balance_changed"
GONE = "contact_gone"
WRITTEN = "written"
LEAVES = ("queued", "sending", "sent", "uncertain")


def compose(
    account: Account,
    invoices: Sequence[Invoice],
    contacts: Sequence[Contact],
    template: str,
    now: dt.datetime,
    *,
    copies_user: bool,
) -> Composed:
    """The message of a line as it would leave now. ValueError when the text cannot be written."""
    today = chasing.today_of(account, now)
    frames = holds.frames(account.id, {invoice.id: invoice.client_id for invoice in invoices}, today)
    parts = []
    for invoice in invoices:
        frame = frames.get(invoice.id)
        granted_on = frame.granted_on if frame is not None else None
        for row in writing.spoken_of(invoice, today, template):
            is_later = granted_on is not None and granted_on > row.due_on
            parts.append(Part(invoice, row, granted_on=granted_on if is_later else None))
    chases = Chase.select().where(Chase.invoice.in_([invoice.id for invoice in invoices]), Chase.ended_at.is_null())
    attaches = [chase.attaches_invoice for chase in chases] or [account.attaches_invoice]
    return composing.prepare(
        account,
        invoices[0].client,
        parts,
        contacts,
        template=template,
        today=today,
        copies_user=copies_user,
        attaches_invoice=any(attaches),
    ).write()


def send_line(line: BatchLine, batch: Batch, *, now: dt.datetime, domain: str) -> str:
    """Put the message of a line in the queue; '' when it is there, else why it was set aside.

    Called in a transaction; takes the client's turn and reads everything again. A line whose invoices are no
    longer owed as they were confirmed, or whose recipients changed, is not sent: the person confirmed something else.
    """
    client = Client.get_by_id(line.client_id)
    client.take_turn()
    account = Account.get_by_id(batch.account_id)
    leaves_at = max(now, batch.not_before_at)
    today = chasing.today_of(account, leaves_at)
    ids = json.loads(line.invoice_ids)
    query = Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account, Invoice.id.in_(ids))
    invoices = sorted(query, key=lambda invoice: ids.index(invoice.id))
    reason = _refusal(account, line, ids, invoices, today) or _written_since(line, batch)
    if reason:
        return reason
    contacts = batch_review.recipients_of(invoices[0])
    if sorted(contact.id for contact in contacts) != sorted(json.loads(line.contact_ids)):
        return GONE
    composed = compose(account, invoices, contacts, line.template, leaves_at, copies_user=batch.copies_user)
    spoken = {row.id: row for invoice in invoices for row in writing.spoken_of(invoice, today, line.template)}
    replaced = _replaced(account, client, set(spoken), leaves_at)
    message_id = queueing.insert_message(
        composed,
        account=account,
        client=client,
        kind="manual",
        slot=None,
        day=today,
        now=now,
        not_before=batch.not_before_at,
        domain=domain,
        user=batch.user,
        token=hashlib.sha256(f"{account.id}:batch:{batch.id}:{line.position}".encode()).hexdigest()[:20],
    )
    by_invoice = {invoice.id: invoice for invoice in invoices}
    for row in spoken.values():
        sending_by_hand.add_item(message_id, by_invoice[row.invoice_id], row, line.template, replaced.get(row.id))
    facts = {"choice": "manuel"} if line.template != line.proposed else {}
    for invoice in invoices:
        days = [
            replaced[row.id].planned_on
            for row in spoken.values()
            if row.invoice_id == invoice.id and row.id in replaced
        ]
        record(
            "reminder_queued",
            account=account,
            client=client,
            invoice=invoice,
            message=message_id,
            user=batch.user,
            at=now,
            template=line.template,
            to=[email for _, email in composed.to],
            batch=batch.id,
            **facts,
            **({"replaces": min(days).isoformat()} if days else {}),
        )
    chasing.schedule_check(client.id, now)
    BatchLine.update(state="queued", message=message_id).where(BatchLine.id == line.id).execute()
    return ""


def _refusal(account: Account, line: BatchLine, ids: list[int], invoices: list[Invoice], today: dt.date) -> str:
    """Why the line may not leave as it was confirmed, or ''."""
    if account.suspended_at is not None:
        return "suspended"
    if len(invoices) != len(ids):
        return "gone"
    if any(invoice.client_id != line.client_id for invoice in invoices):
        return GONE  # its client was merged into another, whose turn is not taken here
    shown = json.loads(line.balances)
    for invoice in invoices:
        reason = batch_review.refusal(account, invoice, today)
        if reason:
            return reason
        if invoice.balance_cents != shown.get(str(invoice.id)):
            return CHANGED
    return ""


def _written_since(line: BatchLine, batch: Batch) -> str:
    """« written » when something else was sent to the client after the person confirmed: they did not see it."""
    own = BatchLine.select(BatchLine.message).where(BatchLine.batch == batch, BatchLine.message.is_null(False))
    others = Message.select().where(
        Message.client == line.client_id,
        Message.kind.in_(batch_review.TO_CLIENTS),
        Message.state.in_(LEAVES),
        Message.created_at > batch.created_at,
        Message.id.not_in(own),
    )
    return WRITTEN if others.exists() else ""


def _replaced(account: Account, client: Client, spoken: set[int], now: dt.datetime) -> dict[int, Pick]:
    """By instalment, its next planned step when that falls within the gap: the message takes its place."""
    today = chasing.today_of(account, now)
    situation = situations.load(account, [client.id], today)[client.id]
    last = today + dt.timedelta(account.min_gap_days - 1)
    start = forecasting.first_day(account, now)
    found: dict[int, Pick] = {}
    for decision in schedule.preview(situation.items, situation.past, situation.policy, start, last):
        for pick in decision.picks:
            if pick.item.key in spoken:
                found.setdefault(pick.item.key, pick)
    return found
