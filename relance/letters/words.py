"""The few words that letters put together: numbers kept whole, lists, dates that share their year."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from relance.rules.wording import NBSP, long_date

LONGEST_WHOLE = 24


def groups(iban: str) -> str:
    """An IBAN by groups of four: « FR76 3000 6000 … »."""
    return NBSP.join(iban[start : start + 4] for start in range(0, len(iban), 4))


def whole(number: str) -> Markup:
    """A number kept on one line, unless it is too long for one."""
    kind = "whole" if len(number) <= LONGEST_WHOLE else "long"
    return Markup('<span class="{}">{}</span>').format(kind, number)


def join_dates(days: Sequence[date]) -> str:
    """« 30 septembre, 8 octobre et 23 octobre 2026 »: the year once when it is the same."""
    ordered = sorted(set(days))
    words = [
        long_date(day, year=index == len(ordered) - 1 or ordered[index + 1].year != day.year)
        for index, day in enumerate(ordered)
    ]
    return join(words)


def join(words: Sequence[str]) -> str:
    """« F-1, F-2 et F-3 »; empty for nothing."""
    return f"{', '.join(words[:-1])} et {words[-1]}" if len(words) > 1 else "".join(words)
