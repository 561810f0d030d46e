import datetime as dt

import pytest

from relance.web.spreadsheet import cell, csv_response


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((123_456,), "1234,56"),
        ((-5,), "-0,05"),
        ((0,), "0,00"),
        (dt.date(2026, 1, 9), "09/01/2026"),
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("@x", "'@x"),
        ("-12", "'-12"),
        ("Latitude", "Latitude"),
        (12, "12"),
    ],
)
def test_a_cell_is_a_french_number_a_date_or_a_text_that_runs_nothing(value, shown):
    assert cell(value) == shown


def test_the_file_opens_in_a_french_spreadsheet_and_keeps_its_cells_apart():
    answer = csv_response("factures", dt.date(2026, 11, 23), ["Numéro", "Client"], [["F;1", 'dit "le Grand"\nà Lyon']])
    assert answer.headers["Content-Disposition"] == "attachment; filename=factures-2026-11-23.csv"
    assert answer.get_data().decode() == '\ufeffNuméro;Client\r\n"F;1";"dit ""le Grand""\nà Lyon"\r\n'
