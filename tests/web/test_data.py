"""« Données » : everything out again, from a page."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest

from relance.models.events import Event, record
from relance.web import data
from tests import factories
from tests.counting import counted
from tests.factories import NOW

FORMS = {"tout.zip": "zip", "classeur.xlsx": "xlsx", "donnees.json": "json", "factures.csv": "csv"}


def taken(client, name):
    answer = client.post(f"/reglages/donnees/{name}", buffered=True)
    assert answer.status_code == 200
    return answer


def test_the_page_counts_what_there_is_and_stops_counting(client, latitude, monkeypatch):
    for _each in range(3):
        factories.make_invoice(latitude)
    with counted() as asked:
        page = client.get("/reglages/donnees").text
    assert len(asked) <= 12
    assert 'Factures et avoirs</dt><dd class="num">3<' in page
    assert "Supprimer" not in page  # deleting an account is not here
    monkeypatch.setattr(data, "MOST", 2)
    page = client.get("/reglages/donnees").text.replace("\u00a0", " ")
    assert 'Factures et avoirs</dt><dd class="num">plus de 10 000<' in page


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_each_export_is_a_file_that_no_one_keeps_and_the_journal_tells(client, camille, account, invoice, name, form):
    answer = taken(client, name)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "2026-11-23" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    event = Event.get(Event.kind == "data_exported")
    assert (event.facts, event.user_id, event.account_id) == ({"format": form}, camille.id, account.id)
    assert client.get(f"/reglages/donnees/{name}").status_code == 405


def test_the_files_hold_the_account_and_nothing_of_another(client, invoice, basile):
    record("note_added", account=basile.account_id, at=NOW, text="secret de Basile")
    record("note_added", account=invoice.account_id, at=NOW, invoice=invoice, text="à moi")
    with zipfile.ZipFile(io.BytesIO(taken(client, "tout.zip").get_data())) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        journal = list(csv.DictReader(io.StringIO(archive.read("journal.csv").decode("utf-8-sig")), delimiter=";"))
    assert b"Basile" not in everything
    assert "Note, à moi" in [row["Ce qui s’est passé"].replace("\u00a0", " ") for row in journal]
    found = json.loads(taken(client, "donnees.json").get_data())
    assert [row["number"] for row in found["invoices"]] == ["F-2026-0087"]
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "classeur.xlsx").get_data()), read_only=True)
    assert [row[1].value for row in book["Factures"].rows] == ["Numéro", "F-2026-0087"]
    assert b"F-2026-0087;facture;envoyee;Latitude Conseil" in taken(client, "factures.csv").get_data()


def test_an_english_user_takes_away_the_same_french_files(client, camille, invoice):
    record("note_added", account=invoice.account_id, at=NOW, text="x")
    camille.__class__.update(language="en").execute()
    assert "Download everything (ZIP)" in client.get("/reglages/donnees").text
    with zipfile.ZipFile(io.BytesIO(taken(client, "tout.zip").get_data())) as archive:
        assert "Données exportées en ZIP" in archive.read("journal.csv").decode().replace("\u00a0", " ")


def test_nobody_exports_without_end(client, invoice):
    for _each in range(data.PER_WINDOW):
        taken(client, "factures.csv")
    assert client.post("/reglages/donnees/tout.zip").status_code == 429
    assert Event.select().where(Event.kind == "data_exported").count() == data.PER_WINDOW
