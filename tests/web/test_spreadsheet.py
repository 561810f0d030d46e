import datetime as dt
import io
import tracemalloc

import openpyxl
import pytest

from relance import db
from relance.models.accounts import Account
from relance.services import export_workbook
from relance.web import spreadsheet
from relance.web.spreadsheet import csv_answer, xlsx_answer
from tests.counting import counted


def test_the_file_opens_in_a_french_spreadsheet_and_keeps_its_cells_apart(as_camille, clock):
    answer = csv_answer("factures", ["Numéro", "Client"], [["F;1", 'dit "le Grand"\nà Lyon']])
    assert answer.headers["Content-Disposition"] == "attachment; filename=factures-2026-11-23.csv"
    assert answer.mimetype == "text/csv"
    assert answer.get_data().decode() == '\ufeffNuméro;Client\r\n"F;1";"dit ""le Grand""\nà Lyon"\r\n'


def test_a_file_without_a_line_still_has_its_header(as_camille):
    assert csv_answer("factures", ["Numéro"], []).get_data().decode() == "\ufeffNuméro\r\n"
    assert _sheets(xlsx_answer("factures", ["Numéro"], []))["Factures"] == [("Numéro",)]


def test_a_name_that_no_file_can_have_is_made_one(as_camille):
    answer = csv_answer('relevé de "L/Encrier"', ["a"], [])
    assert "relev" in answer.headers["Content-Disposition"]
    assert "/" not in answer.headers["Content-Disposition"].replace("UTF-8''", "")


def test_the_lines_of_a_csv_are_read_while_it_is_sent_and_not_before(as_camille):
    read = []

    def lines():
        for number in range(2_000):
            read.append(number)
            yield [number]

    answer = csv_answer("factures", ["n"], lines())
    assert read == []
    pieces = iter(answer.response)
    next(pieces)
    assert len(read) == 500
    answer.close()


def test_a_workbook_holds_real_numbers_and_dates_and_runs_nothing(as_camille, clock):
    line = [(123_456,), (-5,), dt.date(2026, 1, 9), 12, "=HYPERLINK(A1)", "cloche\x07 et\u00a0espace", None]
    answer = xlsx_answer("factures", list("abcdefg"), [line])
    assert answer.headers["Content-Disposition"] == "attachment; filename=factures-2026-11-23.xlsx"
    assert answer.mimetype == spreadsheet.XLSX
    content = answer.get_data()
    assert answer.content_length == len(content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.freeze_panes == "A2"
    assert [one.value for one in sheet[2]] == [
        1234.56, -0.05, dt.datetime(2026, 1, 9), 12, "=HYPERLINK(A1)", "cloche et\u00a0espace", None,
    ]  # fmt: skip
    assert [one.data_type for one in sheet[2]][:5] == ["n", "n", "d", "n", "s"]
    assert (sheet["A2"].number_format, sheet["C2"].number_format) == ("#,##0.00", "dd/mm/yyyy")
    assert sheet["A1"].font.bold


def test_the_rows_read_for_a_workbook_are_not_remembered(as_camille):
    def rows():
        for _turn in range(3):
            yield [Account.select(Account.id).get().id]

    with db.remembering(), counted() as asked:
        xlsx_answer("factures", ["Compte"], rows()).close()
    assert sum(sql.startswith("SELECT") and '"account"' in sql for sql in asked) == 3


def test_beyond_the_rows_of_a_sheet_another_begins(as_camille, monkeypatch):
    monkeypatch.setattr(export_workbook, "MAX_ROWS", 4)
    found = _sheets(xlsx_answer("factures", ["n"], ([n] for n in range(7))))
    assert list(found.values()) == [[("n",), (0,), (1,), (2,)], [("n",), (3,), (4,), (5,)], [("n",), (6,)]]


@pytest.mark.parametrize("answer_of", [csv_answer, xlsx_answer])
def test_twenty_times_more_lines_take_no_more_memory(as_camille, answer_of):
    def peak(count):
        tracemalloc.start()
        answer = answer_of("factures", ["a", "b", "c"], ([(n,), f"F-{n}", dt.date(2026, 1, 9)] for n in range(count)))
        for _piece in answer.response:
            pass
        answer.close()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # what is imported once
    assert peak(10_000) < 2 * peak(500) + 500_000


def _sheets(answer):
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return {sheet.title: [tuple(one.value for one in row) for row in sheet.rows] for sheet in book}
