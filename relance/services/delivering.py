"""Hand queued messages to SMTP: claimed one by one, at most once, on one connection per server.

A message is « sending » in the database before the first byte leaves. Only « nobody accepted it »
puts it back in the queue; a crash in between leaves it « sending », and it becomes « uncertain ».
"""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

from relance import storage
from relance.db import transaction
from relance.mail.outcome import Unreachable
from relance.mail.post import Line
from relance.models.accounts import Account
from relance.models.messages import Message
from relance.services import carrying, chasing, handing_over
from relance.services.carrying import Carrier, Post

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=15)  # longer than any hand-over: past it, the worker that claimed is dead


@dataclass
class Report:
    """What became of the messages of a run, by id."""

    sent: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    uncertain: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Take in the results of another run."""
        for name in ("sent", "waiting", "failed", "uncertain", "cancelled"):
            getattr(self, name).extend(getattr(other, name))


def due_messages(now: dt.datetime, limit: int = 1000) -> list[tuple[int, int | None]]:
    """(id, account id) of the queued messages whose time has come, the oldest first."""
    query = (
        Message.select(Message.id, Message.account)
        .where(Message.state == "queued", Message.not_before_at <= now)
        .order_by(Message.not_before_at, Message.id)
        .limit(limit)
    )
    return [(message_id, account_id) for message_id, account_id in query.tuples()]


def batches(now: dt.datetime, *, size: int = 50, limit: int = 1000) -> list[list[int]]:
    """The due messages in batches of one account each, so that a batch needs one connection."""
    by_account: dict[int | None, list[int]] = {}
    for message_id, account_id in due_messages(now, limit):
        by_account.setdefault(account_id, []).append(message_id)
    return [ids[n : n + size] for ids in by_account.values() for n in range(0, len(ids), size)]


def deliver(message_ids: Iterable[int], now: dt.datetime, post: Post) -> Report:
    """Hand these messages over. A server that fails once is left alone, with all that would use it.

    ``now`` is when the run begins; a slow server's later messages are claimed at their own instant, so that
    none looks abandoned while it is being sent.
    """
    report = Report()
    began, started = now, monotonic()
    lines: dict[str, Line] = {}
    carriers: dict[int | None, Carrier] = {}
    closed: set[str] = set()
    try:
        for message_id in message_ids:
            now = began + dt.timedelta(seconds=int(monotonic() - started))
            account_id = Message.select(Message.account).where(Message.id == message_id).tuples().scalar()
            if account_id not in carriers:
                account = Account.get_by_id(account_id) if account_id is not None else None
                carriers[account_id] = post.carrier_of(account)
            carrier = carriers[account_id]
            if carrier.key in closed or carrying.waits_until(carrier.key, now) is not None:
                _wait_for_server(message_id, carrier, now)
                report.waiting.append(message_id)
                continue
            try:
                claimed = handing_over.claim(message_id, now, carrier)
            except Exception as error:  # noqa: BLE001 one message that cannot be made must not hold the others
                _set_aside(report, message_id, error, now)
                continue
            if claimed is None:
                if Message.select().where(Message.id == message_id, Message.state == "cancelled").exists():
                    report.cancelled.append(message_id)
                continue
            if carrier.key not in lines:
                lines[carrier.key] = Line(carrier.smtp, timeout=post.timeout).__enter__()
            outcome = lines[carrier.key].send(claimed.mail)
            _file(report, message_id, handing_over.finish(claimed, outcome, now, carrier))
            if isinstance(outcome, Unreachable) and outcome.reason != "temporary":
                closed.add(carrier.key)
    finally:
        for line in lines.values():
            line.__exit__(None, None, None)
    return report


def _set_aside(report: Report, message_id: int, error: Exception, now: dt.datetime) -> None:
    """A message that cannot be built (an address no server can carry, a file that is gone) fails and is shown.

    Anything else (the database was busy) is no fault of the message: it stays in the queue for an hour.
    """
    log.exception("message %s cannot be built", message_id)
    if not isinstance(error, ValueError | storage.StorageError):
        later = now + dt.timedelta(hours=1)
        Message.update(not_before_at=later).where(Message.id == message_id, Message.state == "queued").execute()
        report.waiting.append(message_id)
        return
    with transaction():
        done = Message.update(state="refused", error=str(error)).where(
            Message.id == message_id, Message.state == "queued"
        )
        if done.execute():
            handing_over.tell(Message.get_by_id(message_id), "reminder_refused", now, error=str(error))
    report.failed.append(message_id)


def _file(report: Report, message_id: int, state: str) -> None:
    names = {"sent": "sent", "queued": "waiting", "refused": "failed", "uncertain": "uncertain"}
    getattr(report, names[state]).append(message_id)


def _wait_for_server(message_id: int, carrier: Carrier, now: dt.datetime) -> None:
    until = carrying.waits_until(carrier.key, now) or now + dt.timedelta(minutes=1)
    Message.update(not_before_at=until).where(
        Message.id == message_id, Message.state == "queued", Message.not_before_at < until
    ).execute()


def settle_abandoned(now: dt.datetime, lease: dt.timedelta = LEASE) -> list[int]:
    """Messages whose worker died in the middle become « uncertain »: shown, never sent again by the machine."""
    ids = [
        row[0]
        for row in Message.select(Message.id)
        .where(Message.state == "sending", Message.claimed_at <= now - lease)
        .tuples()
    ]
    found = []
    for message_id in ids:
        with transaction():
            sentence = "Relance s'est arrêté pendant l'envoi : impossible de savoir si le message est parti."
            done = Message.update(state="uncertain", error=sentence).where(
                Message.id == message_id, Message.state == "sending"
            )
            if done.execute():
                message = Message.get_by_id(message_id)
                handing_over.tell(message, "reminder_uncertain", now, error=sentence)
                if message.client_id is not None:
                    chasing.schedule_check(message.client_id, now)
                found.append(message_id)
    return found
