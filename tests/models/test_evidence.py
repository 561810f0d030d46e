"""A piece belongs to a client, to one of its invoices or to none, and its bytes outlive nothing that needs them."""

import peewee
import pytest

from relance.models.evidence import KINDS, Evidence
from tests import factories


def test_a_piece_is_of_a_client_and_of_one_of_its_invoices_or_of_none(latitude, invoice):
    general, own = factories.make_evidence(latitude), factories.make_evidence(latitude, invoice, kind="order")
    assert list(latitude.evidence.order_by(Evidence.id)) == [general, own] and list(invoice.evidence) == [own]
    assert general.archived_at is None and {general.kind, own.kind} <= set(KINDS)


def test_the_file_of_a_piece_cannot_be_taken_from_under_it(latitude, database):
    piece = factories.make_evidence(latitude)
    with pytest.raises(peewee.IntegrityError), database.atomic():
        piece.document.delete_instance()
