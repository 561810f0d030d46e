"""The XML of a sheet, row by row."""

import io

import pytest

from relance.imports import sheet_xml


def read(text: str) -> list[tuple[int, list[str]]]:
    reader = sheet_xml.Reader(lambda written, kind, style: f"{kind}{style}:{written}")
    return list(reader.rows(io.BytesIO(f"<sheetData>{text}</sheetData>".encode())))


def test_rows_and_cells_are_where_they_say_or_after_the_one_before() -> None:
    third = '<row r="3"><c r="B3" s="2"><v>x</v></c><c t="inlineStr"><is><t>a</t><t>b</t></is></c></row>'
    text = f"{third}<row/><row><c><v>y</v></c></row>"
    assert read(text) == [(3, ["", "n2:x", "inlineStr:ab"]), (5, ["n:y"])]


def test_far_columns_are_left_out_and_long_texts_are_cut() -> None:
    text = f'<row><c r="A1"><v>{"x" * 40_000}</v></c><c r="ZZZ1"><v>far</v></c></row>'
    ((number, cells),) = read(text)
    assert (number, len(cells)) == (1, 1)
    assert len(cells[0]) < 40_000


def test_shared_texts_have_their_pieces_and_not_how_they_are_said() -> None:
    text = b"<sst><si><t>un</t></si><si><r><t>de</t></r><r><t>ux</t></r><rPh><t>ni</t></rPh></si><si/></sst>"
    assert sheet_xml.strings(io.BytesIO(text)) == ["un", "deux", ""]


@pytest.mark.parametrize(("reference", "column"), [("A1", 1), ("Z9", 26), ("aa3", 27), ("12", 0)])
def test_columns_have_numbers(reference: str, column: int) -> None:
    assert sheet_xml.column_of(reference) == column
