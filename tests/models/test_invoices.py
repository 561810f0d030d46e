"""What an invoice's row answers by itself."""

import datetime as dt

import peewee
import pytest

from relance.models.clients import Client
from relance.models.invoices import Instalment, Invoice
from tests import factories
from tests.factories import TODAY


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"due_on": TODAY}, False),
        ({"due_on": TODAY - dt.timedelta(days=1)}, True),
        ({"state": "draft"}, False),
        ({"state": "cancelled"}, False),
        ({"balance_cents": 0}, False),
        ({"kind": "credit_note"}, False),
    ],
)
def test_late_is_after_the_due_date_for_what_is_still_owed(latitude: Client, fields: dict, expected: bool) -> None:
    assert factories.make_invoice(latitude, **fields).is_overdue(TODAY) is expected


def test_two_instalments_never_share_a_place(invoice: Invoice) -> None:
    with pytest.raises(peewee.IntegrityError):
        Instalment.create(
            account=invoice.account_id, invoice=invoice, position=1, due_on=TODAY, amount_cents=1, balance_cents=1
        )


def test_only_a_credit_note_is_one(latitude: Client) -> None:
    assert factories.make_invoice(latitude, kind="credit_note").is_credit_note
    assert not factories.make_invoice(latitude, kind="deposit").is_credit_note


def test_an_id_that_an_undone_import_freed_is_not_given_again(latitude: Client) -> None:
    gone = factories.make_invoice(latitude, number="F-1")
    latitude.account.last_removed_invoice = gone.id
    latitude.account.save()
    Invoice.delete().where(Invoice.id == gone.id).execute()
    assert factories.make_invoice(latitude, number="F-2").id > gone.id
