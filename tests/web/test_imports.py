"""Importing through the pages: choose, check, then write; and everything that must be refused."""

import io
import re

import pytest
from flask.testing import FlaskClient

from relance import storage
from relance.imports import pdf, table
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.web.forms.imports import file_name
from relance.web.imports import harmless
from tests import factories
from tests.data import making

PAGE = "/factures/importer"
MIXED = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;31/02/2026;<b>12</b>", "F-3;Perrin;02/11/2026;30")


def upload(client: FlaskClient, content: bytes, name: str = "factures.csv"):  # type: ignore[no-untyped-def]
    return client.post(PAGE, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def uploaded(client: FlaskClient, content: bytes, name: str = "factures.csv") -> str:
    """The address of the check page of a file."""
    answer = upload(client, content, name)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def text(answer) -> str:  # type: ignore[no-untyped-def]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).replace("\u00a0", " ")


def confirm(client: FlaskClient, check: str, **data: str):  # type: ignore[no-untyped-def]
    page = client.get(check).get_data(as_text=True)
    found = re.search(r'name="count"[^>]*value="(\d+)"', page)
    assert found
    return client.post(check.removesuffix("/verifier"), data={"count": found[1], **data})


@pytest.mark.requirement("S3.6")
def test_a_file_is_checked_then_imported(client: FlaskClient, account: Account, camille: User) -> None:
    check = uploaded(client, making.factures())
    page = text(client.get(check))
    assert "factures.csv, 5 documents. Rien n’est encore enregistré." in page
    assert "Importer 5 factures" in page
    assert "Maison Vauquelin" in page
    assert "Nouveaux clients" in page
    assert Invoice.select().count() == Client.select().count() == 0
    answer = confirm(client, check)
    assert answer.status_code == 303
    assert answer.location == check.removesuffix("/verifier")
    result = text(client.get(answer.location))
    assert "5 factures importées" in result
    assert "désactivées" in result
    assert Invoice.select().where(Invoice.account == account).count() == 5
    assert {event.user for event in Event.select().where(Event.kind == "invoice_imported")} == {camille}
    assert Chase.select().count() == 0


@pytest.mark.requirement("S3.6")
def test_the_same_file_again_has_nothing_to_import(client: FlaskClient, account: Account) -> None:
    confirm(client, uploaded(client, making.factures()))
    page = text(client.get(uploaded(client, making.factures())))
    assert "rien à importer" in page
    assert not re.search(r"Importer \d+ facture", page)
    assert Invoice.select().count() == 5


def test_sending_the_decision_twice_imports_once(client: FlaskClient, account: Account) -> None:
    check = uploaded(client, making.factures())
    confirm(client, check)
    again = client.post(check.removesuffix("/verifier"), data={"count": "5"})
    assert again.status_code == 422
    assert "ont changé depuis la vérification" in text(again)
    assert Invoice.select().count() == 5


def test_bad_lines_are_named_and_nothing_is_written_until_the_user_decides(
    client: FlaskClient, account: Account
) -> None:
    check = uploaded(client, MIXED)
    page = client.get(check)
    assert "Ligne 3, date_emission" in text(page)
    assert "« 31/02/2026 » : Cette date n’existe pas dans le calendrier." in text(page)
    assert "<b>12</b>" not in page.get_data(as_text=True)
    refused = confirm(client, check)
    assert refused.status_code == 422
    assert "choisissez de les laisser de côté" in text(refused)
    assert Invoice.select().count() == 0
    accepted = confirm(client, check, skip_bad_rows="y")
    assert accepted.status_code == 303
    assert [invoice.number for invoice in Invoice.select().order_by(Invoice.id)] == ["F-1", "F-3"]
    assert "Ligne 3" in text(client.get(accepted.location))


def test_bad_lines_come_back_as_a_file_no_spreadsheet_computes(client: FlaskClient, account: Account) -> None:
    check = uploaded(client, making.csv('"=HYPERLINK(""http://x"")";@SUM(1);hier;-2+3'))
    answer = client.get(check.replace("verifier", "lignes.csv"))
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    header, row = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert header.startswith("numero;type;statut;client;")
    assert header.endswith(";a_corriger")
    assert "'=HYPERLINK" in row
    assert "'@SUM(1)" in row
    assert "'-2+3" in row


def test_what_differs_is_shown_and_left_alone(client: FlaskClient, account: Account, invoice: Invoice) -> None:
    line = f"{invoice.number};{invoice.client.name};{invoice.issued_on};1 300,00"
    page = text(client.get(uploaded(client, making.csv(line))))
    assert "Différentes dans Relance" in page
    assert "Total : 1 300,00 € ici, 1 200,00 € dans Relance." in page
    assert Invoice.get_by_id(invoice.id).total_cents == 120_000


def test_a_name_close_to_a_client_is_told(client: FlaskClient, account: Account, latitude: Client) -> None:
    page = text(client.get(uploaded(client, making.csv("F-1;LATITUDE CONSEIL SAS;02/11/2026;10"))))
    assert "Ressemble à Latitude Conseil" in page


def test_a_facturx_pdf_is_imported_too_with_its_file(client: FlaskClient, account: Account) -> None:
    check = uploaded(client, making.facturx(), "Facture n° 101.pdf")
    assert "1 document" in text(client.get(check))
    assert confirm(client, check).status_code == 303
    found = Invoice.get()
    assert (found.number, found.document.kind, found.document.name) == ("F-2026-0101", "invoice", "Facture n_ 101.pdf")
    assert storage.get(found.document.sha256) == making.facturx()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.csv", "Ce fichier est vide"),
        (b"bonjour", "f.csv", "points-virgules"),
        (b"numero;client;date_emission\n1;2;3\n", "f.csv", "Colonnes manquantes : montant_ttc"),
        (b'numero;client;date_emission;montant_ttc\n"1;2\n', "f.csv", "Ligne 2"),
        (b"PK\x03\x04", "f.xlsx", "classeur"),
        (b"<html>", "facture.pdf", "page web"),
        (b"%PDF-1.4\n", "facture.pdf", "abîmé ou incomplet"),
        (making.pdf(), "facture.pdf", "pas de données Factur-X"),
        (making.pdf(script="app.alert(1)"), "facture.pdf", "JavaScript"),
        (making.pdf(password="secret"), "facture.pdf", "mot de passe"),
        (making.pdf({"factur-x.xml": b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"}), "facture.pdf", "DOCTYPE"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_not_kept(
    client: FlaskClient, account: Account, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(client, content, name)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Document.select().count() == 0


@pytest.mark.parametrize("name", ["f.csv", "f.pdf"])
def test_a_file_over_the_limit_is_refused_and_not_kept(
    client: FlaskClient, account: Account, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # The real limit is tried on the importers themselves: here, that the page says it.
    monkeypatch.setattr(table, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr(pdf, "MAX_FILE_BYTES", 100)
    answer = upload(client, making.factures(), name)
    assert answer.status_code == 422
    assert "dépasse 10 Mo" in text(answer)
    assert Document.select().count() == 0


def test_no_file_is_refused(client: FlaskClient, account: Account) -> None:
    answer = client.post(PAGE, data={})
    assert answer.status_code == 422
    assert "Choisissez un fichier." in text(answer)


def test_someone_else_s_invoice_is_refused(client: FlaskClient, account: Account) -> None:
    content = making.facturx(
        **{"Atelier Roussel": "Hôtel des Cimes", "73282932000074": "55208131766522", "FR44732829320": "FR03552081317"}
    )
    page = text(client.get(uploaded(client, content, "facture.pdf")))
    assert "Hôtel des Cimes, pas par Atelier Roussel" in page
    assert not re.search(r"Importer \d+ facture", page)


def test_the_sample_can_be_downloaded_and_imported(client: FlaskClient, account: Account) -> None:
    sample = client.get(f"{PAGE}/exemple.csv")
    assert sample.mimetype == "text/csv"
    assert confirm(client, uploaded(client, sample.data)).status_code == 303
    assert Invoice.select().count() == 3


@pytest.mark.parametrize("address", ["", "/verifier", "/lignes.csv"])
def test_a_stranger_sees_no_import(client: FlaskClient, stranger: FlaskClient, address: str) -> None:
    check = uploaded(client, making.factures())
    wanted = check.removesuffix("/verifier") + address
    assert client.get(wanted).status_code == 200
    assert stranger.get(wanted).status_code == 404


def test_a_stranger_cannot_write_an_import(client: FlaskClient, stranger: FlaskClient) -> None:
    check = uploaded(client, making.factures())
    before = Invoice.select().count()
    assert stranger.post(check.removesuffix("/verifier"), data={"count": "5"}).status_code == 404
    assert Invoice.select().count() == before


def test_another_kind_of_document_is_not_an_import(client: FlaskClient, account: Account) -> None:
    document = factories.make_document(account, making.factures(), "facture.pdf")
    assert client.get(f"{PAGE}/{document.id}/verifier").status_code == 404


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/exemple.csv", f"{PAGE}/1/verifier", f"{PAGE}/1"])
def test_one_must_sign_in(anonymous: FlaskClient, address: str) -> None:
    answer = anonymous.get(address)
    assert answer.status_code == 303
    assert "/connexion" in answer.location


def test_file_names_are_made_safe() -> None:
    assert file_name("C:\\fakepath\\factures 2026.csv") == "factures 2026.csv"
    assert file_name("../../etc/passwd") == "passwd"
    assert file_name("a\r\nb<script>.csv") == "ab_script_.csv"
    assert len(file_name("é" * 300 + ".csv")) == 200
    assert file_name("") == ""


@pytest.mark.parametrize("cell", ["=1+1", "+33 1", "-2", "@SUM", "\tx"])
def test_a_cell_that_begins_like_a_formula_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_other_cells_are_left_as_they_are() -> None:
    assert harmless("F-2026-0101") == "F-2026-0101"
