"""What does not leave today: when to look again, and the line that says why in the history."""

import datetime as dt
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase, Skip
from relance.models.events import Event, record
from relance.rules import calendar as cal
from relance.rules import moves, schedule
from relance.rules.moves import Stop, Wait
from relance.rules.schedule import Decision
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


def write_skips(situation: Situation, decision: Decision, now: dt.datetime, *, has_message: bool) -> None:
    """A step that will not be sent leaves a row and a line in the history."""
    for skip in decision.skips:
        if skip.because == "missed" and not has_message:
            continue
        tracked = situation.tracked[skip.key]
        is_new = (
            Skip.insert(
                chase=tracked.chase,
                instalment=skip.key,
                step=skip.step.index,
                because=skip.because,
                skipped_at=now,
            )
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
        if is_new:
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


def write_waits(situation: Situation, decision: Decision, now: dt.datetime) -> None:
    """The history names each deferral once: the step, why, until when."""
    for key, move in decision.moves.items():
        if not isinstance(move, Wait) or move.because in ("", "closed"):
            continue
        tracked = situation.tracked[key]
        facts = {"because": move.because, "template": move.step.template, "offset_days": move.step.offset_days}
        until = "" if move.because == "no_recipient" else move.until.isoformat()
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


def _is_told(invoice_id: int, facts: dict[str, Any]) -> bool:
    query = Event.select().where(Event.invoice == invoice_id).order_by(Event.id.desc()).limit(20)
    return any(event.kind == "step_waits" and event.facts == facts for event in query)


def end_finished(situation: Situation, decision: Decision, now: dt.datetime) -> None:
    """End the chases all of whose instalments are over; one that just left a message ends on its next look."""
    reasons: dict[int, list[str]] = {}
    for key, tracked in situation.tracked.items():
        move = decision.moves.get(key)
        reasons.setdefault(tracked.chase.id, []).append(move.because if isinstance(move, Stop) else "")
    chases = {tracked.chase.id: tracked.chase for tracked in situation.tracked.values()}
    for chase_id, found in reasons.items():
        if all(reason in chasing.FINAL for reason in found):
            because = "paid" if set(found) == {"paid"} else next(r for r in found if r != "paid")
            chasing.stop(chases[chase_id], because=because, by=None, now=now)
