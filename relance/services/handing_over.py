"""One message handed to one server: claimed by UPDATE, sent at most once, its outcome written."""

import datetime as dt
import json
import logging
import secrets
from dataclasses import dataclass, replace

from peewee import IntegrityError

from relance.db import database, transaction
from relance.letters.press import PressError
from relance.mail.mail import Mail, tagged
from relance.mail.outcome import Outcome, Refused, Sent, Uncertain, Unreachable
from relance.models.messages import Message
from relance.services import carrying, chasing, enclosing, queueing, rechecking, sent_source, telling
from relance.services.carrying import Carrier
from relance.storage import StorageError

GIVES_UP_AFTER = dt.timedelta(days=3)
RETRY_MINUTES = (5, 15, 30, 60, 120, 240)
UNPRINTED = dt.timedelta(minutes=15)
OVERTAKEN = dt.timedelta(minutes=1)

log = logging.getLogger(__name__)


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
    try:
        enclosure = enclosing.renewed(message_id, now)
    except (PressError, StorageError):
        log.exception("the statement of message %s cannot be made; trying again in a quarter of an hour", message_id)
        _wait(message_id, now + UNPRINTED)
        return None
    with transaction():
        message = Message.get_or_none(Message.id == message_id)
        if message is None or message.state != "queued" or message.not_before_at > now:
            return None
        if message.client is not None:
            message.client.take_turn()
            message = Message.get_by_id(message_id)
            if message.state != "queued" or not rechecking.still_stands(message, now):
                return None
            if enclosure is not None and not enclosing.renew(message, enclosure, now):
                _wait(message_id, now + OVERTAKEN)
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


def _wait(message_id: int, until: dt.datetime) -> None:
    Message.update(not_before_at=until).where(Message.id == message_id, Message.state == "queued").execute()


def _take_the_day(message_id: int, message: Message, now: dt.datetime) -> bool:
    """An automatic message that leaves on another day than planned takes that day's slot, or waits."""
    if message.account is None:
        return True
    today = chasing.today_of(message.account, now)
    if message.day_on == today:
        return True
    slot = queueing.slot_of(message.client_id, today)
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
    envelope = tagged(carrier.from_address, message.token) if carrier.is_instance else carrier.from_address
    return replace(sent_source.mail_of(message, carrier.from_address), envelope_from=envelope)


def finish(claimed: Claimed, outcome: Outcome, now: dt.datetime, carrier: Carrier) -> str:
    """Write what became of a claimed message; returns its new state."""
    message = claimed.message
    with transaction():
        if isinstance(outcome, Sent):
            refused = {address: f"{code} {text}" for address, (code, text) in outcome.refused.items()}
            state = _close(message, "sent", now, error="", sent_at=now, refused_json=json.dumps(refused))
            told = {"to": json.loads(message.to_json), "template": message.template, "answer": outcome.server_answer}
            tell(message, "reminder_sent", now, **told, **_source(outcome))
            for address, answer in refused.items():
                tell(message, "recipient_refused", now, address=address, answer=answer)
        elif isinstance(outcome, Uncertain):
            state = _close(message, "uncertain", now, error=outcome.sentence)
            tell(message, "reminder_uncertain", now, error=outcome.sentence, **_source(outcome))
        elif isinstance(outcome, Refused):
            state = _close(message, "refused", now, error=outcome.sentence)
            tell(message, "reminder_refused", now, error=outcome.sentence)
            rechecking.note_refused_addresses(message, outcome.refused, now)
        elif now - (message.first_attempt_at or now) >= GIVES_UP_AFTER:
            sentence = f"{outcome.sentence} Trois jours d'essais n'ont rien donné."
            state = _close(message, "refused", now, error=sentence)
            tell(message, "reminder_refused", now, error=sentence)
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


def _source(outcome: Sent | Uncertain) -> dict[str, str]:
    """The fingerprint of what left, so that the journal vouches for the message itself."""
    return {"source_sha256": outcome.source_sha256} if outcome.source_sha256 else {}


def tell(message: Message, kind: str, now: dt.datetime, **facts: object) -> None:
    """One event per invoice of a reminder; mails to the user leave no line unless they fail."""
    invoices = telling.invoices_of(message)
    is_silent = kind == "reminder_sent" or message.account_id is None
    if not invoices and message.quote_id is None and is_silent:
        return
    telling.tell(kind, message, invoices or [None], now=now, by=message.user_id, **facts)
