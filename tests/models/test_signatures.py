"""Pictures of a person's handwriting, as rows."""

import peewee
import pytest

from relance.models.accounts import User
from relance.models.documents import Document
from relance.models.signatures import Signature
from tests.factories import NOW, make_document


def test_a_signature_is_in_use_until_it_is_archived_and_its_picture_stays_meanwhile(camille: User) -> None:
    document = make_document(camille.account, kind="signature", mime="image/png")
    row = Signature.create(account=camille.account_id, user=camille, document=document, created_at=NOW)
    row = Signature.get_by_id(row.id)
    assert (row.source, row.is_default, row.archived_at, row.name) == ("uploaded", False, None, "")
    with pytest.raises(peewee.IntegrityError):
        document.delete_instance()
    assert Document.select().count() == 1
