"""What one instalment asks for, alone."""

import pytest

from relance.rules.moves import Send, Stop, Wait, next_move, planned_on, remaining_steps
from relance.rules.plans import Step
from tests.rules.chased import POLICY, D, item


def test_a_held_item_resumes_after_its_last_day():
    held = item(held_until=D(2026, 11, 27), held_because="pause")
    assert next_move(held, POLICY.calendar, D(2026, 11, 24)) == Wait(D(2026, 11, 30), held.steps[0], "pause")


def test_without_a_usable_address_the_step_waits_and_says_so():
    assert next_move(item(recipients=frozenset()), POLICY.calendar, D(2026, 11, 24)).because == "no_recipient"


@pytest.mark.parametrize("reason", ["paid", "draft", "credit_note", "cancelled", "direct_debit", "exempt"])
def test_what_is_never_chased_stops(reason):
    assert next_move(item(stop=reason), POLICY.calendar, D(2026, 11, 24)) == Stop(reason)


def test_a_pick_is_a_send_of_next_move():
    move = next_move(item(), POLICY.calendar, D(2026, 11, 24))
    assert isinstance(move, Send) and move.step.index == 0


def test_steps_past_when_reminders_were_switched_on_are_never_sent():
    entered = item(enters_on=D(2026, 12, 2))  # the day after the second step
    assert [step.index for step in remaining_steps(entered, POLICY.calendar, D(2026, 12, 2))] == [2]


def test_nothing_leaves_before_the_step_the_user_joined_at():
    joined = item(enters_on=D(2026, 12, 3), entry_step=1)
    first, second, third = joined.steps
    assert [planned_on(joined, step, POLICY.calendar) for step in (second, third)] == [D(2026, 12, 3), D(2026, 12, 8)]
    assert first not in remaining_steps(joined, POLICY.calendar, D(2026, 12, 3))


def test_before_its_day_a_step_waits_for_it():
    assert next_move(item(), POLICY.calendar, D(2026, 11, 20)) == Wait(D(2026, 11, 24), item().steps[0])


def test_a_pause_longer_than_the_wait_moves_it():
    held = item(held_until=D(2026, 12, 4))
    assert next_move(held, POLICY.calendar, D(2026, 11, 20)) == Wait(D(2026, 12, 7), held.steps[0], "held")


def test_a_step_before_the_due_date_is_dead_on_it():
    early = item(steps=(Step(0, -2, "prerelance"),))
    assert remaining_steps(early, POLICY.calendar, D(2026, 11, 22)) == early.steps
    assert remaining_steps(early, POLICY.calendar, D(2026, 11, 23)) == ()
