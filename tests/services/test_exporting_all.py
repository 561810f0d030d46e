"""Everything of an account in one ZIP, sent as it is made."""

import csv
import io
import json
import threading
import zipfile

import openpyxl
import pytest

from relance import db, storage
from relance.models.accounts import Account, SmtpServer
from relance.services import export_tables, exporting_all
from relance.services.export_tables import TABLES
from tests import factories
from tests.factories import NOW


def opened(account, **options):
    return zipfile.ZipFile(io.BytesIO(b"".join(exporting_all.archive(account, now=NOW, **options))))


def table(archive, name):
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.requirement("S3.34", "S4.7")
def test_the_archive_holds_every_table_three_times_and_the_files(account, camille, latitude):
    SmtpServer.create(
        account=account, host="smtp.example", port=587, username="camille", password_encrypted="chiffré-secret",
        from_address="c@atelier.example", updated_at=NOW,
    )  # fmt: skip
    invoice = factories.make_invoice(latitude, "=1+1", document=factories.make_document(account, b"%PDF-1.7 a"))
    factories.make_message(latitude, [invoice])
    with opened(account) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert names[:2] == ["LISEZMOI.txt", "factures.csv"]
        assert {one.file for one in TABLES} | {"donnees.json", "classeur.xlsx"} < set(names)
        (client,) = table(archive, "clients.csv")
        assert (client["Nom"], client["Créé le"]) == ("Latitude Conseil", "26/06/2026 10:00:00")
        (shown,) = table(archive, "factures-detail.csv")
        assert (shown["Numéro"], shown["Total TTC"], shown["Échéance"]) == ("'=1+1", "1200,00", "13/11/2026")
        settings = {row["Réglage"]: row["Valeur"] for row in table(archive, "reglages.csv")}
        assert settings["IBAN"] == factories.IBAN
        data = json.loads(archive.read("donnees.json"))
        for one in TABLES:
            if one.key != "account":
                assert len(table(archive, one.file)) == len(data[one.key]), one.key
        paths = {row["path"] for key in ("documents", "messages") for row in data[key]}
        assert paths == {name for name in names if name.startswith("files/")}
        assert len(paths) == 2
        book = openpyxl.load_workbook(io.BytesIO(archive.read("classeur.xlsx")), read_only=True)
        assert len(book.sheetnames) == len(TABLES)
        assert [row[1].value for row in book["Factures"].rows] == ["Numéro", "=1+1"]
        readme = archive.read("LISEZMOI.txt").decode("utf-8-sig")
        assert [one.file for one in TABLES if f"{one.file}\u00a0: " not in readme] == []
        assert "Serveur d’envoi" in book.sheetnames
        assert "'" not in readme + "".join(title for one in TABLES for title in one.titles)
        assert (shown["Type"], shown["État"], shown["Mode de paiement"]) == ("Facture", "Envoyée", "Virement")
        assert [(one["kind"], one["state"]) for one in data["invoices"]] == [("invoice", "sent")]
        everything = b"".join(archive.read(name) for name in names)
    account = Account.get_by_id(account.id)
    for secret in (account.journal_key, camille.password_hash, camille.session_key, "chiffré-secret"):
        assert secret.encode() not in everything


def test_a_file_that_is_gone_is_named_and_the_rest_is_there(account, latitude, data_dir):
    document = factories.make_document(account, b"perdu")
    (data_dir / "files" / document.sha256[:2] / document.sha256).unlink()
    kept = factories.make_document(account, b"intact")
    with opened(account) as archive:
        assert f"files/factures/facture-{document.id}.pdf : " in archive.read("fichiers-introuvables.txt").decode()
        assert archive.read(f"files/factures/facture-{kept.id}.pdf") == b"intact"


def test_the_tables_are_of_one_instant_and_who_downloads_slowly_holds_no_transaction(account, latitude, monkeypatch):
    factories.make_invoice(latitude, "AVANT")
    factories.make_document(account, b"%PDF-1.7")

    def write():
        with db.connection():
            factories.make_invoice(latitude, "PENDANT")

    def read_and_write(sha256):
        with db.transaction():  # refused inside the transaction of the tables, which only reads
            factories.make_client(account, "Pendant")
        return b"lu"

    monkeypatch.setattr(storage, "get", read_and_write)
    pieces = exporting_all.archive(account, now=NOW)
    content = next(pieces)
    other = threading.Thread(target=write)
    other.start()
    other.join()
    with zipfile.ZipFile(io.BytesIO(content + b"".join(pieces))) as archive:
        assert [row["numero"] for row in table(archive, "factures.csv")] == ["AVANT"]
        assert [row["number"] for row in json.loads(archive.read("donnees.json"))["invoices"]] == ["AVANT"]
        assert [archive.read(name) for name in archive.namelist() if name.startswith("files/")] == [b"lu"]


def test_what_leaves_while_the_tables_are_read_is_a_sign_of_life(account, latitude, monkeypatch):
    monkeypatch.setattr(export_tables, "PAGE", 5)
    for _each in range(40):
        factories.make_invoice(latitude)
    sizes = [len(piece) for piece in exporting_all.archive(account, now=NOW)]
    assert len(sizes) > 40
    assert max(sizes[:40]) <= exporting_all.SIGN_OF_LIFE


def test_the_single_files_are_the_same_as_in_the_archive(account, latitude):
    factories.make_invoice(latitude, "F-1")
    with opened(account) as archive:
        assert b"".join(exporting_all.as_json(account, now=NOW)) == archive.read("donnees.json")
        assert b"".join(exporting_all.canonical(account)) == archive.read("factures.csv")
    target = io.BytesIO()
    exporting_all.workbook(account, target)
    assert openpyxl.load_workbook(target, read_only=True)["Factures"]["B2"].value == "F-1"


def test_the_name_of_the_file_is_safe():
    account = Account(business_name="../Atelier « Roussel » / Lyon")
    assert exporting_all.file_name(account, NOW.date(), ".zip") == "relance-Atelier-Roussel-Lyon-2026-11-23.zip"
