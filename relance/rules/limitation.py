"""Until when a debt can be claimed in court, where the texts say so. Days are civil days.

* Between professionals: five years (C. com., art. L110-4).
* A consumer: two years (C. conso., art. L218-2).
* A public body: its own period is not confirmed, so no day is given; the page says that it is to be verified.

A period counted in years ends on the day of the same number, else on the last day of the month (CPC, art. 641). A
reminder or a formal notice, even registered, interrupts nothing; the debtor's acknowledgement does, and a part payment
is one (C. civ., art. 2240): the whole period starts again from it (C. civ., art. 2231).
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

YEARS = {"organisation": 5, "individual": 2}
SOON_MONTHS = 6
NEAR_MONTHS = 2


def ends_on(due_on: date, debtor: str, acknowledged_on: date | None = None) -> date | None:
    """The day on which the limitation period of a debt due on ``due_on`` ends; None for a public body.

    ``debtor``: organisation, individual or public. ``acknowledged_on``: the last part payment or acknowledgement. It
    starts the period again, unless it came before the due date (nothing ran yet) or after the period was over.
    """
    years = YEARS.get(debtor)
    if years is None:
        return None
    end = months_after(due_on, 12 * years)
    if acknowledged_on is not None and due_on < acknowledged_on <= end:
        return months_after(acknowledged_on, 12 * years)
    return end


def ends_after(due_on: date, debtor: str, acknowledged: Iterable[date]) -> date | None:
    """The same, when the debt was acknowledged several times: each one counts if the period still ran that day."""
    start = due_on
    end = ends_on(start, debtor)
    for day in sorted(acknowledged):
        if end is not None and start < day <= end:
            start, end = day, ends_on(start, debtor, day)
    return end


def level_of(end_on: date, today: date) -> str:
    """How near it is: '' (more than six months), soon (six at most), near (two at most), over."""
    if today > end_on:
        return "over"
    if end_on <= months_after(today, NEAR_MONTHS):
        return "near"
    return "soon" if end_on <= months_after(today, SOON_MONTHS) else ""


def months_after(day: date, months: int) -> date:
    """The day of the same number that many months later, else the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
