"""The time that a formal notice allows, and when a letter without a receipt is presumed to have arrived.

Choices of the product, where the law is silent or unconfirmed (domain/french-law.md, sections 5 and 11):

- the day of the receipt does not count; the last day is the receipt plus the days written in the letter;
- a last day on a Saturday, a Sunday or a public holiday goes to the next day that is none of these, as article 642 of
  the code de procédure civile does for procedural time limits: nobody is said late on a day when no bank transfers;
- a letter that nobody collected or that was refused counts from the day it was presented: what that is worth is for
  the judge to say (not confirmed), and both days are kept;
- a letter handed over is received that day; a simple letter, which nobody signs for, is presumed received three
  working days after its posting, until the user writes down another day.
"""

import datetime as dt

from relance.rules.calendar import make_calendar

PRESUMED_DAYS = 3  # working days that a simple letter takes
_DAY = dt.timedelta(1)
_WEEK = "12345"


def deadline_of(received_on: dt.date, delay_days: int, region: str = "metropole") -> dt.date:
    """The last day of the time allowed, from the civil day of the receipt (or of the presentation)."""
    working = make_calendar(_WEEK, True, region)
    return working.next_working(received_on + dt.timedelta(delay_days))


def presumed_receipt(posted_on: dt.date, region: str = "metropole") -> dt.date:
    """The day on which a letter that nobody signs for is presumed to have arrived."""
    working = make_calendar(_WEEK, True, region)
    day = posted_on
    for _step in range(PRESUMED_DAYS):
        day = working.next_working(day + _DAY)
    return day


def is_over(deadline_on: dt.date | None, today: dt.date) -> bool:
    """True from the day after the last one."""
    return deadline_on is not None and deadline_on < today
