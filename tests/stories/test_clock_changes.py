"""The nights on which the clocks change, and the feasts beside them: nine in the morning, on the right civil day."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.making import enrol, make_sequence

D = dt.date


@pytest.fixture
def arrivals(settings, smtp_server, account, camille):
    """``arrivals(first, last)``: a run every half hour from 5 to 9 UTC; when each mail arrived, in UTC."""
    Account.update(alerts_overdue=False, min_gap_days=0).execute()

    def _arrivals(first, last):
        found = []
        for offset in range((last - first).days + 1):
            for half_hour in range(10, 19):
                now = dt.datetime.combine(first + dt.timedelta(offset), dt.time(half_hour // 2, half_hour % 2 * 30))
                before = len(smtp_server.to("compta@latitude-conseil.example"))
                sweeping.sweep(now, Post.of(settings))
                found += [now] * (len(smtp_server.to("compta@latitude-conseil.example")) - before)
        return found

    return _arrivals


def follow(account, client, due_on, *offsets, at):
    steps = [(offset, "prerelance" if offset < 0 else "rappel") for offset in offsets]
    sequence = make_sequence(account, *steps, now=at)
    factories.make_invoice(client, due_on=due_on)
    enrol(sequence, client, now=at)


@pytest.mark.requirement("S3.14")
def test_in_march_two_days_before_is_the_friday_before_and_after_the_change_it_is_still_nine(
    account, latitude, nadia, arrivals
):
    """J is Tuesday 28 March 2028; the clocks change on Sunday 26, which is J−2."""
    follow(account, latitude, D(2028, 3, 28), -2, 1, at=dt.datetime(2028, 3, 20, 6))
    assert arrivals(D(2028, 3, 23), D(2028, 3, 30)) == [dt.datetime(2028, 3, 24, 8), dt.datetime(2028, 3, 29, 7)]


@pytest.mark.requirement("S3.14")
def test_in_october_the_same_the_other_way(account, latitude, nadia, arrivals):
    """J is Tuesday 31 October 2028; the clocks change on Sunday 29; J+1 is All Saints' Day, so Thursday 2."""
    follow(account, latitude, D(2028, 10, 31), -2, 1, at=dt.datetime(2028, 10, 20, 6))
    assert arrivals(D(2028, 10, 26), D(2028, 11, 3)) == [dt.datetime(2028, 10, 27, 7), dt.datetime(2028, 11, 2, 8)]


def test_easter_monday_and_good_friday_in_strasbourg(account, latitude, nadia, arrivals):
    """J is Thursday 25 March 2027: J+1 is Good Friday, then Easter and the change of the clocks, then Easter Monday."""
    Account.update(holiday_region="alsace-moselle").execute()
    follow(Account.get_by_id(account.id), latitude, D(2027, 3, 25), 1, at=dt.datetime(2027, 3, 20, 6))
    assert arrivals(D(2027, 3, 26), D(2027, 3, 31)) == [dt.datetime(2027, 3, 30, 7)]


def test_a_leap_day_is_a_day_like_another(account, latitude, nadia, arrivals):
    """J is Monday 28 February 2028: J+1 is Tuesday 29."""
    follow(account, latitude, D(2028, 2, 28), 1, 2, at=dt.datetime(2028, 2, 25, 6))
    assert arrivals(D(2028, 2, 28), D(2028, 3, 2)) == [dt.datetime(2028, 2, 29, 8), dt.datetime(2028, 3, 1, 8)]


def test_across_the_year_s_end(account, latitude, nadia, arrivals):
    """J is Thursday 24 December 2026: J+1 is Christmas, J+8 is New Year's Day."""
    follow(account, latitude, D(2026, 12, 24), 1, 8, at=dt.datetime(2026, 12, 21, 6))
    assert arrivals(D(2026, 12, 24), D(2027, 1, 5)) == [dt.datetime(2026, 12, 28, 8), dt.datetime(2027, 1, 4, 8)]


def test_in_cayenne_nine_is_noon_in_utc(account, latitude, nadia, arrivals, settings, smtp_server):
    Account.update(time_zone="America/Cayenne", holiday_region="guyane").execute()
    follow(Account.get_by_id(account.id), latitude, D(2028, 3, 24), 3, at=dt.datetime(2028, 3, 20, 12))
    assert arrivals(D(2028, 3, 27), D(2028, 3, 27)) == []  # 9 UTC is 6 there
    sweeping.sweep(dt.datetime(2028, 3, 27, 11, 59), Post.of(settings))
    assert smtp_server.to("compta@latitude-conseil.example") == []
    sweeping.sweep(dt.datetime(2028, 3, 27, 12), Post.of(settings))
    assert len(smtp_server.to("compta@latitude-conseil.example")) == 1
