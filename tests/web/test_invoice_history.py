"""The history of an invoice and of a client: the exact story, in order, its filters and its pages."""

import datetime as dt

import flask_login
import pytest

from relance.models.events import record
from relance.services import chasing
from relance.services.chasing import ChasePlan
from relance.web import invoice_history, scope
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.reading import css, page, words

D = dt.date


@pytest.fixture
def shown(app, camille):
    """``shown(invoice, query)``: what the history of an invoice holds for an address."""

    def _shown(invoice, query=""):
        with app.test_request_context(f"/factures/{invoice.id}?{query}"):
            flask_login.login_user(scope.Visitor(camille))
            return invoice_history.history_context(invoice)

    return _shown


def test_the_history_goes_back_page_by_page_without_a_gap(shown, invoice, account, monkeypatch):
    monkeypatch.setattr(invoice_history, "SIZE", 2)
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


def entries(node):
    """The sentence of each entry, from the oldest to the newest."""
    return [words(one) for one in reversed(css(node, "#history .history .h > p:first-child"))]


def test_what_happens_to_the_client_or_the_account_is_in_the_story_of_each_invoice(client, account, invoice, latitude):
    after = invoice.created_at + dt.timedelta(days=1)
    before = invoice.created_at - dt.timedelta(days=1)
    record("client_paused", account=account, client=latitude, at=before, until_on=D(2026, 1, 2))
    record("client_paused", account=account, client=latitude, at=after, until_on=D(2026, 12, 24))
    record("client_changed", account=account, client=latitude, at=after, name="Latitude")
    record("all_paused", account=account, at=after)
    other = factories.make_client(account, "Studio Kérity")
    record("client_paused", account=account, client=other, at=after)
    told = entries(page(client, f"/factures/{invoice.id}"))
    assert told == ["Relances de ce client mises en pause jusqu’au 24 décembre 2026 inclus"]
    # The pauses of the account are looked for once there is one.
    invoice_history.Pause.create(account=account, starts_on=TODAY, made_at=after)
    told = entries(page(client, f"/factures/{invoice.id}"))
    assert told[-1] == "Tous les envois suspendus sans date de fin" and len(told) == 2


@pytest.mark.requirement("S3.34")
def test_one_message_about_two_invoices_is_one_entry_of_their_client_naming_both(client, account, latitude, nadia):
    first, second = factories.make_invoice(latitude, "F-1"), factories.make_invoice(latitude, "F-2")
    message = factories.make_message(latitude, (first, second))
    for row in (first, second):
        record(
            "reminder_sent", account=account, client=latitude, invoice=row, message=message, at=NOW, template="rappel"
        )
    record("note_added", account=account, client=latitude, invoice=first, at=NOW, text="Vu")
    shown = page(client, f"/clients/{latitude.id}/historique")
    assert entries(shown) == ["Rappel envoyé", "Note"]
    [sent] = [one for one in css(shown, ".history > li") if "Rappel" in words(one)]
    assert "F-1, F-2" in words(sent)
    assert words(css(page(client, f"/factures/{first.id}/historique"), "#history")[0]).count("Rappel envoyé") == 1


def test_a_message_is_not_cut_in_two_by_a_page(app, camille, account, latitude, nadia, monkeypatch):
    monkeypatch.setattr(invoice_history, "SIZE", 2)
    rows = [factories.make_invoice(latitude, f"F-{n}") for n in range(2)]
    message = factories.make_message(latitude, rows)
    for row in rows:
        record(
            "reminder_sent", account=account, client=latitude, invoice=row, message=message, at=NOW, template="rappel"
        )
    record("note_added", account=account, client=latitude, at=NOW, text="après")
    pages = []
    before = ""
    while before is not None:
        with app.test_request_context(f"/clients/{latitude.id}/historique?avant={before}"):
            flask_login.login_user(scope.Visitor(camille))
            context = invoice_history.client_context(latitude)
        pages.append([[number for _href, number in line.about] for line in context["history"]])
        before = context["history_before"]
    assert pages == [[[]], [["F-0", "F-1"]]]


def test_the_client_sees_its_coming_messages_first_and_only_on_the_whole_story(client, latitude, nadia):
    for number in ("F-1", "F-2"):
        invoice = factories.make_invoice(latitude, number, due_on=TODAY + dt.timedelta(days=7))
        chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,), count=2), by=None, now=NOW)
    shown = page(client, f"/clients/{latitude.id}?onglet=echanges")
    planned = [words(one) for one in css(shown, '.history [data-k="plan"]')]
    assert len(planned) == 2
    assert "Rappel, mardi 1er décembre à 9 h, pour Nadia Benali" in planned[-1] and "F-1, F-2" in planned[-1]
    paid = page(client, f"/clients/{latitude.id}/historique?h=paiements")
    assert css(paid, '.history [data-k="plan"]') == []


@pytest.mark.parametrize("family", ["", "echanges", "relances", "paiements", "inconnu"])
def test_each_filter_shows_its_own(client, account, invoice, family):
    for kind in ("payment_recorded", "call_logged", "promise_made", "step_waits", "invoice_changed"):
        record(
            kind,
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            at=NOW,
            template="rappel",
            outcome="talked",
        )
    told = entries(page(client, f"/factures/{invoice.id}/historique?h={family}"))
    expected = {
        "echanges": ["Appel : échange", "Promesse de paiement notée"],
        "relances": ["Promesse de paiement notée", "Rappel attend :"],
        "paiements": ["Paiement reçu, 0,00 €"],
    }.get(family)
    assert len(told) == 5 if expected is None else told == expected
