"""Hand queued messages to SMTP: claimed one by one, at most once, on one connection per server.

A message is « sending » in the database before the first byte leaves. Only « nobody accepted it »
puts it back in the queue; a crash in between leaves it « sending », and it becomes « uncertain ».
"""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from peewee import IntegrityError

from relance import storage
from relance.db import database, transaction
from relance.mail.mail import Address, Attachment, Mail, tagged
from relance.mail.outcome import Outcome, Refused, Sent, Uncertain, Unreachable
from relance.mail.post import Line
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.events import record
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.services import carrying, chasing, rechecking
from relance.services.carrying import Carrier, Post

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=15)  # longer than any hand-over: past it, the worker that claimed is dead
GIVES_UP_AFTER = dt.timedelta(days=3)
RETRY_MINUTES = (5, 15, 30, 60, 120, 240)
REMINDERS = ("reminder", "manual")


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
    """Hand these messages over. A server that fails once is left alone, with all that would use it."""
    report = Report()
    lines: dict[str, Line] = {}
    carriers: dict[int | None, Carrier] = {}
    closed: set[str] = set()
    try:
        for message_id in message_ids:
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
                claimed = claim(message_id, now, carrier)
            except Exception as error:  # noqa: BLE001 one message that cannot be made must not hold the others
                report.failed.append(_set_aside(message_id, error, now))
                continue
            if claimed is None:
                if Message.select().where(Message.id == message_id, Message.state == "cancelled").exists():
                    report.cancelled.append(message_id)
                continue
            if carrier.key not in lines:
                lines[carrier.key] = Line(carrier.smtp, timeout=post.timeout).__enter__()
            outcome = lines[carrier.key].send(claimed.mail)
            _file(report, message_id, finish(claimed, outcome, now, carrier))
            if isinstance(outcome, Unreachable) and outcome.reason != "temporary":
                closed.add(carrier.key)
    finally:
        for line in lines.values():
            line.__exit__(None, None, None)
    return report


def _set_aside(message_id: int, error: Exception, now: dt.datetime) -> int:
    """A message that cannot be built (an address no server can carry, a file that is gone) fails and is shown."""
    log.exception("message %s cannot be built", message_id)
    known = isinstance(error, ValueError | storage.StorageError)
    sentence = (
        str(error) if known else "Ce message n'a pas pu être préparé. L'incident est noté dans le journal du serveur."
    )
    with transaction():
        done = Message.update(state="refused", error=sentence).where(
            Message.id == message_id, Message.state == "queued"
        )
        if done.execute():
            _tell(Message.get_by_id(message_id), "reminder_refused", now, error=sentence)
    return message_id


def _file(report: Report, message_id: int, state: str) -> None:
    names = {"sent": "sent", "queued": "waiting", "refused": "failed", "uncertain": "uncertain"}
    getattr(report, names[state]).append(message_id)


@dataclass(frozen=True)
class Claimed:
    """A message this worker alone may hand over, as it will leave."""

    message: Message
    mail: Mail


def claim(message_id: int, now: dt.datetime, carrier: Carrier) -> Claimed | None:
    """Take a queued message for this worker, or None: taken, cancelled since, or not its hour.

    In one transaction: the client's turn, the state read again, the text rendered again if anything
    changed, then queued → sending by UPDATE. After a recorded payment nothing is claimed.
    """
    token = secrets.token_hex(8)
    with transaction():
        message = Message.get_or_none(Message.id == message_id)
        if message is None or message.state != "queued" or message.not_before_at > now:
            return None
        if message.client is not None:
            message.client.take_turn()
            message = Message.get_by_id(message_id)
            if message.state != "queued" or not rechecking.still_stands(message, now):
                return None
        taken = (
            Message.update(
                state="sending",
                claim=token,
                claimed_at=now,
                attempts=Message.attempts + 1,
                first_attempt_at=message.first_attempt_at or now,
                from_address=carrier.from_address,
            )
            .where(Message.id == message_id, Message.state == "queued")
            .execute()
        )
        if not taken:
            return None
        if message.is_automatic and not _take_the_day(message_id, message, now):
            return None
        message = Message.get_by_id(message_id)
        return Claimed(message, mail_of(message, carrier))


def _take_the_day(message_id: int, message: Message, now: dt.datetime) -> bool:
    """An automatic message that leaves on another day than planned takes that day's slot, or waits."""
    if message.account is None:
        return True
    today = chasing.today_of(message.account, now)
    if message.day_on == today:
        return True
    slot = f"client-{message.client_id}:{today.isoformat()}"
    try:
        with database.savepoint():
            Message.update(day_on=today, slot=slot).where(Message.id == message_id).execute()
    except IntegrityError:
        later = now + dt.timedelta(hours=12)
        Message.update(state="queued", claim="", not_before_at=later).where(Message.id == message_id).execute()
        return False
    return True


def mail_of(message: Message, carrier: Carrier) -> Mail:
    """The stored message as a mail, byte for byte what the row holds."""
    attachments = []
    for link in (
        MessageAttachment.select(MessageAttachment, Document).join(Document).where(MessageAttachment.message == message)
    ):
        document = link.document
        attachments.append(Attachment(document.name, document.mime, storage.get(document.sha256)))
    return Mail(
        subject=message.subject,
        text=message.body_text,
        html=message.body_html,
        sender=Address(message.from_name, carrier.from_address),
        reply_to=Address("", message.reply_to) if message.reply_to else None,
        to=tuple(Address(name, email) for name, email in json.loads(message.to_json)),
        cc=tuple(Address(name, email) for name, email in json.loads(message.cc_json)),
        message_id=message.message_id,
        references=tuple(message.references.split()),
        token=message.token,
        attachments=tuple(attachments),
        envelope_from=tagged(carrier.from_address, message.token) if carrier.is_instance else carrier.from_address,
    )


def finish(claimed: Claimed, outcome: Outcome, now: dt.datetime, carrier: Carrier) -> str:
    """Write what became of a claimed message; returns its new state."""
    message = claimed.message
    with transaction():
        if isinstance(outcome, Sent):
            refused = {address: f"{code} {text}" for address, (code, text) in outcome.refused.items()}
            state = _close(message, "sent", now, error="", sent_at=now, refused_json=json.dumps(refused))
            _tell(message, "reminder_sent", now, to=json.loads(message.to_json), template=message.template)
            for address, answer in refused.items():
                _tell(message, "recipient_refused", now, address=address, answer=answer)
        elif isinstance(outcome, Uncertain):
            state = _close(message, "uncertain", now, error=outcome.sentence)
            _tell(message, "reminder_uncertain", now, error=outcome.sentence)
        elif isinstance(outcome, Refused):
            state = _close(message, "refused", now, error=outcome.sentence)
            _tell(message, "reminder_refused", now, error=outcome.sentence)
            rechecking.note_refused_addresses(message, outcome.refused, now)
        elif now - (message.first_attempt_at or now) >= GIVES_UP_AFTER:
            sentence = f"{outcome.sentence} Trois jours d'essais n'ont rien donné."
            state = _close(message, "refused", now, error=sentence)
            _tell(message, "reminder_refused", now, error=sentence)
        else:
            minutes = RETRY_MINUTES[min(message.attempts - 1, len(RETRY_MINUTES) - 1)]
            later = now + dt.timedelta(minutes=minutes)
            state = _close(message, "queued", now, error=outcome.sentence, not_before_at=later, claim="")
        if message.client_id is not None and state != "queued":
            chasing.schedule_check(message.client_id, now)
    if isinstance(outcome, Unreachable) and outcome.reason != "temporary":
        carrying.note_failure(carrier, outcome.sentence, now)
    else:
        carrying.note_success(carrier)
    return state


def _close(message: Message, state: str, now: dt.datetime, **values: object) -> str:
    """Leave « sending » (or « uncertain », when the lease ran out meanwhile) only if the claim is still ours."""
    Message.update(state=state, **values).where(
        Message.id == message.id, Message.claim == message.claim, Message.state.in_(("sending", "uncertain"))
    ).execute()
    return state


def _tell(message: Message, kind: str, now: dt.datetime, **facts: object) -> None:
    """One event per invoice of a reminder; mails to the user leave no line unless they fail."""
    invoices = list(
        dict.fromkeys(
            row[0] for row in MessageItem.select(MessageItem.invoice).where(MessageItem.message == message).tuples()
        )
    )
    if not invoices and (kind == "reminder_sent" or message.account_id is None):
        return
    for invoice_id in invoices or [None]:
        record(
            kind,
            account=message.account_id,
            client=message.client_id,
            invoice=invoice_id,
            message=message,
            user=message.user_id,
            at=now,
            **facts,
        )


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
                _tell(message, "reminder_uncertain", now, error=sentence)
                if message.client_id is not None:
                    chasing.schedule_check(message.client_id, now)
                found.append(message_id)
    return found
