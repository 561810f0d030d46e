import csv
import io
import tracemalloc

import openpyxl
import pytest

from relance.models.invoices import Invoice
from relance.services import listing
from tests import factories


def table(answer):
    assert answer.status_code == 200
    text = answer.get_data().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_the_file_holds_the_filter_of_the_screen_and_every_page_of_it(client, latitude, monkeypatch):
    monkeypatch.setattr(listing, "BATCH_SIZE", 7)
    for number in range(60):
        factories.make_invoice(latitude, f"N-{number:02}")
    factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000)
    rows = table(client.get("/factures/exporter?format=csv"))
    assert rows[0][:4] == ["Numéro", "Type", "État", "Client"]
    assert sorted(row[0] for row in rows[1:]) == [f"N-{number:02}" for number in range(60)]
    assert [row[0] for row in table(client.get("/factures/exporter?statut=payees"))[1:]] == ["PAYÉE"]
    assert len(table(client.get("/factures/exporter?statut=toutes&q=N-0"))) == 11


def test_a_workbook_has_real_numbers_and_dates(client, invoice):
    answer = client.get("/factures/exporter?format=xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=factures-2026-11-23.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    row = dict(zip([one.value for one in sheet[1]], [one.value for one in sheet[2]], strict=True))
    assert (row["Total TTC"], row["Reste dû"], row["Jours de retard"]) == (1200, 1200, 10)
    assert row["Échéance"].isoformat() == "2026-11-13T00:00:00"
    assert sheet.freeze_panes == "A2"


def test_the_ticked_ones_alone_are_taken_and_never_those_of_others(client, latitude, invoice, basile):
    factories.make_invoice(latitude, "AUTRE")
    theirs = Invoice.get(Invoice.number == "B-12")
    rows = table(client.post("/factures/exporter?format=csv", data={"ids": [invoice.id, theirs.id, 987_654]}))
    assert [row[0] for row in rows[1:]] == ["F-2026-0087"]


def test_nothing_ticked_is_no_file(client, invoice):
    answer = client.post("/factures/exporter?format=csv", data={"retour": "/factures?q=a"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/factures?q=a")
    assert "Cochez au moins une facture." in client.get("/factures").text


def test_an_english_user_reads_english_words(client, camille, invoice):
    camille.__class__.update(language="en").execute()
    rows = table(client.get("/factures/exporter"))
    assert rows[0][0] == "Number"


@pytest.mark.slow
def test_thirty_thousand_invoices_are_sent_as_they_are_read(client, latitude):
    model = factories.make_invoice(latitude, "MODÈLE")
    base = {key: value for key, value in model.__data__.items() if key != "id"}
    for start in range(0, 30_000, 5_000):
        rows = [base | {"number": f"N-{n:06}"} for n in range(start, start + 5_000)]
        for piece in range(0, len(rows), 500):
            Invoice.insert_many(rows[piece : piece + 500]).execute()

    def read():
        tracemalloc.start()
        answer = client.get("/factures/exporter?format=csv", buffered=False)
        pieces = lines = 0
        for piece in answer.response:
            pieces += 1
            lines += piece.count(b"\r\n")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        answer.close()
        return pieces, lines, peak

    pieces, lines, peak = read()
    assert lines == 30_002
    assert pieces > 30
    # A list of them all takes about 100 Mo.
    assert peak < 30_000_000


def test_the_clients_of_the_list_leave_with_what_they_owe_in_each_currency(client, account, latitude, nadia, basile):
    factories.make_invoice(latitude, total_cents=10_000)
    factories.make_invoice(latitude, total_cents=500, currency="CHF", due_on=factories.TODAY)
    factories.make_client(account, "=Vauquelin")
    rows = table(client.get("/clients/exporter"))
    shown = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [(row["Client"], row["Reste dû"], row["Dont en retard"], row["Devise"]) for row in shown] == [
        ("'=Vauquelin", "", "", ""),
        ("Latitude Conseil", "100,00", "100,00", "EUR"),
        ("Latitude Conseil", "5,00", "0,00", "CHF"),
    ]
    assert (shown[1]["E-mail"], shown[1]["Factures en cours"]) == (nadia.email, "1")
    assert len(table(client.get("/clients/exporter?q=latitude"))) == 3
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/clients/exporter?format=xlsx").get_data())).active
    assert sheet.max_row == 4
    assert 'href="/clients/exporter?format=xlsx&amp;q=lati"' in client.get("/clients?q=lati").text
