"""An account with a client and its invoices, for tests: every value can be overridden by name."""

import datetime as dt
from itertools import count

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import (
    chasing,
    enrolling,
    forecasting,
    invoicing,
    keeping_clients,
    keeping_contacts,
    publishing,
    sequencing,
)
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InvoiceFacts
from relance.services.keeping_clients import ClientFacts
from relance.services.keeping_contacts import ContactFacts
from relance.services.sequencing import Block
from tests import factories

NOW = dt.datetime(2026, 11, 23, 10, 0)  # a Monday, 11:00 in Paris
TODAY = dt.date(2026, 11, 23)
_numbers = count(500_001)  # beyond those of tests/factories.py, whatever the order of tests


def make_account(**values):
    values = {"business_name": "Atelier Roussel", "rates_acknowledged": "2027-1", "created_at": NOW} | values
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


def make_sequence(account, *blocks, title="Ma séquence", now=factories.NOW, is_published=True, **options):
    """A sequence of blocks (days, template), or (days, template, kind); published unless it is said not to be."""
    sequence = sequencing.create(account, sequencing.Facts(title, **options), by=None, now=now)
    for block in blocks:
        add_block(sequence, *block, now=now)
    return publish(sequence, now=now) if is_published else latest(sequence)


def add_block(sequence, days, template, kind="mail", *, now=factories.NOW):
    """A block more in the draft; returns its key."""
    block = Block(kind, days, template)
    return sequencing.add_step(sequence, block, version=latest(sequence).version, by=None, now=now).key


def move_block(sequence, days, to, *, template=None, now=factories.NOW):
    """The block of J+``days`` on J+``to`` in the draft, or with another template."""
    known = block_at(sequence, days)
    block = Block(known.kind, to, known.template if template is None else template)
    sequencing.change_step(sequence, known.key, block, version=latest(sequence).version, by=None, now=now)


def drop_block(sequence, days, *, now=factories.NOW):
    """The draft without the block of J+``days``."""
    key = block_at(sequence, days).key
    sequencing.delete_step(sequence, key, version=latest(sequence).version, by=None, now=now)


def block_at(sequence, days):
    """The block of J+``days`` as the editor shows it."""
    return next(step for step in sequencing.steps_of(latest(sequence)) if step.offset_days == days)


def publish(sequence, now=factories.NOW):
    """« Mettre à jour la séquence »; returns the sequence as it then is."""
    publishing.publish(latest(sequence), version=latest(sequence).version, by=None, now=now)
    return latest(sequence)


def latest(sequence):
    return Sequence.get_by_id(sequence.id)


def enrol(sequence, *clients, now=factories.NOW):
    """These clients in the sequence; returns the report."""
    return enrolling.enrol(latest(sequence), [client.id for client in clients], by=None, now=now)


def events(**links):
    """The kinds of the events about an invoice or a client, oldest first."""
    (name, row), *_ = links.items()
    query = Event.select().where(getattr(Event, name) == row).order_by(Event.id)
    return [event.kind for event in query]


def fresh(invoice):
    return Invoice.get_by_id(invoice.id)


def sends_of_plan(invoice, plan, now):
    """What a plan not saved yet would send about the invoice."""
    situation = forecasting.situation_of_plan(invoice.account, invoice, plan, now)
    return [send for send in forecasting.sends_of(situation, now) if send.invoice_id == invoice.id]
