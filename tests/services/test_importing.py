"""Reading what fills the invoice form, and the command's object."""

import datetime as dt

import pytest

from relance import storage
from relance.imports.values import RefusedError
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.services import importing
from tests import factories
from tests.data import making
from tests.services.import_made import csv_lines

KEYS = [
    *("file", "number", "kind", "issued_on", "due_on", "currency", "total_cents", "due_cents", "prepaid_cents"),
    *("payment_means", "reference", "payee", "ibans", "seller", "buyer", "warnings", "error"),
]


def test_a_pdf_fills_the_form_and_says_whose_it_is(account: Account) -> None:
    read, problem = importing.from_pdf(account, making.facturx(), "facture.pdf")
    assert (read.number, problem) == ("F-2026-0101", None)
    theirs = {
        "Atelier Roussel": "Hôtel des Cimes",
        "73282932000074": "55208131766522",
        "FR44732829320": "FR03552081317",
    }
    read, problem = importing.from_pdf(account, making.facturx(**theirs), "facture.pdf")
    assert problem is not None
    assert "Hôtel des Cimes" in problem
    read, problem = importing.from_pdf(account, making.pdf(), "facture.pdf")
    assert read.error is not None
    assert problem is None


def test_bare_data_fill_the_form_too(account: Account) -> None:
    read, problem = importing.from_pdf(account, making.cii(), "facture.xml")
    assert (read.number, problem) == ("F-2026-0101", None)


@pytest.mark.parametrize(
    ("content", "told"),
    [(making.pdf(script="app.alert(1)"), "JavaScript"), (making.factures(), "Importer"), (b"", "vide")],
)
def test_what_is_not_one_invoice_is_refused(account: Account, content: bytes, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        importing.from_pdf(account, content, "facture.pdf")
    assert Document.select().count() == Invoice.select().count() == 0


def test_a_plan_keeps_the_order_of_the_file(account: Account) -> None:
    header = "numero;type;client;date_emission;montant_ttc;facture_liee"
    lines = csv_lines(making.csv("A-1;avoir;V;05/11/2026;5;F-1", "F-1;;V;02/11/2026;10;", header=header))
    assert [(item.action, item.line.read.number) for item in importing.plan(account, lines, factories.TODAY)] == [
        ("create", "A-1"),
        ("create", "F-1"),
    ]


def test_the_command_s_object_says_null_for_what_is_not_stated(account: Account) -> None:
    read, _ = importing.from_pdf(account, making.pdf(), "facture.pdf")
    told = importing.as_json(read)
    assert list(told) == KEYS
    assert {key for key, value in told.items() if value not in (None, [], "EUR")} == {
        "file",
        "seller",
        "buyer",
        "error",
    }
    assert set(told["seller"].values()) == {None}


def test_a_document_is_kept_under_its_name(account: Account) -> None:
    now = dt.datetime(2026, 11, 23, 8, 0)
    document = importing.keep_document(account, "invoice", "n" * 300, "application/pdf", b"abc", now)
    assert (len(document.name), document.size, storage.get(document.sha256)) == (200, 3, b"abc")
