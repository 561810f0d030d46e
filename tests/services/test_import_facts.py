"""A document to import as the facts of an invoice."""

import datetime as dt

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.services import importing
from relance.services.import_facts import facts_of
from tests import factories
from tests.data import making
from tests.services.import_made import pdf_line


def test_the_facts_are_those_of_the_document(account: Account, latitude: Client) -> None:
    (item,) = importing.plan(account, [pdf_line(making.facturx())], factories.TODAY)
    facts = facts_of(item, latitude, None, 7, None)
    assert (facts.number, facts.client_id, facts.document_id, facts.source) == (
        "F-2026-0101",
        latitude.id,
        7,
        "facturx",
    )
    assert (facts.total_cents, facts.net_cents, facts.already_paid_cents) == (180_000, 150_000, 30_000)
    assert (facts.issued_on, facts.due_on, facts.order_reference) == (
        dt.date(2026, 10, 2),
        dt.date(2026, 11, 1),
        "BC-77",
    )
    assert facts.contact_id is facts.credited_invoice_id is None
