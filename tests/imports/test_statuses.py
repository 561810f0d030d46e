import datetime as dt
import io

import openpyxl
import pytest

from relance.imports import encodings, statuses, tables, workbook
from relance.imports.statuses import StatusRead
from relance.imports.values import RefusedError

FILE = """Numéro de facture;Statut;Date du statut;Motif;Montant encaissé
F-2026-0101;Refusée;20/11/2026;Prestation non conforme;
F-2026-0102;212 - Encaissée;2026-11-19 08:30;;1 800,00
"""


def shown(read):
    return (read.number, read.code, read.on, read.reason, read.amount_cents, read.error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_table_is_read_whatever_its_separator_and_encoding(separator, encoding):
    text = FILE.replace("1 800,00", "1800").replace(";", separator)
    first, second = statuses.read(text.encode(encoding))
    assert shown(first) == ("F-2026-0101", "210", dt.date(2026, 11, 20), "Prestation non conforme", None, "")
    assert shown(second) == ("F-2026-0102", "212", dt.date(2026, 11, 19), "", 180_000, "")
    assert (first.line, second.line) == (2, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("207", "207"),
        (" En litige ", "207"),
        ("EN LITIGE", "207"),
        ("fr:207", "207"),
        ("210 (Refusée)", "210"),
        ("Rejetee", "213"),
        ("Mise à disposition", "203"),
        ("Partiellement approuvée", "206"),
        ("Refusée en partie", ""),
        ("210 Encaissée", ""),
        ("601", ""),
        ("2100", ""),
        ("", ""),
    ],
)
def test_a_status_is_its_code_or_its_word_and_what_is_unknown_is_not_guessed(text, code):
    assert statuses.code_of(text) == code


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("F-1;Perdue;20/11/2026;;", statuses.UNKNOWN),
        (";Refusée;20/11/2026;;", statuses.NO_NUMBER),
        ("F-1;Refusée;31/02/2026;;", statuses.BAD_DATE),
        ("F-1;Encaissée;20/11/2026;;beaucoup", statuses.BAD_AMOUNT),
        ("F-1;Encaissée;20/11/2026;;0", statuses.BAD_AMOUNT),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_problem_of_its_line(row, error):
    (read,) = statuses.read((FILE.splitlines()[0] + "\n" + row).encode())
    assert read.error == error


@pytest.mark.parametrize(
    "content", [b"", b"a;b\n1;2\n", "Numéro;Statut\n".encode(), b"PK\x03\x04\x00\x00", b'Numero;Statut\n"F-1;200\n' * 2]
)
def test_what_is_no_table_of_statuses_is_refused(content):
    with pytest.raises(RefusedError) as refused:
        statuses.read(content)
    assert str(refused.value) in (statuses.NO_STATUS, statuses.NOT_A_TABLE, encodings.EMPTY, workbook.BROKEN)


def test_a_workbook_is_read_like_a_text():
    book = openpyxl.Workbook()
    book.active.append(["Numéro", "Statut", "Date du statut", "Montant encaissé"])
    book.active.append(["F-1", 212, dt.datetime(2026, 11, 20, 8, 30), 1800.5])
    content = io.BytesIO()
    book.save(content)
    (read,) = statuses.read(content.getvalue())
    assert shown(read) == ("F-1", "212", dt.date(2026, 11, 20), "", 180_050, "")


def test_the_way_in_knows_such_a_table():
    assert tables.is_statuses(FILE.encode())
    assert statuses.is_table(FILE.splitlines()[0].split(";"))
    other = FILE.replace("Motif", "Total TTC")
    assert not tables.is_statuses(other.encode())
    assert not statuses.is_table(other.splitlines()[0].split(";"))


def test_lines_before_the_titles_are_passed():
    (read,) = statuses.read("Export du 21/11/2026\n\nNuméro;Statut\nF-1;210\n".encode())
    assert (read.number, read.code, read.line) == ("F-1", "210", 4)


def test_a_status_crosses_a_pipe_whole():
    read = StatusRead(
        "F-1", "212", dt.date(2026, 11, 20), amount_cents=5, currency="EUR", paid_on=dt.date(2026, 11, 18)
    )
    assert statuses.from_json(statuses.to_json(read)) == read
    assert statuses.from_json(statuses.to_json(StatusRead()) | {"later": 1}) == StatusRead()
