"""Reminders sent to many clients by one gesture: confirmed once, written down, then made one client at a time.

The rows are the queue: whoever runs (the page, the worker, ``tick``) takes the lines that wait. A form sent
twice is one batch, a line is one message, whatever stops in between.
"""

import datetime as dt
import hashlib
import json
import logging
from dataclasses import dataclass

from peewee import JOIN, OperationalError, fn

from relance.db import transaction
from relance.models.accounts import Account, Heartbeat, User
from relance.models.batches import Batch, BatchLine
from relance.models.clients import Client
from relance.models.events import record
from relance.models.messages import Message
from relance.services import batch_review, chasing, rechecking, sending_by_hand, sending_many
from relance.services.batch_review import Review

log = logging.getLogger(__name__)

AT_ONCE = 20  # lines made while the page waits; the worker makes the others
SILENCE = dt.timedelta(minutes=2)  # without a worker for so long, the page makes them all
SUSPENDED = "Les envois de votre compte sont suspendus : reprenez-les d'abord, depuis le tableau de bord."
NOTHING = "Aucune relance ne peut partir pour ces factures."
STALE = "Un solde ou une adresse a changé pendant que cette page était ouverte : vérifiez la liste, puis confirmez."
WRITTEN = "Un autre envoi à l'un de ces clients vient d'être confirmé : vérifiez la liste, puis confirmez."
UNDOABLE = ("queued",)


class BatchError(Exception):
    """It cannot be sent like this; the text is French. ``is_stale``: what was shown is no longer true."""

    def __init__(self, sentence: str, *, is_stale: bool = False) -> None:
        super().__init__(sentence)
        self.is_stale = is_stale


@dataclass(frozen=True)
class Shown:
    """What the person saw when they confirmed: balances by invoice (cents) and contacts by line."""

    balances: dict[int, int]
    contact_ids: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Progress:
    """Where a batch stands: how many lines in each state, and those of its messages."""

    total: int
    waiting: int
    aside: int
    queued: int
    sent: int
    failed: int
    cancelled: int

    @property
    def is_prepared(self) -> bool:
        """True when every line became a message or was set aside."""
        return self.waiting == 0

    @property
    def is_over(self) -> bool:
        """True when nothing of it will change by itself."""
        return self.is_prepared and self.queued == 0


def opens_at(account: Account, now: dt.datetime) -> dt.datetime | None:
    """The next hour of sending (UTC) when now is outside the account's days and hours, else None."""
    return rechecking.opening(account, now)


def confirm(
    account: Account,
    review: Review,
    shown: Shown,
    *,
    key: str,
    copies_user: bool,
    waits: bool,
    by: User,
    now: dt.datetime,
) -> Batch:
    """Write down what was confirmed: the batch, a line for each message, the event. Nothing is queued yet.

    ``waits``: leave at the next hour of sending instead of in a minute. The same ``key`` gives the batch it already
    made. BatchError when nothing would leave, when the account is suspended, or when what was shown has changed.
    """
    token = hashlib.sha256(f"{account.id}:batch:{key}".encode()).hexdigest()[:40]
    with transaction():
        Account.update(business_name=Account.business_name).where(Account.id == account.id).execute()  # one at a time
        known: Batch | None = Batch.get_or_none(Batch.key == token)
        if known is not None:
            return known
        account = Account.get_by_id(account.id)
        if account.suspended_at is not None:
            raise BatchError(SUSPENDED)
        leaving = review.leaving
        if not leaving:
            raise BatchError(NOTHING)
        for line in leaving:
            seen = all(shown.balances.get(invoice.id) == invoice.balance_cents for invoice in line.invoices)
            if not seen or set(shown.contact_ids.get(line.key, ())) != {contact.id for contact in line.contacts}:
                raise BatchError(STALE, is_stale=True)
        # Two tabs, two forms: the list of the second was made before the first was confirmed.
        last = batch_review.last_written({line.client.id for line in leaving}, chasing.today_of(account, now))
        if any(last.get(line.client.id) != line.last_on for line in leaving):
            raise BatchError(WRITTEN, is_stale=True)
        next_opening = opens_at(account, now)
        at = next_opening if waits and next_opening is not None else now + sending_by_hand.UNDO
        batch: Batch = Batch.create(
            account=account, user=by, key=token, copies_user=copies_user, not_before_at=at, created_at=now
        )
        rows = [
            {
                "batch": batch.id,
                "position": position,
                "client": line.client.id,
                "template": line.template,
                "proposed": line.proposed,
                "invoice_ids": json.dumps([invoice.id for invoice in line.invoices]),
                "contact_ids": json.dumps([contact.id for contact in line.contacts]),
                "balances": json.dumps({str(invoice.id): invoice.balance_cents for invoice in line.invoices}),
                "balance_cents": line.balance_cents,
                "currency": line.currency,
            }
            for position, line in enumerate(leaving)
        ]
        for start in range(0, len(rows), 100):
            BatchLine.insert_many(rows[start : start + 100]).execute()
        record("batch_queued", account=account, user=by, at=now, count=len(rows), batch=batch.id)
        return batch


def advance(now: dt.datetime, *, domain: str) -> list[int]:
    """Make the messages of every batch that is not finished. Returns the ids of the new messages."""
    made: list[int] = []
    for (batch_id,) in list(Batch.select(Batch.id).where(Batch.finished_at.is_null()).order_by(Batch.id).tuples()):
        made += work(batch_id, now, domain=domain)
    return made


def work(batch_id: int, now: dt.datetime, *, domain: str, limit: int | None = None) -> list[int]:
    """Make the messages of a batch, ``limit`` lines at most: one short transaction each. Safe to run twice at once."""
    waiting = BatchLine.select(BatchLine.id).where(BatchLine.batch == batch_id, BatchLine.state == "waiting")
    made = []
    for (line_id,) in list(waiting.order_by(BatchLine.position).limit(limit).tuples()):
        try:
            message_id = _make(line_id, batch_id, now, domain)
        except OperationalError:  # a busy database: the line waits for the next run
            log.warning("line %s of batch %s waits: the database is busy", line_id, batch_id)
            continue
        except Exception:  # one line that cannot be written must not hold the others
            log.exception("line %s of batch %s cannot be made", line_id, batch_id)
            _set_aside(line_id, "unwritable")
            continue
        if message_id is not None:
            made.append(message_id)
    if not waiting.exists():
        Batch.update(finished_at=now).where(Batch.id == batch_id, Batch.finished_at.is_null()).execute()
    return made


def work_at_once(batch: Batch, now: dt.datetime, *, domain: str) -> None:
    """Make the first lines while the person waits; all of them when no worker was seen lately."""
    beat = Heartbeat.get_or_none(Heartbeat.name == "worker")
    has_worker = beat is not None and now - beat.seen_at < SILENCE
    work(batch.id, now, domain=domain, limit=AT_ONCE if has_worker else None)


def _make(line_id: int, batch_id: int, now: dt.datetime, domain: str) -> int | None:
    """One line: its message's id, or None when another run made it or it was set aside."""
    with transaction():
        # Two runs of a batch, and the click that undoes it, come one after the other.
        Batch.update(key=Batch.key).where(Batch.id == batch_id).execute()
        line, batch = BatchLine.get_by_id(line_id), Batch.get_by_id(batch_id)
        if line.state != "waiting":
            return None
        if batch.undone_at is not None:
            reason = "undone"
        else:
            reason = sending_many.send_line(line, batch, now=now, domain=domain)
        if reason:
            _set_aside(line_id, reason)
            return None
        message_id: int = BatchLine.get_by_id(line_id).message_id
        return message_id


def _set_aside(line_id: int, reason: str) -> None:
    BatchLine.update(state="aside", reason=reason).where(
        BatchLine.id == line_id, BatchLine.state == "waiting"
    ).execute()


def undo(batch: Batch, *, by: User, now: dt.datetime) -> int:
    """Cancel what has not left yet; the steps it replaced are planned again. Returns how many messages that were."""
    with transaction():
        is_first = Batch.update(undone_at=now).where(Batch.id == batch.id, Batch.undone_at.is_null()).execute()
        BatchLine.update(state="aside", reason="undone").where(
            BatchLine.batch == batch, BatchLine.state == "waiting"
        ).execute()
        Batch.update(finished_at=now).where(Batch.id == batch.id, Batch.finished_at.is_null()).execute()
    waiting = (
        Message.select()
        .join(BatchLine, on=BatchLine.message == Message.id)
        .where(BatchLine.batch == batch, Message.state.in_(UNDOABLE))
        .order_by(Message.id)
    )
    undone = sum(sending_by_hand.undo(message, by=by, now=now) for message in list(waiting))
    if is_first or undone:
        record("batch_undone", account=batch.account_id, user=by, at=now, count=undone, batch=batch.id)
    return undone


def progress(batch: Batch) -> Progress:
    """Where it stands, in one query."""
    query = (
        BatchLine.select(BatchLine.state, Message.state)
        .left_outer_join(Message, on=BatchLine.message == Message.id)
        .where(BatchLine.batch == batch)
        .tuples()
    )
    rows = list(query)
    lines = [line for line, _message in rows]
    states = [message for line, message in rows if line == "queued"]
    return Progress(
        total=len(rows),
        waiting=lines.count("waiting"),
        aside=lines.count("aside"),
        queued=states.count("queued") + states.count("sending"),
        sent=states.count("sent"),
        failed=states.count("refused") + states.count("uncertain"),
        cancelled=states.count("cancelled") + states.count(None),
    )


def lines_of(batch: Batch) -> list[BatchLine]:
    """Its lines in order, each with its client and its message."""
    query = (
        BatchLine.select(BatchLine, Client, Message)
        .join(Client)
        .join_from(BatchLine, Message, JOIN.LEFT_OUTER)
        .where(BatchLine.batch == batch)
    )
    return list(query.order_by(BatchLine.position))


def recent(account: Account, since: dt.datetime) -> list[tuple[Batch, int]]:
    """The last five batches confirmed since an instant (UTC), the newest first, each with its number of messages."""
    query = (
        Batch.select(Batch, fn.COUNT(BatchLine.id).alias("lines_count"))
        .join(BatchLine)
        .where(Batch.account == account, Batch.created_at >= since)
        .group_by(Batch)
        .order_by(Batch.id.desc())
        .limit(5)
    )
    return [(batch, int(batch.lines_count)) for batch in query.objects()]
