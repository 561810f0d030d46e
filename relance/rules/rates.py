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

To add a half-year: append its row (and the MRO changes since), with its order and the day it was read.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

REVIEWED_ON = date(2026, 11, 22)

BUSINESS_POINTS_BP = 1000  # C. com. L441-10 II
PUBLIC_POINTS_BP = 800  # C. commande publique R2192-31
KINDS = ("organisation", "public", "individual", "legal_individual", "mro")


class UnknownRate(Exception):  # noqa: N818 (it names what is the case, like LookupError)
    """The rate of a half-year is not in the table. The message is a French sentence; nothing is guessed."""


@dataclass(frozen=True)
class HalfYear:
    """The rates of one half-year, with the text they come from.

    ``confidence``: A, the text itself was read; B, two independent sources agree; C, one source.
    """

    year: int
    half: int
    mro_bp: int
    legal_professional_bp: int
    legal_individual_bp: int
    source: str
    confidence: str
    reviewed_on: date = REVIEWED_ON

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
        """The default between professionals."""
        return self.mro_bp + BUSINESS_POINTS_BP

    @property
    def public_bp(self) -> int:
        """What a public buyer owes."""
        return self.mro_bp + PUBLIC_POINTS_BP

    @property
    def floor_bp(self) -> int:
        """The lowest rate a contract between professionals may stipulate."""
        return 3 * self.legal_professional_bp

    @property
    def label(self) -> str:
        """« 2e semestre 2026 »."""
        return f"{'1er' if self.half == 1 else '2e'} semestre {self.year}"

    def rate_bp(self, kind: str) -> int:
        """The rate of one of KINDS."""
        return {
            "organisation": self.business_bp,
            "public": self.public_bp,
            "individual": self.legal_professional_bp,
            "legal_individual": self.legal_individual_bp,
            "mro": self.mro_bp,
        }[kind]


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
    (2026, 2, 275, 684, "arrêté du 26 juin 2026 (JO du 30), texte non relu", "B"),
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
_BY_HALF_YEAR = {(row.year, row.half): row for row in TABLE}


def half_year_of(day: date) -> HalfYear:
    """The row of the half-year ``day`` falls in; UnknownRate when the table does not hold it."""
    half = 1 if day.month <= 6 else 2
    row = _BY_HALF_YEAR.get((day.year, half))
    if row is None:
        label = f"{'1er' if half == 1 else '2e'} semestre {day.year}"
        known = f"{TABLE[0].label} au {TABLE[-1].label}"
        raise UnknownRate(f"Relance ne connaît pas les taux du {label} et ne les devine pas : sa table va du {known}.")
    return row


def rate_for(kind: str, on: date) -> int:
    """The yearly rate (hundredths of a percent) a debtor of ``kind`` owes for the day ``on``.

    ``organisation``: MRO + 10 points (C. com. L441-10 II). ``public``: MRO + 8 points (R2192-31 CCP).
    ``individual``: legal rate of professional creditors (C. civ. 1231-6). ``legal_individual`` and
    ``mro``: the raw figures. ValueError for another kind, UnknownRate for an unknown half-year.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of rate: {kind!r}")
    return half_year_of(on).rate_bp(kind)


def floor_for(on: date) -> int:
    """The lowest contractual rate allowed between professionals on that day (C. com. L441-10 II)."""
    return half_year_of(on).floor_bp


def periods(first: date, last: date) -> list[tuple[date, date]]:
    """Cut ``first``…``last`` (both included) at each 1 January and 1 July."""
    cut: list[tuple[date, date]] = []
    start = first
    while start <= last:
        end = date(start.year, 6, 30) if start.month <= 6 else date(start.year, 12, 31)
        cut.append((start, min(end, last)))
        start = end + timedelta(days=1)
    return cut
