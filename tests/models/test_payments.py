"""Money received, as the database holds it."""

import peewee
import pytest

from relance.models.invoices import Invoice
from relance.models.payments import Payment
from tests import factories
from tests.factories import NOW, TODAY


@pytest.mark.parametrize("cents", [0, -1])
def test_a_payment_is_more_than_nothing(invoice: Invoice, cents: int) -> None:
    with pytest.raises(peewee.IntegrityError):
        Payment.create(
            account=invoice.account_id, invoice=invoice, received_on=TODAY, amount_cents=cents, created_at=NOW
        )


def test_a_form_makes_one_payment(invoice: Invoice) -> None:
    factories.make_payment(invoice, 1, form_key="k")
    with pytest.raises(peewee.IntegrityError):
        factories.make_payment(invoice, 1, form_key="k")
