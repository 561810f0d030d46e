"""What does not leave today: when to look again, and the line that says why in the history."""

import datetime as dt
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase, Skip
from relance.models.events import Event, record
from relance.models.messages import Message, MessageItem
from relance.rules import calendar as cal
from relance.rules import moves, schedule
from relance.rules.moves import Stop, Wait
from relance.rules.schedule import Decision, Skipped
from relance.services import chasing
from relance.services.situations import Situation


def opening(account: Account, calendar: cal.Calendar, today: dt.date, minute: int) -> dt.date | None:
    """The day on which sending opens next, or None when it is open now."""
    if calendar.is_working(today) and minute < account.send_until_minute:
        return None if minute >= account.send_from_minute else today
    return calendar.next_working(today + moves.DAY)


def first_checks(situation: Situation, day: dt.date) -> dict[int, dt.date | None]:
    """When each instalment first asks for something, from a day on."""
    return schedule.next_check(situation.items, situation.past, situation.policy, day - moves.DAY)


def check_again(
    situation: Situation, checks: dict[int, dt.date | None], now: dt.datetime, default: dt.date | None
) -> None:
    """Write for each chase when to look again: the earliest of its instalments, at the account's hour."""
    account = situation.account
    days: dict[int, list[dt.date]] = {}
    for key, tracked in situation.tracked.items():
        day = checks.get(key, default) if checks else default
        days.setdefault(tracked.chase.id, [])
        if day is not None:
            days[tracked.chase.id].append(day)
    for chase_id, found in days.items():
        at = None
        if found:
            at = cal.local_instant(min(found), account.send_from_minute, account.time_zone)
            at = max(at, now + dt.timedelta(minutes=1))
        Chase.update(next_check_at=at).where(Chase.id == chase_id, Chase.ended_at.is_null()).execute()
    # A chase whose instalments are all gone has nothing to look at.
    Chase.update(next_check_at=None).where(
        Chase.client == situation.client, Chase.next_check_at <= now, Chase.id.not_in(list(days))
    ).execute()
    _check_proposed(situation, now)


def write_skips(situation: Situation, decision: Decision, now: dt.datetime, *, has_message: bool) -> None:
    """A step that will not be sent leaves a row and a line in the history."""
    for skip in decision.skips:
        if skip.because == "missed" and not has_message:
            continue
        if skip.because in moves.HOLDS and _is_held_told(situation.tracked[skip.key].invoice.id, skip):
            _write_skip(situation, skip, now)
            continue
        tracked = situation.tracked[skip.key]
        if _write_skip(situation, skip, now):
            record(
                "step_skipped",
                account=situation.account,
                client=situation.client,
                invoice=tracked.invoice,
                at=now,
                because=skip.because,
                template=skip.step.template,
                offset_days=skip.step.offset_days,
            )


def _write_skip(situation: Situation, skip: Skipped, now: dt.datetime) -> bool:
    """True when the row is new."""
    row = Skip.insert(
        chase=situation.tracked[skip.key].chase,
        instalment=skip.key,
        step=skip.step.index,
        because=skip.because,
        skipped_at=now,
    )
    return bool(row.on_conflict_ignore().as_rowcount().execute())


def _is_held_told(invoice_id: int, skip: Skipped) -> bool:
    """True when the history already says, on its day, that this step was held."""
    facts = {"because": skip.because, "template": skip.step.template, "offset_days": skip.step.offset_days}
    return any(facts.items() <= event.facts.items() for event in _latest(invoice_id, "step_waits"))


def write_waits(situation: Situation, decision: Decision, now: dt.datetime) -> None:
    """The history names each deferral once: the step, why, until when."""
    for key, move in decision.moves.items():
        if not isinstance(move, Wait) or move.because in moves.SILENT:
            continue
        tracked = situation.tracked[key]
        facts = {"because": move.because, "template": move.step.template, "offset_days": move.step.offset_days}
        until = "" if move.because == "no_recipient" else move.until.isoformat()
        if move.because in moves.HOLDS:
            until = _last_day(tracked.item)
        if not _is_told(tracked.invoice.id, {**facts, "until": until}):
            record(
                "step_waits",
                account=situation.account,
                client=situation.client,
                invoice=tracked.invoice,
                at=now,
                until=until,
                **facts,
            )


def _last_day(item: moves.Item) -> str:
    """The last day of what holds an instalment; '' when nobody knows."""
    if item.resumes_on is None or item.resumes_on == dt.date.max:
        return ""
    return (item.resumes_on - moves.DAY).isoformat()


def _is_told(invoice_id: int, facts: dict[str, Any]) -> bool:
    return any(event.facts == facts for event in _latest(invoice_id, "step_waits"))


def _latest(invoice_id: int, kind: str) -> list[Event]:
    query = Event.select().where(Event.invoice == invoice_id).order_by(Event.id.desc()).limit(20)
    return [event for event in query if event.kind == kind]


def is_proposed_already(invoice_id: int, template: str) -> bool:
    """True when the history already says that this step waits for a yes: it is not said again every morning."""
    last = next(iter(_latest(invoice_id, "reminder_proposed")), None)
    return last is not None and last.facts.get("template") == template


def _check_proposed(situation: Situation, now: dt.datetime) -> None:
    """What waits for a yes is looked at again at the next opening: without an answer it is proposed anew."""
    account = situation.account
    day = situation.policy.calendar.next_working(cal.local_date(now, account.time_zone) + moves.DAY)
    at = cal.local_instant(day, account.send_from_minute, account.time_zone)
    proposed = (
        MessageItem.select(MessageItem.chase)
        .join(Message)
        .where(Message.client == situation.client, Message.state == "proposed", MessageItem.chase.is_null(False))
    )
    Chase.update(next_check_at=at).where(
        Chase.id.in_(proposed), Chase.ended_at.is_null(), Chase.next_check_at.is_null() | (Chase.next_check_at > at)
    ).execute()


def _still_waiting(chase_ids: list[int]) -> set[int]:
    """The chases whose last message has not left yet: they are not over, it would never leave."""
    if not chase_ids:
        return set()
    waiting = (
        MessageItem.select(MessageItem.chase)
        .join(Message)
        .where(MessageItem.chase.in_(chase_ids), Message.state.in_(("proposed", "queued", "sending")))
    )
    return {chase_id for (chase_id,) in waiting.tuples()}


def end_finished(situation: Situation, decision: Decision, now: dt.datetime) -> None:
    """End the chases all of whose instalments are over; one that just left a message ends on its next look."""
    reasons: dict[int, list[str]] = {}
    for key, tracked in situation.tracked.items():
        move = decision.moves.get(key)
        reasons.setdefault(tracked.chase.id, []).append(move.because if isinstance(move, Stop) else "")
    chases = {tracked.chase.id: tracked.chase for tracked in situation.tracked.values()}
    over = [chase_id for chase_id, found in reasons.items() if all(reason in chasing.FINAL for reason in found)]
    waiting = _still_waiting(over)
    for chase_id, found in reasons.items():
        if chase_id in over and not ({*found} == {"finished"} and chase_id in waiting):
            because = "paid" if set(found) == {"paid"} else next(r for r in found if r != "paid")
            chasing.stop(chases[chase_id], because=because, by=None, now=now)
