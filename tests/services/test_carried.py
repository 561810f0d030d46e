"""A step that a person held stays held when the client moves to another sequence."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Hold
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import enrolling, forecasting, sequencing, stepping, upcoming
from tests import factories

NOW = factories.NOW


@pytest.fixture
def followed(account, camille, latitude, nadia):
    """An invoice due in December whose client follows « Douce »."""
    if not Sequence.select().where(Sequence.account == account).exists():
        sequencing.deliver(account, NOW)
    invoice = factories.make_invoice(latitude, due_on=dt.date(2026, 12, 1))
    enrolling.enrol(sequence_of(account, "douce"), [latitude.id], by=None, now=NOW)
    return Invoice.get_by_id(invoice.id)


def sequence_of(account, key):
    return Sequence.get(Sequence.account == account, Sequence.key == key)


def test_what_was_held_is_held_in_the_new_sequence_too(followed, account, latitude):
    first = upcoming.of_invoice(followed, NOW)[0]
    stepping.hold(followed, first.step, because="Virement annoncé", by=None, now=NOW)
    enrolling.enrol(sequence_of(account, "standard_b2b"), [latitude.id], by=None, now=NOW)
    chase = Chase.get(Chase.invoice == followed)
    [hold] = Hold.select().where(Hold.chase == chase)
    assert (hold.because, hold.step != first.step) == ("Virement annoncé", True)
    coming = upcoming.of_invoice(followed, NOW)
    assert (coming[0].state, coming[0].template) == ("held", "prerelance")
    told = [event.facts["template"] for event in Event.select().where(Event.kind == "step_held").order_by(Event.id)]
    assert told == [first.template, "prerelance"]


def test_without_a_hold_nothing_is_held(followed, account, latitude):
    enrolling.enrol(sequence_of(account, "standard_b2b"), [latitude.id], by=None, now=NOW)
    assert not Hold.select().exists()
    assert forecasting.for_invoice(followed, NOW)[0].template == "prerelance"
