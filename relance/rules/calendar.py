"""Working days, public holidays and hours of sending, in the account's time zone.

The eleven public holidays are those of article L3133-1 of the code du travail; Alsace-Moselle adds
two (article L3134-13); each overseas territory adds the day on which slavery was abolished there
(article L3422-2 of the code du travail and décret n° 83-1003 of 23 November 1983).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

SOURCE = "Code du travail, art. L3133-1, L3134-13 et L3422-2 ; décret n° 83-1003 du 23 novembre 1983"
REVIEWED_ON = dt.date(2026, 11, 22)

# (month, day) of the local day off, by region; Alsace-Moselle's Good Friday moves and is added below.
REGIONS: dict[str, tuple[tuple[int, int, str], ...]] = {
    "metropole": (),
    "alsace-moselle": ((12, 26, "Saint-Étienne"),),
    "guadeloupe": ((5, 27, "abolition de l'esclavage"),),
    "martinique": ((5, 22, "abolition de l'esclavage"),),
    "guyane": ((6, 10, "abolition de l'esclavage"),),
    "reunion": ((12, 20, "abolition de l'esclavage"),),
    "mayotte": ((4, 27, "abolition de l'esclavage"),),
    "saint-barthelemy": ((10, 9, "abolition de l'esclavage"),),
    "saint-martin": ((5, 28, "abolition de l'esclavage"),),
}

_FIXED = (
    (1, 1, "jour de l'an"),
    (5, 1, "fête du Travail"),
    (5, 8, "victoire de 1945"),
    (7, 14, "fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "armistice de 1918"),
    (12, 25, "Noël"),
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_FAR = 400  # days: a calendar that closes longer than that has no working day at all


def easter(year: int) -> dt.date:
    """Easter Sunday of a Gregorian year (computus, « anonymous » algorithm)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int, region: str = "metropole") -> dict[dt.date, str]:
    """The public holidays of a year in a region, each with its French name."""
    sunday = easter(year)
    days = {dt.date(year, month, day): name for month, day, name in (*_FIXED, *REGIONS[region])}
    days[sunday + dt.timedelta(1)] = "lundi de Pâques"
    days[sunday + dt.timedelta(39)] = "Ascension"
    days[sunday + dt.timedelta(50)] = "lundi de Pentecôte"
    if region == "alsace-moselle":
        days[sunday - dt.timedelta(2)] = "Vendredi saint"
    return days


@dataclass(frozen=True)
class Calendar:
    """The days on which an account sends. ``days`` are ISO weekdays (« 12345 »)."""

    days: str = "12345"
    skips_holidays: bool = True
    region: str = "metropole"
    closures: tuple[tuple[dt.date, dt.date], ...] = ()
    _cache: dict[dt.date, bool] = field(default_factory=dict, compare=False, repr=False)
    # A page of the list asks for the same few days tens of thousands of times.
    _walks: dict[tuple[dt.date, int], dt.date] = field(default_factory=dict, compare=False, repr=False)

    def is_working(self, day: dt.date) -> bool:
        """True when automatic messages may leave on that day."""
        known = self._cache.get(day)
        if known is None:
            known = self._cache[day] = not self.why_closed(day)
        return known

    def why_closed(self, day: dt.date) -> str:
        """Why nothing leaves on that day (« dimanche », « lundi de Pâques », « fermeture »), or ''."""
        if self.skips_holidays:
            name = holidays(day.year, self.region).get(day)
            if name:
                return name
        if str(day.isoweekday()) not in self.days:
            return WEEKDAYS[day.weekday()]
        if any(start <= day <= end for start, end in self.closures):
            return "fermeture"
        return ""

    def next_working(self, day: dt.date) -> dt.date:
        """The first working day on or after ``day``; ValueError when there is none within a year."""
        return self._walk(day, 1)

    def previous_working(self, day: dt.date) -> dt.date:
        """The last working day on or before ``day``; ValueError when there is none within a year."""
        return self._walk(day, -1)

    def _walk(self, day: dt.date, step: int) -> dt.date:
        known = self._walks.get((day, step))
        if known is not None:
            return known
        for distance in range(_FAR):
            found = day + dt.timedelta(distance * step)
            if self.is_working(found):
                self._walks[day, step] = found
                return found
        raise ValueError("Aucun jour d'envoi dans l'année : vérifiez les jours et les fermetures.")


def make_calendar(
    days: str, skips_holidays: bool, region: str, closures: Iterable[tuple[dt.date, dt.date]] = ()
) -> Calendar:
    """The calendar of an account; an account that named no day sends on working days all the same."""
    return Calendar(days or "12345", skips_holidays, region if region in REGIONS else "metropole", tuple(closures))


@lru_cache(maxsize=128)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_datetime(instant: dt.datetime, zone: str) -> dt.datetime:
    """The wall clock (naive) in ``zone`` at a UTC instant."""
    return instant.replace(tzinfo=dt.UTC).astimezone(_zone(zone)).replace(tzinfo=None)


def local_date(instant: dt.datetime, zone: str) -> dt.date:
    """The civil day in ``zone`` at a UTC instant."""
    return local_datetime(instant, zone).date()


def local_instant(day: dt.date, minute: int, zone: str) -> dt.datetime:
    """The UTC instant (naive) of a civil day and a minute after midnight in ``zone``."""
    wall = dt.datetime.combine(day, dt.time(minute // 60 % 24, minute % 60), _zone(zone))
    return wall.astimezone(dt.UTC).replace(tzinfo=None)
