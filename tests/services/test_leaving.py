"""When a message by hand leaves: a minute later, at the next hour of sending, or on a day a person chose."""

import datetime as dt

import pytest

from relance.models.accounts import Account, Closure
from relance.services import leaving
from relance.services.leaving import Moment
from relance.services.writing import WritingError
from tests import factories

NOW, TODAY = factories.NOW, factories.TODAY  # Monday 23 November, 09:00 in Paris
SUNDAY = dt.datetime(2026, 11, 22, 9, 30)


@pytest.mark.parametrize(
    ("now", "usual", "next_hour"),
    [
        (NOW, "now", dt.datetime(2026, 11, 24, 8)),
        (dt.datetime(2026, 11, 23, 16, 59), "now", dt.datetime(2026, 11, 24, 8)),
        (dt.datetime(2026, 11, 23, 17), "next", dt.datetime(2026, 11, 24, 8)),
        (dt.datetime(2026, 11, 23, 6), "next", NOW),
        (SUNDAY, "next", NOW),
        (dt.datetime(2026, 11, 27, 10), "now", dt.datetime(2026, 11, 30, 8)),
    ],
)
def test_it_leaves_now_within_the_days_and_hours_else_at_the_next_ones(account, now, usual, next_hour):
    assert leaving.usual(account, now) == usual
    assert leaving.next_hour(account, now) == next_hour
    assert leaving.instant(account, Moment("next"), now) == next_hour
    assert leaving.instant(account, Moment(), now) == now + leaving.UNDO


def test_the_account_s_hour_and_its_closures_are_those_of_every_sending(account):
    Account.update(send_from_minute=14 * 60).execute()
    Closure.create(account=account, starts_on=TODAY + dt.timedelta(1), ends_on=TODAY + dt.timedelta(2))
    assert leaving.next_hour(Account.get(), NOW) == dt.datetime(2026, 11, 23, 13)
    assert leaving.next_hour(Account.get(), dt.datetime(2026, 11, 23, 14)) == dt.datetime(2026, 11, 26, 13)


def test_a_chosen_day_and_hour_are_those_of_the_account_s_time_zone(account):
    assert leaving.instant(account, Moment("later", TODAY, 9 * 60 + 15), NOW) == dt.datetime(2026, 11, 23, 8, 15)
    last = TODAY + dt.timedelta(60)
    assert leaving.instant(account, Moment("later", last, 0), NOW) == dt.datetime(2027, 1, 21, 23)


@pytest.mark.parametrize(
    ("moment", "field"),
    [
        (Moment("later", None, 540), "on"),
        (Moment("later", TODAY, None), "minute"),
        (Moment("later", TODAY, 1440), "minute"),
        (Moment("later", TODAY, -1), "minute"),
        (Moment("later", TODAY, 9 * 60), "minute"),
        (Moment("later", TODAY - dt.timedelta(1), 540), "on"),
        (Moment("later", TODAY + dt.timedelta(61), 540), "on"),
        (Moment("hier"), "when"),
    ],
)
def test_a_moment_that_makes_no_sense_is_refused_at_its_field(account, moment, field):
    with pytest.raises(WritingError) as refusal:
        leaving.instant(account, moment, NOW)
    assert refusal.value.field == field
