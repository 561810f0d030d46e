"""A photograph or a scan (PNG, JPEG) as one sheet of paper, to follow a letter in its PDF.

It is drawn again: what it hid (place, camera, thumbnails) stays out, and a big one is made small enough to print.
"""

import io
import warnings

MAX_PIXELS = 50_000_000
DOTS = (1736, 2455)  # of A4 at 210 dots an inch: nobody reads finer print on paper
MARGIN = 40  # dots, about 5 mm
UNREADABLE = "cette image ne peut pas être relue"
TOO_LARGE = "cette image dépasse 50 millions de points"
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class PictureError(Exception):
    """This picture cannot follow a letter. The message ends a French sentence."""


def is_picture(content: bytes) -> bool:
    """True when the first bytes are those of a PNG or of a JPEG."""
    return content.startswith(_SIGNATURES)


def sheet(content: bytes) -> bytes:
    """A PDF of one A4 page, upright or landscape as the picture is, the same bytes for the same picture.

    PictureError when it is not one, or is too large.
    """
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a picture that would be large: its size is checked below
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise PictureError(TOO_LARGE)
                opened.draft("RGB", DOTS)  # a JPEG is read at a fraction of its size
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail(DOTS if upright.width <= upright.height else DOTS[::-1])
                shown = Image.new("RGB", upright.size, "white")
                seen = upright.convert("RGBA")
                shown.paste(seen, mask=seen.getchannel("A"))
        except PictureError:
            raise
        # A hostile file makes the library fail in many ways: the answer is the same.
        except Exception as error:
            raise PictureError(UNREADABLE) from error
    paper = Image.new("RGB", DOTS if shown.width <= shown.height else DOTS[::-1], "white")
    room = (paper.width - 2 * MARGIN, paper.height - 2 * MARGIN)
    shown.thumbnail(room)
    paper.paste(shown, ((paper.width - shown.width) // 2, (paper.height - shown.height) // 2))
    written = io.BytesIO()
    paper.save(written, "PDF", resolution=210, quality=85)
    return written.getvalue()
