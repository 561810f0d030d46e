"""The histories as files, and that of a client on its own page."""

import csv
import datetime as dt
import io

import pytest

from relance.models.events import record
from relance.services import chasing
from relance.services.chasing import ChasePlan
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.reading import css, page, words


def rows(answer):
    """The cells of a CSV answer, its head first."""
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig").replace("\u00a0", " ")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.requirement("S3.34")
def test_the_history_of_an_invoice_is_a_file_that_opens_in_a_spreadsheet(client, account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY + dt.timedelta(days=7))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,), count=2), by=camille, now=NOW)
    record(
        "call_logged",
        account=account,
        invoice=invoice,
        user=camille,
        at=NOW,
        who="Nadia",
        outcome="talked",
        text="=1+1",
    )
    head, *lines = rows(client.get(f"/factures/{invoice.id}/historique/exporter"))
    assert head == ["Date", "État", "Action", "Détail", "Facture", "Destinataire", "Auteur"]
    assert lines[0] == ["08/12/2026 09:00", "Prévu", "Dernier rappel", "J+8", "F-1", "Nadia Benali", ""]
    assert lines[1][:4] == ["01/12/2026 09:00", "Prévu", "Rappel", "J+1"]
    call = next(line for line in lines if line[2].startswith("Appel"))
    assert call == ["23/11/2026 09:00", "Passé", "Appel à Nadia, échange", "'=1+1", "F-1", "", "Camille Roussel"]


def test_a_filter_bears_on_the_file_too(client, account, invoice):
    record("payment_recorded", account=account, invoice=invoice, at=NOW, amount_cents=1000)
    record("note_added", account=account, invoice=invoice, at=NOW, text="Vu")
    _head, *lines = rows(client.get(f"/factures/{invoice.id}/historique/exporter?h=paiements"))
    assert [line[2] for line in lines] == ["Paiement reçu, 10,00 €"]


def test_a_number_that_no_file_could_be_called_is_made_one(client, latitude):
    invoice = factories.make_invoice(latitude, "F/2026 «1»")
    answer = client.get(f"/factures/{invoice.id}/historique/exporter")
    assert "filename=historique-F-2026--1--" in answer.headers["Content-Disposition"]


def test_the_history_of_a_client_holds_all_its_invoices(client, account, latitude, nadia):
    first, second = factories.make_invoice(latitude, "F-1"), factories.make_invoice(latitude, "F-2")
    other = factories.make_invoice(factories.make_client(account, "Studio Kérity"), "F-3")
    for row in (first, second, other):
        record("note_added", account=account, client=row.client_id, invoice=row, at=NOW, text=row.number)
    _head, *lines = rows(client.get(f"/clients/{latitude.id}/historique/exporter"))
    assert [(line[3], line[4]) for line in lines] == [("F-2", "F-2"), ("F-1", "F-1")]
    shown = page(client, f"/clients/{latitude.id}/historique")
    assert [words(one) for one in css(shown, ".quote")] == ["F-2", "F-1"]


def test_the_fragment_is_the_panel_of_the_page(client, latitude):
    answer = client.get(f"/clients/{latitude.id}/historique", headers={"HX-Request": "true"})
    assert "<html" not in answer.text and 'id="history"' in answer.text


def test_the_histories_are_exported_from_where_they_are_read(client, invoice, latitude):
    page = client.get(f"/factures/{invoice.id}?h=").text
    assert f'href="/factures/{invoice.id}/historique/exporter"' in page
    assert page.count("/historique/exporter") == 1
    tab = client.get(f"/clients/{latitude.id}?onglet=echanges").text
    assert f'href="/clients/{latitude.id}/historique"' in tab


@pytest.mark.parametrize("tail", ["", "/exporter"])
def test_the_history_of_another_account_is_not_found(stranger, invoice, latitude, tail):
    assert stranger.get(f"/factures/{invoice.id}/historique{tail}").status_code == 404
    assert stranger.get(f"/clients/{latitude.id}/historique{tail}").status_code == 404
