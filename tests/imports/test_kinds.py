"""What a file is, by what it contains: its name says nothing."""

import time
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.imports import archives, kinds
from relance.imports.kinds import Found
from tests.data import making
from tests.imports import real_data


def one(content: bytes, name: str = "fichier.dat") -> Found:
    (found,) = kinds.find(content, name)
    return found


CDAR = b'<r:CrossDomainAcknowledgementAndResponse xmlns:r="urn:un:unece:uncefact:data:standard:CDAR:100"/>'
WORKBOOK = making.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})

TAKEN = {
    "a Factur-X": (making.facturx(), "facturx"),
    "a PDF with UBL inside": (making.pdf({"xrechnung.xml": making.ubl()}), "facturx"),
    "data of an unknown name": (making.pdf({"donnees.xml": making.cii()}), "facturx"),
    "a PDF whose data are torn": (making.pdf({"factur-x.xml": b"<a>"}), "facturx"),
    "a PDF without data": (making.pdf(), "pdf"),
    "a PDF with other data": (making.pdf({"note.xml": b"<note/>", "photo.jpg": b"jpeg"}), "pdf"),
    "CII": (making.cii(), "cii"),
    "CII with a mark": (b"\xef\xbb\xbf" + making.cii(), "cii"),
    "CII after blanks": (b"\r\n  " + making.cii(), "cii"),
    "CII in UTF-16": (making.cii().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "cii"),
    "ZUGFeRD 1": (b'<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "cii"),
    "UBL": (making.ubl(), "ubl"),
    "UBL credit note": (making.ubl_credit_note(), "ubl"),
    "UBL after a comment": (making.ubl().replace(b"?>", b"?><!-- <html> -->", 1), "ubl"),
    "UBL in its envelope": (
        b"<StandardBusinessDocument><StandardBusinessDocumentHeader/>"
        + making.ubl().partition(b"?>")[2] + b"</StandardBusinessDocument>", "ubl",
    ),
    "a message of statuses": (CDAR, "cdar"),
    "a CSV": (making.factures(), "csv"),
    "a CSV with commas": (b"invoice,total\n1,2\n", "csv"),
    "a CSV with tabs, in UTF-16": ("numéro\ttotal\r\n1\t2\r\n".encode("utf-16"), "csv"),
    "a CSV in UTF-16 without its mark": ("numero;total\r\n1;2\r\n".encode("utf-16-le"), "csv"),
    "a CSV in Windows-1252": ("numéro;échéance\r\n1;2\r\n".encode("cp1252"), "csv"),
    "a CSV with lines before its titles": (b"Export du 22/11/2026\n\nnumero;total\n1;2\n", "csv"),
    "a workbook": (WORKBOOK, "xlsx"),
}  # fmt: skip


@pytest.mark.requirement("S3.6")
@pytest.mark.parametrize(("content", "format"), TAKEN.values(), ids=TAKEN)
def test_a_file_is_known_by_its_content(content: bytes, format: str) -> None:
    assert one(content, "page.html") == Found(name="page.html", format=format, content=content)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100
CAMT = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>'

REFUSED = {
    "nothing": (b"", "vide"),
    "blanks": (b"\xef\xbb\xbf \r\n", "vide"),
    "an order": (b"<SCRDMCCBDACIOMessageStructure/>", "commande"),
    "an order in a PDF": (making.pdf({"order-x.xml": b"<SCRDMCCBDACIOMessageStructure/>"}), "commande"),
    "a UBL order": (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "commande"),
    "a delivery note": (b"<DespatchAdvice/>", "livraison"),
    "a UBL receipt": (b"<ApplicationResponse/>", "CDAR"),
    "a UBL reminder": (b"<Reminder/>", "relance"),
    "a self-billed invoice": (b"<SelfBilledInvoice/>", "autofacture"),
    "an Austrian invoice": (b'<Invoice xmlns="http://www.ebinterface.at/schema/6p1/"/>', "autre pays"),
    "an Italian invoice": (b'<p:FatturaElettronica xmlns:p="urn:it"/>', "autre pays"),
    "other XML": (b"<facture/>", "n'est pas une facture électronique"),
    "torn XML": (b"<Invoice", "abîmées"),
    "XML with a definition": (b"<!DOCTYPE a SYSTEM 'x'><a/>", "DOCTYPE"),
    "camt.053": (CAMT, "relevé bancaire"),
    "an order to the bank": (CAMT.replace(b"camt.053", b"pain.001"), "ordre de virement"),
    "OFX": (b"OFXHEADER:100\r\nDATA:OFXSGML\r\n", "relevé bancaire"),
    "OFX 2": (b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX/>', "relevé bancaire"),
    "MT940": (b"\r\n:20:START\r\n:25:1/2\r\n", "relevé bancaire"),
    "MT940 in its envelope": (b"{1:F01BANKDEFFXXXX}\r\n:20:X\r\n", "relevé bancaire"),
    "CFONB": (b"0130004    00001EUR2 12345678901  150519" + b" " * 80 + b"\r\n", "relevé bancaire"),
    "QIF": (b"!Type:Bank\nD01/01/2026\nT1,00\n^\n", "relevé bancaire"),
    "a web page": (b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Connexion</body></html>", "page web"),
    "XHTML": (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "page web"),
    "an e-mail": (b"Return-Path: <a@b.example>\r\nReceived: from x\r\n\r\nBonjour", "e-mail"),
    "XLS": (OLE + utf16("Workbook"), "XLS"),
    "a locked workbook": (OLE + utf16("EncryptedPackage"), "mot de passe"),
    "DOC": (OLE + utf16("WordDocument"), "Word"),
    "ODS": (making.zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "ODS"),
    "DOCX": (making.zipped({"word/document.xml": b"<w/>"}), "traitement de texte"),
    "XLSB": (making.zipped({"xl/workbook.bin": b"x"}), "XLSB"),
    "a workbook of 2003": (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "image"),
    "JPEG": (b"\xff\xd8\xff\xe0" + b"\x00" * 20, "image"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic", "image"),
    "GZIP": (b"\x1f\x8b\x08\x00", "n'est pas un ZIP"),
    "a program": (b"MZ\x90\x00\x03", "programme"),
    "JSON": (b'[{"numero": "F-1"}]', "JSON"),
    "RTF": (b"{\\rtf1 Facture}", "RTF"),
    "prose": (b"Bonjour Madame\n\nBien a vous\n", "sans colonnes"),
    "noise": (bytes(range(256)) * 20, "type reconnu"),
    "a locked PDF": (making.pdf(password="secret"), "mot de passe"),
    "a PDF with a program": (making.pdf(script="app.alert(1)"), "JavaScript"),
    "a PDF with hostile data": (making.pdf({"a.xml": b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"}), "DOCTYPE"),
    "a PDF with hostile invoice": (making.pdf({"factur-x.xml": b"<!DOCTYPE a SYSTEM 'x'><a/>"}), "DOCTYPE"),
    "more than 10 MB": (b"a;b\n" * 2_700_000, "10 Mo"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_read_is_refused_by_what_it_is(content: bytes, words: str) -> None:
    found = one(content, "facture.pdf")
    assert (found.name, found.format, found.content) == ("facture.pdf", "", b"")
    assert words in found.error
    assert found.error.endswith(".")


def test_a_zip_gives_its_members_one_by_one_without_their_folders() -> None:
    content = making.zipped(
        {
            "2026/novembre/facture.pdf": making.facturx(),
            "../../etc/passwd.xml": making.ubl(),
            "C:\\lots\\a.csv": making.factures(),
            "__MACOSX/._facture.pdf": b"x",
            ".DS_Store": b"x",
            "2026/": b"",
            "photo.jpg": b"\xff\xd8\xff\xe0",
            "classeur.xlsx": WORKBOOK,
            "lot.zip": making.zipped({"a.xml": making.cii()}),
        }
    )
    found = [(item.name, item.format, item.error[:30]) for item in kinds.find(content, "C:\\Users\\lot.zip")]
    assert found == [
        ("lot.zip/facture.pdf", "facturx", ""),
        ("lot.zip/passwd.xml", "ubl", ""),
        ("lot.zip/a.csv", "csv", ""),
        ("lot.zip/photo.jpg", "", "Ce fichier est une image, pas "),
        ("lot.zip/classeur.xlsx", "xlsx", ""),
        ("lot.zip/lot.zip", "", "Cette archive est dans une aut"),
    ]


@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", b"<a>", b"\xff\xfe"]))
@settings(max_examples=150)
def test_any_bytes_have_an_answer(content: bytes, start: bytes) -> None:
    for found in kinds.find(start + content, "x"):
        assert (found.format in kinds.FORMATS) != bool(found.error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_beginning_of_a_text_is_seen_in_every_usual_encoding(encoding: str) -> None:
    assert (kinds.peek("\r\n  numero;total\r\n".encode(encoding)) or "").startswith("numero;total")


@real_data.needs_data
@pytest.mark.parametrize("entry", [*real_data.entries("bank/"), *real_data.entries("mail/odd")])
def test_no_statement_and_no_mail_is_taken_for_an_electronic_invoice(entry: dict[str, str]) -> None:
    for found in kinds.find(real_data.content(entry["file"]), entry["file"]):
        # A table is only known to be another one by its columns, later.
        assert found.format in ("csv", "xlsx") if entry["file"].startswith(("bank/csv", "bank/xlsx")) else found.error


def test_a_zip_that_unpacks_without_end_stops_at_its_limits() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.csv", b"a;b\n" * 1_000_000)
    started = time.monotonic()
    assert one(target.getvalue(), "lot.zip").error == archives.TOO_BIG
    assert time.monotonic() - started < 2
