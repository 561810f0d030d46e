import datetime as dt
import re

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import chasing
from relance.services.chasing import ChasePlan
from tests import factories
from tests.factories import NOW, TODAY

HTMX = {"HX-Request": "true"}


def typed(**values):
    return {"amount": "1 200,00", "received_on": "23/11/2026", "method": "transfer", "form_key": "k1"} | values


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def kinds(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def test_the_dialog_is_prefilled_and_also_a_page(client, invoice):
    dialog = text_of(client.get(f"/factures/{invoice.id}/paiements", headers=HTMX))
    page = text_of(client.get(f"/factures/{invoice.id}/paiements"))
    assert dialog.strip().startswith("<dialog")
    assert "<html" in page
    for shown in (dialog, page):
        assert 'value="1 200,00"' in shown
        assert 'value="23/11/2026"' in shown
        assert re.search(r'name="form_key"[^>]*value="[\w-]{20,}"', shown)


@pytest.mark.requirement("S0.11", "S1.7")
def test_a_payment_in_full_stops_the_reminders_and_says_how_many(client, latitude, nadia):
    invoice = factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(days=9))
    chasing.start(invoice, ChasePlan(count=3, contact_ids=(nadia.id,)), by=None, now=NOW)
    answer = client.post(f"/factures/{invoice.id}/paiements", data=typed())
    assert (answer.status_code, answer.location) == (303, f"/factures/{invoice.id}")
    assert "Facture payée. Les 3 relances prévues sont annulées." in text_of(client.get(answer.location))
    assert Invoice.get_by_id(invoice.id).state == "paid"
    assert Chase.get().ended_because == "paid"
    assert kinds(invoice)[-2:] == ["invoice_paid", "chase_stopped"]


@pytest.mark.requirement("S3.5")
def test_a_part_payment_says_what_is_left(client, invoice):
    client.post(f"/factures/{invoice.id}/paiements", data=typed(amount="200"))
    page = text_of(client.get(f"/factures/{invoice.id}"))
    assert "Il reste 1 000,00 € à recevoir" in page
    assert Invoice.get_by_id(invoice.id).balance_cents == 100_000


def test_htmx_is_sent_to_the_page_that_shows_the_result(client, invoice):
    answer = client.post(f"/factures/{invoice.id}/paiements", data=typed(), headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/factures/{invoice.id}"
    from_list = client.post(f"/factures/{invoice.id}/paiements?retour=liste", data=typed(), headers=HTMX)
    assert from_list.headers["HX-Redirect"] == "/factures"
    assert Payment.select().count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "beaucoup"}, "amount"),
        ({"amount": "1 300,00"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"received_on": "31/02/2026"}, "received_on"),
        ({"received_on": "25/11/2026"}, "received_on"),
        ({"method": "barter"}, "method"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_recorded(client, invoice, values, field):
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/paiements", data=typed(**values), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page
        if field != "method":
            assert f'value="{values[field]}"' in page
    assert not Payment.select().exists()


def test_too_much_can_be_kept_as_the_clients_credit(client, invoice):
    refused = text_of(client.post(f"/factures/{invoice.id}/paiements", data=typed(amount="1 300,00")))
    assert "Enregistrer comme trop-perçu" in refused
    client.post(f"/factures/{invoice.id}/paiements", data=typed(amount="1 300,00", allows_excess="y"))
    assert Invoice.get_by_id(invoice.id).excess_cents == 10_000
    assert "Trop-perçu" in text_of(client.get(f"/factures/{invoice.id}"))


def test_a_double_click_is_one_payment(client, invoice):
    for _ in range(2):
        client.post(f"/factures/{invoice.id}/paiements", data=typed(amount="100"))
    assert Payment.select().count() == 1


@pytest.mark.requirement("S1.7")
def test_a_payment_is_deleted_after_its_consequences_are_said(client, invoice):
    client.post(f"/factures/{invoice.id}/paiements", data=typed())
    payment = Payment.get()
    path = f"/factures/{invoice.id}/paiements/{payment.id}/suppression"
    assert "de nouveau à encaisser" in text_of(client.get(path, headers=HTMX))
    assert "<html" in text_of(client.get(path))
    assert client.post(path).status_code == 303
    assert Invoice.get_by_id(invoice.id).state == "sent"
    assert kinds(invoice)[-2:] == ["payment_deleted", "invoice_reopened"]


def test_a_payment_of_another_account_is_not_found(client, invoice, basile):
    other = Invoice.get(Invoice.number == "B-12")
    payment = factories.make_payment(other, 100)
    assert client.post(f"/factures/{invoice.id}/paiements/{payment.id}/suppression").status_code == 404
    assert client.get(f"/factures/{invoice.id}/paiements/{payment.id}/suppression").status_code == 404
    assert client.post(f"/factures/{other.id}/paiements", data=typed()).status_code == 404
    assert Payment.select().count() == 1


def test_a_forged_payment_is_refused(app, client, invoice):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"/factures/{invoice.id}/paiements", data=typed()).status_code == 400
    assert not Payment.select().exists()


def test_a_payment_is_deleted_from_its_own_invoice_only(client, invoice, latitude):
    other = factories.make_invoice(latitude, "F-2026-0088")
    payment = factories.make_payment(other, 5_000)
    path = f"/factures/{invoice.id}/paiements/{payment.id}/suppression"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert Payment.select().count() == 1
