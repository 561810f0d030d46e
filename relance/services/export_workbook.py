"""Workbooks (XLSX) written as they are read: a hundred thousand rows take no more memory than a hundred.

Rows are those of ``export_cells``: numbers and dates are real ones, and no text is a formula.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

MAX_ROWS = 1_048_576  # of a sheet, its header included
_MAX_TEXT = 32_767  # characters in a cell, says the format
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Workbook:
    """A workbook of several sheets, written one after the other. Its rows wait in files of the system's own folder."""

    def __init__(self) -> None:
        from openpyxl import Workbook as Book  # half a second that the pages without a sheet do not pay

        self._book = Book(write_only=True)

    def sheet(self, title: str, header: Sequence[str]) -> "Sheet":
        """The next sheet. ``title`` is made one that the format takes."""
        return Sheet(self._book, title, header)

    def save(self, target: IO[bytes]) -> None:
        """Write it all to ``target``, once."""
        self._book.save(target)


class Sheet:
    """The rows of one table; beyond what a sheet holds, another one begins."""

    def __init__(self, book: Any, title: str, header: Sequence[str]) -> None:
        self._book, self._title, self._header = book, title, header
        self._begin()

    def append(self, row: Sequence[Any]) -> None:
        """One more row."""
        if self._count == MAX_ROWS:
            self._begin()
        self._sheet.append(self._cells(row))
        self._count += 1

    def _begin(self) -> None:
        self._sheet = self._book.create_sheet(_sheet_title(self._title))
        _head(self._sheet, self._header)
        self._cells = _row_writer(self._sheet)
        self._count = 1


def write_xlsx(target: IO[bytes], title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of one sheet to ``target``; beyond a million rows, of several."""
    book = Workbook()
    sheet = book.sheet(title, header)
    for row in rows:
        sheet.append(row)
    book.save(target)


def _sheet_title(title: str) -> str:
    title = title.replace("'", "’")  # a straight one may not begin nor end the name of a sheet
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31].capitalize() or "Relance"


def _head(sheet: Any, header: Sequence[str]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for number, words in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(14, len(words) + 4)
    cells = [WriteOnlyCell(sheet, value=words) for words in header]
    for one in cells:
        one.font = Font(bold=True)
    sheet.append(cells)


def _row_writer(sheet: Any) -> Callable[[Sequence[Any]], list[Any]]:
    """What turns a row into cells. A cell with a format is made once for its column: making one costs ten rows."""
    from openpyxl.cell import WriteOnlyCell

    made: dict[tuple[int, str], Any] = {}

    def formatted(column: int, value: Any, number_format: str) -> Any:
        one = made.get((column, number_format))
        if one is None:
            one = made[column, number_format] = WriteOnlyCell(sheet)
            one.number_format = number_format
        one.value = value
        if isinstance(value, str):
            one.data_type = "s"  # a text that begins with « = » would be written as a formula
        return one

    def cells(row: Sequence[Any]) -> list[Any]:
        return [
            formatted(n, Decimal(value[0]).scaleb(-2), "#,##0.00")
            if isinstance(value, tuple)
            else formatted(n, value, "dd/mm/yyyy hh:mm" if isinstance(value, datetime) else "dd/mm/yyyy")
            if isinstance(value, date)
            else value
            if value is None or isinstance(value, int | float | Decimal)
            else formatted(n, _NOT_XML.sub("", str(value))[:_MAX_TEXT], "General")
            for n, value in enumerate(row)
        ]

    return cells
