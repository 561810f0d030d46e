"""The deciding function: tables for the rules, properties for what must never happen."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.rules.calendar import Calendar
from relance.rules.schedule import (
    Decision,
    Item,
    Past,
    Policy,
    Send,
    Step,
    Stop,
    Wait,
    after_sending,
    decide,
    entry_choices,
    next_check,
    next_move,
    past_of,
    plan_steps,
    planned_on,
    preview,
)

D = dt.date
POLICY = Policy()
NADIA = frozenset({"nadia@latitude-conseil.example"})
HUGO = frozenset({"hugo@morel.example"})
FAR = D(2028, 1, 1)


def item(**values):
    """An invoice due on Monday 23 November 2026, three weekly reminders, switched on the week before."""
    values.setdefault("due_on", D(2026, 11, 23))
    values.setdefault("steps", plan_steps("weekly", 3))
    return Item(**{"key": 1, "enters_on": D(2026, 11, 16), "recipients": NADIA, **values})


def sends(items, past=(), start=D(2026, 11, 16), end=FAR, policy=POLICY):
    return list(preview(items, past, policy, start, end))


def days(decisions):
    return [decision.day for decision in decisions]


@pytest.mark.requirement("S1.17", "S1.18", "S1.19")
@pytest.mark.parametrize(
    ("frequency", "count", "offsets", "templates"),
    [
        ("once", 1, [0], ["echeance"]),
        ("weekly", 2, [1, 8], ["rappel", "dernier_rappel"]),
        ("weekly", 3, [1, 8, 15], ["rappel", "relance_1", "dernier_rappel"]),
        ("weekly", 4, [1, 8, 15, 22], ["rappel", "relance_1", "relance_2", "dernier_rappel"]),
        ("weekly", 5, [1, 8, 15, 22, 29], ["rappel", "relance_1", "relance_2", "relance_2", "dernier_rappel"]),
        (
            "until_paid",
            12,
            [1 + 7 * n for n in range(12)],
            ["rappel", "relance_1", *["relance_2"] * 9, "dernier_rappel"],
        ),
    ],
)
def test_a_frequency_makes_its_steps(frequency, count, offsets, templates):
    steps = plan_steps(frequency, count)
    assert [step.offset_days for step in steps] == offsets
    assert [step.template for step in steps] == templates


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


def test_a_held_item_resumes_after_its_last_day():
    held = item(held_until=D(2026, 11, 27), held_because="pause")
    assert next_move(held, POLICY.calendar, D(2026, 11, 24)) == Wait(D(2026, 11, 30), held.steps[0], "pause")


def test_without_a_usable_address_the_step_waits_and_says_so():
    assert next_move(item(recipients=frozenset()), POLICY.calendar, D(2026, 11, 24)).because == "no_recipient"


@pytest.mark.parametrize("reason", ["paid", "draft", "credit_note", "cancelled", "direct_debit", "exempt"])
def test_what_is_never_chased_stops(reason):
    assert next_move(item(stop=reason), POLICY.calendar, D(2026, 11, 24)) == Stop(reason)


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


def test_a_pick_is_a_send_of_next_move():
    move = next_move(item(), POLICY.calendar, D(2026, 11, 24))
    assert isinstance(move, Send) and move.step.index == 0
