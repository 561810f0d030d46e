"""Files that come with an invoice or a dispute: looked at, kept by their fingerprint, read when they carry data."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from relance.imports import guard
from relance.imports.values import InvoiceRead, RefusedError
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.services import importing

PDF = "application/pdf"
MAX_NAME = 120
_ATTACHMENTS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class FileError(Exception):
    """The file cannot be kept; the sentence is French and says what to do."""


@dataclass(frozen=True)
class Filed:
    """A PDF that was kept, and the invoice it states. ``read.error`` is set when it carries no data."""

    document: Document
    read: InvoiceRead


def keep_invoice_pdf(account: Account, content: bytes, name: str, *, now: datetime) -> Filed:
    """Keep a PDF as an invoice's file and read its Factur-X data. FileError when it may not be kept."""
    if not content.startswith(b"%PDF-"):
        raise FileError("Ce fichier n'est pas un PDF. Exportez la facture en PDF, puis choisissez-la de nouveau.")
    try:
        read = guard.document(content, name, "facturx")
    except RefusedError as error:
        raise FileError(str(error)) from error
    document = importing.keep_document(account, "invoice", clean_name(name), PDF, content, now)
    return Filed(document, read)


def keep_attachment(account: Account, kind: str, content: bytes, name: str, *, now: datetime) -> Document:
    """Keep a file that somebody sent us: a PDF or a photograph, known by its first bytes. FileError otherwise.

    It is only ever given back as a download, under the type that its bytes say.
    """
    found = next((mime for magic, mime in _ATTACHMENTS if content.startswith(magic)), "")
    if not found:
        raise FileError("Joignez un PDF ou une image JPEG ou PNG.")
    return importing.keep_document(account, kind, name or "fichier", found, content, now)


def clean_name(name: str) -> str:
    """The last part of a file name, printable, ending in .pdf, short enough for a header."""
    last = PurePath(name.replace("\\", "/")).name
    printable = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|:*?/').strip(" .")
    stem = printable.removesuffix(".pdf").removesuffix(".PDF") or "facture"
    return f"{stem[:MAX_NAME]}.pdf"
