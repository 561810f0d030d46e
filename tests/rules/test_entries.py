"""Where a late invoice joins its plan, and what then leaves."""

from itertools import pairwise

import pytest

from relance.rules.entries import entry_choices
from relance.rules.plans import plan_steps
from tests.rules.chased import POLICY, D, days, item, sends


@pytest.mark.requirement("S0.4")
def test_a_late_invoice_is_asked_where_to_begin():
    late = item(due_on=D(2026, 11, 2))  # J+1, J+8, J+15 have passed on Sunday 22
    choices = entry_choices(late, POLICY.calendar, D(2026, 11, 22))
    assert list(choices) == ["gently", "join"]  # nothing is left to wait for
    gently = sends([choices["gently"]], start=D(2026, 11, 22))
    assert days(gently) == [D(2026, 11, 23), D(2026, 11, 30), D(2026, 12, 7)]
    assert gently[0].lead.step.template == "rappel"
    join = sends([choices["join"]], start=D(2026, 11, 22))
    assert [(d.day, d.lead.step.template) for d in join] == [(D(2026, 11, 23), "dernier_rappel")]


@pytest.mark.requirement("S0.4")
def test_joining_never_makes_a_burst():
    late = item(due_on=D(2026, 11, 2), steps=plan_steps("weekly", 6))  # J+15 passed, J+22 is Tuesday 24
    choices = entry_choices(late, POLICY.calendar, D(2026, 11, 22))
    join = days(sends([choices["join"]], start=D(2026, 11, 22)))
    assert len(join) == 4  # J+15 at once, then J+22, J+29 and J+36
    assert all((after - before).days >= 5 for before, after in pairwise(join))
    assert days(sends([choices["next"]], start=D(2026, 11, 22))) == [D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)]


def test_an_invoice_whose_steps_are_all_to_come_has_nothing_to_choose():
    assert list(entry_choices(item(), POLICY.calendar, D(2026, 11, 22))) == ["normal"]


def test_begun_gently_the_spacing_counts_from_the_day_the_first_one_really_left():
    gently = entry_choices(item(due_on=D(2026, 11, 2)), POLICY.calendar, D(2026, 11, 22))["gently"]
    late_start = sends([gently], start=D(2026, 11, 25))  # the machine was off on the 23rd and 24th
    assert days(late_start) == [D(2026, 11, 25), D(2026, 12, 2), D(2026, 12, 9)]
