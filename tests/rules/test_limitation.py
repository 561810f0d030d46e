"""Until when a debt can be claimed: five years, two for a consumer, nothing said for a public body."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.limitation import ends_after, ends_on, level_of, months_after

D = date
TABLE = [
    # debtor, due, acknowledged, last day
    ("organisation", D(2026, 10, 31), None, D(2031, 10, 31)),
    ("individual", D(2026, 10, 31), None, D(2028, 10, 31)),
    ("public", D(2026, 10, 31), None, None),
    ("public", D(2026, 10, 31), D(2026, 11, 5), None),
    ("organisation", D(2024, 2, 29), None, D(2029, 2, 28)),  # no such day: the last of the month (CPC 641)
    ("individual", D(2026, 2, 28), None, D(2028, 2, 28)),
    ("organisation", D(2026, 10, 31), D(2027, 3, 15), D(2032, 3, 15)),
    ("individual", D(2026, 10, 31), D(2028, 10, 31), D(2030, 10, 31)),  # on the very last day
    ("individual", D(2026, 10, 31), D(2028, 11, 1), D(2028, 10, 31)),  # too late: nothing runs any more
    ("organisation", D(2026, 10, 31), D(2026, 10, 31), D(2031, 10, 31)),  # before anything ran
    ("organisation", D(2026, 10, 31), D(2026, 9, 1), D(2031, 10, 31)),
]


@pytest.mark.parametrize(("debtor", "due", "acknowledged", "last"), TABLE)
def test_the_last_day_by_kind_of_client(debtor, due, acknowledged, last):
    assert ends_on(due, debtor, acknowledged) == last


def test_each_acknowledgement_counts_while_the_period_still_runs():
    due = D(2020, 1, 15)
    assert ends_after(due, "individual", [D(2023, 6, 1), D(2021, 6, 1)]) == D(2025, 6, 1), "in the order of the days"
    assert ends_after(due, "individual", [D(2022, 1, 16), D(2023, 1, 1)]) == D(2022, 1, 15), "once over, for ever"
    assert ends_after(due, "public", [D(2021, 1, 1)]) is None


def test_it_is_near_at_two_months_and_soon_at_six():
    end = D(2031, 10, 31)
    wanted = {
        D(2031, 4, 29): "",
        D(2031, 4, 30): "",
        D(2031, 5, 1): "soon",
        D(2031, 8, 30): "soon",
        D(2031, 8, 31): "near",
        end: "near",
        D(2031, 11, 1): "over",
    }
    assert {day: level_of(end, day) for day in wanted} == wanted


@given(st.dates(D(2000, 1, 1), D(2100, 1, 1)), st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months):
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later.replace(day=28).month == later.month))
    assert later.day in (day.day, 28, 29, 30)
