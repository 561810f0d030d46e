"""Several tables in one workbook."""

import datetime as dt
import io

import openpyxl

from relance.services import export_workbook


def test_sheets_follow_one_another_with_real_values_and_nothing_that_runs(monkeypatch):
    monkeypatch.setattr(export_workbook, "MAX_ROWS", 3)
    book = export_workbook.Workbook()
    first, second = book.sheet("Clients", ["Nom", "Le"]), book.sheet("Envois : tous [1]", ["Montant"])
    for name in ("=1+1", "@b", "c"):
        first.append([name, dt.datetime(2026, 11, 23, 9, 30)])
    second.append([(-150,)])
    file = io.BytesIO()
    book.save(file)
    found = openpyxl.load_workbook(file)
    assert found.sheetnames == ["Clients", "Envois  tous 1", "Clients1"]
    assert [one.value for one in found["Clients"]["A"]] == ["Nom", "=1+1", "@b"]
    assert found["Clients"]["A2"].data_type == "s"
    assert found["Clients"]["B2"].value == dt.datetime(2026, 11, 23, 9, 30)
    assert found["Clients"]["B2"].number_format == "dd/mm/yyyy hh:mm"
    assert found["Envois  tous 1"]["A2"].value == -1.5
    assert [one.value for one in found["Clients1"]["A"]] == ["Nom", "c"]
