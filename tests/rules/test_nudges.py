"""The days of the nudges: before the end, on working days, apart from other messages, never after the last day."""

import datetime as dt

import pytest

from relance.rules import nudges
from relance.rules.calendar import Calendar
from relance.rules.nudges import Nudging

D = dt.date
CALENDAR = Calendar()
MADE, LAST = D(2026, 11, 2), D(2026, 12, 11)  # a Monday, a Friday


def nudging(**values):
    return Nudging(**{"issued_on": MADE, "valid_until": LAST, "remind_days": 7, "nudges": 1, **values})


def test_the_first_leaves_so_many_days_before_the_last_one():
    assert nudges.coming(nudging(), CALENDAR, 5, MADE) == (D(2026, 12, 4),)
    assert nudges.coming(nudging(remind_days=1), CALENDAR, 5, MADE) == (D(2026, 12, 10),)


@pytest.mark.parametrize(("days", "expected"), [(6, D(2026, 12, 4)), (5, D(2026, 12, 4)), (30, D(2026, 11, 10))])
def test_a_closed_day_moves_it_to_the_working_day_before(days, expected):
    """Six and five days before is a weekend; thirty is Armistice Day."""
    assert nudges.first_day(nudging(remind_days=days), CALENDAR) == expected


def test_the_second_follows_after_the_gap_and_at_least_the_day_after():
    assert nudges.coming(nudging(nudges=2), CALENDAR, 5, MADE) == (D(2026, 12, 4), D(2026, 12, 9))
    assert nudges.coming(nudging(nudges=2), CALENDAR, 0, MADE) == (D(2026, 12, 4), D(2026, 12, 7))


def test_nothing_leaves_after_the_last_day_nor_when_it_is_closed():
    assert nudges.coming(nudging(nudges=2), CALENDAR, 8, MADE) == (D(2026, 12, 4),)
    assert nudges.next_on(nudging(), CALENDAR, 5, LAST) == LAST
    assert nudges.next_on(nudging(), CALENDAR, 5, LAST + nudges.DAY) is None
    closed = Calendar(closures=((D(2026, 12, 4), LAST),))
    assert nudges.next_on(nudging(), closed, 5, D(2026, 12, 4)) is None


def test_never_more_than_two_and_by_hand_takes_the_place_of_one():
    assert len(nudges.coming(nudging(nudges=9), CALENDAR, 0, MADE)) == 2
    by_hand = nudging(nudges=2, used_on=(D(2026, 11, 20),), last_on=D(2026, 11, 20))
    assert nudges.coming(by_hand, CALENDAR, 5, D(2026, 11, 23)) == (D(2026, 12, 4),)
    assert nudges.coming(nudging(used_on=(D(2026, 11, 20),)), CALENDAR, 5, MADE) == ()


def test_another_message_to_the_client_holds_it_for_the_gap():
    assert nudges.next_on(nudging(last_on=D(2026, 12, 3)), CALENDAR, 5, MADE) == D(2026, 12, 8)
    assert nudges.next_on(nudging(last_on=D(2026, 12, 10)), CALENDAR, 5, MADE) is None


def test_a_quote_made_late_waits_for_the_day_after_its_own():
    """Seven days before its end is before the quote itself."""
    late = nudging(issued_on=D(2026, 12, 8))
    assert nudges.next_on(late, CALENDAR, 5, D(2026, 12, 8)) == D(2026, 12, 9)
    assert nudges.next_on(nudging(issued_on=LAST), CALENDAR, 5, LAST) is None


def test_without_a_switch_there_is_none():
    assert nudges.coming(nudging(nudges=0), CALENDAR, 5, MADE) == ()
