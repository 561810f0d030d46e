"""Pieces are kept with their fingerprint, removed without being lost, and hostile files are refused."""

import pytest

from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.services import evidence
from relance.services.evidence import EvidenceError
from tests import factories
from tests.data import making
from tests.letters.test_pictures import of_size

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 20


def add(client, invoice=None, **fields):
    values = {"kind": "quote", "content": JPEG, "name": "devis signé.jpg", "by": None, "now": factories.NOW}
    return evidence.add(client, invoice=invoice, **values | fields)


def kinds(client):
    query = Event.select().where(Event.client == client, Event.kind.startswith("evidence_")).order_by(Event.id)
    return [(event.kind, event.facts["sha256"]) for event in query]


def test_a_piece_is_kept_removed_and_put_back_and_each_is_told_with_its_fingerprint(latitude, camille, now):
    invoice, other = factories.make_invoice(latitude), factories.make_invoice(latitude)
    piece = add(latitude, invoice, by=camille)
    general = add(latitude, label="  Nos   conditions ", kind="terms")
    assert (piece.label, general.label) == ("devis signé", "Nos conditions")
    assert evidence.of_invoice(invoice) == evidence.of_invoices([invoice]) == [piece, general]
    assert evidence.of_invoice(other) == [general] and evidence.of_client(latitude) == [piece, general]
    sha256 = piece.document.sha256
    assert evidence.remove(piece, by=camille, now=now) and not evidence.remove(piece, by=camille, now=now)
    assert evidence.of_invoice(invoice) == [general] and evidence.removed(latitude) == [piece]
    assert evidence.restore(piece, by=camille, now=now) and not evidence.restore(piece, by=camille, now=now)
    assert evidence.of_invoice(invoice) == [piece, general] and not evidence.removed(latitude)
    told = [one for one in kinds(latitude) if one[1] == sha256]
    assert [kind for kind, _ in told] == ["evidence_added", "evidence_added", "evidence_removed", "evidence_added"]


@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("file", {"content": b""}, "vide"),
        ("file", {"content": b"%PDF-" + b"x" * (10 * 1024 * 1024)}, "10 Mo"),
        ("file", {"content": b"<!doctype html><p>x", "name": "devis.pdf"}, "PDF ou une image"),
        ("file", {"content": b"%PDF-1.7 tronqu", "name": "devis.pdf"}, "abîmé"),
        ("file", {"content": making.pdf(script="app.alert(1)"), "name": "devis.pdf"}, "programme .JavaScript."),
        ("kind", {"kind": "virus"}, "type"),
        ("label", {"label": "x" * 121}, "120 caractères"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_french_and_leaves_nothing(latitude, field, fields, words):
    with pytest.raises(EvidenceError, match=words) as refused:
        add(latitude, **fields)
    assert refused.value.field == field
    assert "vos clients" not in str(refused.value) and not Evidence.select().exists() and not kinds(latitude)


def test_a_picture_that_would_fill_the_memory_is_refused_at_the_field(latitude):
    for kind, width, sentence in (("PNG", 5_001, "en JPEG"), ("JPEG", 20_000, "50 millions")):
        with pytest.raises(EvidenceError, match=sentence) as refused:
            add(latitude, content=of_size(kind, "", width, 4_000))
        assert refused.value.field == "file"
    assert add(latitude, content=of_size("PNG", "", 5_000, 4_000))
    assert Evidence.select().count() == 1
