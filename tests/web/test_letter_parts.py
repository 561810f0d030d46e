"""What goes with the text of a letter, as it is typed."""

import pytest

from relance.models.signatures import Signature
from relance.web.forms.letters import NoticeForm
from tests import factories
from tests.factories import NOW


@pytest.fixture
def signature(as_camille, camille):
    document = factories.make_document(camille.account, kind="signature")
    return Signature.create(
        account=camille.account, user=camille, document=document, name="Camille", is_default=True, created_at=NOW
    )


def form_of(latitude, **typed):
    return NoticeForm(latitude, [], formdata=None, **typed)


def test_the_default_signature_is_offered_first_and_counts_once_the_box_is_ticked(latitude, signature):
    form = form_of(latitude)
    form.offer([signature], [])
    assert form.signature.data == signature.id and form.parts()["signature_id"] is None
    form.signs.data = True
    assert form.parts()["signature_id"] == signature.id


def test_a_signature_kept_by_a_draft_is_named_by_its_owner_and_comes_last(latitude, signature):
    form = form_of(latitude)
    form.offer([], [], kept=signature)
    assert [str(one.label) for one in form.signature.choices] == [f"Signature de {signature.user.full_name}"]
    Signature.update(archived_at=NOW).execute()
    form.offer([], [], kept=Signature.get())
    assert not form.signature.choices


def test_pieces_are_offered_by_their_titles_and_enclosures_read_line_by_line(latitude, signature):
    piece = factories.make_evidence(latitude, kind="quote", label="Devis signé")
    form = form_of(latitude, enclosures="bon de livraison\nplan", evidence=[piece.id])
    form.offer([], [piece])
    assert [str(one.label) for one in form.evidence.choices] == ["Devis signé"]
    assert form.parts()["enclosures"] == ("bon de livraison", "plan")
    assert form.parts()["evidence_ids"] == (piece.id,)
