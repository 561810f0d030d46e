"""What a person decides where the machine cannot: an uncertain sending, a refusal seen, sending resumed."""

import datetime as dt

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Skip
from relance.models.clients import Client
from relance.models.events import record
from relance.models.messages import Message, MessageItem
from relance.rules import moves
from relance.services import chasing, quoting_nudges, situations, telling


def confirm(message: Message, *, by: User, now: dt.datetime) -> bool:
    """The person knows that an uncertain message left: it counts as sent. False when it is no longer uncertain."""
    with transaction():
        _take_turn(message)
        sent_at = message.claimed_at or message.first_attempt_at or message.not_before_at
        done = (
            Message.update(state="sent", sent_at=sent_at)
            .where(Message.id == message.id, Message.state == "uncertain")
            .execute()
        )
        if done:
            _tell(message, "reminder_confirmed", by, now)
            chasing.schedule_check(message.client_id, now)
        return bool(done)


def deny(message: Message, *, by: User, now: dt.datetime) -> bool:
    """The person knows that an uncertain message did not leave.

    Its steps are free again, but marked as skipped: only a person sends them again, never the machine.
    """
    with transaction():
        _take_turn(message)
        done = (
            Message.update(state="cancelled", slot=None, error="not_sent")
            .where(Message.id == message.id, Message.state == "uncertain")
            .execute()
        )
        if not done:
            return False
        _tell(message, "reminder_not_sent", by, now, template=message.template)
        for item in list(MessageItem.select().where(MessageItem.message == message)):
            if item.chase_id is not None and item.step is not None:
                _skip(item.chase_id, item.instalment_id, item.step, "not_sent", now)
        MessageItem.update(slot=None).where(MessageItem.message == message).execute()
        chasing.schedule_check(message.client_id, now)
        return True


def see(message: Message, *, by: User, now: dt.datetime) -> bool:
    """The person has seen a refusal: it leaves « À traiter » and stays in the history. False when there is none."""
    with transaction():
        _take_turn(message)
        if Message.get_by_id(message.id).state != "refused":
            return False
        _tell(message, "failure_seen", by, now)
        return True


def resume(account: Account, *, skips_past: bool, by: User, now: dt.datetime) -> int:
    """Let mail leave again after a suspension. Returns how many steps will not be sent.

    With ``skips_past``, a step dated today or before is never sent by the machine: after a restore it
    may have left already. Without it, they leave at the next run, one message a client.
    """
    with transaction():
        done = (
            Account.update(suspended_at=None, suspended_because="")
            .where(Account.id == account.id, Account.suspended_at.is_null(False))
            .execute()
        )
        if not done:
            return 0
        skipped = _skip_past(account, now) + quoting_nudges.skip_past(account, now) if skips_past else 0
        Message.update(not_before_at=now).where(
            Message.account == account,
            Message.state == "queued",
            Message.kind.in_(("reminder", "manual", "quote")),
            Message.not_before_at > now,
        ).execute()
        record("sending_resumed", account=account, user=by, at=now, skipped=skipped)
        chasing.refresh_account(account, now=now)
        return skipped


def _skip_past(account: Account, now: dt.datetime) -> int:
    today = chasing.today_of(account, now)
    chased = Chase.select(Chase.client).where(Chase.account == account, Chase.ended_at.is_null()).distinct().tuples()
    loaded = situations.load(account, [client_id for (client_id,) in chased], today)
    count = 0
    for situation in loaded.values():
        calendar = situation.policy.calendar
        for tracked in situation.tracked.values():
            if tracked.item.stop:
                continue
            for step in moves.remaining_steps(tracked.item, calendar, today):
                if moves.planned_on(tracked.item, step, calendar) <= today:
                    count += _skip(tracked.chase.id, tracked.instalment.id, step.index, "uncertain", now)
                    record(
                        "step_skipped",
                        account=account,
                        client=situation.client,
                        invoice=tracked.invoice,
                        at=now,
                        because="uncertain",
                        template=step.template,
                        offset_days=step.offset_days,
                    )
    return count


def _skip(chase_id: int, instalment_id: int, step: int, because: str, now: dt.datetime) -> int:
    values = {"chase": chase_id, "instalment": instalment_id, "step": step, "because": because, "skipped_at": now}
    return int(Skip.insert(values).on_conflict_ignore().as_rowcount().execute())


def _take_turn(message: Message) -> None:
    Client.get_by_id(message.client_id).take_turn()


def _tell(message: Message, kind: str, by: User, now: dt.datetime, **facts: object) -> None:
    telling.tell(kind, message, telling.invoices_of(message) or [None], now=now, by=by, **facts)
