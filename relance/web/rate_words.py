"""Half-years and rates in words, and what is said of a contractual rate that the law does not allow."""

from dataclasses import dataclass
from datetime import date

from relance import clock
from relance.models.accounts import Account
from relance.rules import wording
from relance.rules.rates import Table, label_of
from relance.services import rating, waiting_rates
from relance.web import filters
from relance.web.i18n import _, language


@dataclass(frozen=True)
class Told:
    """A half-year without rates, of which the account is told."""

    year: int
    half: int
    label: str
    starts_on: date
    may_wait: bool  # it has not begun: it may be put off to its first day
    day: str  # « 1er janvier », for a button


def label(french: str) -> str:
    """« 2e semestre 2026 », or « second half of 2026 »."""
    number, _word, year = french.split(" ")
    return _("1er semestre {année}", année=year) if number == "1er" else _("2e semestre {année}", année=year)


def told(account: Account, today: date) -> Told | None:
    """The half-year that the account is to be told of now, in one query."""
    found = waiting_rates.half_year_told(account, clock.now())
    return of_half_year(*found, today) if found else None


def of_half_year(year: int, half: int, today: date) -> Told:
    """This half-year in words."""
    starts_on = date(year, 1 if half == 1 else 7, 1)
    day = wording.long_date(starts_on, language(), year=False)
    return Told(year, half, label(label_of(year, half)), starts_on, today < starts_on, day)


def low_rate(account: Account, rate_bp: int | None) -> str:
    """What is said of a contractual rate under three times the legal rate: warned of, never rewritten; '' otherwise."""
    return under_floor(rating.table_of(account), rate_bp) if rate_bp is not None else ""


def under_floor(table: Table, rate_bp: int) -> str:
    """The warning about ``rate_bp`` by the most recent half-year whose legal rate is known."""
    row = table.latest_floor()
    if row is None or rate_bp >= row.floor_bp:
        return ""
    return _(
        "{taux} est sous le minimum légal entre professionnels : {plancher} au {semestre}, soit trois fois le taux de "
        "l'intérêt légal. Relance le garde tel quel.",
        taux=filters.rate(rate_bp),
        plancher=filters.rate(row.floor_bp),
        semestre=label(row.label),
    )
