"""A cell as a French spreadsheet opens it."""

import datetime as dt
from decimal import Decimal

import pytest

from relance.services import export_cells


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((123_456,), "1234,56"),
        ((-5,), "-0,05"),
        ((0,), "0,00"),
        (dt.date(2026, 1, 9), "09/01/2026"),
        (dt.datetime(2026, 1, 9, 8, 5), "09/01/2026 08:05:00"),
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("@x", "'@x"),
        ("+33 4", "'+33 4"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("-12", "'-12"),
        ("Latitude", "Latitude"),
        (12, "12"),
        (-12, "-12"),
        (Decimal("0.5"), "0,5"),
        (None, ""),
    ],
)
def test_a_cell_is_a_french_number_a_date_or_a_text_that_runs_nothing(value, shown):
    assert export_cells.cell(value) == shown


def test_lines_are_read_as_they_are_asked_for():
    read = []

    def rows():
        for number in range(3 * export_cells.PIECE_ROWS):
            read.append(number)
            yield [number]

    pieces = export_cells.lines(["n"], rows())
    assert read == []
    assert next(pieces).startswith("\ufeffn\r\n0\r\n")
    assert len(read) == export_cells.PIECE_ROWS
