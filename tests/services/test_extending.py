import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Extension
from relance.models.invoices import Instalment, Invoice
from relance.services import extending, forecasting
from relance.services.holding import HoldError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events
from tests.services.sending import dates

LATER = NOW + dt.timedelta(days=2)


def on(days):
    return TODAY + dt.timedelta(days)


def grant(invoice, granted_on, reason="", at=NOW, by=None):
    return extending.grant(invoice, granted_on=granted_on, reason=reason, by=by, now=at)


@pytest.mark.requirement("S1.25")
def test_a_delay_moves_the_reminders_and_not_the_due_date(chased, camille):
    assert dates(chased, NOW) == [dt.date(2026, 11, 24), dt.date(2026, 12, 1), dt.date(2026, 12, 8)]
    grant(chased, on(15), " Trésorerie ", by=camille)
    row = Extension.get()
    assert (row.granted_on, row.reason, row.starts_on, row.made_by_id) == (on(15), "Trésorerie", TODAY, camille.id)
    assert dates(chased, NOW) == [dt.date(2026, 12, 9), dt.date(2026, 12, 16), dt.date(2026, 12, 23)]
    assert (Invoice.get_by_id(chased.id).due_on, Instalment.get().due_on) == (TODAY, TODAY)
    assert events(invoice=chased)[-1] == "extension_granted"


def test_the_steps_to_come_count_from_the_day_that_was_granted(chased):
    before = [send.days_from_due for send in forecasting.for_invoice(chased, NOW)]
    grant(chased, on(15))
    assert [send.days_from_due for send in forecasting.for_invoice(chased, NOW)] == before


@pytest.mark.parametrize(
    ("granted_on", "reason", "field"),
    [
        (on(0), "", "granted_on"),
        (on(-1), "", "granted_on"),
        (dt.date(2027, 11, 24), "", "granted_on"),
        (on(5), "x" * 201, "reason"),
    ],
)
def test_a_delay_that_makes_no_sense_is_refused_and_nothing_is_written(invoice, granted_on, reason, field):
    with pytest.raises(HoldError) as refused:
        grant(invoice, granted_on, reason)
    assert refused.value.field == field
    assert (Extension.select().count(), Event.select().count()) == (0, 0)


def test_it_goes_beyond_the_oldest_due_date_with_something_left(latitude):
    parts = [(on(5), 10_000), (on(60), 10_000)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    with pytest.raises(HoldError, match="après l'échéance"):
        grant(invoice, on(5))
    assert grant(invoice, on(6)).granted_on == on(6)


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "cancelled"}, {"kind": "credit_note"}])
def test_nothing_is_granted_for_what_is_not_owed(latitude, fields):
    with pytest.raises(HoldError):
        grant(factories.make_invoice(latitude, **fields), on(5))


def test_another_delay_replaces_the_first(chased):
    first = grant(chased, on(15))
    second = grant(chased, on(20), at=LATER)
    assert [(row.id, row.ended_on) for row in Extension.select().order_by(Extension.id)] == [
        (first.id, LATER.date()),
        (second.id, None),
    ]
    assert extending.current(chased).id == second.id


def test_it_is_withdrawn_and_what_is_past_by_then_is_not_caught_up(chased, camille):
    grant(chased, on(30))
    at = NOW + dt.timedelta(10)  # Thursday 3 December: J+1 and J+8 are past
    extending.withdraw(chased, by=camille, now=at)
    row = Extension.get()
    assert (row.ended_on, row.ended_by_id) == (at.date(), camille.id)
    assert dates(chased, at) == [dt.date(2026, 12, 8)]
    assert events(invoice=chased)[-1] == "extension_withdrawn"
    with pytest.raises(HoldError):
        extending.withdraw(chased, by=camille, now=at)


def test_the_same_form_sent_twice_is_one_delay(chased):
    assert grant(chased, on(15), "x").id == grant(chased, on(15), " x ").id
    assert events(invoice=chased).count("extension_granted") == 1
