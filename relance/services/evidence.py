"""Pieces that prove a claim: what a person keeps beside an invoice, or about a client, for the case file."""

import datetime as dt
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from relance.db import transaction
from relance.imports import guard, pdf
from relance.imports.values import MAX_FILE_BYTES, RefusedError
from relance.letters import pictures
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import record
from relance.models.evidence import KINDS, Evidence
from relance.models.invoices import Invoice
from relance.services import filing

MAX_LABEL = 120  # characters
MAX_PIECES = 100  # of one client: beyond, nobody reads a case file
_TOO_LARGE = {
    pictures.TOO_LARGE: "Cette image dépasse 50 millions de points. Réduisez-la, puis réessayez.",
    pictures.TOO_LARGE_WHOLE: "Cette image dépasse 20 millions de points. "
    "Réduisez-la ou enregistrez-la en JPEG, puis réessayez.",
}
_SENTENCES = {
    pdf.SCRIPT: "Ce PDF contient un programme (JavaScript). Imprimez-le vers un nouveau PDF, puis réessayez.",
}


class EvidenceError(Exception):
    """It cannot be kept like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def read_of(client: Client, invoice: Invoice | None = None) -> Any:
    """The query of the pieces in use of a client; with ``invoice``, its own and those of no invoice."""
    query = Evidence.select().where(Evidence.client == client, Evidence.archived_at.is_null())
    if invoice is not None:
        query = query.where((Evidence.invoice == invoice) | Evidence.invoice.is_null())
    return query.order_by(Evidence.id)


def of_client(client: Client) -> list[Evidence]:
    """The pieces in use of a client, those of its invoices too, in the order they were added."""
    return list(read_of(client))


def of_invoice(invoice: Invoice) -> list[Evidence]:
    """The pieces in use of an invoice, and those of its client that name no invoice."""
    return list(read_of(invoice.client, invoice))


def of_invoices(invoices: Iterable[Invoice]) -> list[Evidence]:
    """The pieces in use of invoices of one client, and those of the client that name no invoice, with their files."""
    chosen = list(invoices)
    if not chosen:
        return []
    query = (
        Evidence.select(Evidence, Document)
        .join(Document)
        .where(
            Evidence.client == chosen[0].client_id,
            Evidence.archived_at.is_null(),
            Evidence.invoice.in_([invoice.id for invoice in chosen]) | Evidence.invoice.is_null(),
        )
    )
    return list(query.order_by(Evidence.id))


def removed(client: Client, invoice: Invoice | None = None) -> list[Evidence]:
    """The pieces that were removed, the latest first: each can be put back."""
    query = Evidence.select().where(Evidence.client == client, Evidence.archived_at.is_null(False))
    if invoice is not None:
        query = query.where((Evidence.invoice == invoice) | Evidence.invoice.is_null())
    return list(query.order_by(Evidence.archived_at.desc(), Evidence.id.desc()).limit(MAX_PIECES))


def add(
    client: Client,
    *,
    invoice: Invoice | None = None,
    kind: str,
    label: str = "",
    content: bytes,
    name: str,
    by: User | None,
    now: dt.datetime,
) -> Evidence:
    """Keep a PDF, a JPEG or a PNG of 10 MB at most as a piece of ``kind`` (one of KINDS). EvidenceError otherwise.

    Without a ``label`` the piece is called after its file. A PDF that acts when it is opened is refused.
    """
    label = " ".join(label.split()) or PurePath(name).stem[:MAX_LABEL] or "Pièce"
    if kind not in KINDS:
        raise EvidenceError("Choisissez le type de la pièce.", "kind")
    if len(label) > MAX_LABEL:
        raise EvidenceError("Raccourcissez ce nom : 120 caractères au plus.", "label")
    if not content:
        raise EvidenceError("Choisissez un fichier qui n'est pas vide.", "file")
    if len(content) > MAX_FILE_BYTES:
        raise EvidenceError(pdf.TOO_BIG, "file")
    account: Account = client.account
    with transaction():
        Client.get_by_id(client.id).take_turn()
        if read_of(client).count() >= MAX_PIECES:
            raise EvidenceError("Ce client a déjà 100 pièces : retirez-en une avant d'en ajouter.", "file")
        row: Evidence = Evidence.create(
            account=account,
            client=client,
            invoice=invoice,
            kind=kind,
            label=label,
            document=kept(account, content, name, now=now),
            added_by=by,
            added_at=now,
        )
        _tell("evidence_added", row, by, now)
        return row


def kept(account: Account, content: bytes, name: str, *, now: dt.datetime) -> Document:
    """The file as a document of the account. EvidenceError for what is neither a safe PDF nor a picture."""
    try:
        if content.startswith(b"%PDF-"):
            guard.inspect(content)
        elif because := pictures.excess(content):
            raise EvidenceError(_TOO_LARGE[because], "file")
        return filing.keep_attachment(account, "evidence", content, name, now=now)
    except (RefusedError, filing.FileError) as error:
        raise EvidenceError(_SENTENCES.get(str(error), str(error)), "file") from error


def remove(row: Evidence, *, by: User | None, now: dt.datetime) -> bool:
    """Take a piece out of use; its file stays, and the history says so. False when it was out already."""
    return _move(row, "evidence_removed", now, by, now)


def restore(row: Evidence, *, by: User | None, now: dt.datetime) -> bool:
    """Put back a piece that was removed. False when it is in use."""
    return _move(row, "evidence_added", None, by, now)


def _move(row: Evidence, kind: str, archived_at: dt.datetime | None, by: User | None, now: dt.datetime) -> bool:
    with transaction():
        Client.get_by_id(row.client_id).take_turn()
        is_other = Evidence.archived_at.is_null(archived_at is not None)
        if not Evidence.update(archived_at=archived_at).where(Evidence.id == row.id, is_other).execute():
            return False
        _tell(kind, row, by, now, **({} if archived_at else {"is_back": True}))
        return True


def _tell(kind: str, row: Evidence, by: User | None, now: dt.datetime, **more: object) -> None:
    record(
        kind,
        account=row.account_id,
        client=row.client_id,
        invoice=row.invoice_id,
        user=by,
        at=now,
        evidence=row.kind,
        label=row.label,
        sha256=row.document.sha256,
        **more,
    )
