"""A document's row names bytes that the storage keeps."""

import peewee
import pytest

from relance import storage
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.invoices import Invoice
from tests import factories


def test_two_rows_may_share_the_same_bytes(account: Account) -> None:
    first = factories.make_document(account, b"%PDF-1.7 the same", name="facture.pdf")
    second = factories.make_document(account, b"%PDF-1.7 the same", name="copie.pdf")
    assert first.sha256 == second.sha256
    assert first.id != second.id
    assert storage.get(second.sha256) == b"%PDF-1.7 the same"
    assert second.size == len(b"%PDF-1.7 the same")


def test_an_invoice_outlives_its_document(invoice: Invoice, account: Account) -> None:
    invoice.document = factories.make_document(account)
    invoice.save()
    Document.delete().execute()
    assert Invoice.get_by_id(invoice.id).document is None


def test_a_document_belongs_to_an_account(account: Account, database: peewee.Database) -> None:
    document = factories.make_document(account)
    with pytest.raises(peewee.IntegrityError), database.atomic():
        Document.update(account=None).where(Document.id == document.id).execute()
