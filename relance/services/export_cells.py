"""The cells of a table to take away, and its lines as French spreadsheets open them.

A row is a list. A 1-tuple holds cents, a date a day, a datetime a moment, an int a number, None nothing; anything else
is text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from relance.rules import formulas

MARK = "\ufeff"  # tells a spreadsheet that the text is UTF-8
PIECE_ROWS = 500


def cell(value: Any) -> str:
    """What a cell of a CSV holds. A text that a spreadsheet would run as a formula is kept as text by an apostrophe."""
    if isinstance(value, tuple):
        return amount(value[0])
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    return formulas.as_text(str(value))


def amount(cents: int) -> str:
    """« -1234,56 »."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The text of a CSV, by pieces: « ; », comma decimals, jj/mm/aaaa. ``rows`` is read as the pieces are asked for."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write(MARK)
    writer.writerow(header)
    remaining = iter(rows)
    while piece := list(islice(remaining, PIECE_ROWS)):
        writer.writerows([cell(value) for value in row] for row in piece)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    if text.tell():
        yield text.getvalue()
