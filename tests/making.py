"""An account with a client and its invoices, for tests: every value can be overridden by name."""

import datetime as dt
from itertools import count

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import chasing, invoicing, keeping_clients, keeping_contacts
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InvoiceFacts
from relance.services.keeping_clients import ClientFacts
from relance.services.keeping_contacts import ContactFacts
from tests import factories

NOW = dt.datetime(2026, 11, 23, 10, 0)  # a Monday, 11:00 in Paris
TODAY = dt.date(2026, 11, 23)
_numbers = count(1)


def make_account(**values):
    values = {"business_name": "Atelier Roussel", "created_at": NOW} | values
    return Account.create(**values)


def make_user(account, **values):
    values = {
        "email": f"camille{next(_numbers)}@atelier.example",
        "password_hash": "x",
        "first_name": "Camille",
    } | values
    return User.create(account=account, created_at=NOW, **values)


def make_client(account, **values):
    values = {"name": "Latitude Conseil", "created_at": NOW} | values
    return Client.create(account=account, **values)


def make_contact(client, **values):
    values = {"name": "Nadia Benali", "email": f"compta{next(_numbers)}@latitude.example", "is_main": True} | values
    return Contact.create(account=client.account_id, client=client, created_at=NOW, **values)


def make_facts(client, **values):
    values = {
        "number": f"F-2026-{next(_numbers):04d}",
        "issued_on": dt.date(2026, 10, 1),
        "due_on": dt.date(2026, 10, 31),
        "total_cents": 432_000,
    } | values
    return InvoiceFacts(client_id=client.id, **values)


def make_invoice(client, *, state="sent", now=NOW, **values):
    return invoicing.create(client.account, make_facts(client, **values), state=state, now=now).invoice


def record_client(account, **values):
    """A client recorded by the service, so with its event."""
    return keeping_clients.create(account, ClientFacts(**{"name": "Latitude Conseil"} | values), by=None, now=NOW)


def record_contact(client, **values):
    """A contact recorded by the service, so with its event."""
    return keeping_contacts.add_contact(client, ContactFacts(**values), by=None, now=NOW)


def switch_on(invoice, *contacts, now=factories.NOW, **values):
    """Reminders of that invoice, on: three of them unless ``values`` say otherwise."""
    plan = ChasePlan(**{"contact_ids": tuple(c.id for c in contacts), "count": 3, **values})
    return chasing.start(invoice, plan, by=None, now=now)


def events(**links):
    """The kinds of the events about an invoice or a client, oldest first."""
    (name, row), *_ = links.items()
    query = Event.select().where(getattr(Event, name) == row).order_by(Event.id)
    return [event.kind for event in query]


def fresh(invoice):
    return Invoice.get_by_id(invoice.id)
