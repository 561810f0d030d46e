"""Importing what a file says: for the invoice form, for the command, and the document that is kept."""

from datetime import date, datetime
from typing import Any

from relance import storage
from relance.imports.guard import Reader
from relance.imports.values import InvoiceRead, Party, RefusedError
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.services.import_lines import Line, already_paid, of_read
from relance.services.import_matching import Directory, seller_problem
from relance.services.import_planning import Item, Planner

__all__ = ["already_paid", "as_json", "from_pdf", "keep_document", "plan", "read_electronic"]

NOT_ONE = "Choisissez une facture à la fois. Pour plusieurs fichiers, passez par « Importer »."
TABLE = "Ce fichier est un tableau de factures. Passez par « Importer »."


def from_pdf(account: Account, content: bytes, file: str) -> tuple[InvoiceRead, str | None]:
    """What a PDF says, to fill the form, and why it may not be the account's own invoice.

    RefusedError, in French, when the PDF may not be kept; ``error`` is set when it only has no data.
    """
    read = read_electronic(content, file).read
    return read, None if read.error else seller_problem(account, read.seller, read.buyer)


def read_electronic(content: bytes, file: str) -> Line:
    """The one electronic invoice in ``content``, read in a child process; RefusedError when it is something else."""
    with Reader() as reader:
        found = reader.find(content, file)
        if len(found) != 1:
            raise RefusedError(NOT_ONE)
        if found[0].error:
            raise RefusedError(found[0].error)
        if found[0].format not in ("facturx", "cii", "ubl", "pdf"):
            raise RefusedError(TABLE)
        return of_read(reader.document(content, file, found[0].format), found[0].format)


def plan(account: Account, lines: list[Line], today: date, *, takes_any_seller: bool = False) -> list[Item]:
    """What importing ``lines`` would do, in their order. Nothing is written. ``today`` is local to the account.

    ``takes_any_seller``: someone else's invoice is told as a warning instead of being refused.
    """
    planner = Planner(account, today, Directory(account), takes_any_seller)
    planner.learn(lines, {})
    # Credit notes last, so that they find what they lower.
    order = sorted(range(len(lines)), key=lambda n: lines[n].read.kind == "credit_note")
    placed = {n: planner.place(lines[n]) for n in order}
    return [placed[n] for n in range(len(lines))]


def keep_document(account: Account, kind: str, name: str, mime: str, content: bytes, now: datetime) -> Document:
    """Keep the bytes of a file and return its row. ``kind``: invoice or import."""
    sha256 = storage.put(content)
    return Document.create(
        account=account, kind=kind, name=name[:200], mime=mime, size=len(content), sha256=sha256, created_at=now
    )


def as_json(read: InvoiceRead) -> dict[str, Any]:
    """The documented object of ``import-invoices --json``. What the file does not state is null."""
    return {
        "file": read.file,
        "number": read.number or None,
        "kind": read.kind,
        "issued_on": read.issued_on.isoformat() if read.issued_on else None,
        "due_on": read.due_on.isoformat() if read.due_on else None,
        "currency": read.currency or None,
        "total_cents": read.total_cents,
        "due_cents": read.due_cents,
        "prepaid_cents": read.prepaid_cents,
        "payment_means": read.payment_means,
        "reference": read.reference or None,
        "payee": read.payee or None,
        "ibans": list(read.ibans),
        "seller": _party(read.seller),
        "buyer": _party(read.buyer),
        "warnings": list(read.warnings),
        "error": read.error,
    }


def _party(party: Party) -> dict[str, str | None]:
    return {name: getattr(party, name) or None for name in ("name", "siren", "siret", "vat", "email")}
