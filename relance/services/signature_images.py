"""From a scan, a photograph or a drawing to the picture of a signature: ink on nothing, cut to its strokes.

Files are hostile: what they say of their size is read before anything is decoded.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Pillow is slow to import: only who adds a signature pays for it
    from PIL.Image import Image

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 20_000_000
MAX_SIDE = 1200  # px: 46 mm of paper at 660 dots per inch
MIN_WIDTH, MIN_HEIGHT = 24, 8  # px, once cut to the strokes
_WORKING_SIDE = 2400  # px: strokes are looked for on this; a photograph of a phone has 4000
_PAPER, _INK = 0.90, 0.60  # shares of the paper's brightness: nothing above the first, all the ink below the second
_FAINT = 64  # of 255: fainter is dust, and does not count as a stroke
_MARGIN = 6  # px around the strokes

_ONE_AT_A_TIME = threading.Lock()
_TOO_LARGE = "Cette image est trop grande : 20 millions de pixels au plus."
_NOT_AN_IMAGE = "Ce fichier n'est pas une image PNG ou JPEG lisible."


class SignatureError(Exception):
    """The signature cannot be kept; ``field`` names what to correct, the sentence is French."""

    def __init__(self, sentence: str, field: str = "file"):
        super().__init__(sentence)
        self.field = field


def cleaned(content: bytes) -> bytes:
    """The picture as a PNG of ours: at most MAX_SIDE px, upright, its paper transparent, without metadata.

    The same content gives the same bytes for one version of Pillow. SignatureError, in French, for what is too
    heavy or too large, is not an image, or shows no stroke.
    """
    if len(content) > MAX_BYTES:
        raise SignatureError("Cette image est trop lourde : 5 Mo au plus.")
    try:
        with _whole_images_only():
            picture = _opened(content)
        ink = _with_paper_removed(picture)
    except SignatureError:
        raise
    except Exception as error:  # a broken file raises almost anything in a decoder
        raise SignatureError(_NOT_AN_IMAGE) from error
    return _png(_cut(ink))


@contextmanager
def _whole_images_only() -> Iterator[None]:
    """WeasyPrint, once imported, lets Pillow fill with black what a broken file lacks: not for a signature."""
    from PIL import ImageFile

    with _ONE_AT_A_TIME:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _opened(content: bytes) -> "Image":
    """The decoded picture, upright, not larger than needed. Its header is read before its pixels."""
    from PIL import Image, ImageOps

    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise SignatureError(_TOO_LARGE) from error
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise SignatureError(_TOO_LARGE)
    picture.seek(0)  # of an animation, the first picture
    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_WORKING_SIDE, _WORKING_SIDE))
    return upright.convert("RGBA")


def _with_paper_removed(picture: "Image") -> "Image":
    """The picture whose background is transparent: it was already, or is taken for paper (the commonest grey)."""
    from PIL import Image

    alpha = picture.getchannel("A")
    if any(alpha.histogram()[:128]):  # drawn here, or cut out by somebody
        return picture
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture)
    grey = flat.convert("L")
    paper = _commonest(grey.histogram())
    if paper < 128:
        raise SignatureError("Signez à l'encre foncée sur un papier clair, puis reprenez l'image.")
    white, black = paper * _PAPER, paper * _INK
    levels = [round(255 * min(1.0, max(0.0, (white - value) / (white - black)))) for value in range(256)]
    flat.putalpha(grey.point(levels))
    return flat


def _commonest(histogram: list[int]) -> int:
    """The grey that half of the picture is darker than: strokes are thin, most of what is seen is paper."""
    half, seen = sum(histogram) / 2, 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= half:
            return value
    return 255


def _cut(ink: "Image") -> "Image":
    """The strokes with a little room around them. SignatureError when there is none to see."""
    box = ink.getchannel("A").point([0 if value < _FAINT else 255 for value in range(256)]).getbbox()
    if box is None or box[2] - box[0] < MIN_WIDTH or box[3] - box[1] < MIN_HEIGHT:
        raise SignatureError("On ne distingue pas de signature sur cette image.")
    left, top, right, bottom = box
    room = (
        max(left - _MARGIN, 0),
        max(top - _MARGIN, 0),
        min(right + _MARGIN, ink.width),
        min(bottom + _MARGIN, ink.height),
    )
    strokes = ink.crop(room)
    strokes.thumbnail((MAX_SIDE, MAX_SIDE))
    return strokes


def _png(picture: "Image") -> bytes:
    from PIL import Image

    bare = Image.frombytes("RGBA", picture.size, picture.tobytes())  # without what the file said about itself
    written = io.BytesIO()
    bare.save(written, "PNG", compress_level=9)
    return written.getvalue()
