"""The canonical CSV of invoices of an account: what Relance, or whoever reads the documented format, takes back as is.

The format knows less than Relance. A written-off invoice is « annulee », so that nobody is chased for it again; cash is
the default means; several due dates are the last one; what was paid beyond the total is the total. The other files of
the export tell the rest.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from peewee import fn

from relance.imports.canonical_csv import COLUMNS
from relance.imports.words import CLIENT_KINDS, KINDS, PAYMENT_MEANS, STATES
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import gathering
from relance.services.export_cells import lines

PAGE = 500  # invoices read at once
FILE = "factures.csv"

_KINDS = {value: word for word, value in KINDS.items()}
_STATES = {value: word for word, value in STATES.items()} | {"written_off": "annulee"}
_CLIENT_KINDS = {value: word for word, value in CLIENT_KINDS.items()}
_MEANS = {value: word for word, value in PAYMENT_MEANS.items()}
_RECEIVES = ("sent", "paid")  # the states whose payments the format takes


def pieces(account: Account) -> Iterator[bytes]:
    """The file by pieces: UTF-8 with its mark. No cell of it is a formula; reading it back takes the apostrophe off."""
    rows = (row for page in pages(account) for row in page)
    return (text.encode() for text in lines(COLUMNS, rows))


def pages(account: Account) -> Iterator[list[list[Any]]]:
    """Its lines, invoices before the credit notes that lower them, each in the order they were recorded."""
    for kinds in (Invoice.kind != "credit_note", Invoice.kind == "credit_note"):
        last = 0
        while True:
            query = (
                Invoice.select(Invoice, Client)
                .join(Client)
                .where(Invoice.account == account, kinds, Invoice.id > last)
                .order_by(Invoice.id)
                .limit(PAGE)
            )
            found = list(query)
            if found:
                yield _lines(account, found)
            if len(found) < PAGE:
                break
            last = found[-1].id


def _lines(account: Account, invoices: list[Any]) -> list[list[Any]]:
    ids = [invoice.id for invoice in invoices]
    clients = {invoice.client_id for invoice in invoices}
    contacts, paid, lowering, credited = gathering.read(
        Contact.select().where(Contact.account == account, Contact.client.in_(sorted(clients)), Contact.email != ""),
        Payment.select(Payment.invoice, fn.SUM(Payment.amount_cents))
        .where(Payment.account == account, Payment.invoice.in_(ids))
        .group_by(Payment.invoice)
        .tuples(),
        Invoice.select(Invoice.credited_invoice)
        .where(Invoice.account == account, Invoice.credited_invoice.in_(ids), Invoice.state.in_(_RECEIVES))
        .tuples(),
        Invoice.select(Invoice.id, Invoice.number)
        .where(
            Invoice.account == account,
            Invoice.id.in_([one.credited_invoice_id for one in invoices if one.credited_invoice_id]),
        )
        .tuples(),
    )
    addresses = _addresses(contacts)
    sums = {key: int(cents) for key, cents in paid}
    lowered, numbers = {key for (key,) in lowering}, dict(credited)
    return [
        _line(
            invoice,
            addresses.get(invoice.contact_id) or addresses.get(-invoice.client_id),
            sums.get(invoice.id, 0),
            invoice.id in lowered,
            numbers.get(invoice.credited_invoice_id, ""),
        )
        for invoice in invoices
    ]


def _addresses(contacts: Iterable[Any]) -> dict[int | None, Any]:
    """The contacts that may be written to, by id; under minus the id of a client, its main one."""
    found: dict[int | None, Any] = {}
    for contact in sorted(contacts, key=lambda one: (not one.is_main, one.id)):
        if contact.archived_at is None:
            found[contact.id] = contact
            found.setdefault(-contact.client_id, contact)
    return found


def _line(invoice: Any, contact: Any, paid_cents: int, is_lowered: bool, credited: str) -> list[Any]:
    state = invoice.state
    if state == "paid" and is_lowered:
        state = "sent"  # « payee » would record a payment of the whole: here the credit note did a part of it
    is_told = state == "sent" and paid_cents and not invoice.is_credit_note
    return [
        invoice.number,
        _KINDS[invoice.kind],
        _STATES[state],
        invoice.client.name,
        _CLIENT_KINDS[invoice.client.kind],
        invoice.client.siren,
        contact.email if contact else "",
        contact.name if contact else "",
        invoice.issued_on,
        invoice.due_on,
        (invoice.total_cents,),
        (min(paid_cents, invoice.total_cents),) if is_told else None,
        invoice.currency,
        invoice.object,
        _MEANS.get(invoice.payment_method, ""),
        credited,
    ]
