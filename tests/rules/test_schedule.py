"""The deciding function: tables for the rules, properties for what must never happen."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.rules.calendar import Calendar
from relance.rules.entries import entry_choices
from relance.rules.moves import Item, Stop, Wait, next_move, planned_on
from relance.rules.plans import Step, plan_steps
from relance.rules.schedule import Decision, Past, Policy, after_sending, decide, next_check, past_of, preview
from tests.rules.chased import HUGO, NADIA, POLICY, D, days, item, sends


@pytest.mark.requirement("S1.17")
def test_once_leaves_on_the_due_date_and_never_after():
    assert days(sends([item(steps=plan_steps("once", 1))])) == [D(2026, 11, 23)]


@pytest.mark.requirement("S1.17")
def test_once_on_a_sunday_leaves_on_monday():
    sunday = item(due_on=D(2026, 12, 20), steps=plan_steps("once", 1))
    assert days(sends([sunday])) == [D(2026, 12, 21)]


@pytest.mark.requirement("S1.18")
def test_three_weekly_reminders_leave_on_working_days_then_the_plan_is_finished():
    friday = item(due_on=D(2026, 12, 18))
    # J+1 is a Saturday, J+8 the day after Christmas (Saturday), J+15 the 2nd of January (Saturday)
    assert days(sends([friday])) == [D(2026, 12, 21), D(2026, 12, 28), D(2027, 1, 4)]
    over = replace(friday, done=frozenset({0, 1, 2}))
    assert next_move(over, POLICY.calendar, D(2027, 1, 5)) == Stop("finished")


@pytest.mark.requirement("S1.19")
def test_until_paid_stops_at_its_visible_cap():
    assert len(sends([item(steps=plan_steps("until_paid", 12))])) == 12


def test_a_step_before_the_due_date_moves_backwards_and_dies_on_it():
    step = Step(0, -2, "prerelance")
    tuesday = item(due_on=D(2026, 11, 24), steps=(step,))  # J−2 is Sunday 22
    assert planned_on(tuesday, step, POLICY.calendar) == D(2026, 11, 20)
    assert days(sends([tuesday])) == [D(2026, 11, 20)]
    missed = decide([tuesday], [], POLICY, D(2026, 11, 24))
    assert missed.picks == () and missed.moves[1] == Stop("finished")
    assert [(skip.because, skip.step) for skip in missed.skips] == [("died", step)]


def test_offsets_after_a_moved_step_still_count_from_the_due_date():
    first, second, third = sends([item(due_on=D(2026, 11, 27))])  # J+1 is a Saturday
    assert days([first, second, third]) == [D(2026, 11, 30), D(2026, 12, 7), D(2026, 12, 14)]
    assert [d.picks[0].step.offset_days for d in (first, second, third)] == [1, 8, 15]


@pytest.mark.requirement("S1.1")
def test_after_days_off_the_first_unsent_step_goes_and_those_overtaken_are_skipped():
    off = item()  # J+1, J+8, J+15: the machine comes back on J+16
    decision = decide([off], [], POLICY, D(2026, 12, 9))
    assert [pick.step.index for pick in decision.picks] == [0]
    assert [(skip.step.index, skip.because) for skip in decision.skips] == [(1, "missed"), (2, "missed")]


@pytest.mark.requirement("S1.1")
def test_after_three_days_off_one_message_leaves_and_later_ones_keep_their_dates():
    assert days(sends([item()], start=D(2026, 11, 27))) == [D(2026, 11, 27), D(2026, 12, 1), D(2026, 12, 8)]


def test_two_clients_messages_are_five_days_apart():
    yesterday = Past(D(2026, 11, 23), NADIA)
    decision = decide([item()], [yesterday], POLICY, D(2026, 11, 24))
    assert decision.picks == ()
    assert decision.moves[1] == Wait(D(2026, 11, 30), item().steps[0], "gap")  # the 28th is a Saturday


def test_a_message_by_hand_counts_for_the_gap_whoever_received_it():
    by_hand = Past(D(2026, 11, 23), HUGO, is_automatic=False)
    assert decide([item()], [by_hand], POLICY, D(2026, 11, 24)).picks == ()


def test_two_steps_of_one_plan_compare_their_offsets_not_their_moved_dates():
    plan = item(due_on=D(2026, 11, 10))  # J+1 is 11 November, a holiday: moved to the 12th
    entered = replace(plan, enters_on=D(2026, 11, 9))
    assert days(sends([entered], start=D(2026, 11, 9))) == [D(2026, 11, 12), D(2026, 11, 18), D(2026, 11, 25)]
    wide = Policy(min_gap_days=7)
    assert days(sends([entered], start=D(2026, 11, 9), policy=wide)) == [
        D(2026, 11, 12),
        D(2026, 11, 18),
        D(2026, 11, 25),
    ]


def test_reminders_of_one_client_due_the_same_day_leave_together_in_the_firmest_tone():
    young, old = item(key=1), item(key=2, due_on=D(2026, 11, 9), enters_on=D(2026, 11, 1), done=frozenset({0, 1}))
    decision = decide([young, old], [], POLICY, D(2026, 11, 24))
    assert {pick.item.key for pick in decision.picks} == {1, 2}
    assert decision.lead.step.template == "dernier_rappel"


def test_a_step_that_waits_for_the_gap_joins_the_message_that_leaves():
    plan = plan_steps("weekly", 3)
    sent_first = Past(D(2026, 11, 24), NADIA, True, {1: (1, True)})
    other = item(key=2, due_on=D(2026, 11, 25))  # J+1 on the 26th: within the gap of the 24th
    own = item(key=1, done=frozenset({0}), steps=(plan[0], Step(1, 4, "relance_1"), plan[2]))
    alone = decide([other], [sent_first], POLICY, D(2026, 11, 27))
    assert alone.moves[2].because == "gap"
    policy = Policy(min_gap_days=3)
    together = decide([own, other], [sent_first], policy, D(2026, 11, 27))
    assert {pick.item.key for pick in together.picks} == {1, 2}


def test_other_recipients_wait_for_the_next_working_day_and_are_not_held_by_the_gap():
    mine, theirs = item(key=1), item(key=2, recipients=HUGO)
    found = sends([mine, theirs], end=D(2026, 11, 27))
    assert [(d.day, {p.item.key for p in d.picks}) for d in found] == [
        (D(2026, 11, 24), {1}),
        (D(2026, 11, 25), {2}),
    ]
    assert decide([mine, theirs], [], POLICY, D(2026, 11, 24)).moves[2].because == "other_recipients"


def test_another_currency_never_shares_a_message():
    for decision in sends([item(key=1), item(key=2, currency="CHF")]):
        assert len({pick.item.currency for pick in decision.picks}) == 1


def test_without_grouping_one_instalment_leaves_a_day():
    policy = Policy(is_grouping=False)
    assert all(len(d.picks) == 1 for d in sends([item(key=1), item(key=2)], policy=policy))


def test_nothing_leaves_on_a_closed_day():
    assert decide([item()], [], POLICY, D(2026, 11, 28)).picks == ()
    assert next_move(item(), POLICY.calendar, D(2026, 11, 28)) == Wait(D(2026, 11, 30), item().steps[0], "closed")


OFFSETS = st.lists(st.integers(-10, 60), min_size=1, max_size=6, unique=True).map(sorted)
TEMPLATES = ("rappel", "relance_1", "relance_2", "dernier_rappel", "prerelance", "echeance")


@st.composite
def an_item(draw, key):
    offsets = draw(OFFSETS)
    steps = tuple(Step(n, days, draw(st.sampled_from(TEMPLATES))) for n, days in enumerate(offsets))
    due = D(2026, 11, 1) + dt.timedelta(draw(st.integers(0, 60)))
    fresh = Item(
        key=key,
        due_on=due,
        steps=steps,
        enters_on=D(2026, 11, 1),
        recipients=draw(st.sampled_from([NADIA, HUGO])),
        currency=draw(st.sampled_from(["EUR", "EUR", "CHF"])),
    )
    choices = entry_choices(fresh, Calendar(), D(2026, 11, 16))
    return draw(st.sampled_from(list(choices.values()))) if choices else replace(fresh, enters_on=D(2026, 11, 16))


ITEMS = st.integers(1, 5).flatmap(lambda n: st.tuples(*[an_item(key) for key in range(1, n + 1)]))
POLICIES = st.builds(
    Policy,
    st.builds(Calendar, st.sampled_from(["12345", "123456", "2", "15"])),
    st.integers(0, 30),
    st.booleans(),
)


@given(ITEMS, POLICIES)
@settings(max_examples=60, deadline=None)
def test_whatever_the_plans_the_promises_hold(items, policy):
    found = sends(items, policy=policy, end=D(2027, 6, 1))
    assert len(set(days(found))) == len(found), "two messages to one client on one day"
    assert all(policy.calendar.is_working(day) for day in days(found))
    done = [(pick.item.key, pick.step.index) for decision in found for pick in decision.picks]
    assert len(set(done)) == len(done), "a step sent twice"
    for decision in found:
        assert len({(pick.item.recipients, pick.item.currency) for pick in decision.picks}) == 1
        assert all(pick.planned_on <= decision.day for pick in decision.picks)
        assert all(decision.day >= pick.item.enters_on for pick in decision.picks)


@given(ITEMS, POLICIES, st.integers(0, 120))
@settings(max_examples=40, deadline=None)
def test_the_forecast_of_the_first_day_is_what_the_following_days_decide(items, policy, cut):
    """Running forward in one go, or stopping anywhere and deciding again from what was stored, agree."""
    whole = sends(items, policy=policy, end=D(2027, 6, 1))
    day = D(2026, 11, 16) + dt.timedelta(cut)
    current, past = {i.key: i for i in items}, []
    for decision in whole:
        if decision.day < day:
            for pick in decision.picks:
                current[pick.item.key] = after_sending(pick.item, pick, decision.skips, decision.day)
            past.append(past_of(decision))
    rest = sends(current.values(), past, start=day, end=D(2027, 6, 1), policy=policy)
    assert [(d.day, picked(d)) for d in rest] == [(d.day, picked(d)) for d in whole if d.day >= day]


def picked(decision: Decision):
    return sorted((pick.item.key, pick.step.index) for pick in decision.picks)


@given(ITEMS, POLICIES, st.integers(0, 90))
@settings(max_examples=40, deadline=None)
def test_the_hint_never_comes_after_something_should_have_left(items, policy, offset):
    """A worker that sleeps until the hint misses nothing."""
    today = D(2026, 11, 16) + dt.timedelta(offset)
    hints = next_check(items, [], policy, today)
    for decision in preview(items, [], policy, today + dt.timedelta(1), D(2027, 6, 1)):
        for pick in decision.picks:
            hint = hints[pick.item.key]
            assert hint is not None and (hint <= decision.day or hint <= decision.picks[0].planned_on)
        break
