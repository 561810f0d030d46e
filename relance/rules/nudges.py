"""When a quote without an answer is recalled by itself: two nudges at most, never after its last day."""

import datetime as dt
from dataclasses import dataclass, replace

from relance.rules.calendar import Calendar

MAX_NUDGES = 2
MAX_DAYS = 90  # before the end of the validity
DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Nudging:
    """What decides about the nudges of one quote. Days are civil days of the account.

    ``used_on``: the days of the messages about it, by hand included: each takes the place of a nudge.
    ``last_on``: the day of the last message to its client, whatever it was about, or None.
    """

    issued_on: dt.date
    valid_until: dt.date
    remind_days: int
    nudges: int
    used_on: tuple[dt.date, ...] = ()
    last_on: dt.date | None = None


def first_day(nudging: Nudging, calendar: Calendar) -> dt.date:
    """The day of the first nudge: so many days before the last one, or the working day before that."""
    return calendar.previous_working(nudging.valid_until - dt.timedelta(nudging.remind_days))


def next_on(nudging: Nudging, calendar: Calendar, gap_days: int, today: dt.date) -> dt.date | None:
    """The day of the next nudge, ``today`` or later; None when there is none left, or no day for it.

    Never on the day of the quote itself, nor within ``gap_days`` (at least one) of another message to the client.
    """
    if len(nudging.used_on) >= min(nudging.nudges, MAX_NUDGES):
        return None
    day = max(first_day(nudging, calendar), nudging.issued_on + DAY, today)
    if nudging.last_on is not None:
        day = max(day, nudging.last_on + dt.timedelta(max(gap_days, 1)))
    day = calendar.next_working(day)
    return day if day <= nudging.valid_until else None


def coming(nudging: Nudging, calendar: Calendar, gap_days: int, today: dt.date) -> tuple[dt.date, ...]:
    """The days of all the nudges to come, if nothing else is sent to the client meanwhile."""
    found: list[dt.date] = []
    while (day := next_on(nudging, calendar, gap_days, today)) is not None:
        found.append(day)
        nudging = replace(nudging, used_on=(*nudging.used_on, day), last_on=day)
        today = day
    return tuple(found)
