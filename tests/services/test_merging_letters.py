"""Several letters in one PDF."""

import io

import pypdf
import pytest

from relance import storage
from relance.models.letters import Letter
from relance.services import merging_letters
from tests import factories
from tests.services.notices import late


def paper(width):
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(width, 842)
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def letters(account, latitude):
    bill = late(latitude)
    made = []
    for width in (500, 510, 520):
        document = factories.make_document(account, paper(width), "lettre.pdf", kind="letter")
        made.append(factories.make_letter(latitude, [bill], document=document, sha256=document.sha256))
    return made


def test_letters_follow_one_another_with_a_bookmark_each(letters):
    file = io.BytesIO()
    merging_letters.write(letters, file)
    reader = pypdf.PdfReader(file)
    assert [int(page.mediabox.width) for page in reader.pages] == [500, 510, 520]
    assert [entry.title for entry in reader.outline] == ["Latitude Conseil"] * 3


def test_one_file_holds_so_many_letters_and_so_many_bytes(latitude, letters, monkeypatch):
    waiting = factories.make_letter(latitude, [late(latitude)], document=None, state="draft")
    assert merging_letters.fitting([waiting, *letters]) == letters
    monkeypatch.setattr(merging_letters, "MOST", 2)
    assert merging_letters.fitting(letters) == letters[:2]
    monkeypatch.setattr(merging_letters, "MAX_BYTES", 10)
    assert merging_letters.fitting(letters) == letters[:1], "one letter is never too big"


@pytest.mark.parametrize("sha256", ["0" * 64, None], ids=["gone", "torn"])
def test_a_letter_whose_bytes_are_gone_is_named(letters, sha256):
    Letter.update(sha256=sha256 or storage.put(b"%PDF-1.7 torn")).where(Letter.id == letters[1].id).execute()
    with pytest.raises(merging_letters.MergeError, match="La lettre à Latitude Conseil"):
        merging_letters.write(list(Letter.select().order_by(Letter.id)), io.BytesIO())
