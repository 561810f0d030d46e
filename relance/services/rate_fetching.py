"""The ECB's rate of a half-year that has begun and is not known, fetched for the whole instance when the host allows.

The ECB's rate alone: the legal rate is set by an order, which a person reads and types.
"""

import datetime as dt
import logging
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, Heartbeat, User
from relance.models.events import record
from relance.models.legal_rates import LegalRate
from relance.rules import rates
from relance.rules.calendar import local_date
from relance.services import ecb
from relance.services.ecb import EcbError

FRANKFURT = "Europe/Berlin"
BEAT = "ecb"
REST = dt.timedelta(days=1)
SOURCE = "Banque centrale européenne, service de données, série {series}, au {day:%d/%m/%Y}"

log = logging.getLogger(__name__)


def wanted(now: dt.datetime) -> tuple[int, int] | None:
    """The half-year (year, half) whose ECB rate the instance lacks though its first day is over; None: none."""
    today = local_date(now, FRANKFURT)
    year, half = rates.half_of(today)
    row = rates.DELIVERED.get(year, half)
    if today == _first_day(year, half) or (row is not None and row.mro_bp is not None):
        return None
    return None if _fetched(year, half).exists() else (year, half)


def fetch(
    url: str, *, now: dt.datetime, account: Account | None = None, by: User | None = None
) -> tuple[int, int] | None:
    """Ask the ECB for what is wanted and keep it; the half-year that was learnt, or None when nothing is wanted.

    EcbError, and nothing changed, when the service does not answer as it should. Never in a transaction: it waits.
    """
    half_year = wanted(now)
    if half_year is None:
        return None
    first_day = _first_day(*half_year)
    value = ecb.mro_on(url, first_day)
    year, half = half_year
    with transaction():
        if _fetched(year, half).exists():  # another process was quicker
            return half_year
        LegalRate.create(
            year=year,
            half=half,
            mro_bp=value,
            source=SOURCE.format(series=ecb.SERIES, day=first_day),
            reviewed_on=local_date(now, FRANKFURT),
            entered_by=by,
            entered_at=now,
        )
        record("rate_fetched", account=account, user=by, at=now, year=year, half=half, mro_bp=value)
    return half_year


def fetch_due(url: str, now: dt.datetime) -> None:
    """Once a day at most. ``url`` '': the host does not allow it. A failure is logged and changes nothing."""
    if not url or wanted(now) is None:
        return
    if Heartbeat.select().where(Heartbeat.name == BEAT, Heartbeat.seen_at > now - REST).exists():
        return
    Heartbeat.beat(BEAT, now)
    try:
        fetch(url, now=now)
    except EcbError as error:
        log.warning("the rate of the ECB was not fetched: %s", error)


def _first_day(year: int, half: int) -> dt.date:
    return dt.date(year, 1 if half == 1 else 7, 1)


def _fetched(year: int, half: int) -> Any:
    return LegalRate.select().where(
        LegalRate.account.is_null(),
        LegalRate.year == year,
        LegalRate.half == half,
        LegalRate.mro_bp.is_null(False),
    )
