import pytest

from relance.models.events import Event
from relance.models.holds import Extension
from relance.models.invoices import Invoice
from tests import factories

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(**values):
    return {"granted_on": "08/12/2026", "reason": "Trésorerie tendue"} | values


def test_the_dialog_says_what_stays_and_is_also_a_page(client, invoice):
    dialog = text_of(client.get(f"/factures/{invoice.id}/delai", headers=HTMX))
    page = text_of(client.get(f"/factures/{invoice.id}/delai"))
    assert dialog.strip().startswith("<dialog") and "<html" in page
    for shown in (dialog, page):
        assert "L'échéance reste le 13 novembre 2026" in shown


@pytest.mark.requirement("S1.25")
def test_a_delay_is_shown_beside_the_due_date_that_stays(client, invoice):
    answer = client.post(f"/factures/{invoice.id}/delai", data=typed())
    assert (answer.status_code, answer.location) == (303, f"/factures/{invoice.id}")
    page = text_of(client.get(answer.location))
    assert "Délai accordé jusqu'au mardi 8 décembre." in page and "Motif : Trésorerie tendue." in page
    assert "L'échéance reste le 13 novembre 2026 pour les pénalités et les lettres." in page
    assert "En retard de 10 jours" in page
    assert str(Invoice.get_by_id(invoice.id).due_on) == "2026-11-13"
    again = text_of(client.get(f"/factures/{invoice.id}/delai"))
    assert 'value="08/12/2026"' in again and 'value="Trésorerie tendue"' in again


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"granted_on": ""}, "granted_on"),
        ({"granted_on": "23/11/2026"}, "granted_on"),
        ({"granted_on": "24/11/2027"}, "granted_on"),
        ({"granted_on": "un jour"}, "granted_on"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_written(client, invoice, values, field):
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/delai", data=typed(**values), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page and f'value="{values[field]}"' in page
    assert (Extension.select().count(), Event.select().where(Event.invoice == invoice).count()) == (0, 0)


def test_it_is_withdrawn_once(client, invoice):
    client.post(f"/factures/{invoice.id}/delai", data=typed())
    client.get(f"/factures/{invoice.id}")
    answer = client.post(f"/factures/{invoice.id}/delai/retrait", follow_redirects=True)
    assert "Délai retiré" in text_of(answer) and "Délai accordé jusqu'au" not in text_of(answer)
    again = client.post(f"/factures/{invoice.id}/delai/retrait", follow_redirects=True)
    assert "Aucun délai n'est accordé" in text_of(again)
    assert Extension.select().count() == 1


def test_an_avoir_has_no_delay(client, latitude):
    note = factories.make_invoice(latitude, kind="credit_note", balance_cents=0)
    answer = client.post(f"/factures/{note.id}/delai", data=typed())
    assert answer.status_code == 422
    assert "Un avoir ne se relance pas." in text_of(answer)


def test_a_stranger_grants_nothing_on_hers(stranger, invoice):
    assert stranger.get(f"/factures/{invoice.id}/delai").status_code == 404
    assert stranger.post(f"/factures/{invoice.id}/delai", data=typed()).status_code == 404
    assert stranger.post(f"/factures/{invoice.id}/delai/retrait").status_code == 404
    assert not Extension.select().exists()
