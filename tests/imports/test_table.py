"""CSV files as people save them."""

import pytest

from relance.imports import table
from relance.imports.values import RefusedError


def test_each_row_knows_the_line_it_starts_on() -> None:
    found = table.read(b'a;b\r\n1;"deux\r\nlignes"\r\n\r\n;\r\n3;4\r\n')
    assert [(row.line, row.cells) for row in found.rows] == [
        (2, {"a": "1", "b": "deux\r\nlignes"}),
        (6, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_or_without_its_mark(encoding: str) -> None:
    found = table.read("Numéro;Client\n1;Malaucène\n".encode(encoding))
    assert found.columns == ("numero", "client")
    assert found.rows[0].cells == {"numero": "1", "client": "Malaucène"}
    assert found.warnings == ()


def test_an_old_encoding_is_read_and_told() -> None:
    found = table.read("numero;client\n1;Malaucène – 12 €\n".encode("cp1252"))
    assert found.rows[0].cells["client"] == "Malaucène – 12 €"
    assert found.warnings == (table.OLD_ENCODING,)


def test_a_short_row_leaves_cells_out_and_a_long_one_is_counted() -> None:
    found = table.read(b"a;b\n1\n1;2;;\n1;2;3\n")
    assert [(row.cells, row.extra) for row in found.rows] == [
        ({"a": "1"}, 0),
        ({"a": "1", "b": "2"}, 0),
        ({"a": "1", "b": "2"}, 1),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b" \r\n\r\n", "vide"),
        (b";;\n;;\n", "vide"),
        (b"PK\x03\x04....", "classeur"),
        (b"\xd0\xcf\x11\xe0....", "classeur"),
        (b"%PDF-1.4", "autre chose que du texte"),
        ("a;b\n1;2\n".encode("utf-16"), "autre chose que du texte"),
        (b"a;b\n\x81\x8d", "autre chose que du texte"),
        (b'a;b\n1;2\n3;"oups\n4;5\n', "Ligne 3"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        table.read(content)


def test_size_and_number_of_lines_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    assert len(table.read(b"a\n1\n2\n").rows) == 2
    with pytest.raises(RefusedError, match="lignes"):
        table.read(b"a\n1\n2\n3\n")
    with pytest.raises(RefusedError, match="10 Mo"):
        table.read(b"a\n" + b"1" * table.MAX_FILE_BYTES)


@pytest.mark.parametrize(
    ("written", "found"),
    [("Date d'émission", "date_d_emission"), (" À traiter ", "a_traiter"), ("montant_ttc", "montant_ttc"), ("€", "")],
)
def test_names_are_compared_in_plain_form(written: str, found: str) -> None:
    assert table.plain(written) == found
