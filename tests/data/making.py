"""Small files of our own for the importers: PDFs with what tests want inside, and the texts beside this file."""

import zipfile
from io import BytesIO
from pathlib import Path

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

FOLDER = Path(__file__).parent


def cii(**changes: str) -> bytes:
    """Our CII invoice; each keyword names a piece of it to replace: ``cii(**{"<ram:ID>X</ram:ID>": ""})``."""
    return _changed("facture.xml", changes)


def ubl(**changes: str) -> bytes:
    """Our UBL invoice, changed as in ``cii``."""
    return _changed("facture-ubl.xml", changes)


def ubl_credit_note(**changes: str) -> bytes:
    """A credit note on our UBL invoice, changed as in ``cii``."""
    credit_note = {
        "ubl:Invoice": "ubl:CreditNote",
        "xsd:Invoice-2": "xsd:CreditNote-2",
        "  <cbc:DueDate>2026-11-01</cbc:DueDate>\n": "",
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>": "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
        "<cbc:ID>F-2026-0101</cbc:ID>": "<cbc:ID>A-2026-0007</cbc:ID>",
        "  <cac:AccountingSupplierParty>": "  <cac:BillingReference><cac:InvoiceDocumentReference>"
        "<cbc:ID>F-2026-0101</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>\n"
        "  <cac:AccountingSupplierParty>",
    }
    return _changed("facture-ubl.xml", credit_note | changes)


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of these files."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def _changed(name: str, changes: dict[str, str]) -> bytes:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in {name}"
        text = text.replace(old, new)
    return text.encode()


def csv(*lines: str, header: str = "numero;client;date_emission;montant_ttc") -> bytes:
    """A canonical CSV made of ``lines``."""
    return ("\r\n".join((header, *lines)) + "\r\n").encode()


def factures() -> bytes:
    """Our CSV: five documents of three clients."""
    return (FOLDER / "factures.csv").read_bytes()


def pdf(attachments: dict[str, bytes] | None = None, *, pages: int = 1, script: str = "", password: str = "") -> bytes:
    """A PDF with blank pages and these attached files."""
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    for name, content in (attachments or {}).items():
        writer.add_attachment(name, content)
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        )
        tree = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("start"), action])})
        names = writer.root_object.setdefault(NameObject("/Names"), DictionaryObject())
        names.get_object()[NameObject("/JavaScript")] = tree
    if password:
        writer.encrypt(user_password=password, owner_password="owner")
    return written(writer)


def facturx(**changes: str) -> bytes:
    """A PDF that carries our CII invoice, changed as in ``cii``."""
    return pdf({"factur-x.xml": cii(**changes)})


def pdf_with_action(action: dict[str, str], where: str = "/OpenAction") -> bytes:
    """A PDF that does something when it is opened (or when its page is, with ``where="page"``)."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    values = DictionaryObject(
        {
            NameObject(name): NameObject(value) if value.startswith("/") else TextStringObject(value)
            for name, value in action.items()
        }
    )
    if where == "page":
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): values})
    elif where == "annotation":
        annotation = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): values})
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    else:
        writer.root_object[NameObject(where)] = values
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    """The bytes of a PDF."""
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
