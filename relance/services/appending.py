"""Which invoices can follow a letter in its PDF, and why the others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from relance import storage
from relance.imports import pdf
from relance.imports.values import RefusedError
from relance.letters import joining
from relance.letters.facts import Joined
from relance.letters.joining import Enclosure, JoinError
from relance.models.documents import Document
from relance.models.invoices import Invoice

MAX_PAGES = 40  # of all the invoices of one letter: more does not fit in an envelope
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Apart:
    """An invoice that cannot follow the letter. ``because`` is French, and goes after « La facture F-1 …: »."""

    number: str
    because: str


def share_out(invoices: Sequence[Invoice]) -> tuple[tuple[Joined, ...], tuple[Apart, ...]]:
    """The invoices whose file follows the letter, in their order, and those whose file cannot.

    An invoice without a file is in neither.
    """
    ids = [invoice.document_id for invoice in invoices if invoice.document_id]
    files = {row.id: row for row in Document.select().where(Document.id.in_(ids))} if ids else {}
    joined: list[Joined] = []
    apart: list[Apart] = []
    pages = size = 0
    for invoice in invoices:
        file = files.get(invoice.document_id)
        if file is None:
            continue
        count, because = _examined(file.sha256)
        if not because and (pages + count > MAX_PAGES or size + file.size > MAX_BYTES):
            because = "les factures de cette lettre sont trop longues pour une seule enveloppe"
        if because:
            apart.append(Apart(invoice.number, because))
            continue
        joined.append(Joined(invoice.number, file.sha256, count))
        pages, size = pages + count, size + file.size
    return tuple(joined), tuple(apart)


def follow(letter: bytes, joined: Sequence[Joined], language: str) -> bytes:
    """The letter's PDF with these invoices after it. JoinError or StorageError when one cannot be read any more."""
    word = "Invoice" if language == "en" else "Facture"
    return joining.follow(letter, [Enclosure(storage.get(one.sha256), f"{word} {one.number}") for one in joined])


def _examined(sha256: str) -> tuple[int, str]:
    """The pages of a file, or why it cannot follow a letter."""
    if not storage.exists(sha256):
        return 0, "son fichier a disparu du serveur"  # not kept in mind: a backup may bring it back
    try:
        return _count(sha256)
    except storage.StorageError:
        return 0, joining.UNREADABLE


@lru_cache(maxsize=1000)
def _count(sha256: str) -> tuple[int, str]:
    """The same for bytes that are there: those of a name never change, so they are drawn once per process."""
    content = storage.get(sha256)
    try:
        pdf.inspect(content)
        return joining.count_pages(content), ""
    except RefusedError as error:
        return 0, joining.LOCKED if str(error) == pdf.LOCKED else joining.UNREADABLE
    except JoinError as error:
        return 0, str(error)
