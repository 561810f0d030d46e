"""Working days and public holidays, held against an independent calendar."""

import datetime as dt

import holidays as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.calendar import (
    REGIONS,
    Calendar,
    easter,
    holidays,
    local_date,
    local_datetime,
    local_instant,
    make_calendar,
)

DAYS = st.dates(dt.date(2016, 1, 1), dt.date(2040, 12, 31))
SUBDIVISIONS = {
    "metropole": None,
    "alsace-moselle": "57",
    "guadeloupe": "971",
    "martinique": "972",
    "saint-barthelemy": "BL",
    "guyane": "973",
    "reunion": "974",
    "mayotte": "976",
    "saint-martin": "MF",
}


def is_custom(region, name):
    """Days kept by local custom in the Antilles, which article L3422-2 does not list."""
    if region == "alsace-moselle":
        return False
    return any(word in name for word in ("Schoelcher", "Mi-Careme", "Good Friday"))


@pytest.mark.parametrize("region", SUBDIVISIONS)
@pytest.mark.parametrize("year", range(2016, 2041))
def test_public_holidays_are_those_of_an_independent_calendar(region, year):
    theirs = oracle.country_holidays("FR", subdiv=SUBDIVISIONS[region], years=year)
    assert set(holidays(year, region)) == {day for day, name in theirs.items() if not is_custom(region, name)}


def test_easter_of_known_years():
    assert [easter(year) for year in (2024, 2025, 2026, 2027)] == [
        dt.date(2024, 3, 31),
        dt.date(2025, 4, 20),
        dt.date(2026, 4, 5),
        dt.date(2027, 3, 28),
    ]


def test_a_weekend_and_a_holiday_move_to_the_next_working_day_with_their_reason():
    calendar = Calendar()
    assert calendar.next_working(dt.date(2026, 12, 25)) == dt.date(2026, 12, 28)
    assert calendar.previous_working(dt.date(2026, 12, 27)) == dt.date(2026, 12, 24)
    assert calendar.why_closed(dt.date(2026, 12, 25)) == "Noël"
    assert calendar.why_closed(dt.date(2026, 11, 22)) == "dimanche"
    assert calendar.why_closed(dt.date(2026, 11, 23)) == ""


def test_a_closure_of_the_business_moves_what_falls_in_it():
    calendar = Calendar(closures=((dt.date(2026, 8, 3), dt.date(2026, 8, 21)),))
    assert calendar.next_working(dt.date(2026, 8, 5)) == dt.date(2026, 8, 24)
    assert calendar.why_closed(dt.date(2026, 8, 5)) == "fermeture"


def test_a_calendar_that_never_opens_says_so():
    closed = Calendar(closures=((dt.date(2020, 1, 1), dt.date(2030, 1, 1)),))
    with pytest.raises(ValueError, match="Aucun jour d'envoi"):
        closed.next_working(dt.date(2022, 1, 1))


@given(DAYS, st.sampled_from(sorted(REGIONS)))
def test_the_next_working_day_is_working_and_none_stands_between(day, region):
    calendar = make_calendar("12345", True, region)
    found = calendar.next_working(day)
    assert calendar.is_working(found) and found >= day
    assert not any(calendar.is_working(day + dt.timedelta(n)) for n in range((found - day).days))
    before = calendar.previous_working(day)
    assert calendar.is_working(before) and before <= day


@given(DAYS, st.integers(0, 1439), st.sampled_from(["Europe/Paris", "America/Cayenne", "Indian/Reunion"]))
def test_the_local_hour_survives_the_trip_through_utc(day, minute, zone):
    instant = local_instant(day, minute, zone)
    wall = local_datetime(instant, zone)
    if zone != "Europe/Paris" or not 60 <= minute < 240:  # the hour that does not exist in March
        assert (wall.date(), wall.hour * 60 + wall.minute) == (day, minute)
        assert local_date(instant, zone) == day


def test_nine_in_paris_is_eight_in_winter_and_seven_in_summer():
    assert local_instant(dt.date(2026, 12, 1), 540, "Europe/Paris") == dt.datetime(2026, 12, 1, 8)
    assert local_instant(dt.date(2026, 7, 1), 540, "Europe/Paris") == dt.datetime(2026, 7, 1, 7)
