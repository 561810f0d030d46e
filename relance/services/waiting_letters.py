"""« À traiter », the letters: those to post, those whose receipt nobody noted, those whose time is over."""

import datetime as dt
from typing import Any

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.letters import Letter
from relance.rules.calendar import local_date
from relance.services.letter_deadlines import is_still_owed
from relance.services.posting_letters import REGISTERED

SILENCE = dt.timedelta(15)  # days that the post keeps a registered letter for whoever was not there


def ready(account: Account, now: dt.datetime) -> Any:
    """Letters that are printed: they leave by a person's hand only."""
    return _of(account).where(Letter.state == "ready").order_by(Letter.created_at, Letter.id)


def silent(account: Account, now: dt.datetime) -> Any:
    """Registered letters posted for fifteen days about something still owed, of which nothing more was noted."""
    until = local_date(now, account.time_zone) - SILENCE
    query = _of(account).where(Letter.state == "posted", Letter.mode.in_(REGISTERED), Letter.posted_on <= until)
    return query.where(is_still_owed()).order_by(Letter.posted_on, Letter.id)


def expired(account: Account, now: dt.datetime) -> Any:
    """Formal notices whose time is over and that were not paid, until a person says that they deal with it."""
    today = local_date(now, account.time_zone)
    query = _of(account).where(Letter.deadline_on < today, Letter.settled_at.is_null(), is_still_owed())
    return query.order_by(Letter.deadline_on, Letter.id)


def _of(account: Account) -> Any:
    return Letter.select(Letter, Client).join(Client).where(Letter.account == account)
