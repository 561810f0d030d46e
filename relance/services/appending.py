"""Which invoices and pieces of evidence can follow a letter in its PDF, and why the others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from relance import storage
from relance.imports import pdf
from relance.imports.values import RefusedError
from relance.letters import joining, pictures
from relance.letters.facts import Joined
from relance.letters.joining import Enclosure, JoinError
from relance.letters.pictures import PictureError
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.invoices import Invoice
from relance.rules.wording import french

MAX_PAGES = 40  # of all that follows one letter: more does not fit in an envelope
MAX_BYTES = 20_000_000


KINDS = {
    "quote": "Devis",
    "order": "Bon de commande",
    "performance": "Preuve d'exécution",
    "terms": "Conditions générales",
    "correspondence": "Correspondance",
    "acknowledgement": "Reconnaissance de dette",
    "registry": "Extrait de registre",
    "other": "Pièce",
}


@dataclass(frozen=True)
class Apart:
    """What cannot follow the letter: the invoice ``number``, else the piece ``title``.

    ``because`` is French, and goes after « La facture F-1 …: ».
    """

    number: str
    because: str
    title: str = ""


def title_of(piece: Evidence) -> str:
    """What a piece is called on paper: its label, else its kind."""
    return french(piece.label.strip() or KINDS.get(piece.kind, KINDS["other"]))


def share_out(
    invoices: Sequence[Invoice], pieces: Sequence[Evidence] = ()
) -> tuple[tuple[Joined, ...], tuple[Apart, ...]]:
    """What follows the letter, invoices first then pieces, in their order; and what cannot.

    An invoice without a file is in neither.
    """
    asked = [(invoice.number, "", invoice.document_id) for invoice in invoices if invoice.document_id]
    asked += [("", title_of(piece), piece.document_id) for piece in pieces]
    ids = [document_id for *_, document_id in asked]
    files = {row.id: row for row in Document.select().where(Document.id.in_(ids))} if ids else {}
    joined: list[Joined] = []
    apart: list[Apart] = []
    pages = size = 0
    for number, title, document_id in asked:
        file = files.get(document_id)
        if file is None:
            continue
        count, because = _examined(file.sha256)
        if not because and (pages + count > MAX_PAGES or size + file.size > MAX_BYTES):
            because = "les pages à joindre à cette lettre sont trop nombreuses pour une seule enveloppe"
        if because:
            apart.append(Apart(number, because, title))
            continue
        joined.append(Joined(number, file.sha256, count, title))
        pages, size = pages + count, size + file.size
    return tuple(joined), tuple(apart)


def follow(letter: bytes, joined: Sequence[Joined], language: str) -> bytes:
    """The letter's PDF with these files after it. JoinError or StorageError when one cannot be read any more."""
    word = "Invoice" if language == "en" else "Facture"
    return joining.follow(letter, [Enclosure(_pdf(one.sha256), one.title or f"{word} {one.number}") for one in joined])


def _pdf(sha256: str) -> bytes:
    content = storage.get(sha256)
    if not pictures.is_picture(content):
        return content
    try:
        return pictures.sheet(content)
    except PictureError as error:
        raise JoinError(str(error)) from error


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
        if pictures.is_picture(content):
            pictures.sheet(content)
            return 1, ""
        pdf.inspect(content)
        return joining.count_pages(content), ""
    except RefusedError as error:
        return 0, joining.LOCKED if str(error) == pdf.LOCKED else joining.UNREADABLE
    except (JoinError, PictureError) as error:
        return 0, str(error)
