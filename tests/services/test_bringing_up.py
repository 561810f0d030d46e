"""Letters and calls of a sequence: a task on their day, once, and never a mail."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Task
from relance.models.messages import Message
from relance.services import pausing, paying, queueing, stepping
from tests import factories
from tests.making import block_at, enrol, make_sequence
from tests.services.sending import kinds, nine_on

D = dt.date
DUE = D(2026, 11, 24)  # a Tuesday


def run(first, last):
    """The worker's decision each morning; nothing is handed to a server."""
    for offset in range((last - first).days + 1):
        queueing.advance_due(nine_on(first + dt.timedelta(offset)), domain="relance.example")
        Message.update(state="sent", sent_at=nine_on(first + dt.timedelta(offset))).where(
            Message.state == "queued"
        ).execute()


@pytest.fixture
def followed(account, latitude, nadia, camille):
    """Due on 24 November; rappel J+3, a call J+6, a formal notice to validate J+14 (Tuesday 8 December)."""
    sequence = make_sequence(account, (3, "rappel"), (6, "", "call"), (14, "formal_notice", "letter"))
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    enrol(sequence, latitude)
    return invoice


def tasks():
    return [(task.kind, task.due_on, task.offset_days) for task in Task.select().order_by(Task.due_on)]


def test_on_their_day_a_call_and_a_letter_come_up_once_with_their_event(followed):
    run(D(2026, 11, 24), D(2026, 12, 20))
    assert tasks() == [("call", D(2026, 11, 30), 6), ("letter", D(2026, 12, 8), 14)]
    told = [event.facts for event in Event.select().where(Event.kind == "task_due").order_by(Event.id)]
    assert [(fact["channel"], fact["offset_days"], fact["template"]) for fact in told] == [
        ("call", 6, ""),
        ("letter", 14, "formal_notice"),
    ]
    assert [row.invoice_id for row in Task.select()] == [followed.id] * 2
    assert Message.select().where(Message.kind == "reminder").count() == 1  # J+3 alone


def test_looking_again_the_same_day_brings_nothing_up_twice(followed):
    run(D(2026, 11, 24), D(2026, 11, 29))
    for minutes in (0, 1, 90):
        Chase.update(next_check_at=nine_on(D(2026, 11, 30))).execute()
        queueing.advance_due(nine_on(D(2026, 11, 30)) + dt.timedelta(minutes=minutes), domain="relance.example")
    assert tasks() == [("call", D(2026, 11, 30), 6)]
    assert kinds(followed).count("task_due") == 1


def test_each_instalment_has_its_own_task(account, latitude, nadia, camille):
    sequence = make_sequence(account, (2, "", "call"))
    invoice = factories.make_invoice(latitude, instalments=[(DUE, 60_000), (D(2026, 12, 1), 60_000)])
    enrol(sequence, latitude)
    run(D(2026, 11, 24), D(2026, 12, 6))
    assert tasks() == [("call", D(2026, 11, 26), 2), ("call", D(2026, 12, 3), 2)]
    assert kinds(invoice).count("task_due") == 2
    assert not Message.select().exists()


def test_paid_no_task_comes_up(followed):
    paying.record(followed, followed.balance_cents, factories.TODAY, by=None, now=factories.NOW)
    run(D(2026, 11, 24), D(2026, 12, 20))
    assert tasks() == []


def test_a_letter_due_in_a_pause_is_past_after_it(followed):
    pausing.pause_invoice(followed, until_on=D(2026, 12, 10), reason="", by=None, now=factories.NOW)
    run(D(2026, 11, 24), D(2026, 12, 20))
    assert tasks() == []
    assert "task_due" not in kinds(followed)


def test_a_held_letter_comes_up_when_it_is_released(account, followed):
    step = block_at(Chase.get().sequence, 14).key
    stepping.hold(followed, step, by=None, now=factories.NOW)
    run(D(2026, 11, 24), D(2026, 12, 13))
    assert tasks() == [("call", D(2026, 11, 30), 6)]
    stepping.release(followed, step, by=None, now=nine_on(D(2026, 12, 14)))
    run(D(2026, 12, 14), D(2026, 12, 16))
    assert tasks()[1:] == [("letter", D(2026, 12, 14), 14)]


def test_the_machine_off_on_the_day_the_task_comes_up_when_it_is_back(followed):
    run(D(2026, 11, 24), D(2026, 11, 27))
    run(D(2026, 12, 3), D(2026, 12, 3))
    assert tasks() == [("call", D(2026, 12, 3), 6)]


def test_a_call_the_day_after_an_e_mail_comes_up_that_day(account, latitude, nadia, camille):
    """The client is looked at on the day of the e-mail: the next look is the day of the call."""
    sequence = make_sequence(account, (3, "rappel"), (4, "", "call"), (20, "formal_notice", "letter"))
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    run(factories.TODAY, D(2026, 12, 20))
    assert tasks() == [("call", D(2026, 11, 27), 4), ("letter", D(2026, 12, 14), 20)]
