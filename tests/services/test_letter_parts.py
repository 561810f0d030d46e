"""What goes with the text of a letter: a signature, pieces of evidence, lines of enclosures."""

import datetime as dt

import pytest

from relance.models.evidence import Evidence
from relance.models.letters import Letter
from relance.models.signatures import Signature
from relance.services import letter_parts
from relance.services.letter_parts import PartError
from tests import factories
from tests.factories import NOW, TODAY


def gather(account, client, **asked):
    values = {"signature_id": None, "evidence_ids": (), "enclosures": (), "by": None} | asked
    return letter_parts.gather(account, client, (), **values)


def piece(client, **fields):
    values = {"account": client.account_id, "client": client, "label": "Devis signé", "added_at": NOW}
    values["document"] = factories.make_document(client.account, name="devis.pdf", kind="evidence")
    return Evidence.create(**values | fields)


def signature(user, **fields):
    document = factories.make_document(user.account, b"png", "signature.png", kind="signature")
    return Signature.create(account=user.account, user=user, document=document, created_at=NOW, **fields)


def test_a_signature_in_use_is_named_by_its_bytes(account, camille, brewery):
    mine = signature(camille)
    assert gather(account, brewery, signature_id=mine.id, by=camille).signature == mine.document.sha256
    gone = signature(camille, archived_at=NOW)
    stranger = factories.make_user(factories.make_account("Menuiserie Basile"), "basile@menuiserie.example")
    for one in (gone, signature(stranger)):
        with pytest.raises(PartError) as refused:
            gather(account, brewery, signature_id=one.id)
        assert set(refused.value.errors) == {"signature"}


def test_a_piece_of_another_client_or_one_that_was_removed_is_refused(account, brewery):
    other = piece(factories.make_client(account, "Latitude Conseil"))
    for one in (other, piece(brewery, archived_at=NOW)):
        with pytest.raises(PartError, match="décochez-la"):
            gather(account, brewery, evidence_ids=(one.id,))


def test_the_pieces_offered_are_those_of_the_client_and_of_the_invoices(account, brewery):
    invoice, other = factories.make_invoice(brewery), factories.make_invoice(brewery)
    common, own = piece(brewery), piece(brewery, invoice=invoice, added_at=NOW + dt.timedelta(hours=1))
    piece(brewery, invoice=other)
    piece(brewery, archived_at=NOW)
    assert letter_parts.offered_evidence(brewery, [invoice]) == [common, own]


def test_pieces_are_kept_in_their_order_and_replaced(account, brewery):
    letter = Letter.create(account=account, client=brewery, dated_on=TODAY, created_at=NOW)
    first, second = piece(brewery), piece(brewery)
    letter_parts.keep_evidence(letter, (second.id, first.id, second.id))
    assert letter_parts.evidence_of(letter) == (second.id, first.id)
    letter_parts.keep_evidence(letter, ())
    assert letter_parts.evidence_of(letter) == ()


@pytest.mark.parametrize("lines", [("x" * 121,), ("Devis signé",) * 13])
def test_enclosures_too_long_to_print_are_refused(account, brewery, lines):
    with pytest.raises(PartError) as refused:
        gather(account, brewery, enclosures=lines)
    assert set(refused.value.errors) == {"enclosures"}
