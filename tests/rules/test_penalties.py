"""Late-payment interest: published examples to the cent, known mistakes refused, and what always holds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.penalties import (
    DEBTORS,
    IMPUTATIONS,
    Claim,
    Due,
    Interest,
    Movement,
    late_interest,
    recovery_fee,
    simple_interest,
)
from relance.rules.rates import DELIVERED, HalfYear, Table, UnknownRate

D = date


def lines(interest: Interest) -> list[tuple[int, int, int, int]]:
    return [(s.days, s.rate_bp, s.base_cents, s.interest_cents) for s in interest.segments]


# ---- Published examples -------------------------------------------------------------------------------

PUBLISHED = {
    "E1, 15 000 € at 15 %, 15 April to 15 May 2018": (
        Claim.single(1_500_000, D(2018, 4, 15), D(2018, 5, 15), contractual_rate_bp=1500),
        30,
        18493,
    ),
    "E2, 3 000 € at 14,76 % for 30 days": (
        Claim.single(300_000, D(2024, 9, 1), D(2024, 10, 1), contractual_rate_bp=1476),
        30,
        3639,
    ),
    "E3, 5 000 € at 10 % for 30 days": (
        Claim.single(500_000, D(2021, 3, 1), D(2021, 3, 31), contractual_rate_bp=1000),
        30,
        4110,
    ),
    "E3 again, at the legal default of 2021": (
        Claim.single(500_000, D(2021, 3, 1), D(2021, 3, 31)),
        30,
        4110,
    ),
    "E4, 5 000 € at 14,5 % for 60 days": (
        Claim.single(500_000, D(2024, 3, 1), D(2024, 4, 30)),
        60,
        11918,
    ),
    "E6, an individual, 1 850 € for 30 days from the notice": (
        Claim.single(185_000, D(2026, 4, 30), D(2026, 6, 30), "individual", notice_received_on=D(2026, 5, 31)),
        30,
        398,
    ),
    "E8, 6 216,16 € at 0,88 % for 126 days: 18,8835 rounds up": (
        Claim.single(621_616, D(2018, 7, 1), D(2018, 11, 4), contractual_rate_bp=88),
        126,
        1888,
    ),
}


@pytest.mark.parametrize(("claim", "days", "cents"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_a_published_example_is_reproduced_to_the_cent(claim, days, cents):
    interest = late_interest(claim)
    assert sum(segment.days for segment in interest.segments) == days
    assert interest.accrued_cents == interest.due_cents == cents


def test_e5_days_across_the_first_of_july_bear_two_rates():
    interest = late_interest(Claim.single(1_000_000, D(2026, 6, 20), D(2026, 7, 10)))
    assert lines(interest) == [(10, 1215, 1_000_000, 3329), (10, 1240, 1_000_000, 3397)]
    assert interest.due_cents + recovery_fee("organisation", 1) == 10726


def test_e7_interest_is_paid_first_when_asked():
    payment = Movement(D(2025, 7, 1), 400_000)
    interest = late_interest(
        Claim.single(
            1_000_000,
            D(2025, 1, 1),
            D(2026, 1, 1),
            movements=(payment,),
            contractual_rate_bp=1000,
            imputation="interest_first",
        )
    )
    assert lines(interest) == [(181, 1000, 1_000_000, 49589), (184, 1000, 649_589, 32746)]
    assert (interest.accrued_cents, interest.paid_cents, interest.due_cents) == (82335, 49589, 32746)
    assert interest.principal_cents == 649_589


def test_e7_the_principal_is_paid_first_by_default():
    payment = Movement(D(2025, 7, 1), 400_000)
    interest = late_interest(
        Claim.single(1_000_000, D(2025, 1, 1), D(2026, 1, 1), movements=(payment,), contractual_rate_bp=1000)
    )
    assert lines(interest) == [(181, 1000, 1_000_000, 49589), (184, 1000, 600_000, 30247)]
    assert (interest.principal_cents, interest.paid_cents) == (600_000, 0)


# ---- The rules ----------------------------------------------------------------------------------------


def test_the_day_after_the_due_date_is_the_first_day_of_interest():
    segment = late_interest(Claim.single(100_000, D(2026, 9, 23), D(2026, 9, 24))).segments[0]
    assert (segment.starts_on, segment.ends_on, segment.days) == (D(2026, 9, 24), D(2026, 9, 24), 1)
    assert late_interest(Claim.single(100_000, D(2026, 9, 23), D(2026, 9, 23))).segments == ()


def test_the_day_of_payment_still_bears_interest_on_the_old_balance():
    interest = late_interest(
        Claim.single(100_000, D(2026, 9, 1), D(2026, 9, 20), movements=(Movement(D(2026, 9, 11), 40_000),))
    )
    assert [(s.starts_on, s.ends_on, s.base_cents) for s in interest.segments] == [
        (D(2026, 9, 2), D(2026, 9, 11), 100_000),
        (D(2026, 9, 12), D(2026, 9, 20), 60_000),
    ]


def test_a_payment_before_the_due_date_never_bore_interest():
    interest = late_interest(
        Claim.single(100_000, D(2026, 9, 1), D(2026, 9, 11), movements=(Movement(D(2026, 8, 3), 40_000),))
    )
    assert lines(interest) == [(10, 1240, 60_000, 204)]


def test_a_payment_after_the_day_counted_to_is_not_known_yet():
    claim = Claim.single(100_000, D(2026, 9, 1), D(2026, 9, 11), movements=(Movement(D(2026, 9, 12), 40_000),))
    assert late_interest(claim).principal_cents == 100_000


def test_a_credit_note_lowers_the_principal_only():
    moves = (Movement(D(2026, 9, 11), 40_000, is_credit_note=True),)
    interest = late_interest(
        Claim.single(100_000, D(2026, 9, 1), D(2026, 9, 20), movements=moves, imputation="interest_first")
    )
    assert interest.paid_cents == 0
    assert interest.principal_cents == 60_000


def test_paid_in_full_stops_the_interest_and_keeps_what_ran():
    interest = late_interest(
        Claim.single(100_000, D(2026, 9, 1), D(2026, 11, 1), movements=(Movement(D(2026, 9, 11), 100_000),))
    )
    assert lines(interest) == [(10, 1240, 100_000, 340)]
    assert (interest.principal_cents, interest.daily_cents) == (0, 0)


def test_money_beyond_the_debt_is_left_aside():
    interest = late_interest(
        Claim.single(100_000, D(2026, 9, 1), D(2026, 11, 1), movements=(Movement(D(2026, 8, 11), 150_000),))
    )
    assert (interest.principal_cents, interest.accrued_cents, interest.paid_cents) == (0, 0, 0)


def test_each_instalment_is_late_from_its_own_date():
    claim = Claim((Due(D(2026, 10, 1), 50_000), Due(D(2026, 9, 1), 50_000)), D(2026, 9, 11))
    interest = late_interest(claim)
    assert [(s.due_on, s.days, s.base_cents) for s in interest.segments] == [(D(2026, 9, 1), 10, 50_000)]
    assert (interest.principal_cents, interest.overdue_cents) == (100_000, 50_000)
    later = late_interest(Claim(claim.dues, D(2026, 10, 11)))
    assert [(s.due_on, s.days) for s in later.segments] == [(D(2026, 9, 1), 40), (D(2026, 10, 1), 10)]


def test_a_payment_fills_the_oldest_instalment_first():
    claim = Claim(
        (Due(D(2026, 9, 1), 50_000), Due(D(2026, 9, 11), 50_000)),
        D(2026, 9, 21),
        movements=(Movement(D(2026, 9, 11), 60_000),),
    )
    assert lines(late_interest(claim)) == [(10, 1240, 50_000, 170), (10, 1240, 40_000, 136)]


def test_an_individual_owes_nothing_before_the_notice_is_received():
    interest = late_interest(Claim.single(185_000, D(2020, 1, 1), D(2026, 11, 22), "individual"))
    assert (interest.segments, interest.due_cents, interest.daily_cents) == ((), 0, 0)


def test_an_individual_owes_the_legal_rate_of_each_half_year_after_the_notice():
    claim = Claim.single(185_000, D(2026, 4, 30), D(2026, 7, 10), "individual", notice_received_on=D(2026, 5, 31))
    assert [(s.days, s.rate_bp) for s in late_interest(claim).segments] == [(30, 262), (10, 275)]


def test_a_notice_received_before_the_due_date_waits_for_it():
    claim = Claim.single(185_000, D(2026, 5, 31), D(2026, 6, 30), "individual", notice_received_on=D(2026, 5, 2))
    assert late_interest(claim).segments[0].starts_on == D(2026, 6, 1)


def test_a_contractual_rate_is_for_organisations_only():
    individual = Claim.single(
        185_000,
        D(2026, 4, 30),
        D(2026, 6, 30),
        "individual",
        contractual_rate_bp=1500,
        notice_received_on=D(2026, 5, 31),
    )
    public = Claim.single(185_000, D(2026, 4, 30), D(2026, 6, 30), "public", contractual_rate_bp=1500)
    assert late_interest(individual).segments[0].rate_bp == 262
    assert late_interest(public).segments[0].rate_bp == 1015


def test_a_public_buyer_keeps_the_rate_of_the_half_year_in_which_interest_began():
    interest = late_interest(Claim.single(1_000_000, D(2025, 6, 20), D(2026, 11, 20), "public"))
    assert lines(interest) == [(518, 1115, 1_000_000, 158238)]
    # Due on the last day of a half-year: interest begins in the next one.
    assert late_interest(Claim.single(100, D(2026, 6, 30), D(2026, 7, 1), "public")).segments[0].rate_bp == 1040


def test_a_public_buyer_is_counted_beyond_the_table_since_its_rate_is_frozen():
    assert late_interest(Claim.single(100_000, D(2026, 11, 1), D(2027, 1, 31), "public")).segments[0].days == 91


def test_a_contractual_rate_is_one_line_whatever_the_half_years():
    claim = Claim.single(100_000, D(2025, 6, 1), D(2026, 6, 1), contractual_rate_bp=1200)
    assert lines(late_interest(claim)) == [(365, 1200, 100_000, 12000)]


def test_an_unknown_half_year_is_refused_unless_the_rate_is_contractual():
    with pytest.raises(UnknownRate, match="1er semestre 2027"):
        late_interest(Claim.single(100_000, D(2026, 12, 1), D(2027, 1, 2)))
    claim = Claim.single(100_000, D(2026, 12, 1), D(2027, 1, 2), contractual_rate_bp=1200)
    assert late_interest(claim).due_cents == 1052


def test_the_forty_euros_are_for_each_late_invoice_of_a_professional_in_euros():
    assert recovery_fee("organisation", 3) == 12000
    assert recovery_fee("public", 1) == 4000
    assert recovery_fee("individual", 2) == 0
    assert recovery_fee("organisation", 1, "CHF") == 0


def test_the_daily_amount_is_what_one_more_day_costs():
    claim = Claim.single(186_000, D(2026, 9, 23), D(2026, 11, 23), contractual_rate_bp=1215)
    interest = late_interest(claim)
    assert (interest.due_cents, interest.daily_cents) == (3777, 62)


@pytest.mark.parametrize(
    "mistake",
    [
        {"debtor": "particulier"},
        {"imputation": "oldest_first"},
        {"movements": (Movement(D(2026, 1, 1), -5),)},
    ],
)
def test_a_claim_no_invoice_can_hold_is_refused(mistake):
    with pytest.raises(ValueError, match=r"unknown|negative"):
        Claim((Due(D(2026, 1, 1), 100),), D(2026, 2, 1), **mistake)


# ---- Mistakes seen elsewhere --------------------------------------------------------------------------


def test_a_year_has_365_days_in_leap_years_too():
    claim = Claim.single(300_000, D(2024, 9, 1), D(2024, 10, 1), contractual_rate_bp=1476)
    assert late_interest(claim).due_cents != 3630
    assert simple_interest(1_500_000, 1500, 30) not in (18443, 18750)  # /366, /360


def test_the_rate_is_not_the_legal_rate_plus_ten_nor_the_reference_rate_of_the_day():
    rates_used = {s.rate_bp for s in late_interest(Claim.single(100_000, D(2024, 8, 1), D(2024, 12, 31))).segments}
    assert rates_used == {1425}
    assert not rates_used & {1492, 1365, 1315, 1476}  # legal + 10, MRO of 18 September, of 18 December, floor


def test_interest_is_never_compounded():
    claim = Claim.single(1_000_000, D(2020, 1, 1), D(2023, 1, 1), contractual_rate_bp=1000)
    assert late_interest(claim).due_cents == simple_interest(1_000_000, 1000, 1096)


# ---- What always holds --------------------------------------------------------------------------------

days = st.dates(D(2016, 1, 1), D(2025, 12, 31))
amounts = st.integers(1, 50_000_000)


@given(amounts, days, st.integers(0, 180), st.integers(0, 180))
def test_splitting_at_a_date_changes_at_most_the_rounding(amount, due, first, second):
    middle = due + timedelta(days=first)
    end = middle + timedelta(days=second)
    whole = late_interest(Claim.single(amount, due, end)).due_cents
    parts = late_interest(Claim.single(amount, due, middle)).due_cents
    parts += late_interest(Claim.single(amount, middle, end)).due_cents
    assert abs(whole - parts) <= 1


@given(amounts, days, st.integers(-30, 400))
def test_interest_never_goes_down_with_time_and_is_zero_until_the_due_date(amount, due, late):
    as_of = due + timedelta(days=late)
    today = late_interest(Claim.single(amount, due, as_of, contractual_rate_bp=1215))
    tomorrow = late_interest(Claim.single(amount, due, as_of + timedelta(days=1), contractual_rate_bp=1215))
    assert today.due_cents <= tomorrow.due_cents
    assert sum(s.days for s in today.segments) == max(late, 0)
    if late <= 0:
        assert (today.due_cents, today.daily_cents, today.segments) == (0, 0, ())


@given(amounts, days, st.integers(1, 400), st.integers(0, 400), st.integers(0, 60_000_000), st.booleans())
def test_paying_interest_first_never_costs_the_creditor(amount, due, late, paid_after, paid, is_credit_note):
    moves = (Movement(due + timedelta(days=paid_after), paid, is_credit_note),)
    as_of = min(due + timedelta(days=late), D(2026, 12, 31))
    principal_first = late_interest(Claim.single(amount, due, as_of, movements=moves))
    interest_first = late_interest(Claim.single(amount, due, as_of, movements=moves, imputation="interest_first"))
    owed = [i.principal_cents + i.due_cents for i in (principal_first, interest_first)]
    assert all(0 <= i.paid_cents <= i.accrued_cents for i in (principal_first, interest_first))
    if paid <= amount:
        assert owed[1] >= owed[0] - 2  # at most the rounding of two lines


@given(st.integers(0, 10**12), st.integers(0, 3000), st.integers(0, 5000))
def test_interest_is_rounded_half_up_to_the_cent(base, rate, count):
    exact_times_two = 2 * base * rate * count
    unit = 10_000 * 365
    rounded = simple_interest(base, rate, count)
    assert (2 * rounded - 1) * unit <= exact_times_two < (2 * rounded + 1) * unit


# ---- Over every kind of client, both imputations and custom tables --------------------------------------

HALF_YEARS = [(year, half) for year in (2024, 2025, 2026, 2027) for half in (1, 2)]
figures = st.integers(0, 900)
tables = st.lists(st.tuples(figures, figures), min_size=len(HALF_YEARS), max_size=len(HALF_YEARS)).map(
    lambda rows: Table(
        tuple(
            HalfYear(year, half, mro, legal, legal, "x", "")
            for (year, half), (mro, legal) in zip(HALF_YEARS, rows, strict=True)
        )
    )
)
within = st.dates(D(2024, 1, 1), D(2027, 12, 31))
cents = st.integers(0, 3_000_000)
claims = st.builds(
    Claim,
    dues=st.lists(st.builds(Due, within, cents), min_size=1, max_size=3).map(tuple),
    as_of=within,
    debtor=st.sampled_from(DEBTORS),
    movements=st.lists(st.builds(Movement, within, cents, st.booleans()), max_size=3).map(tuple),
    contractual_rate_bp=st.none() | st.integers(0, 5000),
    notice_received_on=st.none() | within,
    imputation=st.sampled_from(IMPUTATIONS),
    table=tables | st.just(DELIVERED.with_rows([HalfYear(2027, half, 265, 280, 690, "x", "") for half in (1, 2)])),
)


def lines_after(interest: Interest, day: date) -> int:
    """The interest of the days after ``day``, by the same lines."""
    total = 0
    for segment in interest.segments:
        days_after = (segment.ends_on - max(segment.starts_on - timedelta(days=1), day)).days
        total += simple_interest(segment.base_cents, segment.rate_bp, max(days_after, 0))
    return total


@given(claims, within)
def test_splitting_any_period_changes_at_most_a_cent_a_line(claim, middle):
    whole = late_interest(claim)
    before = late_interest(replace(claim, as_of=min(middle, claim.as_of)))
    assert abs(whole.accrued_cents - before.accrued_cents - lines_after(whole, middle)) <= len(whole.segments)


@given(claims)
def test_nothing_of_a_claim_is_ever_negative(claim):
    found = late_interest(claim)
    assert all(segment.interest_cents >= 0 and segment.days > 0 for segment in found.segments)
    assert 0 <= found.paid_cents <= found.accrued_cents and found.due_cents >= 0
    assert 0 <= found.overdue_cents <= found.principal_cents <= sum(due.amount_cents for due in claim.dues)
    assert found.daily_cents >= 0


@given(claims, st.integers(0, 400))
def test_interest_only_grows_with_time_whatever_is_paid(claim, later):
    end = min(claim.as_of + timedelta(days=later), D(2027, 12, 31))
    assert late_interest(claim).accrued_cents <= late_interest(replace(claim, as_of=end)).accrued_cents


@given(claims, within, cents, st.booleans())
def test_a_payment_never_raises_the_interest_beyond_a_cent_a_line(claim, on, amount, is_credit_note):
    paid = late_interest(replace(claim, movements=(*claim.movements, Movement(on, amount, is_credit_note))))
    assert paid.accrued_cents <= late_interest(claim).accrued_cents + len(paid.segments)
    assert paid.principal_cents <= late_interest(claim).principal_cents or claim.imputation == "interest_first"


def test_the_table_of_the_claim_is_the_one_that_counts():
    claim = Claim.single(1_000_000, D(2027, 1, 1), D(2027, 1, 31))
    with pytest.raises(UnknownRate):
        late_interest(claim)
    known = replace(claim, table=DELIVERED.with_rows([HalfYear(2027, 1, 265, None, None, "x", "")]))
    assert lines(late_interest(known)) == [(30, 1265, 1_000_000, 10397)]
    frozen = replace(known, dues=(Due(D(2026, 12, 30), 1_000_000),), debtor="public")
    assert {segment.rate_bp for segment in late_interest(frozen).segments} == {1040}, "the half-year it began in"
