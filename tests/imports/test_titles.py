"""What the titles of columns tell."""

import pytest

from relance.imports import titles
from relance.imports.row_values import COLUMNS


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("N° de facture", "numero"),
        ("Num. facture", "numero"),
        ("InvoiceNumber", "numero"),
        ("Raison sociale du client", "client"),
        ("Customer Name", "client"),
        ("Date d'émission", "date_emission"),
        ("Due Date (UTC)", "date_echeance"),
        ("Date limite de paiement", "date_echeance"),
        ("Montant TTC (€)", "montant_ttc"),
        ("Total HT", "montant_ht"),
        ("Balance due", "reste_a_payer"),
        ("Reste à payer", "reste_a_payer"),
        ("Mail compta", "email"),
        ("Réf. interne", ""),
        ("Total", ""),
        ("€", ""),
    ],
)
def test_a_title_tells_its_column_whatever_its_accents_and_small_words(title: str, target: str) -> None:
    assert titles.by_title(title) == target


def test_every_column_of_our_own_format_is_told_by_its_title() -> None:
    assert [column for column in COLUMNS if titles.by_title(column) != column] == []


def test_no_title_tells_two_things() -> None:
    every = [title for known in (titles._TITLES, titles._VAGUE) for each in known.values() for title in each.split()]
    assert sorted({title for title in every if every.count(title) > 1}) == []
