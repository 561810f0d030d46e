"""What the columns of a table hold."""

import pytest

from relance.imports import columns


def test_titles_are_found_under_a_preamble_and_never_among_data() -> None:
    preamble = [
        (1, ["Export du 12/03/2026"]),
        (3, ["Atelier Roussel", ""]),
        (4, ["Num. facture", "Client", "Total TTC"]),
    ]
    assert columns.titles_at([*preamble, (5, ["F-1", "Mairie", "12,00"])]) == 2
    assert columns.titles_at([(1, ["F-1", "Mairie", "12,00"]), (2, ["F-2", "Mairie", "13,00"])]) is None
    assert columns.titles_at([(1, ["Code", "Tiers lieur", "Valeur"]), (2, ["F-1", "Mairie", "13,00"])]) == 0


def test_a_title_wins_over_a_vague_one_and_both_over_what_is_in_the_cells() -> None:
    titles = ["Référence", "Numéro de facture", "Nom", "Colonne D", "Total", "Date 2", "Montant 2"]
    samples = [["A1"], ["F-1"], ["Mairie"], ["a@b.example", "c@d.example"], ["12,00"], ["22/11/2026"], ["13,00"]]
    found = columns.guess(titles, samples)
    assert found == [
        ("", False),
        ("numero", True),
        ("client", False),
        ("email", False),
        ("montant_ttc", False),
        ("", False),  # a date or an amount is never told by what it looks like
        ("", False),
    ]


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (["552081317", "73282932000074"], "client_siren"),
        (["FR40552081317"], "client_tva"),
        (["EUR", "CHF"], "devise"),
        (["Payée", "En retard", "Brouillon"], "statut"),
        (["F-2026-001", "F-2026-002"], "numero"),
        (["Virement", "Chèque"], "mode_paiement"),
        (["22/11/2026"], ""),
        (["12,00"], ""),
        (["", ""], ""),
    ],
)
def test_some_cells_show_what_they_are(cells: list[str], target: str) -> None:
    assert columns.guess(["Colonne A"], [cells]) == [(target, False)]


def test_a_last_name_is_one_only_beside_a_first_name() -> None:
    assert columns.guess(["Nom", "Prénom"], [[], []]) == [("nom", True), ("prenom", True)]
    assert columns.guess(["Nom", "Total TTC"], [[], []])[0] == ("client", False)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["22/11/2026", "03/04/2026"], True),
        (["11/22/2026", "03/04/2026"], False),
        (["03/04/2026"], None),
        (["22/11/2026", "11/22/2026"], None),
        (["2026-11-22"], None),
    ],
)
def test_the_order_of_dates_is_proved_by_the_column(cells: list[str], found: bool | None) -> None:
    assert columns.day_first(cells) is found
    assert columns.has_both_orders(["22/11/2026", "11/22/2026"])


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1.234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1.234,56 €"], ","),
        (["1234.560000"], "."),
        (["1.234"], ""),
        (["12.50", "12,50"], ""),
        (["1 200"], ""),
    ],
)
def test_the_decimal_sign_is_proved_by_the_column(cells: list[str], found: str) -> None:
    assert columns.decimal(cells) == found


def test_columns_without_a_title_have_letters() -> None:
    assert [columns.letter(index) for index in (0, 25, 26)] == ["Colonne A", "Colonne Z", "Colonne AA"]


def test_endless_cells_are_not_looked_at() -> None:
    endless = ["1" + " ." * 60_000 + "a", "a@" + "." * 120_000 + "@"]
    assert columns.guess(["Colonne A"], [endless]) == [("", False)]
    assert columns.titles_at([(1, endless), (2, endless)]) is None
