"""Payment plans (« échéanciers »): how an amount is split, which part is awaited, what was kept or missed.

What comes in fills the oldest part first. Days are civil days of the account, amounts whole cents.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

MIN_PARTS = 2
MAX_PARTS = 36
MAX_MONTHS = 36


@dataclass(frozen=True)
class Part:
    """One date and amount that were agreed."""

    due_on: dt.date
    amount_cents: int


@dataclass(frozen=True)
class Standing:
    """Where a plan stands: how many parts are covered, and the first that is not (None: all are).

    ``left_cents`` is what the awaited part still asks for. ``missed``: its date and the days of grace are over.
    """

    kept: int
    current: int | None = None
    left_cents: int = 0
    missed: bool = False


def split(total_cents: int, count: int, first_on: dt.date) -> tuple[Part, ...]:
    """``count`` parts, one a month from ``first_on``, as equal as cents allow: the first ones carry the odd cents.

    The 31st becomes the last day of a shorter month, and the 31st again after it.
    """
    share, odd = divmod(total_cents, count)
    return tuple(Part(month_after(first_on, n), share + (n < odd)) for n in range(count))


def month_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def errors(parts: Sequence[Part], today: dt.date) -> dict[str, str]:
    """What is wrong, in French, by field: parts, due_on-<n> or amount-<n> (n from 0). Empty when it may be agreed."""
    if not MIN_PARTS <= len(parts) <= MAX_PARTS:
        return {"parts": f"Un échéancier compte de {MIN_PARTS} à {MAX_PARTS} échéances."}
    found: dict[str, str] = {}
    last_on = month_after(today, MAX_MONTHS)
    before = today
    for n, part in enumerate(parts):
        if part.due_on <= today:
            found[f"due_on-{n}"] = "Indiquez une date à venir."
        elif part.due_on <= before:
            found[f"due_on-{n}"] = "Indiquez une date après celle de l'échéance précédente."
        elif part.due_on > last_on:
            found[f"due_on-{n}"] = "Indiquez une date dans les trois ans."
        before = max(before, part.due_on)
        if part.amount_cents <= 0:
            found[f"amount-{n}"] = "Indiquez un montant en euros, par exemple 1 920,00."
    return found


def gap(parts: Sequence[Part], total_cents: int) -> int:
    """What the parts ask beyond the total, in cents; negative when they ask less. An agreement needs zero."""
    return sum(part.amount_cents for part in parts) - total_cents


def standing(parts: Sequence[Part], received_cents: int, today: dt.date, grace_days: int) -> Standing:
    """Where the plan stands today once so many cents came in since it was agreed."""
    asked = list(accumulate(part.amount_cents for part in parts))
    kept = sum(received_cents >= upto for upto in asked)
    if kept == len(parts):
        return Standing(kept)
    return Standing(kept, kept, asked[kept] - received_cents, today > deadline(parts[kept], grace_days))


def deadline(part: Part, grace_days: int) -> dt.date:
    """The last day on which a part may come in: its date, and the days of grace."""
    return part.due_on + dt.timedelta(grace_days)


def was_in_time(parts: Sequence[Part], received_by: Callable[[dt.date], int], today: dt.date, grace_days: int) -> bool:
    """True when each part whose days are over had come in by then: what was written down late is no breach."""
    asked = accumulate(part.amount_cents for part in parts)
    return all(
        received_by(deadline(part, grace_days)) >= upto
        for part, upto in zip(parts, asked, strict=True)
        if deadline(part, grace_days) < today
    )
