"""How a table is read, as a value."""

from dataclasses import replace

from relance.imports import tables
from relance.imports.tables import TableHow

HOW = TableHow(
    encoding="utf-8",
    separator=";",
    header_line=3,
    columns=("numero", "", "client", "date_emission", "montant_ttc"),
    day_first=False,
    decimal=".",
    is_decimal_proved=True,
    titles=("N°", "X", "Client", "Date", "TTC"),
    layout=";||3",
)


def test_it_comes_back_from_json_and_what_a_later_version_adds_is_left_aside() -> None:
    assert TableHow.from_json(HOW.to_json() | {"couleur": "bleu"}) == HOW


def test_what_lasts_is_what_the_tool_writes_and_not_where() -> None:
    lasting = HOW.lasting()
    assert (lasting.columns, lasting.day_first, lasting.decimal) == (HOW.columns, False, ".")
    assert (lasting.encoding, lasting.separator, lasting.header_line, lasting.titles) == ("", "", -1, ())


def test_a_missing_column_and_two_for_the_same_thing_are_told() -> None:
    assert tables.problems(HOW) == {}
    missing = tables.problems(replace(HOW, columns=("numero", "numero", "", "", "montant_ht")))
    assert set(missing) == {"numero", "client", "date_emission", "montant_ttc"}
    assert "Deux colonnes" in missing["numero"]
    assert tables.problems(replace(HOW, columns=("numero", "nom", "date_emission", "montant_ht", "montant_tva"))) == {}


def test_columns_that_are_to_be_found_again_are_no_problem_yet() -> None:
    elsewhere = replace(HOW, separator=",", columns=("", "", "", "", ""))
    assert elsewhere.is_elsewhere()
    assert tables.problems(elsewhere) == {}


def test_titles_are_the_same_whatever_their_accents() -> None:
    assert tables.digest(("N° facture", "Échéance")) == tables.digest(("n° FACTURE", "echeance"))
    assert tables.digest(("Échéance", "N° facture")) != tables.digest(("N° facture", "Échéance"))
    assert len(tables.digest(())) == 64
