import datetime as dt

import flask_login
import pytest

from relance.models.events import record
from relance.services import chasing
from relance.services.chasing import ChasePlan
from relance.web import invoice_page, scope
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def shown(app, camille):
    """``shown(invoice, query)``: what the history of an invoice holds for an address."""

    def _shown(invoice, query=""):
        with app.test_request_context(f"/factures/{invoice.id}?{query}"):
            flask_login.login_user(scope.Visitor(camille))
            return invoice_page.history_context(invoice)

    return _shown


def test_the_history_goes_back_page_by_page_without_a_gap(shown, invoice, account, monkeypatch):
    monkeypatch.setattr(invoice_page, "HISTORY_SIZE", 2)
    for n in range(5):
        record("note_added", account=account, at=NOW, invoice=invoice, text=f"note {n}")
    quotes, before = [], ""
    while before is not None:
        context = shown(invoice, f"avant={before}")
        quotes += [line.quote for line in context["history"]]
        before = context["history_before"]
    assert quotes == [f"note {n}" for n in (4, 3, 2, 1, 0)]


def test_what_is_coming_heads_the_whole_history_only(shown, latitude, nadia):
    invoice = factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(days=7))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,), count=3), by=None, now=NOW)
    assert len(shown(invoice)["coming"]) == 3
    assert shown(invoice, "h=paiements")["coming"] == []
    assert shown(invoice, "avant=9999")["coming"] == []
    assert shown(invoice)["people"](["compta@latitude-conseil.example", "x@y.example"]) == "Nadia Benali, x@y.example"


def test_late_charges_are_shown_for_what_is_late_and_never_for_a_consumer(as_camille, invoice, latitude, account):
    charges = invoice_page.charges_of(invoice, TODAY)
    assert charges["days"] == 10
    assert charges["fee_cents"] == 4000
    assert charges["total_cents"] == charges["interest_cents"] + 4000 > 4000
    assert invoice_page.charges_of(invoice, invoice.due_on) is None
    person = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    assert invoice_page.charges_of(factories.make_invoice(person), TODAY) is None


def test_a_half_year_that_nobody_knows_shows_no_charge_rather_than_a_guess(as_camille, invoice):
    assert invoice_page.charges_of(invoice, dt.date(2031, 1, 1)) is None


def test_the_badge_of_the_page_counts_the_days(as_camille, latitude, invoice, client):
    assert "En retard de 10 jours" in client.get(f"/factures/{invoice.id}").text.replace("\u00a0", " ")
    yesterday = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(days=1))
    assert "En retard d’un jour" in client.get(f"/factures/{yesterday.id}").text.replace("\u00a0", " ")
