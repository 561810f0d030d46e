"""What does not leave today: the hint, and the line in the history."""

import datetime as dt

from relance.models.chases import Chase, Skip
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import queueing
from tests import factories
from tests.making import switch_on

D = dt.date
TUESDAY = factories.NOW + dt.timedelta(days=1)
DOMAIN = "relance.example"


def test_the_hint_moves_to_the_opening_of_the_next_step(chased):
    queueing.advance_due(factories.NOW, domain=DOMAIN)
    assert Chase.get().next_check_at == dt.datetime(2026, 11, 24, 8, 0)
    queueing.advance_due(TUESDAY, domain=DOMAIN)
    assert Chase.get().next_check_at == dt.datetime(2026, 12, 1, 8, 0)


def test_before_the_hour_it_waits_for_the_hour(chased):
    early = TUESDAY - dt.timedelta(hours=3)
    assert queueing.advance_due(early, domain=DOMAIN) == []
    assert Chase.get().next_check_at == TUESDAY


def test_steps_that_are_overtaken_leave_a_line_each(chased):
    late = dt.datetime(2026, 12, 9, 8, 0)
    queueing.advance_due(late, domain=DOMAIN)
    assert [(skip.step, skip.because) for skip in Skip.select().order_by(Skip.step)] == [(1, "missed"), (2, "missed")]
    told = [event.facts["template"] for event in Event.select().where(Event.kind == "step_skipped").order_by(Event.id)]
    assert told == ["relance_1", "dernier_rappel"]


def test_a_wait_is_told_once(chased, latitude, nadia):
    other = factories.make_invoice(latitude, "F-2026-0099", due_on=D(2026, 11, 24))
    switch_on(other, nadia)
    queueing.advance_due(TUESDAY, domain=DOMAIN)
    for hour in range(3):
        Chase.update(next_check_at=TUESDAY).execute()
        queueing.advance_due(TUESDAY + dt.timedelta(days=1, hours=hour), domain=DOMAIN)
    waits = [event.facts for event in Event.select().where(Event.invoice == other, Event.kind == "step_waits")]
    assert waits == [{"because": "gap", "until": "2026-11-30", "template": "rappel", "offset_days": 1}]


def test_a_chase_is_not_over_while_its_last_message_waits(latitude, nadia, camille):
    """The server is down when the last reminder is due, and the client is looked at again meanwhile."""
    invoice = factories.make_invoice(latitude, due_on=factories.TODAY)
    chase = switch_on(invoice, nadia, frequency="once")
    [message_id] = queueing.advance_due(factories.NOW, domain=DOMAIN)
    for minutes in (1, 2):
        Chase.update(next_check_at=factories.NOW).execute()
        queueing.advance_due(factories.NOW + dt.timedelta(minutes=minutes), domain=DOMAIN)
    assert Chase.get_by_id(chase.id).is_active
    assert Message.get_by_id(message_id).state == "queued"
    Message.update(state="sent", sent_at=factories.NOW).execute()
    Chase.update(next_check_at=factories.NOW).execute()
    queueing.advance_due(factories.NOW + dt.timedelta(minutes=3), domain=DOMAIN)
    assert Chase.get_by_id(chase.id).ended_because == "finished"
    assert Event.select().where(Event.kind == "chase_finished").count() == 1
