"""The time that a formal notice allows."""

import datetime as dt

import pytest

from relance.rules.letter_deadlines import deadline_of, is_over, presumed_receipt


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "days", "region", "last"),
    [
        ("2026-11-26", 8, "metropole", "2026-12-04"),  # Thursday + 8: Friday
        ("2026-11-27", 8, "metropole", "2026-12-07"),  # a Saturday goes to Monday
        ("2026-11-28", 8, "metropole", "2026-12-07"),  # a Sunday too
        ("2026-12-17", 8, "metropole", "2026-12-28"),  # Christmas, a Friday, then the weekend
        ("2026-12-18", 8, "alsace-moselle", "2026-12-28"),
        ("2026-11-16", 15, "metropole", "2026-12-01"),
        ("2026-04-29", 1, "metropole", "2026-04-30"),
        ("2026-04-30", 1, "metropole", "2026-05-04"),  # 1 May, a Friday
    ],
)
def test_the_last_day_is_a_day_on_which_banks_work(received, days, region, last):
    assert deadline_of(day(received), days, region) == day(last)


@pytest.mark.parametrize(
    ("posted", "presumed"),
    [
        ("2026-11-23", "2026-11-26"),  # Monday: Thursday
        ("2026-11-26", "2026-12-01"),  # Thursday: Friday, Monday, Tuesday
        ("2026-11-28", "2026-12-02"),  # posted on a Saturday
        ("2026-12-23", "2026-12-29"),  # Christmas does not count
    ],
)
def test_a_simple_letter_is_presumed_to_take_three_working_days(posted, presumed):
    assert presumed_receipt(day(posted)) == day(presumed)


def test_the_time_is_over_from_the_day_after_the_last():
    assert not is_over(None, day("2026-12-04"))
    assert not is_over(day("2026-12-04"), day("2026-12-04"))
    assert is_over(day("2026-12-04"), day("2026-12-05"))
