"""What an edition would do is the edition itself, undone."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import chasing
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import StaleFormError
from relance.web.forms.invoices import InvoiceForm, fill
from relance.web.invoice_effect import effect_of
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def chased(latitude, nadia):
    """An invoice due in a week, three reminders on."""
    invoice = factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(days=7))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,), count=3), by=None, now=NOW)
    return Invoice.get_by_id(invoice.id)


@pytest.fixture
def form(as_camille, chased, latitude):
    """The form of that invoice, as it was opened."""
    form = InvoiceForm()
    fill(form, chased, [latitude])
    form.payment_method.data = "transfer"
    return form


def test_a_date_that_moves_shows_each_reminder_before_and_after(form, chased, latitude):
    form.due_on.data = chased.due_on + dt.timedelta(days=14)
    effect = effect_of(chased, form, latitude, chased.version)
    assert [name for name, _old, _new in effect.rows] == ["Rappel", "Relance 1", "Dernier rappel"]
    assert effect.rows[0][1:] == ("mar.\u00a01er\u00a0déc.", "mar.\u00a015\u00a0déc.")
    assert effect.has_sent == 0


def test_nothing_is_kept_of_what_was_only_shown(form, chased, latitude):
    before = Event.select().count()
    hint = Chase.get().next_check_at
    form.due_on.data = chased.due_on + dt.timedelta(days=14)
    assert effect_of(chased, form, latitude, chased.version) is not None
    kept = Invoice.get_by_id(chased.id)
    assert (kept.due_on, kept.version, Chase.get().next_check_at) == (chased.due_on, chased.version, hint)
    assert Event.select().count() == before


def test_an_edition_that_moves_nothing_asks_nothing(form, chased, latitude):
    form.object.data = "Autre objet"
    assert effect_of(chased, form, latitude, chased.version) is None
    assert effect_of(chased, form, None, chased.version) is None  # a client that is still to be created


def test_an_invoice_without_reminders_has_no_effect(as_camille, latitude, invoice):
    form = InvoiceForm()
    fill(form, invoice, [latitude])
    form.due_on.data = TODAY
    assert effect_of(invoice, form, latitude, invoice.version) is None


def test_what_was_confirmed_is_what_was_shown(form, chased, latitude):
    seals = set()
    for days in (7, 14):
        form.due_on.data = chased.due_on + dt.timedelta(days=days)
        seals.add(effect_of(chased, form, latitude, chased.version).seal)
    assert len(seals) == 2


def test_somebody_who_saved_meanwhile_is_told(form, chased, latitude):
    form.due_on.data = chased.due_on + dt.timedelta(days=14)
    with pytest.raises(StaleFormError):
        effect_of(chased, form, latitude, chased.version - 1)
