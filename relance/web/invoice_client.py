"""The client of an invoice's form: those to choose from, or the one that is created with the invoice."""

from dataclasses import replace

from flask import request

from relance import clock
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import invoicing, keeping_clients, listing
from relance.services.keeping_clients import ClientError, ClientFacts, ContactFacts
from relance.web.forms.invoices import InvoiceForm
from relance.web.forms.quotes import QuoteForm
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user


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


def clients_for(invoice: Invoice | None) -> list[Client]:
    """Those that can be chosen; the invoice's own even when it is archived."""
    found = listing.open_clients(current_account())
    if invoice is not None and invoice.client not in found:
        found.append(invoice.client)
    return found


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
