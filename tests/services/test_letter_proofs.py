"""What may be kept as a proof of a letter."""

import io

import pypdf
import pytest
from pypdf.actions import JavaScript

from relance import storage
from relance.models.documents import Document
from relance.services import letter_proofs
from relance.services.letter_proofs import PostingError
from tests import factories
from tests.factories import NOW
from tests.services.notices import late

JPEG = b"\xff\xd8\xff\xe0" + b"photo"


def pdf_with(script=""):
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    if script:
        writer.add_open_action(JavaScript(script))
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def letter(account, latitude):
    return factories.make_letter(latitude, [late(latitude)])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "Ce fichier dépasse 10 Mo."),
        (b"<html><script>alert(1)</script></html>", "Joignez un PDF ou une image JPEG ou PNG."),
        (b"", "Joignez un PDF ou une image JPEG ou PNG."),
        (pdf_with("app.alert(1)"), "Ce PDF contient un programme (JavaScript)."),
        (b"%PDF-1.7 torn", "Ce PDF est abîmé ou incomplet"),
    ],
    ids=["too big", "a web page", "empty", "a script", "torn"],
)
def test_what_may_not_be_kept_is_refused_with_the_way_out(letter, content, sentence):
    before = Document.select().count()
    with pytest.raises(PostingError, match=r".") as refused:
        letter_proofs.keep(letter, "deposit", (content, "preuve.pdf"), NOW)
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == "proof"
    assert Document.select().count() == before


@pytest.mark.parametrize(("content", "mime"), [(JPEG, "image/jpeg"), (pdf_with(), "application/pdf")])
def test_a_photograph_or_a_pdf_is_kept_by_its_fingerprint(letter, content, mime):
    document = letter_proofs.keep(letter, "receipt", (content, "ar.pdf"), NOW)
    assert (document.kind, document.mime, storage.get(document.sha256)) == ("receipt_proof", mime, content)
    assert letter_proofs.facts_of(document) == {"file": "ar.pdf", "file_sha256": document.sha256}
    letter.receipt_proof = document
    assert letter_proofs.names_of(letter) == {"receipt_file": "ar.pdf", "receipt_sha256": document.sha256}
    assert letter_proofs.names_of(letter, "deposit") == {}
