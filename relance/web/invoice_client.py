"""The client of the form of an invoice or a quote: those to choose from, or the one that is created with it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import request

from relance import clock
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.quotes import Quote
from relance.services import filing, invoicing, keeping_clients, listing
from relance.services.keeping_clients import ClientError, ClientFacts, ContactFacts
from relance.web.forms.invoices import InvoiceForm, find, labels
from relance.web.forms.quotes import QuoteForm
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, document_or_404


def facts_of(form: InvoiceForm, known: Client | None) -> invoicing.InvoiceFacts:
    """What the form says, about a client that exists: a new one is created first."""
    client, contact_id = client_to_use(form, known)
    facts = form.facts(client.id)
    return replace(facts, contact_id=contact_id) if contact_id else facts


def client_to_use(form: InvoiceForm | QuoteForm, client: Client | None) -> tuple[Client, int | None]:
    """The client, created with its contact if it is new. ClientError names the fields of this form."""
    if client is not None:
        return client, None
    account, user, now = current_account(), current_user(), clock.now()
    facts = ClientFacts(name=form.client.data, kind=form.client_kind.data)
    contact = ContactFacts(name=form.contact_name.data, email=form.contact_email.data)
    errors = {}
    try:
        keeping_clients.check_contact(contact)
    except ClientError as error:
        errors = {f"contact_{name}": text for name, text in error.errors.items()}
    if (contact.name or contact.email) and errors:
        raise ClientError(errors)
    try:
        made = keeping_clients.create(account, facts, by=user, now=now)
    except ClientError as error:
        raise ClientError({"client": " ".join(error.errors.values())}) from error
    if not (contact.name or contact.email):
        return made, None
    return made, int(keeping_clients.add_contact(made, contact, by=user, now=now).id)


def clients_for(owner: Invoice | Quote | None) -> list[Client]:
    """Those that can be chosen; the invoice's or quote's own even when it is archived."""
    found = listing.open_clients(current_account())
    if owner is not None and owner.client not in found:
        found.append(owner.client)
    return found


def chosen(form: InvoiceForm | QuoteForm, clients: Sequence[Client], unknown: str) -> Client | None:
    """The client that was typed, None for a new one; refused in the words of ``unknown`` until it is filled in."""
    client = find(clients, form.client.data or "")
    typed = (form.client.data or "").strip()
    if client is None and typed and form.creates_client.data != listing.plain(typed):
        form.refuse("client", unknown)
    return client


def shown(form: InvoiceForm | QuoteForm, clients: Sequence[Client]) -> tuple[Client | None, dict[str, Any]]:
    """The client that was typed, and what the form shows because of it: its contacts, or what creates it."""
    typed = (form.client.data or "").strip()
    client = find(clients, typed)
    contacts = keeping_clients.active_contacts(client) if client is not None else []
    is_new = client is None and bool(typed)
    form.creates_client.data = listing.plain(typed) if is_new else ""
    form.creates_client.raw_data = None
    document_id = row_id(form.document_id.data)
    return client, {
        "form": form,
        "client_labels": list(labels(clients)),
        "client": client,
        "contacts": [(one.id, one.name or one.email) for one in contacts],
        "is_new_client": is_new,
        "has_contacts": bool(contacts),
        "has_address": any(one.is_usable for one in contacts),
        "document": document_or_404(document_id) if document_id else None,
        "currency": form.currency.data or "EUR",
    }


def keep_document(form: InvoiceForm | QuoteForm, keep: Callable[..., Document]) -> None:
    """Keep the file that was joined, by ``keep``, even when something else of the form must be corrected."""
    upload = form.file.data
    if not upload or not getattr(upload, "filename", ""):
        return
    try:
        document = keep(current_account(), upload.read(), upload.filename, now=clock.now())
    except filing.FileError as error:
        form.refuse("file", str(error))
        return
    form.document_id.data = str(document.id)
    form.document_id.raw_data = None


def creditable(client: Client, invoice: Invoice | None) -> list[Invoice]:
    """The client's invoices that a credit note may name, the newest first."""
    query = Invoice.select().where(
        Invoice.client == client, Invoice.kind != "credit_note", Invoice.state.in_(("sent", "paid"))
    )
    if invoice is not None:
        query = query.where(Invoice.id != invoice.id)
    return list(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(200))


def client_of_address() -> Client | None:
    """The client that « Nouvelle facture » of a client's page names."""
    key = row_id(request.args.get("client"))
    found: Client | None = Client.get_or_none(Client.id == key, Client.account == current_account())
    return found


def days_of(client: Client | None) -> int:
    """The usual delay of payment, in days: the client's, or the account's."""
    if client is not None and client.payment_days is not None:
        return int(client.payment_days)
    return int(current_account().payment_days)
