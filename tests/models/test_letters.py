"""Letters, as the database holds them."""

import peewee
import pytest

from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def letter(invoice: Invoice) -> Letter:
    """A formal notice about an invoice, its PDF kept."""
    made = Letter.create(
        account=invoice.account_id,
        client=invoice.client_id,
        dated_on=TODAY,
        document=factories.make_document(invoice.account, kind="letter"),
        created_at=NOW,
    )
    LetterInvoice.create(letter=made, invoice=invoice, principal_cents=120_000)
    return made


def test_an_invoice_stands_once_in_a_letter(letter: Letter, invoice: Invoice) -> None:
    with pytest.raises(peewee.IntegrityError):
        LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=1)


def test_a_letter_outlives_its_file(letter: Letter) -> None:
    Document.delete().execute()
    assert Letter.get_by_id(letter.id).document is None


def test_a_client_who_was_written_to_cannot_be_erased(letter: Letter) -> None:
    with pytest.raises(peewee.IntegrityError):
        letter.client.delete_instance()
