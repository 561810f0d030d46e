"""The aged balance on screen, on paper and as files."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest

from relance.models.holds import Dispute
from relance.web import aged_balance
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def debts(account, latitude):
    """Two clients: one with a dispute and a credit, one with a name that a spreadsheet would run."""
    old = factories.make_invoice(latitude, total_cents=144_000, due_on=TODAY - dt.timedelta(95))
    Dispute.create(account=account, client=latitude, invoice=old, starts_on=TODAY, made_at=NOW)
    factories.make_invoice(latitude, total_cents=50_000, due_on=TODAY + dt.timedelta(5))
    factories.make_invoice(latitude, total_cents=1_000, paid_cents=1_250)
    other = factories.make_client(account, "=HYPERLINK(1)")
    factories.make_invoice(other, total_cents=99_90, due_on=TODAY - dt.timedelta(3))
    return latitude


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("\u00a0", " ").split())


def test_the_page_shows_each_client_by_age_the_total_and_the_credit(client, debts):
    answer = client.get("/balance-agee")
    text = text_of(answer)
    assert answer.status_code == 200
    assert (
        "Latitude Conseil dont 1 440,00 € en litige 500,00 € – rien – rien – rien 1 440,00 € 1 940,00 € −2,50 €" in text
    )
    assert (
        "Total de 2 clients dont 1 440,00 € en litige 500,00 € 99,90 € – rien – rien 1 440,00 € 2 039,90 € −2,50 €"
        in text
    )
    assert text.index("Latitude Conseil") < text.index("=HYPERLINK(1)")
    assert f'href="/clients/{debts.id}/releve"' in answer.text


def test_the_csv_says_the_same(client, debts):
    answer = client.get("/balance-agee/exporter")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=balance-agee-2026-11-23.csv"
    head, first, second = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";")
    assert head[:3] == ["Client", "Devise", "Factures"]
    assert first == [
        "Latitude Conseil", "EUR", "2", "500,00", "0,00", "0,00", "0,00", "1440,00", "1940,00", "1440,00", "1440,00",
        "2,50",
    ]  # fmt: skip
    assert second[:5] == ["'=HYPERLINK(1)", "EUR", "1", "0,00", "99,90"]


def test_the_workbook_holds_numbers(client, debts):
    answer = client.get("/balance-agee/exporter?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:4] == ("Latitude Conseil", "EUR", 2, 500)
    assert [float(value) for value in rows[1][3:]] == [500, 0, 0, 0, 1440, 1940, 1440, 1440, 2.5]
    assert len(rows) == 3


def test_long_balances_have_pages_and_one_page_to_print(client, account, monkeypatch):
    monkeypatch.setattr("relance.services.aged_balance.PER_PAGE", 2)
    monkeypatch.setattr(aged_balance, "PER_PAGE", 2)
    for number in range(5):
        factories.make_invoice(factories.make_client(account, f"Client {number}"))
    assert "1 à 2 sur 5" in text_of(client.get("/balance-agee"))
    last = client.get("/balance-agee?page=3")
    assert "5 à 5 sur 5" in text_of(last)
    assert "Client 4" in last.text
    assert "5 à 5 sur 5" in text_of(client.get("/balance-agee?page=999"))
    assert "1 à 2 sur 5" in text_of(client.get("/balance-agee?page=abc"))
    whole = client.get("/balance-agee?tout=1")
    assert all(f"Client {number}" in whole.text for number in range(5))
    assert "Suivant" not in whole.text
    monkeypatch.setattr(aged_balance, "MOST", 4)
    assert "1 à 2 sur 5" in text_of(client.get("/balance-agee?tout=1"))


def test_without_anything_owed_it_says_so(client):
    assert "Rien à encaisser" in client.get("/balance-agee").text
    assert client.get("/balance-agee/exporter").status_code == 200


def test_the_dashboard_s_bar_leads_to_the_file(client, debts):
    page = client.get("/tableau-de-bord").text
    assert all(f'href="{path}"' in page for path in ("/balance-agee/exporter", "/balance-agee", "/statistiques"))
