"""The statement of account (relevé de compte) of a client: what is open today, what was received, what is left.

By instalments, as letters count: of an invoice in three parts, only the parts whose date has passed are late.
"""

import re
import unicodedata
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from peewee import fn

from relance import storage
from relance.db import transaction
from relance.letters import press
from relance.letters import statement as paper
from relance.letters.facts import Bank, Received
from relance.letters.statement import Credit, OpenInvoice, Others, Part, StatementFacts
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.rules.calendar import local_instant
from relance.services import claiming

KIND = "statement"
PDF = "application/pdf"
COUNTED = ("sent", "paid")
LISTED = 200  # invoices of a currency: about two seconds of layout
LISTED_CREDITS = 20


def statements(client: Client, today: date) -> list[StatementFacts]:
    """The account of ``client`` in each currency in which something is open or at its credit, the euro first.

    One empty statement in euros when nothing is. The oldest LISTED invoices are told one by one, the rest by
    their sums: paper is laid out while somebody waits.
    """
    account: Account = client.account
    opened, excess = _opened(client, today), _excess(client)
    listed = {currency: _oldest(client, currency) for currency in opened}
    details = _Details([invoice.id for invoices in listed.values() for invoice in invoices], today)
    found = []
    for currency in sorted({*opened, *excess}, key=lambda code: (code != "EUR", code)) or ["EUR"]:
        invoices = listed.get(currency, [])
        lines = tuple(details.line(invoice) for invoice in invoices)
        notes, credit_cents = excess.get(currency, ((), 0))
        found.append(
            StatementFacts(
                dated_on=today,
                currency=currency,
                sender=claiming.sender_of(account),
                client_name=client.name,
                recipient=claiming.recipient(client).lines,
                invoices=lines,
                credits=notes,
                bank=Bank(
                    holder=account.iban_holder or account.business_name,
                    iban=account.iban,
                    bic=account.bic,
                    reference=claiming.reference(account, invoices),
                ),
                others=_others(opened.get(currency, Others()), lines),
                other_credit_cents=credit_cents - sum(credit.amount_cents for credit in notes),
            )
        )
    return found


def pdf(client: Client, today: date) -> bytes:
    """The statement as a PDF, all currencies. The same account on the same day gives the same bytes.

    It is laid out here and now: 10 ms an invoice, two seconds at most. PressError when it cannot be.
    """
    midnight = local_instant(today, 0, client.account.time_zone)
    return press.print_pdf(paper.page(statements(client, today)), created_at=midnight)


def document(client: Client, *, today: date, now: datetime) -> Document:
    """The statement of ``today`` as a kept file, to attach to a message. The same bytes are kept once.

    ``now`` is UTC. PressError or StorageError when it cannot be made.
    """
    content = pdf(client, today)
    sha256 = storage.put(content)
    own = (Document.account == client.account_id) & (Document.kind == KIND) & (Document.sha256 == sha256)
    with transaction():
        found: Document | None = Document.get_or_none(own)
        return found or Document.create(
            account=client.account_id,
            kind=KIND,
            name=file_name(client, today),
            mime=PDF,
            size=len(content),
            sha256=sha256,
            created_at=now,
        )


def file_name(client: Client, today: date) -> str:
    """« releve-latitude-conseil-2026-11-23.pdf »."""
    name = client.name.lower().replace("œ", "oe").replace("æ", "ae")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].strip("-") or "client"
    return f"releve-{slug}-{today.isoformat()}.pdf"


def _is_open(client: Client) -> Any:
    return (
        (Invoice.client == client)
        & (Invoice.state == "sent")
        & (Invoice.balance_cents > 0)
        & (Invoice.kind != "credit_note")
    )


def _opened(client: Client, today: date) -> dict[str, Others]:
    """How many invoices are open in each currency, and their sums: two queries."""
    sums: Any = (
        Invoice.select(
            Invoice.currency, fn.COUNT(Invoice.id), fn.SUM(Invoice.total_cents), fn.SUM(Invoice.balance_cents)
        )
        .where(_is_open(client))
        .group_by(Invoice.currency)
        .tuples()
    )
    late: Any = (
        Instalment.select(Invoice.currency, fn.SUM(Instalment.balance_cents))
        .join(Invoice)
        .where(_is_open(client), Instalment.due_on < today)
        .group_by(Invoice.currency)
        .tuples()
    )
    late_cents = dict(late)
    return {
        currency: Others(int(count), int(amount), int(balance), int(late_cents.get(currency, 0)))
        for currency, count, amount, balance in sums
    }


def _oldest(client: Client, currency: str) -> list[Invoice]:
    query = Invoice.select().where(_is_open(client), Invoice.currency == currency)
    return list(query.order_by(Invoice.next_due_on, Invoice.number, Invoice.id).limit(LISTED))


def _others(every: Others, lines: tuple[OpenInvoice, ...]) -> Others:
    """What is open beside the invoices listed."""
    return Others(
        count=every.count - len(lines),
        amount_cents=every.amount_cents - sum(line.total_cents for line in lines),
        balance_cents=every.balance_cents - sum(line.balance_cents for line in lines),
        late_cents=every.late_cents - sum(p.balance_cents for line in lines for p in line.parts if p.days_late),
    )


def _excess(client: Client) -> dict[str, tuple[tuple[Credit, ...], int]]:
    """The client's credit in each currency: its first lines, and all of it in cents."""
    rows = Invoice.select().where(Invoice.client == client, Invoice.state.in_(COUNTED), Invoice.excess_cents > 0)
    found: dict[str, list[Credit]] = defaultdict(list)
    for invoice in rows.order_by(Invoice.issued_on, Invoice.id):
        is_note = invoice.is_credit_note
        on = invoice.issued_on if is_note else invoice.paid_on or invoice.issued_on
        found[invoice.currency].append(Credit(invoice.number, on, invoice.excess_cents, is_note))
    return {
        currency: (tuple(lines[:LISTED_CREDITS]), sum(row.amount_cents for row in lines))
        for currency, lines in found.items()
    }


class _Details:
    """The open instalments, payments and credit notes of some invoices, in three queries."""

    def __init__(self, ids: list[int], today: date) -> None:
        self.parts: dict[int, list[Part]] = defaultdict(list)
        self.received: dict[int, list[Received]] = defaultdict(list)
        instalments: Any = Instalment.select().where(Instalment.invoice.in_(ids), Instalment.balance_cents > 0)
        for row in instalments.order_by(Instalment.due_on, Instalment.position):
            days = max((today - row.due_on).days, 0)
            self.parts[row.invoice_id].append(Part(row.due_on, row.balance_cents, days))
        for payment in Payment.select().where(Payment.invoice.in_(ids)):
            self.received[payment.invoice_id].append(Received(payment.received_on, payment.amount_cents))
        notes = Invoice.select().where(
            Invoice.credited_invoice.in_(ids), Invoice.kind == "credit_note", Invoice.state.in_(COUNTED)
        )
        for note in notes:
            line = Received(note.issued_on, note.total_cents, is_credit_note=True, number=note.number)
            self.received[note.credited_invoice_id].append(line)

    def line(self, invoice: Invoice) -> OpenInvoice:
        received = sorted(self.received[invoice.id], key=lambda line: (line.on, line.number))
        return OpenInvoice(
            invoice.number, invoice.issued_on, invoice.total_cents, tuple(received), tuple(self.parts[invoice.id])
        )
