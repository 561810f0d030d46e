"""Rows become invoices, a few hundred at a time: each slice is one transaction, so that a stop loses nothing.

What is plain (a new invoice of a client without a sequence) is inserted together with its instalments, its payment and
its events, as ``invoicing.create`` would one by one (``tests/services/test_import_writing.py`` holds both side by
side). Everything else goes through the same services as a person's gesture.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from peewee import IntegrityError

from relance.db import transaction
from relance.imports.values import RefusedError
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import import_bulk, import_clients, import_lines, import_statuses, invoicing, paying
from relance.services.import_checking import columns, planner_of
from relance.services.import_counts import held_files
from relance.services.import_facts import facts_of
from relance.services.import_planning import CREATE, FIX, UPDATE, Item, Planner, Problem, paid_more
from relance.services.invoice_facts import InstalmentFacts, InvoiceError
from relance.services.keeping_clients import ClientError
from relance.storage import StorageError

CHUNK = 250
GONE = "Cette facture a changé pendant l'import. Vérifiez-la, puis importez-la de nouveau."


def write(run: ImportRun, now: dt.datetime, goes_on: Callable[[], bool]) -> bool:
    """Write the rows that are not yet, then the statuses. False when it had to stop before the end."""
    planner = planner_of(run, now)
    files = {file.id: file for file in ImportFile.select().where(ImportFile.run == run)}
    reader = import_lines.Reader(files)
    held = held_files(run) if run.is_whole else []
    while goes_on():
        rows = _next(run, held)
        if not rows:
            for file in files.values():
                if file.format in import_lines.STATUSES and not file.error:
                    if "noted" in import_statuses.told(file):
                        continue
                    _apply_statuses(file, run.user, now)
                    if not goes_on():
                        return False
            return True
        try:
            with transaction():
                _write_slice(run, rows, files, reader, planner, now)
        except IntegrityError:  # another import of the same file was quicker: each row by itself, told when it is there
            planner = planner_of(run, now)  # what it knew of the clients just made is undone too
            for row in rows:
                with transaction():
                    _write_slice(run, [row], files, reader, planner, now, alone=True)
        ImportRun.update(n_done=ImportRun.n_done + len(rows)).where(ImportRun.id == run.id).execute()
    return False


def _apply_statuses(file: ImportFile, by: User | None, now: dt.datetime) -> None:
    try:
        import_statuses.note(file, by, now)
    except (RefusedError, StorageError) as error:  # its bytes are gone since it was checked
        ImportFile.update(error=str(error)).where(ImportFile.id == file.id).execute()


def _next(run: ImportRun, held: list[int]) -> list[ImportRow]:
    """Invoices first, so that a credit note finds the one it lowers."""
    query = ImportRow.select().where(
        ImportRow.run == run, ImportRow.action.in_((CREATE, UPDATE)), ImportRow.written == ""
    )
    if held:
        query = query.where(ImportRow.file.not_in(held))
    rows = list(query.where(ImportRow.kind != "credit_note").order_by(ImportRow.position).limit(CHUNK))
    return rows or list(query.order_by(ImportRow.position).limit(CHUNK))


def _write_slice(
    run: ImportRun,
    rows: list[ImportRow],
    files: dict[int, ImportFile],
    reader: import_lines.Reader,
    planner: Planner,
    now: dt.datetime,
    *,
    alone: bool = False,
) -> None:
    """Decide again with what is recorded now, then write: the same file twice, at once, is one import."""
    lines = [reader.line(row) for row in rows]
    planner.learn(lines, {})
    plain: list[tuple[ImportRow, Item, Client, Contact | None]] = []
    items = [planner.place(line, accepts=row.accepts) for row, line in zip(rows, lines, strict=True)]
    known_ids = {item.debtor.client.id for item in items if item.debtor and item.debtor.client}
    Client.update(turn=Client.turn + 1).where(Client.id.in_(sorted(known_ids))).execute()
    clients = import_clients.Clients(run.account, known_ids, run.user, now)
    for row, item in zip(rows, items, strict=True):
        if item.action not in (CREATE, UPDATE):
            _leave(row, item)
            continue
        try:
            if item.action == UPDATE:
                with transaction():
                    _update(row, item, run.user, now)
                continue
            client, contact = clients.of(item)
            if not alone and import_bulk.is_plain(item, client):
                plain.append((row, item, client, contact))
                continue
            with transaction():
                _create(run, row, item, client, contact, files[row.file_id], clients, now)
        except (InvoiceError, ClientError, paying.PaymentError) as error:
            _refuse(row, item, str(error))
        except (IntegrityError, invoicing.StaleFormError):  # somebody saved it meanwhile
            _refuse(row, item, GONE)
    documents = {row.id: _document(run.account, files[row.file_id], now) for row, *_rest in plain}
    made = import_bulk.insert(run.account, plain, documents, by=run.user, now=now)
    for row, _item, client, contact in plain:
        _wrote(row, made[row.id], clients, client, contact)


def _leave(row: ImportRow, item: Item) -> None:
    """It is no longer to be written: recorded meanwhile, or in the way of something that was."""
    ImportRow.update(**columns(item)).where(ImportRow.id == row.id).execute()


def _refuse(row: ImportRow, item: Item, sentence: str) -> None:
    problem = Problem(column="", value="", reason=sentence)
    _leave(row, replace(item, action=FIX, problems=(problem,)))


def _create(
    run: ImportRun,
    row: ImportRow,
    item: Item,
    client: Client,
    contact: Contact | None,
    file: ImportFile,
    clients: import_clients.Clients,
    now: dt.datetime,
) -> None:
    """One invoice as a person would record it: it follows its client's sequence, or waits for a choice."""
    document = _document(run.account, file, now)
    facts = facts_of(item, client, contact, document, _credited(item, client))
    # « Payée » is derived from the payment that creating records.
    state = "sent" if item.line.state == "paid" else item.line.state
    waits = run.reminders == "off"
    invoice = invoicing.create(run.account, facts, state=state, by=run.user, now=now, waits=waits).invoice
    _wrote(row, invoice.id, clients, client, contact)


def _wrote(
    row: ImportRow, invoice_id: int, clients: import_clients.Clients, client: Client, contact: Contact | None
) -> None:
    before = {"client": clients.has_made(client), "contacts": clients.contacts_made(client)}
    ImportRow.update(written="created", invoice=invoice_id, client=client.id, before_json=json.dumps(before)).where(
        ImportRow.id == row.id
    ).execute()


def _credited(item: Item, client: Client) -> int | None:
    if not item.credited or item.wanted is None:
        return None
    found = Invoice.select(Invoice.id).where(
        Invoice.account == client.account_id,
        Invoice.number == item.credited,
        Invoice.client == client,
        Invoice.currency == item.wanted.currency,
        Invoice.kind != "credit_note",
    )
    row = found.order_by(Invoice.issued_on.desc()).first()
    return row.id if row is not None else None


def _document(account: Account, file: ImportFile, now: dt.datetime) -> int | None:
    """The PDF to keep with the invoice it shows; a table or bare data stay with the import."""
    if file.format not in ("facturx", "pdf") or file.document is None:
        return None
    source = file.document
    name = file.name.rpartition("/")[2][-200:]
    kept = Document.create(
        account=account,
        kind="invoice",
        name=name,
        mime="application/pdf",
        size=source.size,
        sha256=source.sha256,
        created_at=now,
    )
    return int(kept.id)


def _update(row: ImportRow, item: Item, by: User | None, now: dt.datetime) -> None:
    """Bring a recorded invoice to what the file says: total, due date, money received. Never its client."""
    existing, wanted = item.existing, item.wanted
    assert existing is not None
    assert wanted is not None
    before: dict[str, Any] = {"version": existing.version}
    facts = invoicing.facts_of(existing)
    if (facts.total_cents, facts.due_on, facts.currency) != (wanted.total_cents, wanted.due_on, wanted.currency):
        before |= {"total_cents": facts.total_cents, "currency": facts.currency, "due_on": facts.due_on.isoformat()}
        before["parts"] = [[part.due_on.isoformat(), part.amount_cents] for part in facts.instalments]
        changed = replace(
            facts,
            total_cents=wanted.total_cents,
            due_on=wanted.due_on,
            currency=wanted.currency,
            instalments=tuple(InstalmentFacts(day, cents) for day, cents in wanted.parts),
        )
        existing = invoicing.update(existing, changed, version=existing.version, by=by, now=now).invoice
    more = paid_more(existing, wanted)
    if more and existing.state in ("sent", "paid"):
        today = local_date(now, existing.account.time_zone)
        paid_on = min(wanted.paid_on or today, today)
        received = paying.record(existing, more, paid_on, wanted.payment_method, by=by, now=now)
        before["payment"] = received.payment.id
    after = Invoice.get_by_id(existing.id)
    before["after"] = after.version
    ImportRow.update(written="updated", invoice=existing.id, before_json=json.dumps(before)).where(
        ImportRow.id == row.id
    ).execute()
