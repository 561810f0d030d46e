"""Importing invoices: a dry run, then everything or nothing, in one transaction. Reminders stay off.

``plan`` says what would happen, ``apply`` does it, ``import_files`` is both for the command line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from peewee import IntegrityError

from relance import storage
from relance.db import transaction
from relance.imports.values import InvoiceRead, Party, RefusedError
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import invoicing, keeping_clients
from relance.services.import_lines import Line, already_paid, read_csv, read_pdf
from relance.services.import_matching import Debtor, is_valid_number, seller_problem
from relance.services.import_planning import CREATE, FIX, ImportPlan, Item, Key, plan
from relance.services.invoice_facts import InvoiceError, InvoiceFacts
from relance.services.keeping_clients import ClientError, ClientFacts, ContactFacts

__all__ = [
    "ImportBlockedError",
    "ImportPlan",
    "Imported",
    "Line",
    "already_paid",
    "apply",
    "as_json",
    "from_pdf",
    "import_files",
    "keep_document",
    "plan",
    "read_csv",
    "read_pdf",
    "seller_problem",
]

BAD_ROWS = "Des lignes sont à corriger : rien n'a été enregistré."
CHANGED = "Ces factures ont changé pendant l'import : rien n'a été enregistré. Vérifiez le fichier à nouveau."


class ImportBlockedError(Exception):
    """Nothing was written; the sentence says why, in French."""


@dataclass(frozen=True)
class Imported:
    """What an import wrote. ``plan`` is the dry run it followed."""

    plan: ImportPlan
    invoices: tuple[Invoice, ...]
    new_clients: int


def from_pdf(account: Account, content: bytes, file: str) -> tuple[InvoiceRead, str | None]:
    """What a PDF says, to fill the form, and why it may not be the account's own invoice.

    RefusedError, in French, when the PDF may not be kept; ``error`` is set when it only has no data.
    """
    read = read_pdf(content, file).read
    return read, None if read.error else seller_problem(account, read.seller, read.buyer)


def apply(planned: ImportPlan, *, by: User | None, now: datetime, skip_bad_rows: bool = False) -> Imported:
    """Write what the plan says, all of it or nothing. Reminders are never switched on here.

    The plan is made again inside the transaction: what was recorded since counts, and the same file twice
    changes nothing. With lines to fix, ImportBlockedError unless ``skip_bad_rows``.
    """
    account = planned.account
    today = local_date(now, account.time_zone)
    try:
        with transaction():
            fresh = plan(account, list(planned.lines), today, takes_any_seller=planned.takes_any_seller)
            if fresh.of(FIX) and not skip_bad_rows:
                raise ImportBlockedError(BAD_ROWS)
            return _write(fresh, by, now)
    except (InvoiceError, ClientError) as error:
        raise ImportBlockedError(f"Rien n'a été enregistré : {error}") from error
    except IntegrityError as error:
        raise ImportBlockedError(CHANGED) from error


def _write(fresh: ImportPlan, by: User | None, now: datetime) -> Imported:
    written: dict[Key, Invoice] = {}
    clients: dict[int, Client] = {}
    # Invoices first, so that a credit note finds the one it lowers.
    for item in sorted(
        fresh.of(CREATE), key=lambda item: item.wanted is not None and item.wanted.kind == "credit_note"
    ):
        assert item.wanted is not None
        assert item.debtor is not None
        client = clients.get(id(item.debtor))
        if client is None:
            client = clients[id(item.debtor)] = _client(fresh.account, item.debtor, by, now)
        contact = _contact(client, item.line, by, now)
        written[item.wanted.key] = _invoice(fresh.account, item, client, contact, written, by, now)
    return Imported(plan=fresh, invoices=tuple(written.values()), new_clients=len(fresh.new_clients))


def _client(account: Account, debtor: Debtor, by: User | None, now: datetime) -> Client:
    if debtor.client is not None:
        return debtor.client
    facts = ClientFacts(
        name=debtor.name,
        kind=debtor.kind,
        siren=debtor.siren if is_valid_number(debtor.siren) else "",
        vat_number=debtor.vat,
        address="\n".join(debtor.address),
        country=debtor.country,
    )
    return keeping_clients.create(account, facts, by=by, now=now)


def _contact(client: Client, line: Line, by: User | None, now: datetime) -> Contact | None:
    """The contacts the document names, added if they are not there yet; the first one receives the invoice."""
    present = keeping_clients.active_contacts(client)
    by_email = {contact.email.casefold(): contact for contact in present if contact.email}
    if not line.emails:
        if line.contact and not present:
            keeping_clients.add_contact(client, ContactFacts(name=line.contact), by=by, now=now)
        return None
    # An individual has one contact: the one already there stays.
    emails = line.emails if client.kind != "individual" else line.emails[:1]
    if client.kind == "individual" and by_email and emails[0].casefold() not in by_email:
        return None
    for position, email in enumerate(emails):
        if email.casefold() not in by_email:
            facts = ContactFacts(name=line.contact if position == 0 else "", email=email)
            by_email[email.casefold()] = keeping_clients.add_contact(client, facts, by=by, now=now)
    return by_email[emails[0].casefold()]


def _invoice(
    account: Account,
    item: Item,
    client: Client,
    contact: Contact | None,
    written: dict[Key, Invoice],
    by: User | None,
    now: datetime,
) -> Invoice:
    wanted, read = item.wanted, item.line.read
    assert wanted is not None
    credited = written[item.credited] if isinstance(item.credited, tuple) else item.credited
    document = None
    if item.line.pdf is not None:
        document = keep_document(account, "invoice", read.file, "application/pdf", item.line.pdf, now)
    facts = InvoiceFacts(
        client_id=client.id,
        contact_id=contact.id if contact else None,
        number=wanted.number,
        kind=wanted.kind,
        issued_on=wanted.issued_on,
        due_on=wanted.due_on,
        currency=wanted.currency,
        total_cents=wanted.total_cents,
        net_cents=abs(read.net_cents) if read.net_cents is not None else None,
        vat_cents=abs(read.vat_cents) if read.vat_cents is not None else None,
        object=read.object[:250],
        order_reference=read.order_reference[:200],
        payment_method=wanted.payment_method,
        credited_invoice_id=credited.id if credited else None,
        document_id=document.id if document else None,
        source=item.line.source,
        already_paid_cents=wanted.paid_cents,
        already_paid_on=wanted.paid_on,
    )
    # « Payée » is derived from the payment that creating records.
    state = "sent" if item.line.state == "paid" else item.line.state
    return invoicing.create(account, facts, state=state, by=by, now=now).invoice


def keep_document(account: Account, kind: str, name: str, mime: str, content: bytes, now: datetime) -> Document:
    """Keep the bytes of a file and return its row. ``kind``: invoice or import."""
    sha256 = storage.put(content)
    return Document.create(
        account=account, kind=kind, name=name[:200], mime=mime, size=len(content), sha256=sha256, created_at=now
    )


def import_files(
    account: Account, paths: Iterable[Path], *, dry_run: bool, by: User | None, now: datetime
) -> list[dict[str, Any]]:
    """Import files from the command line, each one whole or not at all; one object per document read.

    Each object is ``as_json`` of the document, with ``result``: create, same, different or fix (what was done,
    or would be), held (good, but in a file with bad lines) or refused (the whole file).
    In a dry run someone else's invoice is a warning; otherwise it is refused. Storage must be open.
    """
    found: list[dict[str, Any]] = []
    today = local_date(now, account.time_zone)
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            found.append(_refused(path.name, f"Fichier illisible : {error.strerror}."))
            continue
        found.extend(_import_one(account, content, path.name, dry_run=dry_run, by=by, now=now, today=today))
    return found


def _import_one(
    account: Account, content: bytes, name: str, *, dry_run: bool, by: User | None, now: datetime, today: date
) -> list[dict[str, Any]]:
    warnings: tuple[str, ...] = ()
    try:
        if content.startswith(b"%PDF-") or name.lower().endswith(".pdf"):
            lines = [read_pdf(content, name)]
        else:
            lines, warnings = read_csv(content, name)
    except RefusedError as error:
        return [_refused(name, str(error))]
    planned = plan(account, lines, today, takes_any_seller=dry_run)
    blocked = None
    if not dry_run:
        try:
            planned = apply(planned, by=by, now=now).plan
        except ImportBlockedError as error:
            blocked = str(error)
    return [_told(item, warnings, blocked) for item in planned.items]


def _refused(name: str, sentence: str) -> dict[str, Any]:
    return as_json(InvoiceRead(file=name, error=sentence)) | {"result": "refused"}


def _told(item: Item, file_warnings: tuple[str, ...], blocked: str | None) -> dict[str, Any]:
    """An item for the command line. A good line held back by bad ones says so: it was not written."""
    told = as_json(item.line.read)
    told["result"] = item.action
    told["warnings"] = [*file_warnings, *item.warnings]
    if item.problems:
        told["error"] = " ".join(
            _sentence(item, problem.column, problem.value, problem.reason) for problem in item.problems
        )
    elif blocked and item.action == CREATE:
        told["result"] = "held"
        told["error"] = blocked
    return told


def _sentence(item: Item, column: str, value: str, reason: str) -> str:
    where = f"Ligne {item.line.line}" if item.line.line else ""
    what = f"{column} « {value} »" if value and value not in reason else column
    head = ", ".join(part for part in (where, what) if part)
    return f"{head} : {reason}" if head else reason


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
