import datetime as dt

import pytest

from relance.rules.rates import DELIVERED, Table
from relance.web import rate_words

D = dt.date


@pytest.mark.usefixtures("as_camille")
def test_a_half_year_in_words_and_whether_it_may_wait():
    before = rate_words.of_half_year(2027, 1, D(2026, 12, 31))
    assert (before.label, before.starts_on, before.may_wait, before.day) == (
        "1er semestre 2027",
        D(2027, 1, 1),
        True,
        "1er\u00a0janvier",
    )
    assert not rate_words.of_half_year(2027, 2, D(2027, 7, 1)).may_wait


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(("rate_bp", "is_low"), [(0, True), (824, True), (825, False), (1215, False)])
def test_a_rate_under_three_times_the_legal_rate_is_warned_of(account, rate_bp, is_low):
    assert bool(rate_words.under_floor(DELIVERED, rate_bp)) is is_low
    assert bool(rate_words.low_rate(account, rate_bp)) is is_low
    assert rate_words.low_rate(account, None) == rate_words.under_floor(Table(()), rate_bp) == ""
