"""The pages of invoices after a letter, in one PDF that is printed in one go.

A page that comes from elsewhere is drawn as a picture would be: fitted on A4, without its links, scripts or
forms, and named for a screen reader. Such a file is tagged and titled; it no longer claims to be PDF/A,
since nobody knows how the invoice's own fonts and colours were made.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

SHORT, LONG = 595.276, 841.89  # A4 in points
MAX_PAGES = 20  # of one invoice; more is a file to print apart
MAX_NOTES = 500  # annotations of a page, each as often as it is named: few bytes may name one 80,000 times
MAX_NOTES_IN_ALL = 2_000  # of one file
MAX_UNPACKED_BYTES = 20_000_000
_HIDDEN, _PRINTED = 2, 4  # flags of an annotation

_LIMITS = pypdf.Configuration(
    maximum_declared_stream_length=MAX_UNPACKED_BYTES,
    array_based_stream_maximum_output_length=MAX_UNPACKED_BYTES,
    lzw_maximum_output_length=MAX_UNPACKED_BYTES,
    run_length_maximum_output_length=MAX_UNPACKED_BYTES,
    zlib_maximum_output_length=MAX_UNPACKED_BYTES,
    brotli_maximum_output_length=MAX_UNPACKED_BYTES,
    stream_decoding_work_maximum_length=3 * MAX_UNPACKED_BYTES,
)

UNREADABLE = "ce PDF ne peut pas être relu"
LOCKED = "ce PDF est protégé par un mot de passe"
TOO_LONG = f"ce PDF compte plus de {MAX_PAGES} pages"
TOO_BUSY = "ce PDF porte trop d'annotations"


class JoinError(Exception):
    """These pages cannot follow a letter. The message ends a French sentence: « … : ce PDF ne peut pas être relu »."""


@dataclass(frozen=True)
class Enclosure:
    """A PDF to append. ``title`` is read aloud in place of its pages: « Facture F-2026-0079 »."""

    content: bytes
    title: str


def count_pages(content: bytes) -> int:
    """How many pages of this PDF can follow a letter: it is drawn once, for nothing. JoinError when it cannot be."""
    with pypdf.apply_configuration(_LIMITS):
        try:
            writer = pypdf.PdfWriter()
            count = 0
            copies = _Copies(writer)
            for page in _pages(content):
                _drawn(writer, page, copies)
                count += 1
            writer.write(BytesIO())
        except JoinError:
            raise
        # A hostile or torn file makes the library fail in many ways: the answer is the same.
        except Exception as error:
            raise JoinError(UNREADABLE) from error
    return count


def follow(letter: bytes, enclosures: Sequence[Enclosure]) -> bytes:
    """The letter's PDF (tagged, not PDF/A) with these after it, the same bytes for the same input.

    JoinError when one cannot be read.
    """
    with pypdf.apply_configuration(_LIMITS):
        try:
            writer = pypdf.PdfWriter(clone_from=BytesIO(letter))
            tags = _Tags(writer)
            for enclosure in enclosures:
                copies = _Copies(writer)
                pages = [_drawn(writer, page, copies) for page in _pages(enclosure.content)]
                for number, page in enumerate(pages, 1):
                    words = f"{enclosure.title}, page {number}"
                    tags.name(page, f"{words} sur {len(pages)}" if tags.is_french else f"{words} of {len(pages)}")
            written = BytesIO()
            writer.write(written)
        except JoinError:
            raise
        except Exception as error:
            raise JoinError(UNREADABLE) from error
    return written.getvalue()


def _pages(content: bytes) -> Iterator[Any]:
    reader = pypdf.PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise JoinError(LOCKED)
    if len(reader.pages) > MAX_PAGES:
        raise JoinError(TOO_LONG)
    if not reader.pages:
        raise JoinError(UNREADABLE)
    counts = [len(page.get("/Annots", ArrayObject()).get_object() or ()) for page in reader.pages]
    if max(counts) > MAX_NOTES or sum(counts) > MAX_NOTES_IN_ALL:
        raise JoinError(TOO_BUSY)
    yield from reader.pages


class _Copies:
    """What one file gives to the writer: each object once, however often its pages show it; and its drawings."""

    def __init__(self, writer: Any) -> None:
        self.writer = writer
        self.left = MAX_UNPACKED_BYTES  # of the drawings of all its pages
        self._made: dict[int, tuple[Any, Any]] = {}  # the original is held, so that its id stays its own

    def of(self, original: Any) -> Any:
        """A reference to the copy of an object, without the tags of its document."""
        if id(original) not in self._made:
            copy = original.clone(self.writer)
            for name in ("/StructParent", "/StructParents"):
                copy.pop(name, None)
            self._made[id(original)] = original, self.writer._add_object(copy)
        return self._made[id(original)][1]

    def drawing(self, page: Any) -> bytes:
        """The drawing of a page. JoinError when the file says more than it may."""
        contents = page.get_contents()
        data: bytes = contents.get_data() if contents is not None else b""
        self.left -= len(data)
        if self.left < 0:
            raise JoinError(UNREADABLE)
        return data


def _drawn(writer: Any, page: Any, copies: _Copies) -> Any:
    """An A4 page of ``writer``, portrait or landscape, on which ``page`` is drawn as large as it fits."""
    left, bottom, right, top = (float(side) for side in page.cropbox)
    if right - left < 1 or top - bottom < 1:
        raise JoinError(UNREADABLE)
    turn, (width, height) = _upright(left, bottom, right, top, page.rotation % 360)
    sheet = (LONG, SHORT) if width > height else (SHORT, LONG)
    scale = min(1.0, sheet[0] / width, sheet[1] / height)
    shift = ((sheet[0] - width * scale) / 2, (sheet[1] - height * scale) / 2)
    made = writer.add_blank_page(*sheet)
    pictures = DictionaryObject()
    drawing = [f"q {scale:.5f} 0 0 {scale:.5f} {shift[0]:.3f} {shift[1]:.3f} cm {_cm(turn)}"]
    for number, (picture, matrix) in enumerate(_pictures(copies, page, (left, bottom, right, top))):
        pictures[NameObject(f"/P{number}")] = picture
        drawing.append(f"q {_cm(matrix)}/P{number} Do Q")
    made[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
    content = StreamObject()
    content.set_data(("/Figure <</MCID 0>> BDC " + "\n".join(drawing) + " Q EMC").encode("ascii"))
    made[NameObject("/Contents")] = writer._add_object(content)
    return made


def _pictures(copies: _Copies, page: Any, box: Sequence[float]) -> Iterator[tuple[Any, Sequence[float]]]:
    """What the page shows: its own drawing, then what is stamped or filled in over it, each with where it goes."""
    yield copies.writer._add_object(_form(copies, page, box)), (1, 0, 0, 1, 0, 0)
    for reference in page.get("/Annots", ArrayObject()).get_object() or ():
        note = reference.get_object()
        flags = int(note.get("/F", 0))
        if flags & _HIDDEN or not flags & _PRINTED:
            continue
        shown = _appearance(note)
        if shown is not None:
            matrix = _placed(shown, [float(side) for side in note["/Rect"]])
            if matrix is not None:
                yield copies.of(shown), matrix


def _form(copies: _Copies, page: Any, box: Sequence[float]) -> StreamObject:
    form = StreamObject()
    form.set_data(copies.drawing(page))
    form = form.flate_encode()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(side) for side in box)
    for name in ("/Resources", "/Group"):
        held = page.get(name, NullObject()).get_object()
        if isinstance(held, DictionaryObject):
            form[NameObject(name)] = copies.of(held)
    return form


def _appearance(note: Any) -> Any:
    """The drawing of an annotation, in the state it is in; None when it has none."""
    looks = note.get("/AP", NullObject()).get_object()
    normal = looks.get("/N") if isinstance(looks, DictionaryObject) else None
    normal = normal.get_object() if normal is not None else None
    if isinstance(normal, DictionaryObject) and not isinstance(normal, StreamObject):
        state = normal.get(note.get("/AS"))
        normal = state.get_object() if state is not None else None
    return normal if isinstance(normal, StreamObject) else None


def _placed(form: Any, rect: Sequence[float]) -> tuple[float, ...] | None:
    """The matrix that puts an appearance in its rectangle (ISO 32000-1, 12.5.5); None when it has no surface."""
    a, b, c, d, e, f = (float(value) for value in form.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    x0, y0, x1, y1 = (float(side) for side in form["/BBox"])
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    bottom, top = min(y for _, y in corners), max(y for _, y in corners)
    if right - left <= 0 or top - bottom <= 0:
        return None
    across = (max(rect[0], rect[2]) - min(rect[0], rect[2])) / (right - left)
    up = (max(rect[1], rect[3]) - min(rect[1], rect[3])) / (top - bottom)
    return across, 0, 0, up, min(rect[0], rect[2]) - left * across, min(rect[1], rect[3]) - bottom * up


def _upright(
    left: float, bottom: float, right: float, top: float, rotation: int
) -> tuple[tuple[float, ...], tuple[float, float]]:
    """The matrix that brings a page turned by ``rotation`` degrees to the origin, and its size once upright."""
    width, height = right - left, top - bottom
    match rotation:
        case 90:
            return (0, -1, 1, 0, -bottom, right), (height, width)
        case 180:
            return (-1, 0, 0, -1, right, top), (width, height)
        case 270:
            return (0, 1, -1, 0, top, -left), (height, width)
        case _:
            return (1, 0, 0, 1, -left, -bottom), (width, height)


def _cm(matrix: Iterable[float]) -> str:
    return " ".join(f"{value:.5f}" for value in matrix) + " cm "


class _Tags:
    """The structure of the letter, to which the appended pages are added as figures with words."""

    def __init__(self, writer: Any) -> None:
        self.writer = writer
        root = writer.root_object
        self.is_french = root.get("/Lang", "fr") != "en"
        self.tree = root["/StructTreeRoot"].get_object()
        self.top = self._top()
        self.numbers = self.tree["/ParentTree"].get_object()["/Nums"].get_object()
        self.next = max((int(key) for key in self.numbers[::2]), default=-1) + 1

    def _top(self) -> Any:
        """The element of the whole document."""
        found = self.tree["/K"].get_object()
        return found[0] if isinstance(found, ArrayObject) else self.tree.raw_get("/K")

    def name(self, page: Any, words: str) -> None:
        """Tag the only drawing of ``page`` with what it is."""
        top = self.top.get_object()
        figure = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject("/Figure"),
                NameObject("/Alt"): TextStringObject(words),
                NameObject("/P"): self.top,
                NameObject("/Pg"): page.indirect_reference,
                NameObject("/K"): NumberObject(0),
            }
        )
        reference = self.writer._add_object(figure)
        kids = top["/K"].get_object()
        if not isinstance(kids, ArrayObject):
            kids = ArrayObject([top.raw_get("/K")])
            top[NameObject("/K")] = kids
        kids.append(reference)
        page[NameObject("/StructParents")] = NumberObject(self.next)
        self.numbers.extend([NumberObject(self.next), self.writer._add_object(ArrayObject([reference]))])
        self.next += 1
        self.tree[NameObject("/ParentTreeNextKey")] = NumberObject(self.next)
