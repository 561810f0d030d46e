"""What does not leave today: the hint, and the line in the history."""

import datetime as dt

from relance.models.chases import Chase, Skip
from relance.models.events import Event
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
