"""A PDF in, an invoice out: Factur-X and ZUGFeRD carry their data as an attached file."""

from dataclasses import replace
from pathlib import PurePath

from relance.imports import cii, pdf
from relance.imports.pdf import Attachment
from relance.imports.values import InvoiceRead, RefusedError, UnsafeError

# In order of preference: some PDFs carry the old and the new form of the same invoice.
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")

NO_DATA = "Ce PDF ne contient pas de données Factur-X. Saisissez la facture ; le PDF y sera joint."


def read_pdf(content: bytes, file: str) -> InvoiceRead:
    """Read the invoice inside a PDF. ``file`` is its name, for messages.

    Raises RefusedError when the PDF itself may not be kept (see ``pdf.inspect``) or its data mean harm.
    A PDF that is fine but has no data, or data that cannot be read, comes back with ``error`` set to a
    French sentence.
    """
    name = PurePath(file).name
    attachments = _by_preference(pdf.inspect(content).attachments)
    if not attachments:
        return InvoiceRead(file=name, error=NO_DATA)
    first_error = ""
    for attachment in attachments:
        try:
            return _told(cii.read(attachment.content, name), attachments)
        except UnsafeError:
            raise
        except RefusedError as error:
            first_error = first_error or str(error)
    return InvoiceRead(file=name, error=first_error)


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
