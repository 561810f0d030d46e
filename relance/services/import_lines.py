"""One document to import, whatever it came from: a line of a table, or an electronic invoice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from relance.imports import cells, serial, tables
from relance.imports.canonical_csv import Problem, RowRead
from relance.imports.tables import TableHow
from relance.imports.values import InvoiceRead
from relance.models.imports import ImportFile, ImportRow

TABLES = ("csv", "xlsx")
STATUSES = ("cdar", "statuses")
ELECTRONIC = ("facturx", "cii", "ubl", "pdf")


@dataclass(frozen=True)
class Line:
    """A document read. ``line`` is its line in the table (0 for an electronic invoice), ``row`` what it says beyond.

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
    format: str = ""
    row: RowRead | None = None

    @property
    def source(self) -> str:
        """Where the invoice comes from, as its row remembers it."""
        return self.format or "csv"

    @property
    def is_electronic(self) -> bool:
        """True for a document that is not a line of a table: what it does not say cannot be asked of its writer."""
        return self.format in ELECTRONIC


def of_read(read: InvoiceRead, format: str, fixes: dict[str, str] | None = None) -> Line:  # noqa: A002
    """The line of an electronic invoice, with what the person completed (``fixes``, by canonical column).

    One without data is not a problem in itself: it is completed by hand, and ``read.error`` says why.
    """
    problems: tuple[Problem, ...] = ()
    if read.error and not read.currency:
        read = replace(read, currency="EUR")  # as in the form: nothing was read that says otherwise
    if fixes:
        read, problems = tables.read_fixes(fixes, read)
    emails: tuple[str, ...] = ()
    try:
        emails = cells.emails(read.buyer.email)
    except ValueError as error:
        read = replace(read, warnings=(*read.warnings, str(error)))
    return Line(
        read=read,
        emails=emails,
        contact=getattr(read, "contact", ""),
        paid_cents=already_paid(read),
        problems=tuple(problems),
        format=format,
    )


def of_row_read(row: RowRead, file: str, format: str = "csv") -> Line:  # noqa: A002
    """The line of a table."""
    read = row.invoice or InvoiceRead(file=file, number=row.cells.get("numero", ""))
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
        format=format,
        row=row,
    )


class Reader:
    """Reads stored rows again, knowing how each table is read."""

    def __init__(self, files: Mapping[int, ImportFile]) -> None:
        self._files = files
        self._hows: dict[int, TableHow] = {}

    def line(self, row: ImportRow) -> Line:
        """What a row says, with the corrections made since."""
        file = self._files[row.file_id]
        fixes: dict[str, str] = json.loads(row.fixes_json)
        if file.format not in TABLES:
            return of_read(serial.from_json(json.loads(row.read_json)), file.format, fixes)
        if file.id not in self._hows:
            self._hows[file.id] = how_of(file)
        cells_now = json.loads(row.cells_json) | fixes
        return of_row_read(tables.read_row(row.line, cells_now, file.name, self._hows[file.id]), file.name, file.format)


def how_of(file: ImportFile) -> TableHow:
    """How a table is read."""
    return TableHow.from_json(json.loads(file.table_json)["how"])


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
