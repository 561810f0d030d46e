import pytest

from relance import storage
from relance.imports import guard
from relance.imports.values import RefusedError
from relance.models.documents import Document
from relance.services import filing
from tests.data import making
from tests.factories import NOW


def test_a_pdf_without_data_is_kept_whole_and_says_that_it_carries_none(account):
    content = making.pdf()
    filed = filing.keep_invoice_pdf(account, content, "Facture 12.PDF", now=NOW)
    assert (filed.document.name, filed.document.kind, filed.document.account_id) == (
        "Facture 12.pdf",
        "invoice",
        account.id,
    )
    assert storage.get(filed.document.sha256) == content
    assert filed.read.error


def test_what_is_no_pdf_is_refused_and_nothing_is_kept(account):
    with pytest.raises(filing.FileError, match="n'est pas un PDF"):
        filing.keep_invoice_pdf(account, b"PK\x03\x04", "facture.pdf", now=NOW)
    assert not Document.select().exists()


def test_a_pdf_that_may_not_be_read_says_why(account, monkeypatch):
    def refuse(content, name, format):
        raise RefusedError("Ce fichier est trop gros.")

    monkeypatch.setattr(guard, "document", refuse)
    with pytest.raises(filing.FileError, match="trop gros"):
        filing.keep_invoice_pdf(account, b"%PDF-1.7", "facture.pdf", now=NOW)
    assert not Document.select().exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Mes documents\\F-12.pdf", "F-12.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a"b\r\nSet-Cookie: x.PDF', "abSet-Cookie x.pdf"),
        ("", "facture.pdf"),
        ("x" * 300, f"{'x' * 120}.pdf"),
    ],
)
def test_a_name_is_one_printable_line_without_a_folder(given, kept):
    assert filing.clean_name(given) == kept


@pytest.mark.parametrize(
    ("content", "mime"),
    [(b"%PDF-1.7", "application/pdf"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png")],
)
def test_what_a_client_sent_is_kept_under_the_type_its_bytes_say(account, content, mime):
    document = filing.keep_attachment(account, "dispute", content, "preuve.exe", now=NOW)
    assert (document.kind, document.mime, storage.get(document.sha256)) == ("dispute", mime, content)


@pytest.mark.parametrize("content", [b"", b"<html>", b"<svg/>", b"MZ\x90", b"PK\x03\x04", b" %PDF-1.7"])
def test_any_other_file_is_refused_and_not_kept(account, content):
    with pytest.raises(filing.FileError, match="PDF ou une image"):
        filing.keep_attachment(account, "dispute", content, "preuve.pdf", now=NOW)
    assert not Document.select().exists()
