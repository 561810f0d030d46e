"""The journal is chained: a changed past shows."""

import datetime as dt

from relance.models.events import Event, record
from relance.services import journal
from tests import factories

LATER = factories.NOW + dt.timedelta(minutes=2)


def test_events_are_chained_in_order_and_a_change_shows(account, basile, now):
    for n in range(5):
        record("note_added", account=account, at=now, text=f"note {n}")
        record("note_added", account=basile.account_id, at=now, text=f"autre {n}")
    assert journal.seal(LATER) == 10
    assert journal.seal(LATER) == 0
    assert journal.first_break(account.id) is None
    third = Event.select().where(Event.account == account).order_by(Event.id)[2]
    Event.update(data='{"text": "réécrite"}').where(Event.id == third.id).execute()
    assert journal.first_break(account.id) == third.id
    assert journal.first_break(basile.account_id) is None


def test_a_removed_event_shows(account, now):
    for n in range(4):
        record("note_added", account=account, at=now, text=f"note {n}")
    journal.seal(LATER)
    second = Event.select().order_by(Event.id)[1]
    Event.delete().where(Event.id == second.id).execute()
    assert journal.first_break(account.id) is not None


def test_an_event_of_this_minute_waits_for_the_transactions_still_open(account, now):
    record("note_added", account=account, at=now)
    assert journal.seal(now) == 0
    assert journal.seal(LATER) == 1
