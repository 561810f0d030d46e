"""Addresses as the window of an envelope shows them."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.rules.address import MAX_LENGTH, compose, country_name, town_of

DATA = Path(os.environ.get("RELANCE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def test_an_address_is_printed_in_capitals_without_accents_nor_punctuation():
    printed = compose("Brasserie des Deux Rives", "8, quai des Bâteliers\n67000 Strasbourg", attention="Comptabilité")
    assert printed.lines == ("BRASSERIE DES DEUX RIVES", "COMPTABILITE", "8 QUAI DES BATELIERS", "67000 STRASBOURG")
    assert printed.problems == ()
    assert printed.is_complete


def test_the_name_keeps_the_signs_that_belong_to_it():
    assert compose("Dupont & Fils, S.A.R.L.", "1 rue A\n35000 Rennes").lines[0] == "DUPONT & FILS, S.A.R.L."


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("67000 Strasbourg", "67000 STRASBOURG"),
        ("F-67000 Strasbourg", "67000 STRASBOURG"),
        ("67 000 Strasbourg", "67000 STRASBOURG"),
        ("13127 Vitrolles Cedex", "13127 VITROLLES CEDEX"),
        ("95130 Le Plessis-Bouchard", "95130 LE PLESSIS BOUCHARD"),
        ("17400 Saint-Jean-d'Angély", "17400 SAINT JEAN D ANGELY"),
        ("97417 La Montagne", "97417 LA MONTAGNE"),
        ("76310 Sainte-Adresse", "76310 SAINTE ADRESSE"),
        ("78112 L'Étang-la-Ville, FRANCE", "78112 L ETANG LA VILLE FRANCE"),
    ],
)
def test_the_last_line_is_the_postcode_and_the_town(typed, printed):
    assert compose("X", f"3 rue du Bac\n{typed}").lines[-1] == printed


@pytest.mark.parametrize("typed", ["Strasbourg", "Strasbourg 67000", "6700 Strasbourg", "67000"])
def test_a_last_line_without_postcode_or_town_is_said(typed):
    printed = compose("X", f"3 rue du Bac\n{typed}")
    assert not printed.is_complete
    assert "code postal" in printed.problems[0]


@pytest.mark.parametrize("address", ["", "  \n ", "67000 Strasbourg"])
def test_an_address_without_street_or_empty_is_incomplete(address):
    printed = compose("X", address)
    assert not printed.is_complete
    assert printed.problems


def test_a_cedex_needs_no_street():
    assert compose("Caisse", "75900 PARIS CEDEX 19").is_complete


def test_a_missing_name_is_said():
    printed = compose("", "1 rue A\n35000 Rennes")
    assert printed.problems == ("Il manque le nom du destinataire.",)
    assert not printed.is_complete


def test_the_name_or_the_country_typed_twice_is_printed_once():
    printed = compose("Studio Bleu", "Studio bleu\n1 rue A\n35000 Rennes\nFrance")
    assert printed.lines == ("STUDIO BLEU", "1 RUE A", "35000 RENNES")


def test_foreign_mail_ends_with_the_country():
    printed = compose("Atelier Dubois", "Rue Haute 12\n1000 Bruxelles\nBelgique", "BE")
    assert printed.lines == ("ATELIER DUBOIS", "RUE HAUTE 12", "1000 BRUXELLES", "BELGIQUE")
    assert printed.is_complete
    assert country_name("CH") == "SUISSE"
    assert compose("X", "1 rue A\n97200 Fort-de-France", "MQ").lines[-1] == "97200 FORT DE FRANCE"


def test_a_long_street_is_abbreviated_before_it_is_cut():
    printed = compose("X", "114 boulevard du Faubourg Saint-Antoine prolongé\n75012 Paris")
    assert printed.lines[1] == "114 BD DU FG ST ANTOINE PROLONGE"
    assert printed.problems == ()


def test_what_is_cut_is_shown():
    printed = compose("X", "7 ancien chemin du moulin de la petite rivière aux écrevisses\n23000 Guéret")
    assert printed.lines[1] == "7 ANCIEN CHE DU MOULIN DE LA PETITE"
    assert len(printed.problems) == 1
    assert "ECREVISSES » dépasse 38 caractères : la lettre porte « 7 ANCIEN CHE" in printed.problems[0]
    assert printed.is_complete


def test_a_long_name_continues_on_the_next_line_when_there_is_room():
    name = "Groupement d'intérêt économique des artisans du bâtiment du Haut-Rhin"
    printed = compose(name, "1 rue A\n68000 Colmar")
    assert printed.lines[:2] == ("GROUPEMENT D'INTERET ECONOMIQUE DES", "ARTISANS DU BATIMENT DU HAUT-RHIN")
    assert printed.problems == ()
    full = compose(name, "Étage 2\nBâtiment C\n1 rue A\nBP 12\n68000 Colmar")
    assert full.lines[0] == "GROUPEMENT D'INTERET ECONOMIQUE DES"
    assert len(full.lines) == 6
    assert "dépasse 38 caractères" in full.problems[0]


def test_a_seventh_line_is_left_out_and_said():
    printed = compose("X", "a1\nb2\nc3\nd4\n1 rue A\n68000 Colmar", attention="Service achats")
    assert printed.lines == ("X", "B2", "C3", "D4", "1 RUE A", "68000 COLMAR")
    assert "« SERVICE ACHATS », « A1 »" in printed.problems[0]


def test_pictures_are_left_out_and_said_and_other_alphabets_kept():
    printed = compose("Café 🎉 Œuvre", "1 rue A\n68000 Colmar")
    assert printed.lines[0] == "CAFE OEUVRE"
    assert "ne s'impriment pas" in printed.problems[0]
    assert compose("Κώστας ООО", "1 rue A\n68000 Colmar").lines[0] == "ΚΩΣΤΑΣ ООО"


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("12 rue de la Charité\n69002 LYON", "Lyon"),
        ("14 rue des Capucins\n69001 Lyon", "Lyon"),
        ("1 rue A\n13127 VITROLLES CEDEX 9", "Vitrolles"),
        ("1 rue A\n95130 LE PLESSIS-BOUCHARD", "Le Plessis-Bouchard"),
        ("1 rue A\n30360 SAINT-ÉTIENNE-DE-L'OLM", "Saint-Étienne-de-l'Olm"),
        ("Rue Haute 12\n1000 Bruxelles", "Bruxelles"),
        ("F-67000 Strasbourg", "Strasbourg"),
        ("Lyon", ""),
        ("", ""),
    ],
)
def test_the_town_is_written_as_in_a_letter(address, town):
    assert town_of(address) == town


@given(st.text(max_size=200), st.text(max_size=300), st.sampled_from(["FR", "BE", "ZZ", ""]), st.text(max_size=60))
def test_whatever_is_typed_fits_the_window(name, address, country, attention):
    printed = compose(name, address, country, attention)
    assert len(printed.lines) <= (6 if country in ("FR", "") else 7)
    assert all(0 < len(line) <= MAX_LENGTH and line == line.strip() for line in printed.lines)
    assert all(problem.endswith(".") for problem in printed.problems)
    assert printed.is_complete or printed.problems


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is absent")
def test_real_communes_fit_the_last_line():
    communes = json.loads((DATA / "addresses" / "communes.json").read_text(encoding="utf-8"))
    for commune in communes:
        printed = compose("X", f"1 rue A\n{commune['line6']}")
        words = "".join(letter if letter.isalnum() else " " for letter in commune["line6"]).split()
        assert printed.lines[-1] == " ".join(words)
        assert printed.is_complete
        by_name = compose("X", f"1 rue A\n{commune['codePostal']} {commune['nomCommune']}")
        assert by_name.is_complete
        assert by_name.lines[-1].isascii()


def test_the_marks_of_another_alphabet_are_letters_and_stay():
    assert compose("Йод и Ёлка", "1 rue A\n35000 Rennes").lines[0] == "ЙОД И ЁЛКА"
    assert compose("ガラス", "1 rue A\n35000 Rennes").lines[0] == "ガラス"
    assert compose("Élodie Œuvrard", "1 rue A\n35000 Rennes").lines[0] == "ELODIE OEUVRARD"
    assert compose("A", "हिन्दी 3\n35000 Rennes").lines[1] == "हिन्दी 3"
