"""Legal rates of late payment in France, half-year by half-year: dated data, never a guess.

Rates are hundredths of a percent a year (``_bp``: 1215 is 12,15 %). Days are civil days.

Where they come from:

* Between professionals: ECB main refinancing rate (MRO) + 10 points (C. com., art. L441-10 II). The MRO in
  force on 1 January serves the whole first half-year, that of 1 July the whole second one.
* Public buyers: the same MRO + 8 points (C. commande publique, art. R2192-31).
* Individuals: the legal interest rate of professional creditors (C. civ., art. 1231-6; C. mon. fin.,
  art. L313-2), set by order each half-year. « legal_individual » is the other column of the same order,
  for a creditor who is not acting for a business.
* A contractual rate between professionals may not be below three times the legal rate (L441-10 II).

To add a half-year to what is delivered: append its row (and the MRO changes since), with its order and the day it
was read. A ``Table`` may hold more: what a person entered, or what was fetched, over what is delivered.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

REVIEWED_ON = date(2026, 11, 22)

BUSINESS_POINTS_BP = 1000  # C. com. L441-10 II
PUBLIC_POINTS_BP = 800  # C. commande publique R2192-31
KINDS = ("organisation", "public", "individual", "legal_individual", "mro")
FIGURES = ("mro_bp", "legal_professional_bp", "legal_individual_bp")
_MISSING = {
    "mro": "Le taux directeur de la BCE du {label} manque : Relance ne le devine pas.",
    "individual": "Le taux de l'intérêt légal du {label} manque : Relance ne le devine pas.",
    "legal_individual": "Le taux de l'intérêt légal des particuliers du {label} manque : Relance ne le devine pas.",
}


class UnknownRate(Exception):  # noqa: N818 (it names what is the case, like LookupError)
    """The rate of a half-year is not in the table. The message is a French sentence; nothing is guessed."""


class PartlyKnown(UnknownRate):
    """The half-year is in the table, but not the figure that was asked."""


@dataclass(frozen=True)
class HalfYear:
    """The rates of one half-year, with the text they come from. None: that figure is not known.

    ``confidence``: A, the text itself was read; B, two independent sources agree; C, one source; '' for what Relance
    did not review itself. ``origin``: delivered with Relance, fetched from the ECB, or entered by a person.
    """

    year: int
    half: int
    mro_bp: int | None
    legal_professional_bp: int | None
    legal_individual_bp: int | None
    source: str
    confidence: str
    reviewed_on: date = REVIEWED_ON
    origin: str = "delivered"

    @property
    def starts_on(self) -> date:
        """1 January or 1 July."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def ends_on(self) -> date:
        """30 June or 31 December."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def business_bp(self) -> int:
        """The default between professionals. UnknownRate without the MRO."""
        return self.rate_bp("mro") + BUSINESS_POINTS_BP

    @property
    def public_bp(self) -> int:
        """What a public buyer owes. UnknownRate without the MRO."""
        return self.rate_bp("mro") + PUBLIC_POINTS_BP

    @property
    def floor_bp(self) -> int:
        """The lowest rate a contract between professionals may stipulate. UnknownRate without the legal rate."""
        return 3 * self.rate_bp("individual")

    @property
    def label(self) -> str:
        """« 2e semestre 2026 »."""
        return label_of(self.year, self.half)

    @property
    def is_complete(self) -> bool:
        """True when both what serves professionals and what serves individuals is known."""
        return self.mro_bp is not None and self.legal_professional_bp is not None

    def rate_bp(self, kind: str) -> int:
        """The rate of one of KINDS; UnknownRate names what is missing."""
        if kind == "organisation":
            return self.business_bp
        if kind == "public":
            return self.public_bp
        known = {
            "mro": self.mro_bp,
            "individual": self.legal_professional_bp,
            "legal_individual": self.legal_individual_bp,
        }[kind]
        if known is None:
            raise PartlyKnown(_MISSING[kind].format(label=self.label))
        return known

    def over(self, other: "HalfYear | None") -> "HalfYear":
        """This row, with what it does not know taken from ``other``; the sources of both when both serve."""
        if other is None:
            return self
        pairs = [(getattr(self, name), getattr(other, name)) for name in FIGURES]
        is_needed = any(mine is None and theirs is not None for mine, theirs in pairs)
        return replace(
            self,
            **{name: theirs if mine is None else mine for name, (mine, theirs) in zip(FIGURES, pairs, strict=True)},
            source=f"{self.source} ; {other.source}" if is_needed else self.source,
        )


def label_of(year: int, half: int) -> str:
    """« 1er semestre 2027 »."""
    return f"{'1er' if half == 1 else '2e'} semestre {year}"


def half_of(day: date) -> tuple[int, int]:
    """The year and the half (1 or 2) that ``day`` falls in."""
    return day.year, 1 if day.month <= 6 else 2


def following(year: int, half: int) -> tuple[int, int]:
    """The half-year after this one."""
    return (year, 2) if half == 1 else (year + 1, 1)


# Days on which a new MRO took effect (European Central Bank, « Key ECB interest rates »).
MRO_CHANGES = (
    (date(2014, 9, 10), 5),
    (date(2016, 3, 16), 0),
    (date(2022, 7, 27), 50),
    (date(2022, 9, 14), 125),
    (date(2022, 11, 2), 200),
    (date(2022, 12, 21), 250),
    (date(2023, 2, 8), 300),
    (date(2023, 3, 22), 350),
    (date(2023, 5, 10), 375),
    (date(2023, 6, 21), 400),
    (date(2023, 8, 2), 425),
    (date(2023, 9, 20), 450),
    (date(2024, 6, 12), 425),
    (date(2024, 9, 18), 365),
    (date(2024, 10, 23), 340),
    (date(2024, 12, 18), 315),
    (date(2025, 2, 5), 290),
    (date(2025, 3, 12), 265),
    (date(2025, 4, 23), 240),
    (date(2025, 6, 11), 215),
    (date(2026, 6, 17), 240),
    (date(2026, 9, 16), 265),
)

# Legal interest rate by half-year: professional creditors, other creditors, order, confidence.
_LEGAL = (
    (2016, 1, 101, 454, "arrêté du 23 décembre 2015 (JO du 27)", "B"),
    (2016, 2, 93, 435, "arrêté semestriel, date non vérifiée", "B"),
    (2017, 1, 90, 416, "arrêté semestriel, date non vérifiée", "B"),
    (2017, 2, 90, 394, "arrêté du 26 juin 2017 (JO du 30)", "B"),
    (2018, 1, 89, 373, "arrêté du 28 décembre 2017", "B"),
    (2018, 2, 88, 360, "arrêté du 27 juin 2018 (JO du 28)", "B"),
    (2019, 1, 86, 340, "arrêté du 21 décembre 2018 (JO du 30)", "B"),
    (2019, 2, 87, 326, "arrêté du 26 juin 2019, ECOT1918289A (JO du 27)", "B"),
    (2020, 1, 87, 315, "arrêté semestriel, date non vérifiée", "B"),
    (2020, 2, 84, 311, "arrêté semestriel, date non vérifiée", "C"),
    (2021, 1, 79, 314, "arrêté semestriel, date non vérifiée", "B"),
    (2021, 2, 76, 312, "arrêté semestriel, date non vérifiée", "B"),
    (2022, 1, 76, 313, "arrêté du 26 décembre 2021, ECOT2138139A (JO du 28)", "B"),
    (2022, 2, 77, 315, "arrêté du 27 juin 2022, ECOT2218806A", "B"),
    (2023, 1, 206, 447, "arrêté semestriel, date non vérifiée", "B"),
    (2023, 2, 422, 682, "arrêté du 27 juin 2023, ECOT2317028A (JO du 30)", "B"),
    (2024, 1, 507, 801, "arrêté semestriel, date non vérifiée", "B"),
    (2024, 2, 492, 816, "arrêté du 26 juin 2024 (JO du 28)", "B"),
    (2025, 1, 371, 721, "arrêté du 17 décembre 2024, JORFTEXT000050793726", "B"),
    (2025, 2, 276, 665, "arrêté du 19 juin 2025, ECOT2516925A (JO du 24)", "B"),
    (2026, 1, 262, 667, "arrêté du 15 décembre 2025 (JO du 26)", "A"),
    (2026, 2, 275, 684, "arrêté du 26 juin 2026 (JO du 30), dont le texte même n'a pas été lu", "B"),
)


def mro_on(day: date) -> int:
    """The MRO in force on ``day``; UnknownRate outside the period that was reviewed."""
    index = bisect_right(MRO_CHANGES, (day, 1_000_000)) - 1
    if index < 0 or day > REVIEWED_ON:
        raise UnknownRate(f"Le taux directeur de la BCE au {day:%d/%m/%Y} n'est pas connu de Relance.")
    return MRO_CHANGES[index][1]


def _row(year: int, half: int, professional: int, individual: int, order: str, confidence: str) -> HalfYear:
    first_day = date(year, 1 if half == 1 else 7, 1)
    source = f"Taux directeur BCE au {first_day:%d/%m/%Y} ; taux de l'intérêt légal : {order}"
    return HalfYear(year, half, mro_on(first_day), professional, individual, source, confidence)


TABLE = tuple(_row(*legal) for legal in _LEGAL)


@dataclass(frozen=True)
class Table:
    """Rows of half-years, each once; the most recent last."""

    rows: tuple[HalfYear, ...]
    _by_half_year: dict[tuple[int, int], HalfYear] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find a row at once: a page counts thousands of days."""
        object.__setattr__(self, "_by_half_year", {(row.year, row.half): row for row in self.rows})
        if len(self._by_half_year) < len(self.rows):
            raise ValueError("a half-year stands twice in the table")

    def get(self, year: int, half: int) -> HalfYear | None:
        """The row of a half-year, or None."""
        return self._by_half_year.get((year, half))

    def with_rows(self, rows: Iterable[HalfYear]) -> Self:
        """The same table with ``rows`` over it: each figure they know wins over the one that was there."""
        merged = dict(self._by_half_year)
        for row in rows:
            merged[row.year, row.half] = row.over(merged.get((row.year, row.half)))
        return type(self)(tuple(merged[key] for key in sorted(merged)))

    def half_year_of(self, day: date) -> HalfYear:
        """The row of the half-year ``day`` falls in; UnknownRate when the table does not hold it."""
        year, half = half_of(day)
        row = self.get(year, half)
        if row is None:
            known = f"{self.rows[0].label} au {self.rows[-1].label}" if self.rows else ""
            rest = f" : sa table va du {known}." if known else "."
            raise UnknownRate(f"Relance ne connaît pas les taux du {label_of(year, half)} et ne les devine pas{rest}")
        return row

    def rate_for(self, kind: str, on: date) -> int:
        """The yearly rate (hundredths of a percent) a debtor of ``kind`` owes for the day ``on``.

        ``organisation``: MRO + 10 points (C. com. L441-10 II). ``public``: MRO + 8 points (R2192-31 CCP).
        ``individual``: legal rate of professional creditors (C. civ. 1231-6). ``legal_individual`` and
        ``mro``: the raw figures. ValueError for another kind, UnknownRate for an unknown half-year.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown kind of rate: {kind!r}")
        return self.half_year_of(on).rate_bp(kind)

    def floor_for(self, on: date) -> int:
        """The lowest contractual rate allowed between professionals on that day (C. com. L441-10 II)."""
        return self.half_year_of(on).floor_bp

    def latest_floor(self) -> HalfYear | None:
        """The most recent half-year whose legal rate is known, to compare a contractual rate with."""
        return next((row for row in reversed(self.rows) if row.legal_professional_bp is not None), None)


DELIVERED = Table(TABLE)


def half_year_of(day: date) -> HalfYear:
    """The row of ``day`` in the table delivered with Relance."""
    return DELIVERED.half_year_of(day)


def rate_for(kind: str, on: date) -> int:
    """The rate of ``kind`` on that day, by the table delivered with Relance."""
    return DELIVERED.rate_for(kind, on)


def floor_for(on: date) -> int:
    """The lowest contractual rate on that day, by the table delivered with Relance."""
    return DELIVERED.floor_for(on)


def periods(first: date, last: date) -> list[tuple[date, date]]:
    """Cut ``first``…``last`` (both included) at each 1 January and 1 July."""
    cut: list[tuple[date, date]] = []
    start = first
    while start <= last:
        end = date(start.year, 6, 30) if start.month <= 6 else date(start.year, 12, 31)
        cut.append((start, min(end, last)))
        start = end + timedelta(days=1)
    return cut
