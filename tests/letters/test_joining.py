"""Invoices after a letter: every page on A4, drawn, tagged and named; nothing that acts, nothing that breaks."""

import datetime as dt
import io

import pypdf
import pytest

from relance.letters import amicable, joining, press
from relance.letters.joining import Enclosure, JoinError
from tests.imports import real_data
from tests.letters import made, test_amicable
from tests.letters.paper import MM, assert_window_is_clean, placed_words_of

BROKEN = {
    "a torn file": made.pdf()[:300],
    "a web page": b"<html>",
    "nothing": b"",
    "no surface": made.pdf((0.2, 0.2)),
    "an endless file": made.pdf(*[(100, 100)] * (joining.MAX_PAGES + 1)),
    "a locked file": made.pdf(password="secret"),
    "a page of too many stamps": made.stamped(times=joining.MAX_NOTES),
    "a file of too many stamps": made.stamped(times=joining.MAX_NOTES - 1, pages=5),
}


@pytest.fixture(scope="module")
def letter():
    page = amicable.page(test_amicable.facts())
    return press.print_pdf(page, created_at=dt.datetime(2026, 11, 23, 8), is_archived=False)


def joined(letter, *contents):
    return pypdf.PdfReader(
        io.BytesIO(joining.follow(letter, [Enclosure(one, f"Facture F-{n}") for n, one in enumerate(contents, 1)]))
    )


def sizes(reader):
    return [tuple(round(float(side) / MM) for side in page.mediabox[2:]) for page in reader.pages]


def figures(reader):
    """The words that stand for the appended pages, in reading order."""
    top = reader.trailer["/Root"]["/StructTreeRoot"]["/K"].get_object()
    top = top[0].get_object() if isinstance(top, list) else top
    kids = [kid.get_object() for kid in top["/K"]]
    return [kid["/Alt"] for kid in kids if isinstance(kid, dict) and kid.get("/S") == "/Figure"]


@pytest.mark.requirement("S2.21")
def test_the_pages_follow_the_letter_which_keeps_its_window(letter, tmp_path):
    pdf = joining.follow(letter, [Enclosure(made.pdf((595, 842), (595, 842)), "Facture F-1")])
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 3
    assert "Madame, Monsieur" in reader.pages[0].extract_text()
    assert_window_is_clean(pdf, test_amicable.facts().recipient, tmp_path)
    assert figures(reader) == ["Facture F-1, page 1 sur 2", "Facture F-1, page 2 sur 2"]


def test_the_file_is_tagged_and_titled_and_does_not_claim_to_be_an_archive(letter):
    reader = joined(letter, made.pdf())
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.replace("\u00a0", " ") == test_amicable.facts().object
    assert "/OutputIntents" not in root
    assert "/Metadata" not in root or b"pdfaid" not in root["/Metadata"].get_object().get_data()
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    keys = [int(key) for key in numbers[::2]]
    assert keys == sorted(set(keys))
    last = reader.pages[-1]
    assert (
        numbers[keys.index(last["/StructParents"]) * 2 + 1].get_object()[0].get_object()["/Alt"].startswith("Facture")
    )


def test_the_same_files_give_the_same_bytes(letter):
    one = joining.follow(letter, [Enclosure(made.stamped(), "Facture F-1")])
    assert joining.follow(letter, [Enclosure(made.stamped(), "Facture F-1")]) == one


@pytest.mark.parametrize(
    ("content", "sheet"),
    [
        (made.pdf((595, 842)), (210, 297)),
        (made.pdf((612, 792)), (210, 297)),
        (made.pdf((842, 595)), (297, 210)),
        (made.pdf((595, 842), rotation=90), (297, 210)),
        (made.pdf((842, 595), rotation=270), (210, 297)),
        (made.pdf((4000, 5000)), (210, 297)),
        (made.pdf((200, 300)), (210, 297)),
    ],
)
def test_every_page_is_fitted_on_a_sheet_that_a_printer_has(letter, content, sheet):
    reader = joined(letter, content)
    assert sizes(reader) == [(210, 297), sheet]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_that_is_turned_stays_upright_and_on_the_sheet(letter, tmp_path, rotation):
    pdf = joining.follow(letter, [Enclosure(made.pdf((595, 842), rotation=rotation), "Facture")])
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf)
    words = placed_words_of(path, page=2)
    (word,) = [word for word in words if word[0] == "FACTURE"]
    width, height = (297, 210) if rotation in (90, 270) else (210, 297)
    assert 0 <= word[1] < word[3] <= width
    assert 0 <= word[2] < word[4] <= height
    # Written 14 mm from two sides of the page: it is so from the same two sides of what is seen.
    expected = {0: (14, 283), 90: (14, 14), 180: (196, 14), 270: (283, 196)}[rotation]
    corners = {0: (word[1], word[4]), 90: (word[1], word[2]), 180: (word[3], word[2]), 270: (word[3], word[4])}
    assert corners[rotation] == pytest.approx(expected, abs=8)


def test_a_stamp_is_printed_where_it_was_and_a_hidden_one_is_not(letter):
    assert "RECU" in drawn_forms(joined(letter, made.stamped()))
    assert "RECU" not in drawn_forms(joined(letter, made.stamped(flags=2)))
    assert "RECU" not in drawn_forms(joined(letter, made.stamped(flags=0)))
    assert "/Annots" not in joined(letter, made.stamped()).pages[-1]


def test_a_stamp_named_many_times_is_copied_once_and_printed_as_often():
    pdf = made.stamped(times=400, pages=4)
    assert joining.count_pages(pdf) == 4
    writer = pypdf.PdfWriter()
    copies = joining._Copies(writer)
    drawn = [joining._drawn(writer, page, copies) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    pictures = [page["/Resources"]["/XObject"] for page in drawn]
    assert [len(one) for one in pictures] == [401] * 4
    assert len({one.raw_get(key).idnum for one in pictures for key in one}) == 4 + 1


def test_the_drawings_of_a_file_share_one_limit(monkeypatch):
    pdf = made.pdf(*[(100, 100)] * 3)
    monkeypatch.setattr(joining, "MAX_UNPACKED_BYTES", 3 * 70)
    assert joining.count_pages(pdf) == 3
    monkeypatch.setattr(joining, "MAX_UNPACKED_BYTES", 2 * 70)
    with pytest.raises(JoinError):
        joining.count_pages(pdf)


def drawn_forms(reader):
    forms = reader.pages[-1]["/Resources"]["/XObject"].values()
    return " ".join(form.get_object().get_data().decode("latin-1") for form in forms)


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_drawn_is_refused_with_words(letter, case):
    with pytest.raises(JoinError, match="ce PDF"):
        joining.count_pages(BROKEN[case])
    with pytest.raises(JoinError, match="ce PDF"):
        joining.follow(letter, [Enclosure(BROKEN[case], "Facture")])


def test_pages_are_counted_as_they_will_be_drawn():
    assert joining.count_pages(made.pdf((595, 842), (842, 595), (100, 100))) == 3


def counted(content):
    """The pages of a file and '', or 0 and why it is refused."""
    try:
        return joining.count_pages(content), ""
    except JoinError as error:
        return 0, str(error)


@real_data.needs_data
@pytest.mark.requirement("S2.21")
@pytest.mark.parametrize("entry", real_data.entries("invoices/pdf"))
def test_a_real_invoice_follows_the_letter_or_is_refused_with_words(letter, tmp_path, entry):
    content = real_data.content(entry["file"])
    count, why = counted(content)
    if why:
        assert why in (joining.UNREADABLE, joining.LOCKED, joining.TOO_LONG)
        return
    pdf = joining.follow(letter, [Enclosure(content, "Facture F-1")])
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == count + 1 == len(figures(reader)) + 1
    assert_window_is_clean(pdf, test_amicable.facts().recipient, tmp_path)
    first = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().split()
    if first:
        assert set(first[:5]) <= set(reader.pages[1].extract_text().split())


@real_data.needs_data
@pytest.mark.parametrize("entry", real_data.entries("hostile"))
def test_a_hostile_file_ends_in_a_letter_or_in_words(letter, entry):
    if not entry["file"].endswith(".pdf"):
        pytest.skip("not a PDF")
    content = real_data.content(entry["file"])
    if counted(content)[1]:
        return
    pdf = joining.follow(letter, [Enclosure(content, "Facture F-1")])
    assert len(pdf) < 1_000_000
    assert b"/EmbeddedFile" not in pdf
    assert b"/JavaScript" not in pdf
