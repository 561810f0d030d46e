"""A photograph becomes a sheet of paper, whatever was sent in its place."""

import io

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
    large = io.BytesIO()
    Image.new("1", (10_000, 5_001)).save(large, "PNG")
    with pytest.raises(PictureError, match="50 millions"):
        pictures.sheet(large.getvalue())
