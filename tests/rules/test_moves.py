"""What one instalment asks for, alone."""

import datetime as dt

import pytest

from relance.rules import moves
from relance.rules.moves import (
    Send,
    Stop,
    Wait,
    due_tasks,
    entering,
    freed,
    is_passed,
    next_move,
    passed_steps,
    planned_on,
    remaining_steps,
    unsent_mails,
)
from relance.rules.plans import Step, plan_steps
from tests.rules.chased import POLICY, D, item

DAYS = POLICY.calendar
FIRST, SECOND, THIRD = plan_steps("weekly", 3)  # Tuesdays 24 November, 1 and 8 December
WITH_LETTER = (Step(11, 3, "rappel"), Step(12, 10, "relance_1"), Step(13, 18, "formal_notice", kind="letter"))


def test_without_a_usable_address_the_step_waits_and_says_so():
    assert next_move(item(recipients=frozenset()), DAYS, D(2026, 11, 24)).because == "no_recipient"


@pytest.mark.parametrize("reason", ["paid", "draft", "credit_note", "cancelled", "direct_debit", "exempt", "backlog"])
def test_what_is_never_chased_stops(reason):
    assert next_move(item(stop=reason), DAYS, D(2026, 11, 24)) == Stop(reason)


def test_a_pick_is_a_send_of_next_move():
    move = next_move(item(), DAYS, D(2026, 11, 24))
    assert isinstance(move, Send) and move.step.index == 0


def test_steps_past_when_reminders_were_switched_on_are_never_sent():
    entered = item(enters_on=D(2026, 12, 2))  # the day after the second step
    assert [step.index for step in remaining_steps(entered, DAYS, D(2026, 12, 2))] == [2]


def test_nothing_leaves_before_the_step_the_user_joined_at():
    joined = item(enters_on=D(2026, 12, 3), entry_step=1)
    first, second, third = joined.steps
    assert [planned_on(joined, step, DAYS) for step in (second, third)] == [D(2026, 12, 3), D(2026, 12, 8)]
    assert first not in remaining_steps(joined, DAYS, D(2026, 12, 3))


def test_before_its_day_a_step_waits_for_it():
    assert next_move(item(), DAYS, D(2026, 11, 20)) == Wait(D(2026, 11, 24), FIRST)


def test_a_step_before_the_due_date_is_dead_on_it():
    early = item(steps=(Step(0, -2, "prerelance"),))
    assert remaining_steps(early, DAYS, D(2026, 11, 22)) == early.steps
    assert remaining_steps(early, DAYS, D(2026, 11, 23)) == ()


# Steps before J (J is Monday 23 November)


@pytest.mark.parametrize(
    ("offset", "day"),
    [(-1, D(2026, 11, 20)), (-2, D(2026, 11, 20)), (-3, D(2026, 11, 20)), (-4, D(2026, 11, 19))],
)
def test_a_step_before_the_due_date_moves_back_off_a_weekend(offset, day):
    early = Step(0, offset, "prerelance")
    assert planned_on(item(steps=(early,)), early, DAYS) == day


def test_a_step_before_the_due_date_that_entry_has_passed_is_not_sent_late():
    both = item(steps=(Step(0, -4, "prerelance"), Step(1, 3, "rappel")), enters_on=D(2026, 11, 20))
    assert next_move(both, DAYS, D(2026, 11, 20)) == Wait(D(2026, 11, 26), both.steps[1])


def test_two_steps_before_the_due_date_moved_to_one_day_send_the_first_alone():
    pair = item(steps=(Step(0, -3, "prerelance"), Step(1, -2, "prerelance")))  # Friday 20 and Saturday 21
    move = next_move(pair, DAYS, D(2026, 11, 20))
    assert move == Send(pair.steps[0], D(2026, 11, 20), (pair.steps[1],))


# What holds it back


def test_a_held_item_says_on_the_day_of_its_step_why_nothing_leaves():
    held = item(resumes_on=D(2026, 11, 28), held_because="pause")
    assert next_move(held, DAYS, D(2026, 11, 23)) == Wait(D(2026, 11, 24), FIRST)
    assert next_move(held, DAYS, D(2026, 11, 24)) == Wait(D(2026, 11, 25), FIRST, "pause")
    assert next_move(held, DAYS, D(2026, 11, 25)) == Wait(D(2026, 12, 1), SECOND)


@pytest.mark.requirement("S3.32")
def test_after_a_hold_the_first_step_of_that_day_or_later_goes_and_those_before_are_past():
    held = item(resumes_on=D(2026, 12, 1), held_because="promise")
    assert remaining_steps(held, DAYS, D(2026, 12, 1)) == (SECOND, THIRD)
    assert next_move(held, DAYS, D(2026, 11, 30)).until == D(2026, 12, 1)
    assert next_move(held, DAYS, D(2026, 12, 1)) == Send(SECOND, D(2026, 12, 1))
    assert passed_steps(held, DAYS, D(2026, 12, 1)) == [(FIRST, "promise")]


def test_a_hold_without_a_known_end_stops_until_somebody_acts():
    held = item(resumes_on=dt.date.max, held_because="dispute")
    assert next_move(held, DAYS, D(2026, 12, 9)) == Stop("dispute")
    assert passed_steps(held, DAYS, D(2026, 12, 2)) == [(FIRST, "dispute"), (SECOND, "dispute")]


def test_a_hold_that_ends_after_the_last_step_leaves_nothing():
    held = item(resumes_on=D(2027, 1, 4), held_because="client_pause")
    assert next_move(held, DAYS, D(2026, 12, 20)) == Wait(D(2027, 1, 4), THIRD)
    assert next_move(held, DAYS, D(2027, 1, 4)) == Stop("finished")


def test_ended_by_hand_today_the_step_of_today_still_goes():
    held = item(resumes_on=D(2026, 12, 20), held_because="pause")
    assert next_move(freed(held, D(2026, 12, 1)), DAYS, D(2026, 12, 1)) == Send(SECOND, D(2026, 12, 1))
    assert freed(held, D(2026, 12, 21)) is held
    assert freed(item(), D(2026, 12, 1)) == item()


def test_a_step_moved_off_a_weekend_in_a_hold_is_judged_by_the_day_it_would_leave():
    weekend = item(steps=(Step(0, 5, "rappel"),), resumes_on=D(2026, 11, 30), held_because="pause")  # Saturday 28
    assert is_passed(weekend, weekend.steps[0], DAYS) == ""
    assert next_move(weekend, DAYS, D(2026, 11, 30)) == Send(weekend.steps[0], D(2026, 11, 30))


def test_a_hold_since_then_undoes_the_step_the_user_joined_at():
    joined = item(enters_on=D(2026, 12, 3), entry_step=0, resumes_on=D(2026, 12, 7), held_because="pause")
    assert joined.entry is None
    assert remaining_steps(joined, DAYS, D(2026, 12, 7)) == (THIRD,)


# The tone never goes down


def test_never_a_gentler_step_after_a_firmer_one():
    sent = item(done=frozenset({1}))
    assert remaining_steps(sent, DAYS, D(2026, 11, 24)) == (THIRD,)
    assert unsent_mails(sent) == [THIRD]


def test_a_step_moved_by_hand_before_a_gentler_one_overtakes_it():
    moved = item(moved={1: D(2026, 11, 23)})
    assert next_move(moved, DAYS, D(2026, 11, 23)) == Send(SECOND, D(2026, 11, 23), (FIRST,))


def test_a_letter_brought_up_early_does_not_silence_the_e_mails():
    brought = item(steps=WITH_LETTER, done=frozenset({13}))
    assert [step.index for step in remaining_steps(brought, DAYS, D(2026, 11, 24))] == [11, 12]


# Letters and calls


def test_a_letter_is_a_task_on_its_day_and_never_a_mail():
    alone = item(steps=WITH_LETTER, done=frozenset({11, 12}))
    letter = WITH_LETTER[2]
    assert due_tasks(alone, DAYS, D(2026, 12, 10)) == []
    assert due_tasks(alone, DAYS, D(2026, 12, 11)) == [(letter, D(2026, 12, 11))]
    assert due_tasks(alone, DAYS, D(2026, 12, 15)) == [(letter, D(2026, 12, 11))]  # the machine was off
    assert isinstance(next_move(alone, DAYS, D(2026, 12, 11)), Wait)


@pytest.mark.parametrize("values", [{"stop": "paid"}, {"resumes_on": D(2027, 1, 1)}, {"held": frozenset({13})}])
def test_a_letter_does_not_come_up_while_something_holds_it(values):
    assert due_tasks(item(steps=WITH_LETTER, **values), DAYS, D(2026, 12, 11)) == []


def test_joined_at_its_age_a_letter_keeps_its_distance_from_the_last_e_mail():
    """Sixty days late, joined at « relance 1 » on 24 November: the letter comes eight days later, not at once."""
    late = item(due_on=D(2026, 9, 24), steps=WITH_LETTER, enters_on=D(2026, 11, 24), entry_step=12)
    assert planned_on(late, WITH_LETTER[1], DAYS) == D(2026, 11, 24)
    assert planned_on(late, WITH_LETTER[2], DAYS) == D(2026, 12, 2)
    assert due_tasks(late, DAYS, D(2026, 11, 24)) == []


# Single steps


def test_a_held_step_waits_and_those_after_it_go_on():
    held = item(held=frozenset({0}))
    assert next_move(held, DAYS, D(2026, 11, 24)) == Wait(D(2026, 12, 1), FIRST, "held_step")
    assert next_move(held, DAYS, D(2026, 12, 1)) == Send(SECOND, D(2026, 12, 1), (FIRST,))


def test_the_last_step_held_is_looked_at_every_working_day():
    held = item(done=frozenset({0, 1}), held=frozenset({2}))
    assert next_move(held, DAYS, D(2026, 12, 11)) == Wait(D(2026, 12, 14), THIRD, "held_step")


def test_a_step_moved_to_a_closed_day_leaves_on_the_next_open_one():
    moved = item(moved={0: D(2026, 11, 28)})
    assert planned_on(moved, FIRST, DAYS) == D(2026, 11, 30)


# Editions of a sequence


@pytest.mark.requirement("S3.24")
def test_a_step_whose_day_was_past_when_it_was_published_is_passed_over():
    late = Step(0, 1, "rappel", since_on=D(2026, 11, 26))
    edited = item(steps=(late, SECOND))
    assert is_passed(edited, late, DAYS) == "past"
    assert remaining_steps(edited, DAYS, D(2026, 11, 26)) == (SECOND,)
    assert passed_steps(edited, DAYS, D(2026, 11, 26)) == [(late, "past")]


def test_a_step_published_on_its_own_day_still_leaves():
    same_day = Step(0, 1, "rappel", since_on=D(2026, 11, 24))
    edited = item(steps=(same_day,))
    assert next_move(edited, DAYS, D(2026, 11, 24)) == Send(same_day, D(2026, 11, 24))


def test_a_step_past_at_entry_is_not_told_as_passed():
    edited = item(steps=(Step(0, 1, "rappel", since_on=D(2026, 12, 2)),), enters_on=D(2026, 12, 1))
    assert passed_steps(edited, DAYS, D(2026, 12, 2)) == []


def test_entering_forgets_how_it_joined_before():
    gently = item(anchor_on=D(2026, 11, 30), entry_step=1)
    again = entering(gently, D(2026, 12, 4))
    assert (again.enters_on, again.anchor_on, again.entry_step) == (D(2026, 12, 4), None, None)


def test_the_reasons_of_holds_are_known():
    assert set(moves.HOLDS) == {"pause", "client_pause", "account_pause", "promise", "dispute", "letter", "plan"}
