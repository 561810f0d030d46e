"""A PDF in, an invoice out: Factur-X and ZUGFeRD carry their data as an attached file."""

from dataclasses import replace
from pathlib import PurePath

from relance.imports import cii, documents, pdf, ubl, xml
from relance.imports.pdf import Attachment
from relance.imports.values import InvoiceRead, RefusedError, UnsafeError

# In order of preference: some PDFs carry the old and the new form of the same invoice.
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
# The same kind of file, with an order inside: read to be refused by what it is.
ORDER_NAME = "order-x.xml"

NO_DATA = "Ce PDF ne contient pas de données Factur-X. Saisissez la facture ; le PDF y sera joint."


def format_of(content: bytes) -> str:
    """« facturx » for a PDF with an invoice inside (be it unreadable), else « pdf ».

    Raises RefusedError when the PDF may not be kept, or holds an order.
    """
    invoices, is_order = _data(pdf.inspect(content).attachments)
    if is_order:
        raise RefusedError(documents.ORDER)
    return "facturx" if invoices else "pdf"


def read_pdf(content: bytes, file: str) -> InvoiceRead:
    """Read the invoice inside a PDF. ``file`` is its name, for messages.

    Raises RefusedError when the PDF itself may not be kept (see ``pdf.inspect``) or its data mean harm.
    A PDF that is fine but has no data, data that cannot be read, or those of an order, comes back with ``error``
    set to a French sentence.
    """
    name = PurePath(file).name
    attachments, is_order = _data(pdf.inspect(content).attachments)
    if not attachments:
        return InvoiceRead(file=name, error=documents.ORDER if is_order else NO_DATA)
    first_error = ""
    for attachment in attachments:
        try:
            return _told(_read(attachment.content, name), attachments)
        except UnsafeError:
            raise
        except RefusedError as error:
            first_error = first_error or str(error)
    return InvoiceRead(file=name, error=first_error)


def _read(content: bytes, name: str) -> InvoiceRead:
    is_ubl = documents.format_of(xml.parse(content)) == "ubl"
    return ubl.read(content, name) if is_ubl else cii.read(content, name)


def _data(attachments: tuple[Attachment, ...]) -> tuple[list[Attachment], bool]:
    """The attached data of an invoice, by their name, else by their content; without any, whether it is an order."""
    found = _by_preference(attachments)
    # Each is looked into, even those of a known name: data that mean harm refuse the file before it is kept.
    invoices = [item for item in found if _is_invoice(item.content) or _rank(item.name) < len(NAMES)]
    return invoices, not invoices and any(item.name.lower() == ORDER_NAME or _is_order(item.content) for item in found)


def _is_invoice(content: bytes) -> bool:
    try:
        return documents.format_of(xml.parse(content)) in ("cii", "ubl")
    except UnsafeError:
        raise
    except RefusedError:
        return False


def _is_order(content: bytes) -> bool:
    try:
        documents.format_of(xml.parse(content))
    except RefusedError as error:
        return str(error) == documents.ORDER
    return False


def _by_preference(attachments: tuple[Attachment, ...]) -> list[Attachment]:
    """The attached XML files, those of a known name first, the newest form before the old one."""
    found = [item for item in attachments if item.name.lower().endswith(".xml")]
    # « ZUGFeRD-invoice.xml », with capitals, is ZUGFeRD 1; « zugferd-invoice.xml » is 2.0.
    return sorted(found, key=lambda item: (_rank(item.name), item.name != item.name.lower()))


def _rank(name: str) -> int:
    return NAMES.index(name.lower()) if name.lower() in NAMES else len(NAMES)


def _told(read: InvoiceRead, attachments: list[Attachment]) -> InvoiceRead:
    known = [item.name for item in attachments if _rank(item.name) < len(NAMES)]
    if len(known) < 2:
        return read
    names = ", ".join(known)
    return replace(
        read, warnings=(*read.warnings, f"Ce PDF contient plusieurs jeux de données ({names}) : le premier est lu.")
    )
