from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules import spacing
from relance.rules.spacing import Spot


@pytest.mark.requirement("S3.13")
def test_the_helper_makes_the_days_of_the_blocks():
    assert spacing.spaced(2, 7, 30) == (2, 9, 16, 23, 30)
    assert spacing.spaced(-3, 7, 20) == (-3, 4, 11, 18)
    assert spacing.spaced(0, 1, 0) == (0,)


@given(st.integers(-365, 365), st.integers(1, 365), st.integers(-365, 365))
def test_days_are_as_far_apart_as_asked_and_within_the_period(first, interval, total):
    if total < first:
        with pytest.raises(spacing.SpacingError) as error:
            spacing.spaced(first, interval, total)
        assert error.value.field == "total"
        return
    days = spacing.spaced(first, interval, total)
    assert days[0] == first
    assert total - interval < days[-1] <= total
    assert {b - a for a, b in pairwise(days)} <= {interval}


@pytest.mark.parametrize(
    ("values", "field"),
    [((-366, 7, 30), "first"), ((366, 7, 366), "first"), ((2, 0, 30), "interval"), ((2, 7, 366), "total")],
)
def test_what_cannot_be_spaced_says_which_number_is_wrong(values, field):
    with pytest.raises(spacing.SpacingError) as error:
        spacing.spaced(*values)
    assert error.value.field == field


def test_templates_rise_with_the_days():
    assert spacing.rising((2, 9, 16, 23, 30)) == ("rappel", "relance_1", "relance_2", "relance_2", "dernier_rappel")
    assert spacing.rising((-3, 0, 7, 14)) == ("prerelance", "echeance", "rappel", "dernier_rappel")
    assert spacing.rising((5,)) == ("rappel",)
    assert spacing.rising((-5, 0)) == ("prerelance", "echeance")


def test_the_next_block_is_as_far_as_the_last_two_are_apart():
    assert spacing.next_offset([]) == 3
    assert spacing.next_offset([-3]) == 4
    assert spacing.next_offset([-30]) == 3
    assert spacing.next_offset([-3, 3, 10, 20]) == 30
    assert spacing.next_offset([5, 15, 30]) == 45
    assert spacing.next_offset([300, 365]) == 364


@given(st.sets(st.integers(-365, 365), max_size=40))
def test_the_day_proposed_is_free(days):
    assert spacing.next_offset(days) not in days


def said(*spots, gap=5):
    return [caution.sentence.format(**caution.values) for caution in spacing.cautions([Spot(*s) for s in spots], gap)]


def test_blocks_too_close_are_accepted_with_a_warning():
    assert said(("mail", 3), ("mail", 10)) == []
    assert said(("mail", 3), ("mail", 4)) == ["Deux e-mails se suivent à moins de 2 jours d'écart."]
    assert said(("mail", 3), ("mail", 6))[0].startswith("Deux e-mails se suivent à 3 jours d'écart")
    assert said(("mail", 3), ("mail", 6), gap=3) == []
    assert said(("mail", 3), ("call", 4), ("mail", 9)) == []


@pytest.mark.requirement("S3.19")
def test_more_than_eight_blocks_are_accepted_with_a_warning():
    assert said(*[("mail", 7 * n) for n in range(8)]) == []
    assert "12 blocs" in said(*[("mail", 7 * n) for n in range(12)])[0]


def test_a_letter_too_early_is_told():
    assert said(("letter", 38)) == []
    assert "J+15" in said(("letter", 14))[0]
