"""The days of steps where the calendar is hard: clock changes, leap days, month and year ends, moving feasts."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.calendar import REGIONS, Calendar, local_date, local_instant, make_calendar
from relance.rules.moves import planned_on, remaining_steps
from relance.rules.plans import Step
from relance.rules.schedule import Policy
from tests.rules.chased import D, days, item, sends

PARIS = "Europe/Paris"
NINE = 540
METROPOLE = Calendar()


def day_of(due_on, offset, calendar=METROPOLE):
    """The day of one step of an instalment due on ``due_on``."""
    step = Step(0, offset, "rappel")
    return planned_on(item(due_on=due_on, steps=(step,)), step, calendar)


# Clock changes: the last Sunday of March and of October


@pytest.mark.requirement("S3.14")
@pytest.mark.parametrize(
    ("due_on", "offset", "day", "utc_hour"),
    [
        (D(2028, 3, 28), -2, D(2028, 3, 24), 8),  # Sunday 26 March, the night of the change: Friday, in winter time
        (D(2028, 3, 27), -2, D(2028, 3, 24), 8),
        (D(2028, 3, 29), -2, D(2028, 3, 27), 7),  # the first morning of summer time
        (D(2028, 3, 24), 3, D(2028, 3, 27), 7),  # counted across the change: three civil days, 71 hours
        (D(2028, 10, 31), -2, D(2028, 10, 27), 7),  # Sunday 29 October: Friday, still summer
        (D(2028, 11, 3), -4, D(2028, 10, 30), 8),  # the first morning of winter time
        (D(2028, 10, 27), 3, D(2028, 10, 30), 8),  # 73 hours
        (D(2028, 10, 26), 4, D(2028, 10, 30), 8),
    ],
)
def test_across_a_clock_change_the_civil_day_and_nine_o_clock_stay(due_on, offset, day, utc_hour):
    assert day_of(due_on, offset) == day
    assert local_instant(day, NINE, PARIS) == dt.datetime.combine(day, dt.time(utc_hour))


@pytest.mark.parametrize("sunday", [D(2026, 10, 25), D(2027, 3, 28), D(2027, 10, 31), D(2028, 3, 26), D(2028, 10, 29)])
def test_the_sunday_of_a_change_is_one_civil_day(sunday):
    midnight = local_instant(sunday, 0, PARIS)
    tomorrow = local_instant(sunday + dt.timedelta(1), 0, PARIS)
    assert (tomorrow - midnight) / dt.timedelta(hours=1) == (23 if sunday.month == 3 else 25)
    assert {local_date(midnight, PARIS), local_date(tomorrow - dt.timedelta(minutes=1), PARIS)} == {sunday}
    assert local_date(midnight - dt.timedelta(minutes=1), PARIS) == sunday - dt.timedelta(1)


@pytest.mark.parametrize("first", [D(2028, 3, 20), D(2028, 10, 23)])
def test_a_plan_across_a_change_leaves_at_nine_every_time(first):
    weekly = tuple(Step(n, 7 * n, "rappel") for n in range(3))
    found = days(sends([item(due_on=first, steps=weekly, enters_on=first)], start=first, end=D(2028, 12, 31)))
    assert found == [first + dt.timedelta(7 * n) for n in range(3)]
    hours = [local_instant(day, NINE, PARIS).hour for day in found]
    assert hours == ([8, 7, 7] if first.month == 3 else [7, 8, 8])


# Leap days, month ends, the year's end


@pytest.mark.parametrize(
    ("due_on", "offset", "day"),
    [
        (D(2028, 2, 29), 1, D(2028, 3, 1)),
        (D(2028, 2, 29), -1, D(2028, 2, 28)),
        (D(2028, 2, 28), 1, D(2028, 2, 29)),  # a Tuesday that most years do not have
        (D(2028, 3, 1), -1, D(2028, 2, 29)),
        (D(2028, 2, 29), 365, D(2029, 2, 28)),
        (D(2028, 2, 29), -365, D(2027, 3, 1)),
        (D(2027, 2, 28), 1, D(2027, 3, 1)),
        (D(2028, 1, 31), 29, D(2028, 2, 29)),
        (D(2028, 1, 31), 30, D(2028, 3, 1)),
        (D(2027, 1, 31), 30, D(2027, 3, 2)),
        (D(2028, 4, 30), 31, D(2028, 5, 31)),
        (D(2028, 8, 31), 30, D(2028, 10, 2)),  # Saturday 30 September, moved into the next month
        (D(2028, 10, 2), -2, D(2028, 9, 29)),  # backwards out of the month: Saturday 30 moved to Friday
    ],
)
def test_offsets_are_civil_days_whatever_the_month(due_on, offset, day):
    assert day_of(due_on, offset) == day


@pytest.mark.parametrize(
    ("due_on", "offset", "day"),
    [
        (D(2026, 12, 15), 10, D(2026, 12, 28)),  # Christmas is a Friday: Monday 28
        (D(2026, 12, 29), -4, D(2026, 12, 24)),  # before J it goes back
        (D(2026, 12, 22), 10, D(2027, 1, 4)),  # Friday 1 January, then a weekend
        (D(2027, 1, 5), -4, D(2026, 12, 31)),  # backwards into the year before
        (D(2026, 12, 31), 1, D(2027, 1, 4)),
        (D(2026, 12, 31), 365, D(2027, 12, 31)),
        (D(2027, 12, 31), 366, D(2029, 1, 2)),  # 2028 is a leap year: 31 December 2028, a Sunday, then the new year
        (D(2027, 1, 1), 0, D(2027, 1, 4)),
    ],
)
def test_the_end_of_the_year_is_crossed_like_any_other(due_on, offset, day):
    assert day_of(due_on, offset) == day


def test_after_a_moved_day_the_next_one_still_counts_from_the_due_date():
    """J+10 is Christmas, moved to Monday 28; J+17 is Friday 1 January, moved to Monday 4."""
    steps = (Step(0, 10, "rappel"), Step(1, 17, "relance_1"), Step(2, 24, "relance_2"))
    found = sends([item(due_on=D(2026, 12, 15), steps=steps)], start=D(2026, 12, 1))
    assert days(found) == [D(2026, 12, 28), D(2027, 1, 4), D(2027, 1, 8)]


# Easter, and the days of each region


@pytest.mark.parametrize(
    ("easter_monday", "before", "after"),
    [(D(2027, 3, 29), D(2027, 3, 26), D(2027, 3, 30)), (D(2028, 4, 17), D(2028, 4, 14), D(2028, 4, 18))],
)
def test_easter_monday_moves_like_a_sunday(easter_monday, before, after):
    assert day_of(easter_monday - dt.timedelta(3), 3) == after
    assert day_of(easter_monday + dt.timedelta(3), -3) == before


def test_the_clocks_change_on_the_easter_weekend_of_2027():
    """Sunday 28 March 2027 is Easter and the change; Monday is closed: the message leaves on Tuesday at nine."""
    day = day_of(D(2027, 3, 26), 2)
    assert day == D(2027, 3, 30)
    assert local_instant(day, NINE, PARIS).hour == 7


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_good_friday_and_saint_stephen_are_closed_in_alsace_moselle_alone(region):
    calendar = make_calendar("12345", True, region)
    good_friday, saint_stephen = D(2027, 3, 26), D(2028, 12, 26)
    is_there = region == "alsace-moselle"
    # Before J from Tuesday 30 March: through Easter Monday and the weekend, to Friday, or Thursday where it is closed.
    assert day_of(D(2027, 3, 30), -1, calendar) == (D(2027, 3, 25) if is_there else good_friday)
    assert day_of(D(2027, 3, 25), 1, calendar) == (D(2027, 3, 30) if is_there else good_friday)
    assert calendar.is_working(saint_stephen) is not is_there


@pytest.mark.parametrize(
    ("region", "holiday", "after"),
    [
        ("guadeloupe", D(2027, 5, 27), D(2027, 5, 28)),
        ("martinique", D(2028, 5, 22), D(2028, 5, 23)),
        ("guyane", D(2027, 6, 10), D(2027, 6, 11)),
        ("reunion", D(2027, 12, 20), D(2027, 12, 21)),
        ("mayotte", D(2027, 4, 27), D(2027, 4, 28)),
        ("saint-barthelemy", D(2028, 10, 9), D(2028, 10, 10)),
        ("saint-martin", D(2027, 5, 28), D(2027, 5, 31)),
    ],
)
def test_overseas_the_day_of_abolition_is_closed_there_alone(region, holiday, after):
    there = make_calendar("12345", True, region)
    assert day_of(holiday - dt.timedelta(5), 5, there) == after
    assert day_of(holiday - dt.timedelta(5), 5) == holiday


@pytest.mark.parametrize(
    ("zone", "utc_hours"),
    [("America/Cayenne", {12}), ("America/Guadeloupe", {13}), ("Indian/Reunion", {5}), ("Indian/Mayotte", {6})],
)
def test_overseas_nine_o_clock_is_theirs_and_never_changes(zone, utc_hours):
    found = {local_instant(D(2027, month, 15), NINE, zone).hour for month in range(1, 13)}
    assert found == utc_hours


# Closures


def test_three_weeks_of_closure_send_nothing_and_catch_up_with_one_message():
    """J is Friday 30 July; J+3, J+10 and J+20 fall in the closure of 2 to 20 August, J+30 after it."""
    closed = Calendar(closures=((D(2027, 8, 2), D(2027, 8, 20)),))
    steps = tuple(
        Step(n, offset, name)
        for n, (offset, name) in enumerate(
            [(3, "rappel"), (10, "relance_1"), (20, "relance_2"), (30, "dernier_rappel")]
        )
    )
    under = item(due_on=D(2027, 7, 30), steps=steps, enters_on=D(2027, 7, 1))
    assert [planned_on(under, step, closed) for step in steps] == [D(2027, 8, 23)] * 3 + [D(2027, 8, 30)]
    found = sends([under], start=D(2027, 7, 1), policy=Policy(closed))
    assert days(found) == [D(2027, 8, 23), D(2027, 8, 30)]
    assert [skip.step.index for skip in found[0].skips if skip.because == "missed"] == [1, 2]


def test_before_the_due_date_a_closure_is_left_before_it_begins():
    closed = Calendar(closures=((D(2027, 8, 2), D(2027, 8, 20)),))
    assert day_of(D(2027, 8, 18), -3, closed) == D(2027, 7, 30)


def test_a_closure_that_ends_on_a_friday_before_a_holiday_opens_after_both():
    closed = Calendar(closures=((D(2026, 12, 21), D(2026, 12, 31)),))
    assert day_of(D(2026, 12, 18), 7, closed) == D(2027, 1, 4)


# Whatever the day


@given(
    due=st.dates(D(2024, 1, 1), D(2036, 12, 31)),
    offset=st.integers(-365, 365),
    region=st.sampled_from(sorted(REGIONS)),
)
def test_a_step_leaves_on_a_working_day_on_the_right_side_and_as_near_as_can_be(due, offset, region):
    calendar = make_calendar("12345", True, region)
    raw, day = due + dt.timedelta(offset), day_of(due, offset, calendar)
    assert calendar.is_working(day)
    assert day <= raw if offset < 0 else day >= raw
    first, last = min(raw, day), max(raw, day)
    between = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    assert [d for d in between if calendar.is_working(d)] == [day]


@given(due=st.dates(D(2024, 1, 1), D(2036, 12, 31)), offset=st.integers(-60, -1))
def test_a_step_before_the_due_date_never_leaves_on_it_or_after(due, offset):
    step = Step(0, offset, "prerelance")
    early = item(due_on=due, steps=(step,), enters_on=D(2020, 1, 1))
    assert planned_on(early, step, METROPOLE) < due
    assert remaining_steps(early, METROPOLE, due) == ()
