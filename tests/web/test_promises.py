import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Promise
from relance.services import chasing, promising
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import switch_on

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(**values):
    return {"promised_on": "27/11/2026", "amount": "1 200,00", "given_by": "Nadia Benali", "note": ""} | values


def promised(invoice, days=4, cents=120_000):
    facts = PromiseFacts(TODAY + dt.timedelta(days), cents, "Nadia Benali", "Au téléphone")
    return promising.promise(invoice, facts, by=None, now=NOW)


def test_the_dialog_is_prefilled_and_also_a_page(client, invoice):
    dialog = text_of(client.get(f"/factures/{invoice.id}/promesse", headers=HTMX))
    page = text_of(client.get(f"/factures/{invoice.id}/promesse"))
    assert dialog.strip().startswith("<dialog") and "<html" in page
    for shown in (dialog, page):
        assert 'value="1 200,00"' in shown and 'value="Nadia Benali"' in shown
        assert "Aucune relance avant cette date, plus 2 jours de marge." in shown


def test_a_promise_after_the_last_step_says_that_nothing_comes_after_it(client, invoice, nadia, camille):
    switch_on(invoice, nadia, start="next", count=12)
    noted = client.post(f"/factures/{invoice.id}/promesse", data=typed(), follow_redirects=True)
    assert "Promesse notée. Aucune relance jusqu'au dimanche 29 novembre." in text_of(noted)
    assert "plus aucune étape" not in text_of(noted)
    chasing.stop(chasing.chase_of(invoice), because="switched_off", by=camille, now=NOW)
    noted = client.post(f"/factures/{invoice.id}/promesse", data=typed(amount="500"), follow_redirects=True)
    assert "et plus aucune étape n'est prévue ensuite : ce sera à vous de décider." in text_of(noted)


def test_a_promise_is_shown_with_its_date_and_what_to_do(client, invoice):
    answer = client.post(f"/factures/{invoice.id}/promesse", data=typed(note="Virement lancé", amount="500"))
    assert (answer.status_code, answer.location) == (303, f"/factures/{invoice.id}")
    page = text_of(client.get(answer.location))
    assert "Paiement annoncé pour vendredi 27 novembre" in page and "500,00 €" in page
    assert "Annoncé par Nadia Benali" in page and "Virement lancé" in page
    assert "Modifier" in page and "Promesse non tenue" not in page
    assert 'data-s="promise"' in page


def test_changing_it_begins_from_what_was_said(client, invoice):
    promised(invoice, cents=50_000)
    page = text_of(client.get(f"/factures/{invoice.id}/promesse"))
    assert 'value="27/11/2026"' in page and 'value="500,00"' in page and "Au téléphone" in page
    client.post(f"/factures/{invoice.id}/promesse", data=typed(promised_on="30/11/2026"))
    assert [row.state for row in Promise.select().order_by(Promise.id)] == ["replaced", "open"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"promised_on": ""}, "promised_on"),
        ({"promised_on": "22/11/2026"}, "promised_on"),
        ({"promised_on": "24/11/2027"}, "promised_on"),
        ({"promised_on": "31/02/2027"}, "promised_on"),
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "1 200,01"}, "amount"),
        ({"amount": "beaucoup"}, "amount"),
        ({"given_by": "x" * 101}, "given_by"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_written(client, invoice, values, field):
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/promesse", data=typed(**values), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page
        assert values[field] in page
    assert (Promise.select().count(), Event.select().where(Event.invoice == invoice).count()) == (0, 0)


@pytest.mark.parametrize(
    ("issue", "state", "words"),
    [
        ("tenue", "kept", "Promesse tenue. Enregistrez le paiement reçu"),
        ("non-tenue", "broken", "Promesse non tenue."),
        ("retiree", "withdrawn", "Promesse retirée."),
    ],
)
def test_from_its_day_on_a_person_says_what_became_of_it(client, invoice, issue, state, words):
    promised(invoice, days=0)
    page = text_of(client.get(f"/factures/{invoice.id}"))
    assert "Promesse tenue" in page and "Promesse non tenue" in page
    answer = client.post(f"/factures/{invoice.id}/promesse/issue", data={"issue": issue}, follow_redirects=True)
    assert words in text_of(answer)
    assert Promise.get().state == state
    again = client.post(f"/factures/{invoice.id}/promesse/issue", data={"issue": issue}, follow_redirects=True)
    assert "n'est plus en cours" in text_of(again)


def test_another_outcome_does_not_exist(client, invoice):
    promised(invoice)
    assert client.post(f"/factures/{invoice.id}/promesse/issue", data={"issue": "peut-être"}).status_code == 400
    assert Promise.get().state == "open"


def test_a_paid_invoice_says_why_nothing_is_promised(client, latitude):
    invoice = factories.make_invoice(latitude, paid_cents=120_000)
    answer = client.post(f"/factures/{invoice.id}/promesse", data=typed())
    assert answer.status_code == 422
    assert "La facture est payée." in text_of(answer)


def test_a_stranger_promises_nothing_for_hers(stranger, invoice):
    promised(invoice)
    path = f"/factures/{invoice.id}/promesse"
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, data=typed()).status_code == 404
    assert stranger.post(f"{path}/issue", data={"issue": "tenue"}).status_code == 404
    assert [row.state for row in Promise.select()] == ["open"]
