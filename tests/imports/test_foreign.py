"""Files of other kinds, by their first bytes or lines; what only looks like them is left alone."""

import pytest

from relance.imports import documents, foreign
from tests.data import making


@pytest.mark.parametrize("start", ["BMW;numero;total", "MZ;total", "ID3;total", "BZh;total"])
def test_a_table_that_begins_like_a_binary_file_is_none(start: str) -> None:
    assert foreign.binary(start.encode()) == ""
    assert foreign.text(start) == ""


@pytest.mark.parametrize(
    "start",
    ["numero;client;total\n1;2;3", "Date: total;client\n2026;x", "0130;client\n", "[dossier];numero\n",
     "#numero;total\n", "BEGIN;END\n", "20:10;x\n"],
)  # fmt: skip
def test_a_table_is_not_taken_for_another_text(start: str) -> None:
    assert foreign.text(start) == ""


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("BEGIN:VCARD\nVERSION:3.0", foreign.CARD),
        ("-----BEGIN CERTIFICATE-----", foreign.KEY),
        ("#!/bin/sh\n", foreign.PROGRAM),
        ('{"a": 1}', foreign.DATA),
        ("From: a@b.example\nTo: c@d.example\n", foreign.MAIL),
        ("# a note\n!Type:Bank\n", documents.BANK),
        (":61:110701CN50,00NZ10NONREF\n", documents.BANK),
    ],
)
def test_texts_of_other_kinds_are_named(start: str, sentence: str) -> None:
    assert foreign.text(start) == sentence


def test_an_office_file_is_told_from_a_zip() -> None:
    def office(*names: str) -> str | None:
        return foreign.office(making.zipped(dict.fromkeys(names, b"x")), frozenset(names))

    assert office("xl/workbook.xml", "docProps/app.xml") == ""
    assert office("word/document.xml") == foreign.WORDS
    assert office("META-INF/MANIFEST.MF") == foreign.PROGRAM
    assert office("facture.pdf", "mimetype") is None
    assert office("facture.pdf") is None
