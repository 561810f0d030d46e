"""The rows of a table, and what each says: written in any dialect, a canonical line is read back the same."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.imports import tables
from relance.imports.row_values import COLUMNS, RowRead
from relance.imports.tables import TableHow
from relance.imports.values import RefusedError
from tests.imports import real_data

HEADER = "Numéro;Client;Date;Montant TTC;Objet;Statut"


def rows(content: bytes, file_format: str = "csv") -> list[tables.RawRow]:
    return list(tables.rows(content, file_format, tables.recognise(content, file_format, None).how))


def test_blank_lines_totals_and_lines_that_repeat_the_invoice_are_left_out() -> None:
    text = (
        f"{HEADER};Article\nF-1;A;22/11/2026;10,00;x;payée;vis\nF-1;A;22/11/2026;10,00;x;payée;clou\n;;;;;;\n"
        "F-2;B;23/11/2026;20,00;;;\n\nTotal général;;;30,00;;;\nNombre de factures;2\n"
    )
    found = rows(text.encode())
    assert [(row.line, row.cells["numero"]) for row in found] == [(2, "F-1"), (5, "F-2")]
    assert "Article" not in found[0].cells


def test_a_cell_beyond_the_last_column_is_kept_and_told() -> None:
    (row,) = rows(f"{HEADER}\nF-1;A;22/11/2026;10,00;;;oups\n".encode())
    assert (row.extra, row.cells[""]) == (1, "oups")
    how = tables.recognise(f"{HEADER}\nF-1;A;22/11/2026;10,00;;;oups\n".encode(), "csv", None).how
    assert [problem.column for problem in tables.read_row(row.line, row.cells, "f", how).problems] == [""]


def test_the_number_of_rows_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    content = (HEADER + "\n" + "".join(f"F-{n};A;22/11/2026;1\n" for n in range(3))).encode()
    with pytest.raises(RefusedError, match="100 000"):
        rows(content)


def test_a_quote_left_open_is_refused_with_its_line() -> None:
    with pytest.raises(RefusedError, match="Ligne 3"):
        rows(f'{HEADER}\nF-1;A;22/11/2026;1\nF-2;"oups;22/11/2026;1\n'.encode())


def test_a_list_of_statuses_is_told_from_a_list_of_invoices() -> None:
    assert tables.is_statuses("Numéro de facture;Code statut;Date\nF-1;210;22/11/2026\n".encode())
    assert tables.is_statuses(b"numero,statut\nF-1,Refus\xc3\xa9e\n")
    assert not tables.is_statuses(f"{HEADER}\nF-1;A;22/11/2026;1\n".encode())
    assert not tables.is_statuses(b"bonjour")
    assert not tables.is_statuses(b"Date;Montant\n22/11/2026;1\n")


def test_headers_are_those_of_the_file() -> None:
    content = f"{HEADER}\nF-1;A;22/11/2026;1;;\n".encode()
    assert tables.headers_of(content, TableHow()) == tuple(HEADER.split(";"))
    assert tables.headers_of(b"", TableHow(titles=("a", "b"))) == ("a", "b")


@real_data.needs_data
def test_the_formulas_of_a_hostile_file_stay_the_text_they_are() -> None:
    content = real_data.content("hostile/csv_formula_injection.csv")
    how = tables.recognise(content, "csv", None).how
    assert how.encoding == "cp1252"
    mapped = replace(how, columns=("date_emission", "client", "", "montant_ttc"))
    read = [row.cells for row in tables.rows(content, "csv", mapped)]
    assert read[0]["client"] == '=HYPERLINK("http://127.0.0.1:9/?"&A1'
    assert read[1]["client"] == "@SUM(1+1)*cmd|' /C calc'!A0"
    assert read[2]["client"] == "+33 1 23 45 67 89 VIR DUPONT"


# In an old encoding, « Ž » and the like are the bytes of « é » on a Mac: nothing in so short a file tells them apart.
WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc", "Cf", "Zs", "Zl", "Zp"), exclude_characters="'Žžˆ"),
    min_size=1,
    max_size=12,
).filter(lambda text: not text.startswith(("=", "+", "-", "@")))
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "client": WORDS,
            "objet": st.lists(WORDS, max_size=3).map(" ".join),
            "cents": st.integers(1, 99_999_999),
            "issued": st.dates(date(2001, 1, 1), date(2099, 12, 31)),
            "days": st.integers(0, 400),
            "state": st.sampled_from(["brouillon", "envoyee", "payee", ""]),
        }
    ),
    min_size=1,
    max_size=5,
)
DAYS = {
    "french": lambda day: f"{day:%d/%m/%Y}",
    "iso": lambda day: day.isoformat(),
    "compact": lambda day: f"{day:%Y%m%d}",
    "dots": lambda day: f"{day:%d.%m.%Y}",
    "serial": lambda day: str((day - date(1899, 12, 30)).days),
    "instant": lambda day: f"{day.isoformat()}T10:30:00+01:00",
}
AMOUNTS = {
    "french": lambda cents: f"{cents // 100:,}".replace(",", "\u00a0") + f",{cents % 100:02d} €",
    "german": lambda cents: f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}",
    "english": lambda cents: f"{cents // 100:,}.{cents % 100:02d}",
    "plain": lambda cents: f"{cents / 100:.2f}",
}


@settings(max_examples=60, deadline=None)
@given(
    lines=LINES,
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    day=st.sampled_from(sorted(DAYS)),
    amount=st.sampled_from(sorted(AMOUNTS)),
    preamble=st.sampled_from(["", "Export du 22/11/2026\r\n\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_canonical_line_written_in_any_dialect_is_read_back_the_same(
    lines: list[dict], separator: str, encoding: str, day: str, amount: str, preamble: str, quoting: int
) -> None:
    text = io.StringIO(preamble)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, delimiter=separator, quoting=quoting)
    writer.writerow(COLUMNS)
    for number, line in zip(count(1), lines, strict=False):
        cells = {
            "numero": f"F-{number}",
            "client": line["client"],
            "objet": line["objet"],
            "date_emission": DAYS[day](line["issued"]),
            "date_echeance": DAYS[day](line["issued"] + timedelta(days=line["days"])),
            "montant_ttc": AMOUNTS[amount](line["cents"]),
            "statut": line["state"],
        }
        writer.writerow([cells.get(column, "") for column in COLUMNS])
    content = text.getvalue().encode(encoding)
    how = tables.recognise(content, "csv", None).how
    assert how.is_canonical
    found: list[RowRead] = [tables.read_row(row.line, row.cells, "f", how) for row in tables.rows(content, "csv", how)]
    assert [row.problems for row in found] == [()] * len(lines)
    for row, line in zip(found, lines, strict=True):
        assert row.invoice is not None
        assert (row.invoice.buyer.name, row.invoice.object) == (line["client"], line["objet"])
        assert (row.invoice.issued_on, row.invoice.total_cents) == (line["issued"], line["cents"])
        assert row.invoice.due_on == line["issued"] + timedelta(days=line["days"])
        assert row.paid_cents == (line["cents"] if line["state"] == "payee" else 0)
