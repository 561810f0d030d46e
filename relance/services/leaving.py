"""When a message sent by hand leaves: in a minute, at the next hour of sending, or on a day a person chose."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import Account
from relance.rules import calendar as cal
from relance.rules import moves
from relance.services import rechecking, situations
from relance.services.writing import WritingError

UNDO = dt.timedelta(minutes=1)
HORIZON_DAYS = 60
NOW, NEXT, LATER = "now", "next", "later"


@dataclass(frozen=True)
class Moment:
    """What a person chose: now, next or later; a later one has a civil day and minutes after midnight."""

    when: str = NOW
    on: dt.date | None = None
    minute: int | None = None


def next_hour(account: Account, now: dt.datetime) -> dt.datetime:
    """The account's next hour of sending that is not today's any more (UTC): « lundi 23 novembre à 9 h »."""
    found = rechecking.opening(account, now)
    if found is not None:
        return found
    today = cal.local_date(now, account.time_zone)
    day = situations.policy_of(account).calendar.next_working(today + moves.DAY)
    return cal.local_instant(day, account.send_from_minute, account.time_zone)


def usual(account: Account, now: dt.datetime) -> str:
    """What is proposed: now within the account's days and hours, else the next hour of sending."""
    return NOW if rechecking.opening(account, now) is None else NEXT


def instant(account: Account, moment: Moment, now: dt.datetime) -> dt.datetime:
    """When the message leaves (UTC). WritingError names ``on`` or ``minute`` when that moment makes no sense."""
    if moment.when == NOW:
        return now + UNDO
    if moment.when == NEXT:
        return next_hour(account, now)
    if moment.when != LATER:
        raise WritingError("Choisissez une option de la liste.", "when")
    if moment.on is None:
        raise WritingError("Indiquez le jour de l'envoi.", "on")
    if moment.minute is None or not 0 <= moment.minute < 24 * 60:
        raise WritingError("Indiquez l'heure de l'envoi.", "minute")
    today = cal.local_date(now, account.time_zone)
    if moment.on < today:
        raise WritingError("Choisissez un jour à venir.", "on")
    if moment.on > today + dt.timedelta(HORIZON_DAYS):
        raise WritingError("Choisissez un jour dans les soixante jours.", "on")
    leaves_at = cal.local_instant(moment.on, moment.minute, account.time_zone)
    if leaves_at < now + UNDO:
        raise WritingError("Cette heure est passée : choisissez-en une à venir.", "minute")
    return leaves_at
