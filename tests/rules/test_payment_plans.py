import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules import payment_plans
from relance.rules.payment_plans import Part, Standing

TODAY = dt.date(2026, 11, 23)
DAYS = st.dates(dt.date(2026, 11, 24), dt.date(2026, 12, 31))
COUNTS = st.integers(payment_plans.MIN_PARTS, payment_plans.MAX_PARTS)
TOTALS = st.integers(36, 10**9)
THREE = (Part(dt.date(2026, 12, 10), 400), Part(dt.date(2027, 1, 10), 300), Part(dt.date(2027, 2, 10), 300))


@given(TOTALS, COUNTS, DAYS)
def test_a_split_is_exact_equal_to_the_cent_and_its_dates_rise_by_a_month(total, count, first_on):
    parts = payment_plans.split(total, count, first_on)
    amounts = [part.amount_cents for part in parts]
    assert sum(amounts) == total and len(parts) == count and payment_plans.gap(parts, total) == 0
    assert max(amounts) - min(amounts) <= 1 and amounts == sorted(amounts, reverse=True)
    days = [part.due_on for part in parts]
    assert days[0] == first_on and all(27 < (after - before).days < 32 for before, after in pairwise(days))
    assert all(day.day == first_on.day or (day + dt.timedelta(1)).day == 1 for day in days)


@given(TOTALS, COUNTS, DAYS, st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 30))
def test_what_comes_in_fills_the_oldest_part_first_and_more_never_keeps_less(total, count, first, came, more, grace):
    parts = payment_plans.split(total, count, first)
    found = payment_plans.standing(parts, came, TODAY, grace)
    assert payment_plans.standing(parts, came + more, TODAY, grace).kept >= found.kept
    covered = sum(part.amount_cents for part in parts[: found.kept])
    if found.current is None:
        assert came >= total == covered and found.left_cents == 0
    else:
        assert covered <= came < covered + parts[found.current].amount_cents
        assert came + found.left_cents == covered + parts[found.current].amount_cents and not found.missed


def test_the_31st_is_the_last_day_of_a_shorter_month_and_the_31st_again():
    days = [part.due_on.isoformat() for part in payment_plans.split(400, 4, dt.date(2026, 12, 31))]
    assert days == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        (THREE[:1], "parts", "de 2 à 36"),
        (THREE * 13, "parts", "de 2 à 36"),
        ((Part(TODAY, 1), *THREE), "due_on-0", "à venir"),
        ((THREE[1], THREE[0]), "due_on-1", "après celle"),
        ((THREE[1], THREE[1]), "due_on-1", "après celle"),
        ((THREE[0], Part(dt.date(2029, 11, 24), 1)), "due_on-1", "trois ans"),
        ((THREE[0], Part(THREE[1].due_on, 0)), "amount-1", "montant"),
        ((THREE[0], Part(THREE[1].due_on, -1)), "amount-1", "montant"),
    ],
)
def test_a_plan_that_cannot_be_agreed_names_the_field(parts, field, words):
    found = payment_plans.errors(parts, TODAY)
    assert list(found) == [field] and words in found[field]
    assert payment_plans.errors(THREE, TODAY) == {} and payment_plans.gap(THREE, 990) == 10


@pytest.mark.parametrize(
    ("received", "day", "expected"),
    [
        (0, "2026-12-12", Standing(0, 0, 400)),
        (0, "2026-12-13", Standing(0, 0, 400, missed=True)),
        (399, "2026-12-13", Standing(0, 0, 1, missed=True)),
        (400, "2026-12-13", Standing(1, 1, 300)),
        (650, "2027-01-13", Standing(1, 1, 50, missed=True)),
        (1000, "2030-01-01", Standing(3)),
        (-50, "2026-12-12", Standing(0, 0, 450)),
    ],
)
def test_a_part_is_missed_the_day_after_its_date_and_two_days_of_grace(received, day, expected):
    assert payment_plans.standing(THREE, received, dt.date.fromisoformat(day), 2) == expected


def test_what_was_written_down_late_was_in_time_when_it_had_come_by_the_deadline():
    came = {dt.date(2026, 12, 12): 400, dt.date(2027, 1, 12): 700}
    assert payment_plans.was_in_time(THREE, lambda day: came[day], dt.date(2027, 1, 20), 2)
    assert not payment_plans.was_in_time(THREE, lambda day: 400, dt.date(2027, 1, 20), 2)
