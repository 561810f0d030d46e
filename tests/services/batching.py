"""What the tests of sending to many share: clients with invoices of every kind, and the gesture itself."""

import datetime as dt

from relance.models.invoices import Invoice
from relance.services import batch_review, batches
from relance.services.batch_review import Choices
from relance.services.batches import Shown
from tests import factories

TODAY, NOW = factories.TODAY, factories.NOW
DAY = dt.timedelta(1)
DOMAIN = "relance.example"


def late(days):
    """A due date so many days ago."""
    return TODAY - days * DAY


def debtor(account, name, *days, **fields):
    """A client with a contact, and an invoice late by each of these days."""
    client = factories.make_client(account, name, siren="")
    factories.make_contact(client, "Service comptabilité", f"compta{client.id}@client.example")
    rows = [factories.make_invoice(client, due_on=late(n), total_cents=10_000 * (n + 100), **fields) for n in days]
    return client, rows


def reviewed(account, invoices, now=NOW, templates=None, anyway=()):
    """What sending about these invoices would do."""
    rows, missing = batch_review.chosen(account, [row.id for row in invoices])
    return batch_review.review(account, rows, Choices(templates or {}, anyway), now, missing=missing)


def shown(review):
    """What the page showed of a review."""
    return Shown(
        {invoice.id: invoice.balance_cents for line in review.lines for invoice in line.invoices},
        {line.key: tuple(contact.id for contact in line.contacts) for line in review.lines},
    )


def confirm(account, review, by, now=NOW, key="form-1", **options):
    """The batch that a click on « Envoyer » makes."""
    values = {"copies_user": False, "waits": False} | options
    return batches.confirm(account, review, shown(review), key=key, by=by, now=now, **values)


def states(batch):
    """The lines of a batch: state and reason."""
    return [(line.state, line.reason) for line in batches.lines_of(batch)]


def fresh(invoice):
    """The invoice as it is now."""
    return Invoice.get_by_id(invoice.id)
