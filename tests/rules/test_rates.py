"""Rates are law: the table is written out again here, figure by figure, and must not drift."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules import rates
from relance.rules.rates import (
    DELIVERED,
    HalfYear,
    PartlyKnown,
    Table,
    UnknownRate,
    floor_for,
    half_year_of,
    mro_on,
    periods,
    rate_for,
)

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


# ---- Rows laid over the table --------------------------------------------------------------------------


def row(mro, professional, individual, *, year=2027, half=1, source="une source", origin="entered"):
    return HalfYear(year, half, mro, professional, individual, source, "", date(2027, 1, 2), origin)


def test_a_half_year_known_in_part_gives_what_it_knows_and_names_what_is_missing():
    day = date(2027, 3, 1)
    ecb = DELIVERED.with_rows([row(265, None, None)])
    assert (ecb.rate_for("organisation", day), ecb.rate_for("public", day)) == (1265, 1065)
    with pytest.raises(PartlyKnown, match="intérêt légal du 1er semestre 2027 manque"):
        ecb.rate_for("individual", day)
    with pytest.raises(UnknownRate, match="intérêt légal du 1er semestre 2027 manque"):
        ecb.floor_for(day)
    order = DELIVERED.with_rows([row(None, 280, None)])
    assert (order.rate_for("individual", day), order.floor_for(day)) == (280, 840)
    with pytest.raises(UnknownRate, match="BCE du 1er semestre 2027 manque"):
        order.rate_for("organisation", day)
    with pytest.raises(UnknownRate, match="particuliers"):
        order.rate_for("legal_individual", day)


def test_each_figure_of_a_row_laid_over_wins_and_the_others_stay():
    corrected = DELIVERED.with_rows([row(250, None, None, year=2026, half=2)])
    day = date(2026, 9, 1)
    assert (corrected.rate_for("mro", day), corrected.rate_for("individual", day)) == (250, 275)
    found = corrected.half_year_of(day)
    assert found.origin == "entered" and found.source.startswith("une source ; Taux directeur BCE")
    assert rate_for("mro", day) == 240, "the delivered table is not touched"
    whole = DELIVERED.with_rows([row(265, None, None, origin="fetched"), row(None, 280, 690)])
    assert whole.half_year_of(date(2027, 1, 1)).is_complete
    assert [found.label for found in whole.rows[-2:]] == ["2e semestre 2026", "1er semestre 2027"]


def test_the_latest_floor_is_that_of_the_last_legal_rate_known():
    assert DELIVERED.with_rows([row(265, None, None)]).latest_floor().floor_bp == 825
    assert DELIVERED.with_rows([row(None, 280, None)]).latest_floor().floor_bp == 840
    assert Table(()).latest_floor() is None


def test_a_half_year_stands_once_in_a_table_and_an_empty_table_knows_nothing():
    with pytest.raises(ValueError, match="twice"):
        Table((row(1, 1, 1), row(2, 2, 2)))
    with pytest.raises(UnknownRate, match=r"1er semestre 2027 et ne les devine pas\."):
        Table(()).half_year_of(date(2027, 1, 1))


def test_half_years_follow_one_another():
    assert rates.following(2026, 2) == (2027, 1)
    assert rates.following(2027, 1) == (2027, 2)
    assert (rates.half_of(date(2026, 6, 30)), rates.half_of(date(2026, 7, 1))) == ((2026, 1), (2026, 2))
