"""Separated text as people save it."""

import pytest

from relance.imports import table
from relance.imports.values import RefusedError


def test_each_line_knows_where_it_starts() -> None:
    found = table.lines(b'a;b\r\n1;"deux\r\nlignes"\r\n\r\n;\r\n3;4\r\n', "utf-8", ";")
    assert list(found) == [(1, ["a", "b"]), (2, ["1", "deux\r\nlignes"]), (6, ["3", "4"])]


def test_a_quote_left_open_names_its_line_and_what_is_before_it_is_a_sample() -> None:
    content = b'a;b\n1;2\n3;"oups\n4;5\n'
    with pytest.raises(RefusedError, match="Ligne 3"):
        list(table.lines(content, "utf-8", ";"))
    assert table.sample(content, "utf-8", ";") == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_quote_that_means_nothing_is_read_as_it_stands() -> None:
    content = b'a;b\n"Le Bistrot" SARL;2\n"x\ny" z;3\n"ok";4\n'
    assert list(table.lines(content, "utf-8", ";")) == [
        (1, ["a", "b"]),
        (2, ["Le Bistrot SARL", "2"]),
        (3, ["x\ny z", "3"]),
        (5, ["ok", "4"]),
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("sep=;\na;b", ";"), ('"sep=,"\r\na,b', ","), ("sep=x\n", ""), ("a;b\n", ""), ("", "")]
)
def test_the_separator_a_spreadsheet_declares_is_known(text: str, found: str) -> None:
    assert table.declared_separator(text.encode("utf-16-le"), "utf-16-le") == found


def test_lines_with_one_cell_are_no_table() -> None:
    assert table.evenness([(1, ["a"]), (2, ["b"])]) == 0
    assert table.evenness([(1, ["titre"]), (2, ["a", "b"]), (3, ["c", "d"])]) > 1


@pytest.mark.parametrize(
    ("written", "found"),
    [("Date d'émission", "date_d_emission"), (" À traiter ", "a_traiter"), ("montant_ttc", "montant_ttc"), ("€", "")],
)
def test_names_are_compared_in_plain_form(written: str, found: str) -> None:
    assert table.plain(written) == found


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a;b\n1;\x00\n".encode("utf-32"), "utf-16-le"),
        (b"a;b\r\n1;\x00\r\n", "cp1252"),
    ],
)
def test_a_character_that_no_row_takes_is_shown_as_unreadable(content, encoding):
    cells = [cell for _, found in table.lines(content, encoding, ";") for cell in found]
    assert cells
    assert "\x00" not in "".join(cells)
    assert "\ufffd" in "".join(cells)


def test_a_quote_that_means_nothing_does_not_hide_a_cell_that_is_too_long():
    with pytest.raises(RefusedError, match=r"^Ligne 2 : un guillemet"):
        list(table.lines(b'a;b\r\n"x" y;' + b"z" * 140_000, "utf-8", ";"))
