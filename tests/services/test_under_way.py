"""The instalments that follow a sequence's edits, with what a person decided about each."""

import datetime as dt

import pytest

from relance.models.messages import Message
from relance.rules.calendar import Calendar
from relance.services import (
    entering,
    extending,
    pausing,
    paying,
    publishing,
    queueing,
    situations,
    stepping,
    steps,
    under_way,
)
from tests import factories
from tests.making import block_at, enrol, latest, make_sequence, move_block, publish, switch_on
from tests.services.sending import dates, nine_on

D = dt.date
DUE = D(2026, 11, 24)
THURSDAY = D(2026, 11, 26)  # J+2


@pytest.fixture
def weekly(account):
    """J+2, J+7, J+14: 26 November, 1 and 8 December."""
    return make_sequence(account, (2, "rappel"), (7, "relance_1"), (14, "relance_2"), title="Suivi")


@pytest.fixture
def due(weekly, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    enrol(weekly, latitude)
    return invoice


def numbers(sequence, today=factories.TODAY):
    return sorted(one.number for one in under_way.of_sequence(latest(sequence), today))


def next_on(sequence, today=factories.TODAY):
    [one] = under_way.of_sequence(latest(sequence), today)
    item = under_way.with_steps(one.item, steps.of_sequence(latest(sequence)))
    return under_way.next_on(item, Calendar(), today)


def test_the_paid_the_frozen_the_late_and_those_set_by_hand_elsewhere_are_not_among_them(
    account, weekly, due, latitude, nadia, now
):
    late, paid, frozen, own = (factories.make_invoice(latitude, f"X-{n}", due_on=D(2026, 12, 1)) for n in range(4))
    for invoice in (late, paid):
        entering.on_new_invoice(invoice, now=now)
    paying.record(paid, paid.balance_cents, factories.TODAY, by=None, now=now)
    switch_on(frozen, nadia, frequency="sequence", sequence_id=weekly.id, is_frozen=True)
    switch_on(own, nadia)
    out = factories.make_invoice(latitude, "X-9", due_on=D(2026, 9, 1))
    entering.on_new_invoice(out, now=now)
    assert numbers(weekly) == ["F-2026-0100", "X-0"]


def test_each_is_what_the_sending_sees(account, weekly, due, latitude, camille, now):
    """Two readers of the same rows: the effect of an edit, and the worker."""
    stepping.hold(due, block_at(weekly, 2).key, by=camille, now=now)
    stepping.move(due, block_at(weekly, 7).key, D(2026, 12, 3), by=camille, now=now)
    pausing.pause_invoice(due, until_on=D(2026, 11, 25), reason="", by=None, now=now)
    extending.grant(due, granted_on=D(2026, 11, 27), reason="", by=None, now=now)
    [one] = under_way.of_sequence(latest(weekly), factories.TODAY)
    [tracked] = situations.load(account, [latitude.id], factories.TODAY)[latitude.id].tracked.values()
    mine, theirs = vars(one.item), vars(tracked.item)
    names = ("key", "due_on", "enters_on", "anchor_on", "entry_step", "done", "skipped", "resumes_on", "held", "moved")
    assert {name: mine[name] for name in names} == {name: theirs[name] for name in names}
    assert under_way.with_steps(one.item, tracked.item.steps).steps == tracked.item.steps


def test_a_step_that_a_person_moved_keeps_its_day_whatever_the_block_becomes(weekly, due, camille, now):
    stepping.move(due, block_at(weekly, 2).key, D(2026, 11, 30), by=camille, now=now)
    assert next_on(weekly) == D(2026, 11, 30)
    move_block(weekly, 2, 3)
    assert publishing.effect_of(latest(weekly), now).changed == 0
    publish(weekly)
    assert dates(due, now)[0] == D(2026, 11, 30)


def test_a_step_that_a_person_holds_is_not_the_next_one(weekly, due, camille, now):
    stepping.hold(due, block_at(weekly, 2).key, by=camille, now=now)
    assert next_on(weekly) == D(2026, 12, 1)


@pytest.mark.requirement("S3.24")
@pytest.mark.parametrize("asks", [False, True])
def test_what_waits_has_not_left_and_moves_with_its_block(account, weekly, due, asks):
    account.asks_before_sending = asks
    account.save()
    queueing.advance_due(nine_on(THURSDAY), domain="relance.example")
    assert Message.get().state == ("proposed" if asks else "queued")
    assert next_on(weekly, THURSDAY) == THURSDAY
    move_block(weekly, 2, 4)
    [row] = publishing.effect_of(latest(weekly), nine_on(THURSDAY)).rows
    assert (row.before, row.after) == (THURSDAY, D(2026, 11, 30))  # J+4 is Saturday 28
    publish(weekly, now=nine_on(THURSDAY))
    assert dates(due, nine_on(THURSDAY))[0] == D(2026, 11, 30)


def test_once_it_left_it_is_done(weekly, due):
    queueing.advance_due(nine_on(THURSDAY), domain="relance.example")
    Message.update(state="sent").execute()
    assert next_on(weekly, THURSDAY) == D(2026, 12, 1)
