"""Tables to download, as French spreadsheets open them: UTF-8 with its mark, « ; », comma decimals, jj/mm/aaaa."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, today: date, head: list[str], lines: Iterable[list[Any]]) -> Response:
    """A CSV file « name-2026-11-22.csv ». A cell that is a 1-tuple holds cents."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([cell(value) for value in line])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-{today.isoformat()}.csv")
    return response


def cell(value: Any) -> str:
    """What a cell holds. A text that a spreadsheet would run as a formula is kept as text by an apostrophe."""
    if isinstance(value, tuple):
        (cents,) = value
        sign = "-" if cents < 0 else ""
        return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
