"""An electronic invoice in, a value out, whatever its format. The format comes from ``kinds.find``."""

from pathlib import PurePath

from relance.imports import cii, facturx, ubl
from relance.imports.values import InvoiceRead, RefusedError

FORMATS = ("facturx", "cii", "ubl", "pdf")

NOT_READ_HERE = "Ce fichier n'est pas une facture électronique."


def read(content: bytes, name: str, format: str) -> InvoiceRead:  # noqa: A002
    """Read the invoice in ``content``, of one of FORMATS; RefusedError, in French, when it cannot be trusted or read.

    A PDF without data (or with data that cannot be read) comes back with ``error`` set: it is to be completed.
    """
    file = PurePath(name).name
    if format in ("facturx", "pdf"):
        return facturx.read_pdf(content, file)
    if format == "cii":
        return cii.read(content, file)
    if format == "ubl":
        return ubl.read(content, file)
    raise RefusedError(NOT_READ_HERE)
