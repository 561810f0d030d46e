"""One document to import, whatever it came from: a line of a table, or a Factur-X PDF."""

from dataclasses import dataclass, field, replace

from relance.imports import canonical_csv, cells, facturx
from relance.imports.canonical_csv import CsvRead, Problem, RowRead
from relance.imports.values import InvoiceRead


@dataclass(frozen=True)
class Line:
    """A document read. ``line`` is its line in the table (0 for a PDF); ``pdf`` are the bytes to attach.

    ``problems`` are what only the user can settle; ``read`` then holds what could be read.
    ``paid_cents`` is the money already received, in cents of the invoice's currency.
    """

    read: InvoiceRead
    line: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    state: str = "sent"
    client_kind: str = "organisation"
    emails: tuple[str, ...] = ()
    contact: str = ""
    paid_cents: int = 0
    problems: tuple[Problem, ...] = ()
    pdf: bytes | None = None

    @property
    def source(self) -> str:
        """Where the invoice comes from, as its row remembers it."""
        return "csv" if self.pdf is None else "facturx"


def read_csv(content: bytes, file: str) -> tuple[list[Line], tuple[str, ...]]:
    """The lines of a canonical CSV and the warnings about the file; RefusedError when it is not one."""
    found: CsvRead = canonical_csv.read(content, file)
    return [_from_row(row, found.file) for row in found.rows], found.warnings


def read_pdf(content: bytes, file: str) -> Line:
    """The document inside a PDF (``read.error`` when there is none); RefusedError when the PDF is unsafe."""
    read = facturx.read_pdf(content, file)
    problems = (Problem(column="", value="", reason=read.error),) if read.error else ()
    emails: tuple[str, ...] = ()
    try:
        emails = cells.emails(read.buyer.email)
    except ValueError as error:
        read = replace(read, warnings=(*read.warnings, str(error)))
    return Line(read=read, emails=emails, paid_cents=already_paid(read), problems=problems, pdf=content)


def _from_row(row: RowRead, file: str) -> Line:
    read = row.invoice or InvoiceRead(file=file, number=row.cells["numero"])
    return Line(
        read=read,
        line=row.line,
        cells=row.cells,
        state=row.state,
        client_kind=row.client_kind,
        emails=row.emails,
        contact=row.contact,
        paid_cents=row.paid_cents,
        problems=row.problems,
    )


def already_paid(read: InvoiceRead) -> int:
    """What the file says was paid before: BT-113, else the part of the total that is not asked (BT-115).

    The MINIMUM profile has no BT-113: there, only the difference tells.
    """
    total_cents = read.total_cents or 0
    if total_cents <= 0 or read.kind == "credit_note":
        return 0
    if read.due_cents is not None:
        return min(max(total_cents - read.due_cents, 0), total_cents)
    return min(max(read.prepaid_cents or 0, 0), total_cents)
