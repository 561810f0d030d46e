"""What an import wrote, what of it still waits for a choice, and the rows that it left out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import Value, fn

from relance.db import transaction
from relance.imports import serial
from relance.imports.canonical_csv import KINDS, PAYMENT_MEANS
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import gathering, import_counts
from relance.services.conditions import has_usable, is_owed

_PIECE = 500  # rows read at a time
_MADE = json.dumps({"client": True})[1:-1]  # as import_writing keeps that the row made its client
_KIND_WORDS = {kind: word for word, kind in KINDS.items()}
_MEANS_WORDS = {means: word for word, means in PAYMENT_MEANS.items()}


@dataclass(frozen=True)
class Reminders:
    """The created invoices on which money is left: how many are not chased, are chased, wait for a first step.

    Of those that are not chased: ``unled``, whose client follows no sequence; ``mute``, whose client has no usable
    address. ``mute_clients``: how many clients these are.
    """

    off: int
    on: int
    waiting: int
    unled: int = 0
    mute: int = 0
    mute_clients: int = 0


def invoices(run: ImportRun, limit: int) -> list[Invoice]:
    """The first invoices that the import created or updated, in the order of its files, each with its client."""
    return list(
        Invoice.select(Invoice, Client)
        .join(Client)
        .switch(Invoice)
        .join(ImportRow, on=(ImportRow.invoice == Invoice.id))
        .where(ImportRow.run == run, ImportRow.written.in_(("created", "updated")))
        .order_by(ImportRow.position)
        .limit(limit)
    )


def is_member(file: ImportFile) -> bool:
    """True for what a ZIP held: it was not given by itself (« lot.zip/facture.pdf »)."""
    return "/" in file.name


def forget(run: ImportRun) -> None:
    """Take an import out, with its files, as if it had not been asked for: nothing of it could be read."""
    with transaction():
        documents = [file.document_id for file in ImportFile.select().where(ImportFile.run == run)]
        run.delete_instance()
        Document.delete().where(Document.id.in_([one for one in documents if one])).execute()


def clients_made(run: ImportRun) -> int:
    """How many clients the import added, and that undoing it takes away unless they have something else."""
    rows = ImportRow.select(fn.COUNT(fn.DISTINCT(ImportRow.client))).where(ImportRow.run == run)
    return int(rows.where(ImportRow.before_json.contains(_MADE)).scalar() or 0)


def reminders(run: ImportRun) -> Reminders:
    """Where the reminders of what the import created stand today."""
    owed = _owed(run)
    off = owed.where(~_is_chased())
    reads = [
        off,
        owed.where(_is_chased(), ~_is_out()),
        owed.where(_is_chased(), _is_out()),
        off.where(~_follows(Invoice.client)),
        off.where(~has_usable(Invoice.client)),
        _mute_clients(run),
    ]
    return Reminders(*gathering.numbers(reads))


def mute_clients(run: ImportRun, limit: int) -> list[Client]:
    """The first clients, by name, whose created invoices cannot be chased for want of a usable address."""
    return list(_mute_clients(run).order_by(fn.LOWER(Client.name), Client.id).limit(limit))


def would_follow(run: ImportRun) -> int:
    """How many of the invoices to create would enter their client's sequence: sent, not paid, the client in one."""
    rows = ImportRow.select().where(
        ImportRow.run == run,
        ImportRow.action == "create",
        ImportRow.state == "sent",
        ImportRow.kind != "credit_note",
        ImportRow.paid_cents < ImportRow.total_cents,
        _follows(ImportRow.client),
    )
    if run.is_whole:
        rows = rows.where(ImportRow.file.not_in(import_counts.held_files(run)))
    return int(rows.count())


def startable(run: ImportRun, limit: int) -> list[int]:
    """Ids of what the import created and that can be chased but is not: the oldest due first."""
    query = (
        _owed(run)
        .where(~_is_chased(), has_usable(Invoice.client))
        .order_by(Invoice.next_due_on, Invoice.id)
        .limit(limit)
    )
    return [invoice.id for invoice in query]


def left_out(run: ImportRun) -> Iterator[tuple[ImportRow, str]]:
    """The rows that were to fix or put aside, with the name of their file; a few hundred are read at a time.

    Also the good ones of a file that was to be imported whole and keeps a row to fix.
    """
    after = -1
    which = ImportRow.action.in_(("fix", "aside"))
    if run.is_whole:
        held = ImportRow.file.in_(import_counts.held_files(run)) & (ImportRow.written == "")
        which |= ImportRow.action.in_(("create", "update")) & held
    while True:
        query = (
            ImportRow.select(ImportRow, ImportFile.name.alias("file_name"))
            .join(ImportFile)
            .where(ImportRow.run == run, which, ImportRow.position > after)
            .order_by(ImportRow.position)
            .limit(_PIECE)
            .objects()
        )
        rows: list[Any] = list(query)
        yield from ((row, str(row.file_name)) for row in rows)
        if len(rows) < _PIECE:
            return
        after = rows[-1].position


def cells(row: ImportRow) -> dict[str, str]:
    """What a row says by canonical column, as written in a table or as a table would say it, corrections included."""
    written: dict[str, str] = json.loads(row.cells_json)
    read: dict[str, Any] = json.loads(row.read_json)
    fixes: dict[str, str] = json.loads(row.fixes_json)
    return written | (_of_invoice(read) if read and not written else {}) | fixes


def _of_invoice(found: dict[str, Any]) -> dict[str, str]:
    """The cells of an electronic invoice."""
    read = serial.from_json(found)
    return {
        "numero": read.number,
        "type": _KIND_WORDS.get(read.kind or "", ""),
        "client": read.buyer.name,
        "client_siren": read.buyer.siren,
        "email": read.buyer.email,
        "date_emission": _day(read.issued_on),
        "date_echeance": _day(read.due_on),
        "montant_ttc": _amount(read.total_cents),
        "deja_regle": _amount(read.prepaid_cents),
        "devise": read.currency,
        "objet": read.object,
        "mode_paiement": _MEANS_WORDS.get(read.payment_means or "", ""),
        "facture_liee": read.credited_number,
    }


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _amount(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _owed(run: ImportRun) -> Any:
    return (
        Invoice.select(Invoice.id)
        .join(ImportRow, on=(ImportRow.invoice == Invoice.id))
        .where(ImportRow.run == run, ImportRow.written == "created")
        .where(is_owed(), Invoice.kind != "credit_note")
    )


def _mute_clients(run: ImportRun) -> Any:
    theirs = _owed(run).where(~_is_chased()).select(Invoice.client)
    return Client.select().where(Client.id.in_(theirs), ~has_usable(Client.id))


def _follows(client_id: Any) -> Any:
    """True for a client in a sequence that is in use."""
    client = Client.alias()
    followed = client.select(Value(1)).join(Sequence, on=(Sequence.id == client.sequence))
    return fn.EXISTS(followed.where(client.id == client_id, Sequence.archived_at.is_null(), Sequence.revision > 0))


def _is_chased() -> Any:
    chases = Chase.select(Value(1)).where(Chase.invoice == Invoice.id, Chase.ended_at.is_null())
    return fn.EXISTS(chases)


def _is_out() -> Any:
    entries = Entry.select(Value(1)).join(Chase).where(Chase.invoice == Invoice.id, Entry.is_out == True)  # noqa: E712
    return fn.EXISTS(entries)
