import datetime as dt

import pytest

from relance.db import transaction
from relance.models.chases import Chase, Entry
from relance.models.holds import Pause
from relance.services import holding, pausing
from relance.services.holding import HoldError
from relance.services.resuming import resume
from tests.factories import NOW

FRIDAY = dt.datetime(2026, 12, 4, 10, 0)  # J+1 and J+8 of the fixture are past, J+15 is Tuesday 8
OVER = dt.datetime(2026, 12, 11, 10, 0)  # all three are past


@pytest.fixture
def paused(chased):
    pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=NOW)
    return chased


def resumed(invoice, step, now):
    with transaction():
        Pause.update(ended_on=now.date(), ended_at=now).execute()
        return resume(invoice, step, by=None, now=now)


def test_by_default_the_first_step_dated_today_or_later_is_next(paused):
    found = resumed(paused, None, FRIDAY)
    assert (found.next.on, found.next.is_default, found.is_over) == (dt.date(2026, 12, 8), True, False)
    assert Entry.get().step is None
    assert Chase.get().next_check_at == FRIDAY


def test_an_earlier_one_may_be_chosen_and_leaves_on_the_next_working_day(paused):
    first = holding.resume_choices(paused, FRIDAY)[-1].step
    found = resumed(paused, first, FRIDAY)
    assert (found.next.step, found.next.on) == (first, dt.date(2026, 12, 7))
    assert Entry.get().step == first


def test_when_none_is_left_the_invoice_asks_for_a_decision(paused):
    found = resumed(paused, None, OVER)
    assert (found.next, found.is_over) == (None, True)


def test_an_invoice_without_reminders_has_none_to_resume(invoice):
    found = resume(invoice, None, by=None, now=FRIDAY)
    assert (found.next, found.is_over) == (None, False)


def test_a_step_of_another_plan_is_refused(paused):
    with pytest.raises(HoldError):
        resumed(paused, 4_242, FRIDAY)
    assert Pause.get().ended_at is None
