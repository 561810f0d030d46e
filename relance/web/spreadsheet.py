"""Tables to download, written as they are read: 100,000 rows take no more memory than a hundred.

Rows are those of ``services.export_cells``.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

from flask import Response, stream_with_context

from relance import clock, db
from relance.rules.calendar import local_date
from relance.services import export_cells
from relance.services.export_workbook import write_xlsx
from relance.web.scope import current_account

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_PIECE_BYTES = 64 * 1024


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


def _pieces(book: IO[bytes], sent: ExitStack) -> Iterator[bytes]:
    with sent:
        while piece := book.read(_PIECE_BYTES):
            yield piece


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # The request's own connection is given back before the first piece leaves.
    with db.connection():
        yield from export_cells.lines(header, rows)


def _file(name: str, extension: str, mimetype: str, pieces: Iterator[Any]) -> Response:
    today = local_date(clock.now(), current_account().time_zone)
    # A name may come from a client's, which holds what no file name can.
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    answer = Response(pieces, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{safe}-{today.isoformat()}.{extension}")
    return answer
