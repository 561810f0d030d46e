"""Tables to download, written as they are read: 100,000 rows take no more memory than a hundred.

A row is a list. A 1-tuple holds cents, a date a day, an int a number, None nothing; anything else is text.
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from flask import Response, stream_with_context

from relance import clock, db
from relance.rules import formulas
from relance.rules.calendar import local_date
from relance.web.scope import current_account

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PIECE_ROWS = 500
_PIECE_BYTES = 64 * 1024
_MAX_TEXT = 32_767  # characters in a cell, says the format
_MAX_ROWS = 1_048_576  # of a sheet, its header included


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """« name-2026-11-22.csv » as French spreadsheets open it: UTF-8 with its mark, « ; », comma decimals, jj/mm/aaaa.

    ``rows`` may read the database as it goes: it is consumed while the answer is sent, inside the request's context
    and with a connection open. ``name`` has no date and no extension.
    """
    return _file(name, "csv", CSV, stream_with_context(_csv(header, rows)))


def xlsx_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """« name-2026-11-22.xlsx » with real numbers and dates and its header frozen.

    Written to a temporary file, for a workbook is a ZIP that ends with its table of contents, then sent by pieces.
    """
    with ExitStack() as stack:
        book = stack.enter_context(tempfile.TemporaryFile())
        with db.forgetting():
            write_xlsx(book, name, header, rows)
        size = book.tell()
        book.seek(0)
        sent = stack.pop_all()  # the file is closed once it has left, or when nobody waits for it any more
    answer = _file(name, "xlsx", XLSX, _pieces(book, sent))
    answer.call_on_close(sent.close)
    answer.content_length = size
    return answer


def write_xlsx(target: IO[bytes], title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of one sheet to ``target``; beyond a million rows, of several."""
    from openpyxl import Workbook  # half a second that the pages without a sheet do not pay

    book = Workbook(write_only=True)
    remaining = iter(rows)
    first = next(remaining, None)
    is_first = True
    while is_first or first is not None:
        sheet = book.create_sheet(_sheet_title(title))
        _head(sheet, header)
        cells = _row_writer(sheet)
        for row in () if first is None else chain([first], islice(remaining, _MAX_ROWS - 2)):
            sheet.append(cells(row))
        first, is_first = next(remaining, None), False
    book.save(target)


def cell(value: Any) -> str:
    """What a cell of a CSV holds. A text that a spreadsheet would run as a formula is kept as text by an apostrophe."""
    if isinstance(value, tuple):
        (cents,) = value
        sign = "-" if cents < 0 else ""
        return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    return formulas.as_text(str(value))


def _pieces(book: IO[bytes], sent: ExitStack) -> Iterator[bytes]:
    with sent:
        while piece := book.read(_PIECE_BYTES):
            yield piece


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow(header)
    # The request's own connection is given back before the first piece leaves.
    with db.connection():
        remaining = iter(rows)
        while piece := list(islice(remaining, _PIECE_ROWS)):
            writer.writerows([cell(value) for value in row] for row in piece)
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    if text.tell():
        yield text.getvalue()


def _file(name: str, extension: str, mimetype: str, pieces: Iterator[Any]) -> Response:
    today = local_date(clock.now(), current_account().time_zone)
    # A name may come from a client's, which holds what no file name can.
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    answer = Response(pieces, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{safe}-{today.isoformat()}.{extension}")
    return answer


def _sheet_title(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31].capitalize() or "Relance"


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
            else formatted(n, value, "dd/mm/yyyy")
            if isinstance(value, date)
            else value
            if value is None or isinstance(value, int | float | Decimal)
            else formatted(n, _NOT_XML.sub("", str(value))[:_MAX_TEXT], "General")
            for n, value in enumerate(row)
        ]

    return cells
