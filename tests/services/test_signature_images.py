import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageDraw, ImageFile

from relance.services import signature_images
from relance.services.signature_images import SignatureError


def drawn(size=(600, 200), mode="RGB", paper="white", ink="black", width=6):
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).line([(100, 150), (200, 50), (300, 150), (420, 60)], fill=ink, width=width)
    return picture


def saved(picture, kind="PNG", **options):
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def read(content):
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width, height, data=b""):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bomb(width, height):
    """Compressed to a few kilobytes, all of its lines are there."""
    return png_that_says(width, height, zlib.compress(b"\0" * ((width + 1) * height), 9))


def sixteen_bits():
    picture = Image.new("I;16", (600, 200), 65535)
    for x in range(100, 300):
        for y in range(80, 100):
            picture.putpixel((x, y), 500)
    return saved(picture)


def animated():
    frames = [drawn(), drawn(ink="white")]
    return saved(frames[0], save_all=True, append_images=frames[1:])


def sideways():
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turn to the right
    exif[0x010E] = "Camille at home"
    return saved(drawn(), "JPEG", exif=exif)


@pytest.mark.requirement("S4.16")
@pytest.mark.parametrize(
    "content",
    [
        saved(drawn()),
        saved(drawn(), "JPEG"),
        saved(drawn(mode="CMYK", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255)), "JPEG"),
        saved(drawn(mode="L", paper=200, ink=20), "JPEG"),
        saved(drawn(mode="RGBA", paper=(0, 0, 0, 0), ink=(10, 20, 90, 255))),
        saved(drawn().convert("P")),
        saved(drawn().convert("1")),
        saved(drawn((3000, 2000), width=20), "JPEG"),
        sixteen_bits(),
        animated(),
    ],
    ids=[
        "png",
        "jpeg",
        "cmyk",
        "grey photograph",
        "transparent",
        "palette",
        "two colours",
        "large",
        "16 bits",
        "animated",
    ],
)
def test_ink_stays_and_paper_goes_whatever_the_image(content):
    found = read(signature_images.cleaned(content))
    assert (found.format, found.mode, found.info) == ("PNG", "RGBA", {})
    assert 150 < found.width <= 1200 and found.width > found.height
    alpha = found.getchannel("A")
    assert alpha.getpixel((0, 0)) == 0 and alpha.getextrema() == (0, 255)
    assert 0.01 < sum(alpha.histogram()[128:]) / (found.width * found.height) < 0.6 or found.height < 40
    grey = found.convert("L")
    assert min(value for value, seen in zip(grey.tobytes(), alpha.tobytes(), strict=True) if seen == 255) < 60


def test_a_photograph_is_turned_upright_and_says_nothing_of_where_it_was_taken():
    content = signature_images.cleaned(sideways())
    found = read(content)
    assert found.height > found.width and not found.getexif() and b"Camille" not in content


def test_the_same_image_gives_the_same_bytes():
    content = saved(drawn(), "JPEG")
    assert signature_images.cleaned(content) == signature_images.cleaned(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bomb(10_000, 5_000), "Cette image est trop grande : 20 millions de pixels au plus."),
        (png_that_says(2**31 - 1, 2**31 - 1), "Cette image est trop grande : 20 millions de pixels au plus."),
        (png_that_says(12_000, 9_000), "Cette image est trop grande : 20 millions de pixels au plus."),
        (b"\x89PNG" + b"\0" * (5 * 1024 * 1024), "Cette image est trop lourde : 5 Mo au plus."),
        (b"", "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (b"%PDF-1.7", "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (b"<svg onload='alert(1)'/>", "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (saved(drawn(), "GIF"), "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (saved(drawn())[:400], "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (png_that_says(600, 200, b"nonsense"), "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        (saved(Image.new("RGB", (600, 200), "white")), "On ne distingue pas de signature sur cette image."),
        (saved(Image.new("RGBA", (600, 200), (0, 0, 0, 0))), "On ne distingue pas de signature sur cette image."),
        (
            saved(drawn(paper="black", ink="white")),
            "Signez à l'encre foncée sur un papier clair, puis reprenez l'image.",
        ),
    ],
)
def test_what_is_no_signature_is_refused_with_a_sentence(content, sentence, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    begun = time.perf_counter()
    with pytest.raises(SignatureError) as refusal:
        signature_images.cleaned(content)
    assert (str(refusal.value), refusal.value.field) == (sentence, "file")
    assert time.perf_counter() - begun < 2 and ImageFile.LOAD_TRUNCATED_IMAGES
