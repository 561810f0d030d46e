"""A photograph or a scan (PNG, JPEG) as one sheet of paper, to follow a letter in its PDF.

It is drawn again: what it hid (place, camera, thumbnails) stays out, and a big one is made small enough to print.
One megabyte of file may be hundreds in memory, so sizes are read before anything is unpacked, and pictures are
unpacked one after another.
"""

import io
import threading
import warnings
from typing import Any

MILLION = 1_000_000
MAX_PIXELS = 50 * MILLION  # of a JPEG, which is unpacked at a fraction of its size
MAX_UNPACKED_PIXELS = 20 * MILLION  # of what is unpacked whole: 80 MB in memory
MAX_SCANS = 200  # of a JPEG: a progressive one has about ten, and each costs a walk over the whole picture
DOTS = (1736, 2455)  # of A4 at 210 dots an inch: nobody reads finer print on paper
MARGIN = 40  # dots, about 5 mm
UNREADABLE = "cette image ne peut pas être relue"
TOO_LARGE = "cette image dépasse 50 millions de points"
TOO_LARGE_WHOLE = "cette image dépasse 20 millions de points"
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_START_OF_SCAN = b"\xff\xda"
_one_at_a_time = threading.Lock()


class PictureError(Exception):
    """This picture cannot follow a letter. The message ends a French sentence."""


def is_picture(content: bytes) -> bool:
    """True when the first bytes are those of a PNG or of a JPEG."""
    return content.startswith(_SIGNATURES)


def excess(content: bytes) -> str:
    """Why a picture is too large to follow a letter, in French; '' when it is not, or is no picture. Reads no dot."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a picture that would be large: its size is checked below
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
                return _excess(opened)
        except Image.DecompressionBombError:
            return TOO_LARGE
        # A torn file fails in many ways: none of them is a size, and ``sheet`` will say what it is.
        except Exception:  # noqa: BLE001
            return ""


def sheet(content: bytes) -> bytes:
    """A PDF of one A4 page, upright or landscape as the picture is, the same bytes for the same picture.

    PictureError when it is not one, or is too large. One picture at a time in the process.
    """
    from PIL import Image

    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
                if because := _excess(opened):
                    raise PictureError(because)
                if opened.format != "PNG" and content.count(_START_OF_SCAN) > MAX_SCANS:
                    raise PictureError(UNREADABLE)
                shown = _small(opened)
        except PictureError:
            raise
        # A hostile file makes the library fail in many ways: the answer is the same.
        except Exception as error:
            raise PictureError(UNREADABLE) from error
        paper = Image.new("RGB", DOTS if shown.width <= shown.height else DOTS[::-1], "white")
        shown.thumbnail((paper.width - 2 * MARGIN, paper.height - 2 * MARGIN))
        paper.paste(shown, ((paper.width - shown.width) // 2, (paper.height - shown.height) // 2))
        written = io.BytesIO()
        paper.save(written, "PDF", resolution=210, quality=85)
    return written.getvalue()


def _excess(opened: Any) -> str:
    """The same for a picture whose header alone was read."""
    pixels = opened.width * opened.height
    # A progressive JPEG is kept whole in memory until its last scan, whatever the size it is asked at.
    if opened.format == "PNG" or "progressive" in opened.info or "progression" in opened.info:
        return TOO_LARGE_WHOLE if pixels > MAX_UNPACKED_PIXELS else ""
    return TOO_LARGE if pixels > MAX_PIXELS else ""


def _small(opened: Any) -> Any:
    """The picture on white, upright, no larger than a sheet: made small before it is copied or converted."""
    from PIL import Image, ImageOps

    box = DOTS if opened.width <= opened.height else DOTS[::-1]
    ratio = max(opened.width / box[0], opened.height / box[1], 1.0)
    opened.draft("RGB", (int(opened.width / ratio), int(opened.height / ratio)))  # a JPEG is read at a fraction
    if opened.width * opened.height > MAX_UNPACKED_PIXELS:
        raise PictureError(TOO_LARGE)
    opened.thumbnail(box)
    upright = ImageOps.exif_transpose(opened)
    seen = upright.convert("RGBA")
    shown = Image.new("RGB", seen.size, "white")
    shown.paste(seen, mask=seen.getchannel("A"))
    return shown
