"""A photograph becomes a sheet of paper, whatever was sent in its place."""

import io
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
from PIL import Image

from relance.letters import pictures
from relance.letters.joining import SHORT
from relance.letters.pictures import PictureError
from tests.letters import made


@pytest.mark.parametrize(
    ("size", "kind", "mode", "is_upright"),
    [((300, 200), "JPEG", "RGB", False), ((200, 3000), "PNG", "RGBA", True), ((9, 9), "PNG", "RGB", True)],
)
def test_a_picture_is_one_sheet_of_a4_turned_as_it_is(size, kind, mode, is_upright):
    page = made.photo(*size, kind, mode)
    assert pictures.is_picture(page)
    (sheet,) = pypdf.PdfReader(io.BytesIO(pictures.sheet(page))).pages
    assert (float(sheet.mediabox.width) == pytest.approx(SHORT, abs=2)) is is_upright
    assert sheet.images[0].image.size in (pictures.DOTS, pictures.DOTS[::-1])


def test_a_photo_held_sideways_stands_upright_and_leaves_its_place_behind():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET"
    taken = io.BytesIO()
    Image.new("RGB", (400, 100)).save(taken, "JPEG", exif=exif)
    pdf = pictures.sheet(taken.getvalue())
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    assert float(page.mediabox.height) > float(page.mediabox.width)
    assert b"SECRET" not in pdf


@pytest.mark.parametrize("content", [b"", b"<svg/>", made.pdf(), b"\xff\xd8\xff torn", made.photo()[:80]])
def test_what_is_not_a_picture_is_refused(content):
    with pytest.raises(PictureError, match="relue"):
        pictures.sheet(content)


def test_a_picture_of_too_many_dots_is_refused_before_it_is_read():
    header = made.photo(8, 8, "PNG")
    wide = header[:16] + (60_000).to_bytes(4, "big") * 2 + header[24:]
    with pytest.raises(PictureError):
        pictures.sheet(wide)


SIZES = {  # (kind, options, width, height): why it is too large
    ("PNG", "", 5_001, 4_000): pictures.TOO_LARGE_WHOLE,
    ("PNG", "", 5_000, 4_000): "",
    ("JPEG", "", 5_001, 4_000): "",
    ("JPEG", "", 10_000, 5_001): pictures.TOO_LARGE,
    ("JPEG", "progressive", 5_001, 4_000): pictures.TOO_LARGE_WHOLE,
}


@pytest.mark.parametrize("case", SIZES)
def test_a_picture_that_would_fill_the_memory_is_known_by_its_header(case):
    kind, option, width, height = case
    content = of_size(kind, option, width, height)
    assert pictures.excess(content) == SIZES[case]
    if SIZES[case]:
        with pytest.raises(PictureError, match=SIZES[case]):
            pictures.sheet(content)


def test_what_is_no_picture_is_not_too_large():
    assert not any(map(pictures.excess, (b"", b"%PDF-", b"\x89PNG\r\n\x1a\n torn", made.photo()[:20])))
    assert pictures.excess(of_size("PNG", "", 60_000, 60_000)) == pictures.TOO_LARGE


def test_a_large_photo_is_read_at_a_fraction_of_its_size(monkeypatch):
    unpacked = []
    load = Image.Image.thumbnail
    monkeypatch.setattr(Image.Image, "thumbnail", lambda image, size: [unpacked.append(image.size), load(image, size)])
    pictures.sheet(made.photo(6_000, 4_000))
    assert unpacked[0] == (3_000, 2_000)


def test_a_photo_of_too_many_scans_is_refused():
    photo = made.photo()
    with pytest.raises(PictureError, match="relue"):
        pictures.sheet(photo[:-2] + b"\xff\xda" * (pictures.MAX_SCANS + 1))


def test_pictures_are_unpacked_one_after_another(monkeypatch):
    inside, seen, small = [], [], pictures._small

    def watched(opened):
        inside.append(1)
        seen.append(len(inside))
        time.sleep(0.02)  # long enough for the others to come in, were they let in
        found = small(opened)
        inside.pop()
        return found

    monkeypatch.setattr(pictures, "_small", watched)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(pictures.sheet, [made.photo()] * 4))) == 1
    assert seen == [1] * 4


def of_size(kind, option, width, height):
    """A picture whose header says it is as large; its dots are those of a small one."""
    if kind == "PNG":
        small = made.photo(8, 8, "PNG")
        header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
        return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]
    found = io.BytesIO()
    Image.new("RGB", (8, 8)).save(found, "JPEG", progressive=bool(option))
    small = found.getvalue()
    at = small.index(b"\xff\xc2" if option else b"\xff\xc0") + 5
    return small[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + small[at + 4 :]
