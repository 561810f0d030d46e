"""Rates of a half-year written down by a person, for their account: with their source, corrected, removed.

A half-year that Relance delivers may be corrected so too: the page then shows both, and removing the correction brings
the delivered figures back. Letters that are frozen never change.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.legal_rates import LegalRate
from relance.rules import rates
from relance.rules.calendar import local_date
from relance.rules.rates import FIGURES

HIGHEST_BP = 5000
LONGEST_SOURCE = 250


class RateError(Exception):
    """What was typed cannot be kept; ``errors`` is field → French sentence."""

    def __init__(self, errors: dict[str, str]):
        self.errors = errors
        super().__init__(" ".join(errors.values()))


class RateConflictError(Exception):
    """Somebody changed this half-year since the form was shown."""


@dataclass(frozen=True)
class RateFacts:
    """What a person typed, in hundredths of a percent. ``since``: the stamp of the row that was shown, '' for none."""

    year: int
    half: int
    mro_bp: int | None
    professional_bp: int | None
    individual_bp: int | None
    source: str
    since: str = ""


def choices(today: dt.date) -> list[tuple[int, int]]:
    """The half-years that may be written down: the next one first, back to the oldest that Relance delivers."""
    found = [rates.following(*rates.half_of(today))]
    oldest = rates.TABLE[0]
    while found[-1] > (oldest.year, oldest.half):
        year, half = found[-1]
        found.append((year, 1) if half == 2 else (year - 1, 2))
    return found


def enter(account: Account, facts: RateFacts, *, by: User | None, now: dt.datetime) -> LegalRate:
    """Keep the rates of a half-year for this account, in place of what it had entered for it.

    RateError when they cannot be; RateConflictError when the row is not the one that was shown.
    """
    today = local_date(now, account.time_zone)
    source = " ".join(facts.source.split())
    _check(facts, source, today)
    values = {
        "mro_bp": facts.mro_bp,
        "legal_professional_bp": facts.professional_bp,
        "legal_individual_bp": facts.individual_bp,
        "source": source,
        "reviewed_on": today,
        "entered_by": by,
        "entered_at": now,
    }
    with transaction():
        row = own(account, facts.year, facts.half)
        if stamp_of(row) != facts.since:
            raise RateConflictError
        former = {name: getattr(row, name) for name in FIGURES} if row is not None else {}
        row = _write(account, facts, row, values)
        figures = {name: values[name] for name in FIGURES}
        event = {"year": facts.year, "half": facts.half, "source": source, "former": former, **figures}
        record("rate_entered", account=account, user=by, at=now, **event)
    return row


def remove(account: Account, row: LegalRate, *, by: User | None, now: dt.datetime) -> None:
    """Forget what the account had entered for a half-year: what is fetched or delivered, if anything, serves again."""
    with transaction():
        if LegalRate.delete().where(LegalRate.id == row.id, LegalRate.account == account).execute():
            record("rate_removed", account=account, user=by, at=now, year=row.year, half=row.half, source=row.source)


def acknowledge(account: Account, year: int, half: int, *, now: dt.datetime) -> None:
    """Say nothing more of this half-year before its first day: the user knows that its rates are to come."""
    key = f"{year}-{half}"
    Account.update(rates_acknowledged=key).where(Account.id == account.id).execute()
    account.rates_acknowledged = key


def own(account: Account, year: int, half: int) -> LegalRate | None:
    """What the account entered for a half-year."""
    row: LegalRate | None = LegalRate.get_or_none(
        LegalRate.account == account, LegalRate.year == year, LegalRate.half == half
    )
    return row


def stamp_of(row: LegalRate | None) -> str:
    """What tells one writing of a row from the next."""
    return row.entered_at.isoformat() if row is not None else ""


def _write(account: Account, facts: RateFacts, row: LegalRate | None, values: dict[str, Any]) -> LegalRate:
    """Of two people who write the same half-year at once, the second is told."""
    if row is None:
        try:
            written: LegalRate = LegalRate.create(account=account, year=facts.year, half=facts.half, **values)
        except IntegrityError as error:
            raise RateConflictError from error
        return written
    same = (LegalRate.id == row.id) & (LegalRate.entered_at == row.entered_at)
    if not LegalRate.update(**values).where(same).execute():
        raise RateConflictError
    return LegalRate.get_by_id(row.id)


def _check(facts: RateFacts, source: str, today: dt.date) -> None:
    errors = {}
    if (facts.year, facts.half) not in choices(today):
        errors["half_year"] = "Choisissez un semestre de la liste : le prochain au plus tard."
    given = {"mro": facts.mro_bp, "professional": facts.professional_bp, "individual": facts.individual_bp}
    for name, value in given.items():
        if value is not None and not 0 <= value <= HIGHEST_BP:
            errors[name] = "Indiquez un taux entre 0 et 50 %."
    if all(value is None for value in given.values()):
        errors["mro"] = "Indiquez un taux au moins."
    if not source:
        errors["source"] = "Indiquez d'où vient ce taux : l'arrêté et sa date, ou la page de la BCE."
    elif len(source) > LONGEST_SOURCE:
        errors["source"] = "Cette source est trop longue : 250 caractères au plus."
    if errors:
        raise RateError(errors)
