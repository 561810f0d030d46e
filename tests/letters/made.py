"""Small PDFs that nobody printed: what an invoice may be, well made or not."""

import io

import pypdf
from PIL import Image
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, NumberObject


def pdf(*sizes: tuple[float, float], words: str = "FACTURE", rotation: int = 0, password: str = "") -> bytes:
    """A page for each size in points, with ``words`` on it."""
    writer = pypdf.PdfWriter()
    for width, height in sizes or ((595, 842),):
        page = writer.add_blank_page(width, height)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        content = DecodedStreamObject()
        content.set_data(f"/Span <</MCID 7>> BDC BT /F1 20 Tf 40 40 Td ({words}) Tj ET EMC".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(content)
        if rotation:
            page.rotate(rotation)
    if password:
        writer.encrypt(password)
    return written(writer)


def stamped(flags: int = 4, times: int = 1, pages: int = 1) -> bytes:
    """Pages that share a stamp « RECU », drawn by an annotation whose flags are these, named so many times; a link."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(*[(595, 842)] * pages)))
    page = writer.pages[0]
    look = DecodedStreamObject()
    look.set_data(b"BT /F1 20 Tf 0 0 Td (RECU) Tj ET")
    look[NameObject("/Type")] = NameObject("/XObject")
    look[NameObject("/Subtype")] = NameObject("/Form")
    look[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in (0, 0, 100, 20))
    look[NameObject("/Resources")] = page["/Resources"]
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/F"): NumberObject(flags),
            NameObject("/Rect"): ArrayObject(FloatObject(value) for value in (300, 600, 400, 620)),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(look)}),
        }
    )
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/F"): NumberObject(4),
            NameObject("/Rect"): ArrayObject(FloatObject(value) for value in (0, 0, 9, 9)),
        }
    )
    notes = writer._add_object(ArrayObject([writer._add_object(note)] * times + [writer._add_object(link)]))
    for one in writer.pages:
        one[NameObject("/Annots")] = notes
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    """The bytes of the file."""
    found = io.BytesIO()
    writer.write(found)
    return found.getvalue()


def photo(width: int = 300, height: int = 200, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A picture of one colour, without anything hidden in it."""
    found = io.BytesIO()
    Image.new(mode, (width, height), (200, 30, 30, 90)[: len(mode)]).save(found, kind)
    return found.getvalue()
