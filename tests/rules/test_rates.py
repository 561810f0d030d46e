"""Rates are law: the table is written out again here, figure by figure, and must not drift."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules import rates
from relance.rules.rates import UnknownRate, floor_for, half_year_of, mro_on, periods, rate_for

# year, half, MRO, business default, public, legal pro, legal individual, floor: hundredths of a percent
PUBLISHED = [
    (2016, 1, 5, 1005, 805, 101, 454, 303),
    (2016, 2, 0, 1000, 800, 93, 435, 279),
    (2017, 1, 0, 1000, 800, 90, 416, 270),
    (2017, 2, 0, 1000, 800, 90, 394, 270),
    (2018, 1, 0, 1000, 800, 89, 373, 267),
    (2018, 2, 0, 1000, 800, 88, 360, 264),
    (2019, 1, 0, 1000, 800, 86, 340, 258),
    (2019, 2, 0, 1000, 800, 87, 326, 261),
    (2020, 1, 0, 1000, 800, 87, 315, 261),
    (2020, 2, 0, 1000, 800, 84, 311, 252),
    (2021, 1, 0, 1000, 800, 79, 314, 237),
    (2021, 2, 0, 1000, 800, 76, 312, 228),
    (2022, 1, 0, 1000, 800, 76, 313, 228),
    (2022, 2, 0, 1000, 800, 77, 315, 231),
    (2023, 1, 250, 1250, 1050, 206, 447, 618),
    (2023, 2, 400, 1400, 1200, 422, 682, 1266),
    (2024, 1, 450, 1450, 1250, 507, 801, 1521),
    (2024, 2, 425, 1425, 1225, 492, 816, 1476),
    (2025, 1, 315, 1315, 1115, 371, 721, 1113),
    (2025, 2, 215, 1215, 1015, 276, 665, 828),
    (2026, 1, 215, 1215, 1015, 262, 667, 786),
    (2026, 2, 240, 1240, 1040, 275, 684, 825),
]


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row[0]}-S{row[1]}")
def test_each_half_year_has_the_published_rates(row):
    year, half, mro, business, public, professional, individual, floor = row
    for day in (date(year, 1 if half == 1 else 7, 1), date(year, 6, 30) if half == 1 else date(year, 12, 31)):
        assert rate_for("mro", day) == mro
        assert rate_for("organisation", day) == business
        assert rate_for("public", day) == public
        assert rate_for("individual", day) == professional
        assert rate_for("legal_individual", day) == individual
        assert floor_for(day) == floor


def test_the_table_is_complete_and_says_where_each_row_comes_from():
    assert [(row.year, row.half) for row in rates.TABLE] == [(row[0], row[1]) for row in PUBLISHED]
    for row in rates.TABLE:
        assert row.source
        assert "arrêté" in row.source
        assert row.confidence in ("A", "B", "C")
        assert row.reviewed_on == date(2026, 11, 22)


@pytest.mark.parametrize("day", [date(2015, 12, 31), date(2027, 1, 1), date(2030, 7, 14)])
def test_an_unknown_half_year_is_refused_with_a_sentence(day):
    with pytest.raises(UnknownRate, match=rf"ne connaît pas les taux du .* semestre {day.year}"):
        rate_for("organisation", day)


def test_a_rate_that_changes_inside_a_half_year_waits_for_the_next_anchor():
    # The ECB moved on 18 September 2024 and on 16 September 2026: neither half-year changed.
    assert mro_on(date(2024, 9, 18)) == 365
    assert rate_for("organisation", date(2024, 12, 31)) == 1425
    assert mro_on(date(2026, 9, 16)) == 265
    assert rate_for("organisation", date(2026, 11, 22)) == 1240


def test_the_reference_rate_is_not_guessed_beyond_the_last_review():
    assert mro_on(rates.REVIEWED_ON) == 265
    with pytest.raises(UnknownRate, match="BCE"):
        mro_on(date(2027, 1, 1))
    with pytest.raises(UnknownRate, match="BCE"):
        mro_on(date(2014, 9, 9))


def test_the_default_is_the_reference_rate_plus_ten_not_the_legal_rate_plus_ten():
    day = date(2026, 3, 1)
    assert rate_for("organisation", day) != half_year_of(day).legal_professional_bp + 1000


def test_the_default_is_not_raised_to_the_floor_of_contracts():
    # In 2024 three times the legal rate was above the default: the floor bounds clauses, not the default.
    assert floor_for(date(2024, 2, 1)) > rate_for("organisation", date(2024, 2, 1)) == 1450


def test_a_half_year_says_its_name_and_its_days():
    row = half_year_of(date(2026, 8, 15))
    assert (row.label, row.starts_on, row.ends_on) == ("2e semestre 2026", date(2026, 7, 1), date(2026, 12, 31))
    assert half_year_of(date(2026, 1, 1)).label == "1er semestre 2026"


def test_a_kind_that_does_not_exist_is_a_programming_error():
    with pytest.raises(ValueError, match="unknown kind"):
        rate_for("particulier", date(2026, 1, 1))


@given(st.dates(date(2016, 1, 1), date(2026, 12, 31)), st.integers(0, 2000))
def test_periods_cover_every_day_once_and_stay_in_one_half_year(first, length):
    last = first + timedelta(days=length)
    cut = periods(first, last)
    assert cut[0][0] == first
    assert cut[-1][1] == last
    assert sum((end - start).days + 1 for start, end in cut) == length + 1
    for (start, end), following in zip(cut, [*cut[1:], None], strict=True):
        assert (start.year, start.month <= 6) == (end.year, end.month <= 6)
        assert following is None or following[0] == end + timedelta(days=1)
