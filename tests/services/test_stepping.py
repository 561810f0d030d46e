"""One planned step, held, released, skipped, moved: what is stored, what leaves, what the history says."""

import datetime as dt

import pytest

from relance.models.chases import Chase, Skip
from relance.models.events import Event
from relance.models.holds import Hold, Reschedule
from relance.models.messages import Message
from relance.services import forecasting, queueing, stepping
from relance.services.stepping import SteppingError
from tests import factories
from tests.making import switch_on
from tests.services.sending import dates, kinds, nine_on, reminders, sweep

NOW, TODAY = factories.NOW, factories.TODAY
D = dt.date
DAY = dt.timedelta(1)
FIRST, SECOND, THIRD = D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)


def facts(kind):
    return Event.get(Event.kind == kind).facts


def run(days, post, start=TODAY):
    """The days on which something reached the server, the worker passing every day at nine."""
    left = []
    for n in range(days):
        day = start + n * DAY
        if reminders(sweep(day, post).report.sent):
            left.append(day)
    return left


def test_a_held_step_does_not_leave_and_the_next_one_does(chased, camille, post, smtp_server):
    assert stepping.hold(chased, 1, because="il paie demain", by=camille, now=NOW)
    assert [(row.step, row.because) for row in Hold.select()] == [(1, "il paie demain")]
    assert facts("step_held") == {
        "on": "2026-12-01",
        "reason": "il paie demain",
        "template": "relance_1",
        "offset_days": 8,
    }
    assert dates(chased, NOW) == [FIRST, THIRD]
    assert run(20, post) == [FIRST, THIRD]


def test_a_released_step_leaves_at_the_next_run_once_its_day_is_past(chased, camille, post, smtp_server):
    stepping.hold(chased, 0, by=camille, now=NOW)
    assert run(3, post) == []
    assert stepping.release(chased, 0, by=camille, now=nine_on(D(2026, 11, 25)))
    assert not Hold.select().exists()
    assert run(1, post, D(2026, 11, 26)) == [D(2026, 11, 26)]
    assert kinds(chased).count("step_released") == 1


def test_a_step_held_in_the_queue_or_waiting_for_a_yes_is_taken_back(chased, camille):
    [message_id] = queueing.advance_due(nine_on(FIRST), domain="relance.example")
    stepping.hold(chased, 0, by=camille, now=nine_on(FIRST))
    message = Message.get_by_id(message_id)
    assert (message.state, message.slot, message.error) == ("cancelled", None, "held")
    assert kinds(chased)[-2:] == ["step_held", "reminder_cancelled"]
    assert queueing.advance_due(nine_on(FIRST) + dt.timedelta(minutes=2), domain="relance.example") == []


def test_holding_twice_changes_the_reason_and_releasing_twice_nothing(chased, camille):
    assert stepping.hold(chased, 0, because="avant", by=camille, now=NOW)
    assert not stepping.hold(chased, 0, because="après", by=camille, now=NOW)
    assert Hold.get().because == "après"
    assert stepping.release(chased, 0, by=camille, now=NOW)
    assert not stepping.release(chased, 0, by=camille, now=NOW)
    assert kinds(chased).count("step_held") == kinds(chased).count("step_released") == 1


def test_a_skipped_step_never_leaves_and_the_others_keep_their_dates(chased, camille, post, smtp_server):
    stepping.skip(chased, 0, by=camille, now=NOW)
    assert [(row.step, row.because) for row in Skip.select()] == [(0, "by_hand")]
    assert facts("step_skipped")["because"] == "by_hand"
    assert run(20, post) == [SECOND, THIRD]


def test_every_instalment_skips_the_step(latitude, nadia, camille):
    parts = [(TODAY, 50_000), (TODAY + 10 * DAY, 50_000)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    switch_on(invoice, nadia, frequency="once")
    stepping.skip(invoice, 0, by=camille, now=NOW)
    assert Skip.select().count() == 2
    assert dates(invoice, NOW) == []


def test_a_skip_is_taken_back_while_its_day_has_not_come(chased, camille):
    stepping.skip(chased, 0, by=camille, now=NOW)
    assert stepping.restore(chased, 0, by=camille, now=NOW) == FIRST
    assert dates(chased, NOW) == [FIRST, SECOND, THIRD]
    assert kinds(chased)[-1] == "step_restored"
    stepping.skip(chased, 0, by=camille, now=NOW)
    with pytest.raises(SteppingError, match="date est passée"):
        stepping.restore(chased, 0, by=camille, now=nine_on(FIRST + DAY))
    assert Skip.select().exists()


def test_a_step_leaves_on_the_day_a_person_chose(chased, camille, post, smtp_server):
    assert stepping.move(chased, 0, D(2026, 11, 27), by=camille, now=NOW) == D(2026, 11, 27)
    assert [(row.step, row.planned_on) for row in Reschedule.select()] == [(0, D(2026, 11, 27))]
    assert facts("step_moved") == {
        "before": "2026-11-24",
        "on": "2026-11-27",
        "template": "rappel",
        "offset_days": 1,
    }
    # Five days at least between two messages: the second waits one day for the first, and says so.
    assert run(20, post) == [D(2026, 11, 27), SECOND + DAY, THIRD]


def test_moved_to_a_sunday_it_leaves_on_monday_and_can_go_back(chased, camille):
    assert stepping.move(chased, 1, D(2026, 12, 6), by=camille, now=NOW) == D(2026, 12, 7)
    assert dates(chased, NOW)[:2] == [FIRST, D(2026, 12, 7)]
    assert stepping.restore(chased, 1, by=camille, now=NOW) == SECOND
    assert not Reschedule.select().exists()


def test_moved_twice_the_last_day_counts(chased, camille):
    stepping.move(chased, 1, D(2026, 12, 2), by=camille, now=NOW)
    stepping.move(chased, 1, D(2026, 12, 3), by=camille, now=NOW)
    assert [row.planned_on for row in Reschedule.select()] == [D(2026, 12, 3)]


def test_advanced_to_today_it_leaves_at_once(chased, camille, post, smtp_server):
    assert stepping.advance(chased, 0, by=camille, now=NOW) == TODAY
    assert run(1, post) == [TODAY]
    assert len(smtp_server.received) == 1


def test_advanced_in_the_evening_or_on_a_sunday_it_leaves_the_next_working_day(chased, camille):
    assert stepping.advance(chased, 0, by=camille, now=dt.datetime(2026, 11, 23, 20)) == D(2026, 11, 24)


def test_advancing_a_held_step_releases_it(chased, camille):
    stepping.hold(chased, 0, by=camille, now=NOW)
    stepping.advance(chased, 0, by=camille, now=NOW)
    assert not Hold.select().exists()
    assert dates(chased, NOW)[0] == TODAY


def test_a_day_of_sends_is_held_in_one_go(chased, latitude, nadia, camille, account):
    other = factories.make_client(account, "Les Blés d’Or")
    paul = factories.make_contact(other, "Paul Henry")
    second = factories.make_invoice(other, due_on=TODAY)
    switch_on(second, paul)
    assert stepping.hold_day(account, FIRST, because="congés", by=camille, now=NOW) == 2
    assert forecasting.for_account(account, NOW, FIRST) == []
    assert {row.because for row in Hold.select()} == {"congés"}
    keys = [(row.chase.invoice_id, row.step) for row in Hold.select(Hold, Chase).join(Chase)]
    assert stepping.release_all(account, keys, by=camille, now=NOW) == 2
    assert len(forecasting.for_account(account, NOW, FIRST)) == 2


def test_today_what_waits_in_the_queue_is_held_with_the_day(chased, camille, account):
    now = nine_on(FIRST)
    queueing.advance_due(now, domain="relance.example")
    assert stepping.hold_day(account, FIRST, by=camille, now=now) == 1
    assert Message.get().state == "cancelled"
    assert stepping.hold_day(account, FIRST, by=camille, now=now) == 0


def test_the_steps_of_another_account_are_out_of_reach(chased, camille, basile):
    with pytest.raises(SteppingError):
        stepping.hold_all(basile.account, [(chased.id, 0)], by=basile, now=NOW)
    stepping.hold(chased, 0, by=camille, now=NOW)
    assert stepping.release_all(basile.account, [(chased.id, 0)], by=basile, now=NOW) == 0
    assert Hold.select().count() == 1
