"""Where a late invoice joins its plan, and what then leaves."""

import datetime as dt
from itertools import pairwise

import pytest

from relance.rules.entries import entry_choices, first_open_day, moved_entry, sequence_entry
from relance.rules.moves import Send, Wait, next_move
from relance.rules.plans import Step, plan_steps
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


# Entry into a sequence (S3.15). J+10 alone, asked on Monday 23 November.

TEN = (Step(1001, 10, "rappel"),)
TODAY = D(2026, 11, 23)


def entered(days_late, steps=TEN, today=TODAY, **values):
    return sequence_entry(item(due_on=today - dt.timedelta(days_late), steps=steps, **values), POLICY.calendar, today)


@pytest.mark.requirement("S3.15")
@pytest.mark.parametrize("today", [D(2026, 11, 25) + dt.timedelta(n) for n in range(3)])  # Wednesday to Friday
@pytest.mark.parametrize(("days_late", "verdict"), [(9, "later"), (10, "today"), (11, "today"), (12, "out")])
def test_nine_days_late_waits_ten_and_eleven_enter_twelve_stays_out(today, days_late, verdict):
    placed = entered(days_late, today=today)
    if verdict == "out":
        assert placed is None
        return
    assert placed is not None
    leaves_on = next_move(placed, POLICY.calendar, today)
    if verdict == "today":
        assert isinstance(leaves_on, Send) and leaves_on.step == TEN[0]
    else:
        assert leaves_on == Wait(POLICY.calendar.next_working(today + dt.timedelta(1)), TEN[0])


@pytest.mark.requirement("S3.15")
@pytest.mark.parametrize(
    ("today", "days_late", "enters"),
    [
        (D(2026, 11, 23), 11, True),  # J+10 was Sunday, moved to Monday: it leaves today
        (D(2026, 11, 23), 12, True),  # Saturday, moved to Monday
        (D(2026, 11, 23), 13, False),  # Friday: three days past
        (D(2026, 11, 24), 12, True),  # Sunday, moved to Monday: one day past
        (D(2026, 11, 24), 13, True),  # Saturday, moved to Monday: one day past
        (D(2026, 11, 24), 14, False),  # Friday
        (D(2026, 11, 25), 13, False),  # Sunday, moved to Monday: two days past
        (D(2026, 11, 21), 11, True),  # on a Saturday: Friday was yesterday; it leaves on Monday
        (D(2026, 12, 28), 13, True),  # Christmas is a Friday: moved to Monday 28
        (D(2026, 12, 29), 14, True),
        (D(2026, 12, 30), 15, False),
    ],
)
def test_the_first_step_counts_at_the_day_it_was_moved_to(today, days_late, enters):
    assert (entered(days_late, today=today) is not None) is enters


def test_it_then_leaves_at_once():
    found = sends([entered(12, today=D(2026, 11, 24))], start=D(2026, 11, 24))
    assert [(d.day, d.lead.step.index) for d in found] == [(D(2026, 11, 24), 1001)]


def test_not_yet_due_it_enters_at_its_next_step_and_those_before_are_past():
    steps = (Step(1, -10, "prerelance"), Step(2, -2, "prerelance"), Step(3, 3, "rappel"))
    placed = entered(-5, steps)
    assert [d.lead.step.index for d in sends([placed], start=TODAY)] == [2, 3]


def test_due_today_is_not_late():
    assert entered(0, (Step(1, -3, "prerelance"),)) is not None


def test_a_step_before_the_due_date_is_no_first_step_for_a_late_one():
    """The prérelance died on J: what counts is the first step after it."""
    standard = (Step(1, -3, "prerelance"), Step(2, 3, "rappel"), Step(3, 10, "relance_1"))
    assert [d.lead.step.index for d in sends([entered(2, standard)], start=TODAY)] == [2, 3]
    assert entered(6, standard) is None  # J+3 was Friday
    assert entered(9, standard) is None  # J+10 is tomorrow, but the first step is long past


def test_a_sequence_that_only_speaks_before_the_due_date_leaves_late_ones_out():
    assert entered(1, (Step(1, -3, "prerelance"),)) is None
    assert entered(1, ()) is None


def test_a_sequence_of_tasks_alone_counts_from_its_first_task():
    call = (Step(1, 10, "", kind="call"), Step(2, 20, "formal_notice", kind="letter"))
    assert entered(11, call) is not None
    assert entered(14, call) is None


def test_a_call_before_the_first_e_mail_is_not_the_first_step():
    steps = (Step(1, 2, "", kind="call"), Step(2, 10, "rappel"))
    assert entered(5, steps) is not None


def test_moved_to_another_sequence_it_goes_on_at_the_next_step_there():
    """Twenty days late and under way: it is not asked again where to begin."""
    under_way = item(due_on=D(2026, 11, 3), steps=(Step(1, 7, "rappel"), Step(2, 21, "relance_1")))
    moved = moved_entry(under_way, TODAY)
    assert [(d.day, d.lead.step.index) for d in sends([moved], start=TODAY)] == [(D(2026, 11, 24), 2)]


# Choices while something holds


def test_while_a_hold_lasts_the_choices_are_those_of_the_day_after_it():
    held = item(due_on=D(2026, 11, 2), steps=plan_steps("weekly", 6), resumes_on=D(2026, 11, 30), held_because="pause")
    assert first_open_day(held, TODAY) == D(2026, 11, 30)
    choices = entry_choices(held, POLICY.calendar, TODAY)
    assert choices["gently"].enters_on == D(2026, 12, 1)
    assert choices["next"].enters_on == D(2026, 11, 30)


def test_while_nobody_knows_the_end_of_a_hold_there_is_no_next_step_to_wait_for():
    held = item(due_on=D(2026, 11, 2), steps=plan_steps("weekly", 6), resumes_on=dt.date.max, held_because="dispute")
    assert first_open_day(held, TODAY) == TODAY
    assert "next" not in entry_choices(held, POLICY.calendar, TODAY)


def test_a_letter_is_never_where_one_joins():
    steps = (Step(1, 3, "rappel"), Step(2, 20, "formal_notice", kind="letter"))
    choices = entry_choices(item(due_on=D(2026, 10, 1), steps=steps), POLICY.calendar, TODAY)
    assert choices["join"].entry_step == 1
