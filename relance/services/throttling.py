"""Attempts counted in the database, so that every process counts together."""

import datetime as dt

from peewee import Case

from relance.models.accounts import Throttle


def count(key: str, *, window: dt.timedelta, now: dt.datetime) -> int:
    """Count one attempt on ``key`` and return how many there were in the current window.

    The window starts at the first attempt and ends ``window`` later; one statement, so two attempts
    at the same instant are two.
    """
    is_over = Throttle.window_started_at <= now - window
    Throttle.insert(key=key, window_started_at=now, count=1).on_conflict(
        conflict_target=[Throttle.key],
        update={
            Throttle.count: Case(None, [(is_over, 1)], Throttle.count + 1),
            Throttle.window_started_at: Case(None, [(is_over, now)], Throttle.window_started_at),
        },
    ).execute()
    return int(Throttle.select(Throttle.count).where(Throttle.key == key).scalar())


def clear(key: str) -> None:
    """Forget the attempts on ``key``: it succeeded."""
    Throttle.delete().where(Throttle.key == key).execute()


def forget_before(instant: dt.datetime) -> int:
    """Delete the windows that began before ``instant``; returns how many."""
    return int(Throttle.delete().where(Throttle.window_started_at < instant).execute())
