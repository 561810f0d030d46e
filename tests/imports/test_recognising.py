"""How a table is read at first sight."""

from dataclasses import replace

import pytest

from relance.imports import encodings, recognising, tables
from relance.imports.tables import TableHow
from relance.imports.values import RefusedError

# The file of the mock-up: a preamble, another separator, an old encoding.
EXPORT = (
    "Export du 12/03/2026\r\n\r\n"
    "Num. facture;Client;Date;Échéance;Total TTC;Réglé;Mail compta;Réf. interne\r\n"
    "F-2026-0031;Maison Vauquelin;14/03/2026;13/04/2026;2 640,00;1 000,00;compta@maison-vauquelin.example;VQ-77\r\n"
    "F-2026-0032;Mairie de Sainte-Aube;12/03/2026;31/02/2026;1.234;;;VQ-78\r\n"
    "Total;;;;3 874,00;1 000,00;;\r\n"
)


@pytest.mark.requirement("S3.6")
def test_the_export_of_a_tool_is_read_under_its_preamble() -> None:
    found = tables.recognise(EXPORT.encode("cp1252"), "csv", None)
    assert (found.how.encoding, found.how.separator, found.how.header_line) == ("cp1252", ";", 3)
    assert (found.how.day_first, found.how.decimal, found.how.is_decimal_proved) == (True, ",", True)
    assert found.warnings == (encodings.OLD_ENCODING,)
    assert [column.target for column in found.columns] == [
        "numero", "client", "date_emission", "date_echeance", "montant_ttc", "deja_regle", "email", "",
    ]  # fmt: skip
    assert sum(column.is_recognised for column in found.columns) == 7
    assert (found.columns[7].title, found.columns[7].example) == ("Réf. interne", "VQ-77")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|", ":"])
def test_the_separator_is_found_whatever_is_in_the_cells(separator: str) -> None:
    text = separator.join(["Numéro", "Client", "Date", "Montant TTC", "Objet"]) + "\n"
    for number in range(3):
        cells = [f"F-{number}", '"Dupont, Durand ; fils | Cie"', "2026-11-22", '"1 200,50"', '"Le\nsite: à 10:30"']
        text += separator.join(cells) + "\n"
    how = tables.recognise(text.encode(), "csv", None).how
    assert how.separator == separator
    assert tables.problems(how) == {}
    assert [row.line for row in tables.rows(text.encode(), "csv", how)] == [2, 4, 6]


def test_the_separator_a_spreadsheet_declares_is_taken() -> None:
    found = tables.recognise(b"sep=,\r\nNum;a,Client,Date,Total TTC\r\n1,B;b,2026-11-22,3\r\n", "csv", None)
    assert (found.how.separator, found.how.header_line) == (",", 2)


def test_american_dates_are_read_so_when_the_column_proves_it_and_it_is_told() -> None:
    text = "Invoice Number,Customer,Invoice Date,Due Date,Total Incl. Tax\nINV-1,Acme,11/05/2026,11/22/2026,1200.50\n"
    found = tables.recognise(text.encode(), "csv", None)
    assert (found.how.day_first, found.how.decimal) == (False, ".")
    assert recognising.MONTH_FIRST in found.warnings
    assert tables.recognise(text.replace("11/22", "12/05").encode(), "csv", None).how.day_first
    both = text + "INV-2,Acme,22/11/2026,,1\n"
    assert recognising.BOTH_ORDERS in tables.recognise(both.encode(), "csv", None).warnings


def test_without_titles_columns_have_letters_and_it_is_told() -> None:
    found = tables.recognise(b"F-001;Mairie;22/11/2026;120,00\nF-002;Mairie;23/11/2026;130,00\n", "csv", None)
    assert found.how.header_line == 0
    assert [column.title for column in found.columns] == ["Colonne A", "Colonne B", "Colonne C", "Colonne D"]
    assert [column.target for column in found.columns] == ["numero", "", "", ""]
    assert recognising.NO_TITLE_LINE in found.warnings


def test_what_a_person_chose_wins_and_what_she_did_not_is_found_again() -> None:
    content = EXPORT.encode("cp1252")
    how = tables.recognise(content, "csv", None).how
    targets = ("numero", "client", "date_emission", "", "montant_ttc", "", "", "objet")
    chosen = tables.recognise(content, "csv", replace(how, columns=targets, day_first=False, decimal=".")).how
    assert (chosen.columns, chosen.day_first, chosen.decimal) == (targets, False, ".")
    assert tables.recognise(content, "csv", replace(how, encoding="mac-roman")).how.encoding == "mac-roman"
    # Another separator, another line of titles: other columns, whatever they were.
    moved = tables.recognise(content, "csv", replace(how, header_line=4))
    assert [column.title for column in moved.columns][:2] == ["F-2026-0031", "Maison Vauquelin"]
    assert moved.how.columns != how.columns


def test_what_an_account_remembers_holds_for_a_file_laid_out_otherwise() -> None:
    how = tables.recognise(EXPORT.encode("cp1252"), "csv", None).how
    targets = ("numero", "client", "date_emission", "date_echeance", "montant_ttc", "", "", "commande")
    remembered = TableHow.from_json(replace(how, columns=targets).lasting().to_json())
    other = EXPORT.partition("\r\n\r\n")[2].replace(";", "\t")
    found = tables.recognise(other.encode(), "csv", remembered).how
    assert (found.columns, found.separator, found.header_line, found.encoding) == (targets, "\t", 1, "utf-8")
    american = other.replace("14/03/2026", "03/14/2026").replace("12/03/2026", "03/12/2026").replace("13/04", "04/13")
    assert not tables.recognise(american.replace("31/02", "02/03").encode(), "csv", remembered).how.day_first


def test_unknown_columns_of_our_own_format_are_told_once() -> None:
    found = tables.recognise(b"numero;client;date_emission;montant_ttc;Couleur\n1;2;3;4;5\n", "csv", None)
    assert found.how.is_canonical
    assert found.warnings == ("Colonnes inconnues, non lues : couleur.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"bonjour\nau revoir\n", "pas un tableau"),
        (b"numero;client;date_emission;montant_ttc\n", "aucune facture"),
        (b";;\n;;\n", "pas un tableau|vide"),
        (b'"a;b\n1;2\n', "Ligne 1"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        tables.recognise(content, "csv", None)
