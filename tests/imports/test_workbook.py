"""Workbooks as people and machines save them, and as strangers forge them."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from relance.imports import tables, workbook
from relance.imports.values import RefusedError, UnsafeError

TITLES = ["N° facture", "Client", "Date", "Échéance", "Total TTC", "SIREN"]


def book(*rows: Sequence[Any], before: Sequence[tuple[str, str, Sequence[Sequence[Any]]]] = ()) -> bytes:
    """A workbook whose sheet « Factures » holds ``rows``, after other sheets: (name, state, rows)."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.active.title = "Factures"
    for index, (name, state, others) in enumerate(before):
        sheet = made.create_sheet(name, index)
        sheet.sheet_state = state
        for row in others:
            sheet.append(row)
    made.active = len(before)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def changed(content: bytes, part: str, new: bytes) -> bytes:
    """The workbook with another content in one of its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in {*old.namelist(), part}:
            made.writestr(name, new if name == part else old.read(name))
    return buffer.getvalue()


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%b</sheetData></worksheet>"
)
FIRST = "xl/worksheets/sheet1.xml"


@pytest.mark.requirement("S3.6")
def test_the_sheet_of_invoices_is_found_with_its_dates_and_its_amounts_to_the_cent() -> None:
    content = book(
        ["Export du 12/03/2026"],
        [],
        TITLES,
        ["F-1", "Maison Vauquelin", date(2026, 11, 22), datetime(2026, 12, 22, 10, 30), 0.1 + 0.2, 552081317],
        ["F-2", "Mairie", 46348, "22 déc. 2026", 1234.567, None],
        ["F-3", "Mairie", "22/11/2026", None, "1 200,50 €", None],
        ["Total", None, None, None, 99, None],
        before=[("Lisez-moi", "visible", [["a", "b"], [1, 2]]), ("Vieux", "hidden", [TITLES, ["X", "Y"]])],
    )
    found = tables.recognise(content, "xlsx", None)
    assert (found.how.sheet, found.how.sheets, found.how.header_line) == ("Factures", ("Lisez-moi", "Factures"), 3)
    assert tables.problems(found.how) == {}
    rows = [tables.read_row(row.line, row.cells, "f", found.how) for row in tables.rows(content, "xlsx", found.how)]
    assert [row.problems for row in rows] == [(), (), ()]
    assert [row.invoice.total_cents for row in rows if row.invoice] == [30, 123_457, 120_050]
    assert {row.invoice.issued_on for row in rows if row.invoice} == {date(2026, 11, 22)}
    assert [row.invoice.due_on for row in rows if row.invoice] == [date(2026, 12, 22), date(2026, 12, 22), None]
    assert rows[0].invoice is not None
    assert (rows[0].line, rows[0].invoice.buyer.siren) == (4, "552081317")


def test_another_sheet_may_be_chosen() -> None:
    content = book(TITLES, ["F-1", "A"], before=[("2025", "visible", [TITLES, ["F-0", "B"]])])
    how = tables.recognise(content, "xlsx", tables.TableHow(sheet="2025")).how
    assert [row.cells["numero"] for row in tables.rows(content, "xlsx", how)] == ["F-0"]


def test_a_formula_without_its_result_is_told_and_one_with_it_is_read() -> None:
    content = book(TITLES, ["F-1", "A", date(2026, 11, 22), None, "=1+1"])
    assert workbook.NO_RESULTS in tables.recognise(content, "xlsx", None).warnings
    row = b'<row r="2"><c r="A2" t="str"><f>"F-"&amp;1</f><v>F-1</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    kept = changed(content, FIRST, SHEET % row)
    assert not workbook.lacks_results(kept, "Factures")
    assert list(workbook.lines(kept, "Factures")) == [(2, ["F-1", "2"])]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("20260001", "20260001"),
        ("1234.5", "1234.5"),
        ("1234.4999999999998", "1234.5"),
        ("1.1E3", "1100"),
        ("1234.567", "1234.5670"),
        ("-3", "-3"),
        ("1E+400", ""),
    ],
)
def test_a_number_has_nothing_that_a_float_adds(written: str, shown: str) -> None:
    assert workbook.number(written) == shown


def test_a_sheet_that_lies_about_its_size_takes_what_is_there() -> None:
    rows = (
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        + b"<row/>" * 3000
        + b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    )
    lying = changed(
        book(TITLES), FIRST, SHEET.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') % rows
    )
    assert list(workbook.lines(lying, "Factures")) == [(1, ["1"])]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04oups",
        changed(book(TITLES), FIRST, SHEET % b"<row><c"),
        changed(book(TITLES), FIRST, SHEET % b'<row><c t="s"><v>999999</v></c></row>'),
        changed(book(TITLES), FIRST, SHEET % b"<row><c><v>douze</v></c></row>"),
        changed(book(TITLES), "xl/workbook.xml", b"<workbook/>"),
    ],
)
def test_a_broken_workbook_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(RefusedError, match=r"\."):
        tables.recognise(content, "xlsx", None)


def test_what_would_unpack_to_too_much_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(book(TITLES), "xl/sharedStrings.xml", b" " * (workbook.MAX_STRINGS_BYTES + 1))
    with pytest.raises(UnsafeError, match="trop de données"):
        workbook.sheets(bomb)
    monkeypatch.setattr(workbook, "MAX_MEMBERS", 3)
    with pytest.raises(UnsafeError, match="trop de données"):
        workbook.sheets(book(TITLES))


def test_a_document_type_is_refused() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET % b"<row><c><v>&a;</v></c></row>"
    with pytest.raises(UnsafeError, match="DOCTYPE"):
        list(workbook.lines(changed(book(TITLES), FIRST, entity), "Factures"))
