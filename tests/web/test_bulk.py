import datetime as dt

import pytest

from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from tests import factories
from tests.factories import TODAY
from tests.making import events, fresh, switch_on

HTMX = {"HX-Request": "true"}
PAUSE, PAY = "/factures/selection/pause", "/factures/selection/paiement"


@pytest.fixture
def sabatier(account):
    client = factories.make_client(account, "Imprimerie Sabatier")
    factories.make_contact(client, "Paul Sabatier", "paul@sabatier.example")
    return client


def shown(*invoices):
    return {f"shown-{invoice.id}": str(invoice.balance_cents) for invoice in invoices}


def pay(client, *invoices, headers=None, **values):
    data = {"ids": [one.id for one in invoices], "confirme": "oui", "received_on": "23/11/2026", "method": "transfer"}
    data |= {"key": "une-clé", **shown(*invoices), **values}
    return client.post(PAY, data=data, headers=headers or {})


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_question_says_what_will_be_paused_and_what_is_set_aside(client, latitude, nadia, invoice, basile, headers):
    switch_on(invoice, nadia, start="join")
    draft = factories.make_invoice(latitude, "BROUILLON", state="draft")
    paid = factories.make_invoice(latitude, "RÉGLÉE", paid_cents=120_000)
    theirs = Invoice.get(Invoice.number == "B-12")
    ids = [invoice.id, draft.id, paid.id, theirs.id, 987_654]
    page = client.post(PAUSE, data={"ids": ids}, headers=headers).text
    assert "Mettre une facture en pause" in page
    assert "BROUILLON, Latitude Conseil\u00a0: encore un brouillon" in page
    assert "RÉGLÉE, Latitude Conseil\u00a0: déjà payée" in page
    assert "2 factures n’existent plus." in page
    assert "B-12" not in page
    assert ("<dialog" in page) == bool(headers)
    assert Pause.select().count() == 0


def test_a_pause_is_put_on_each_and_the_list_says_so(client, nadia, invoice, sabatier, basile):
    other = factories.make_invoice(sabatier, "AUTRE")
    switch_on(invoice, nadia, start="join")
    data = {"ids": [invoice.id, other.id, 987_654], "confirme": "oui", "until_on": "30/11/2026", "reason": "Congés"}
    answer = client.post(PAUSE, data=data | {"retour": "/factures?statut=retard"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/factures?statut=retard")
    page = client.get(answer.headers["Location"]).text
    assert "Une facture en pause jusqu’au 30 novembre 2026." in page.replace("\u00a0", " ")
    assert f'<a href="/factures/{other.id}">AUTRE</a> (ses relances ne sont pas activées).' in page
    assert "Une facture n’existe plus." in page
    assert [(row.invoice_id, row.until_on, row.reason) for row in Pause.select()] == [
        (invoice.id, dt.date(2026, 11, 30), "Congés")
    ]
    assert "paused" in events(invoice=invoice)


def test_a_date_that_makes_no_sense_is_said_at_its_field_and_keeps_what_was_typed(client, nadia, invoice):
    switch_on(invoice, nadia, start="join")
    data = {"ids": [invoice.id], "confirme": "oui", "until_on": "01/11/2026", "reason": "Congés"}
    answer = client.post(PAUSE, data=data, headers=HTMX)
    assert answer.status_code == 422
    assert "avant de commencer" in answer.text
    assert 'value="01/11/2026"' in answer.text
    assert 'value="Congés"' in answer.text
    assert Pause.select().count() == 0


def test_a_chip_fills_the_date_and_pauses_nothing(client, nadia, invoice):
    switch_on(invoice, nadia, start="join")
    data = {"ids": [invoice.id], "confirme": "oui", "terme": "7", "until_on": "", "reason": "x"}
    assert 'value="30/11/2026"' in client.post(PAUSE, data=data, headers=HTMX).text
    assert Pause.select().count() == 0


def test_nothing_to_pause_offers_no_button(client, invoice):
    page = client.post(PAUSE, data={"ids": [invoice.id]}, headers=HTMX).text
    assert "Aucune facture à mettre en pause" in page
    assert 'class="btn primary"' not in page
    page = client.post(PAUSE, data={}, headers=HTMX).text
    assert "Cochez au moins une facture." in page


def test_the_question_shows_each_balance_and_their_sum(client, latitude, invoice, sabatier):
    partly = factories.make_invoice(sabatier, total_cents=50_000, paid_cents=20_000)
    page = client.get(f"{PAY}?ids={invoice.id}&ids={partly.id}").text
    assert "Marquer 2 factures payées" in page
    assert f'name="shown-{partly.id}" value="30000"' in page
    assert "1\u00a0500,00\u00a0€" in page
    assert 'value="23/11/2026"' in page


def test_each_is_paid_once_however_often_the_form_is_sent(client, invoice, sabatier, bell):
    other = factories.make_invoice(sabatier)
    for _time in range(2):
        answer = pay(client, invoice, other)
        assert answer.status_code == 303
        assert "2 factures marquées payées." in client.get("/factures").text
    assert {row.invoice_id: row.amount_cents for row in Payment.select()} == {invoice.id: 120_000, other.id: 120_000}
    assert {fresh(invoice).state, fresh(other).state} == {"paid"}
    assert events(invoice=invoice).count("payment_recorded") == 1
    assert bell


def test_one_balance_that_changed_is_left_aside_with_its_reason(client, invoice, sabatier):
    other = factories.make_invoice(sabatier)
    asked = shown(invoice, other)
    factories.make_payment(invoice, 20_000)
    pay(client, invoice, other, **asked)
    page = client.get("/factures").text
    assert "Une facture marquée payée." in page
    assert "(le solde a changé)." in page
    assert fresh(invoice).balance_cents == 100_000


def test_when_every_balance_changed_the_question_is_asked_again_with_the_new_ones(client, invoice):
    asked = shown(invoice)
    factories.make_payment(invoice, 20_000)
    answer = pay(client, invoice, **asked, method="cash", headers=HTMX)
    assert answer.status_code == 409
    assert "Le solde de ces factures a changé depuis." in answer.text
    assert f'name="shown-{invoice.id}" value="100000"' in answer.text
    assert fresh(invoice).state == "sent"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"received_on": ""}, "Indiquez"),
        ({"received_on": "01/01/2030"}, "Cette date est dans le futur"),
        ({"method": "troc"}, ""),
    ],
)
def test_a_form_filled_wrong_pays_nothing_and_says_why(client, invoice, values, sentence):
    answer = pay(client, invoice, **values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Payment.select().count() == 0


def test_the_invoices_of_another_account_are_not_paid(client, invoice, basile):
    theirs = Invoice.get(Invoice.number == "B-12")
    answer = pay(client, invoice, theirs)
    assert answer.status_code == 303
    assert [row.invoice_id for row in Payment.select()] == [invoice.id]
    assert fresh(theirs).state == "sent"
    assert Payment.get().received_on == TODAY
