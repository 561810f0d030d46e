"""Reminders switched on, as rows."""

import peewee
import pytest

from relance.models.chases import Chase, Skip
from relance.models.invoices import Invoice
from tests.factories import NOW


def chase(invoice: Invoice) -> Chase:
    return Chase.create(account=invoice.account_id, client=invoice.client_id, invoice=invoice, started_at=NOW)


def test_an_invoice_has_one_chase_and_it_is_on_until_it_ends(invoice: Invoice) -> None:
    made = chase(invoice)
    assert made.is_active
    made.ended_at, made.ended_because = NOW, "paid"
    assert not made.is_active
    with pytest.raises(peewee.IntegrityError):
        chase(invoice)


def test_a_step_is_skipped_once(invoice: Invoice) -> None:
    values = {"chase": chase(invoice), "instalment": invoice.instalments.get(), "step": 0, "because": "missed"}
    Skip.create(skipped_at=NOW, **values)
    with pytest.raises(peewee.IntegrityError):
        Skip.create(skipped_at=NOW, **values)
