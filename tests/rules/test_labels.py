import re

import pytest

from relance.rules import labels
from relance.rules.labels import catalogue, plural, translate

PLACEHOLDER = re.compile(r"\{[^{}]+\}")


def test_french_is_shown_with_its_typography():
    assert translate("Mot de passe oublié ?", "fr") == "Mot de passe oublié\u00a0?"
    assert translate("L'adresse d'envoi", "fr") == "L’adresse d’envoi"


def test_english_is_found_whatever_the_spaces_and_apostrophes_of_the_source():
    assert translate("Mot de passe oublié ?", "en") == "Forgot your password?"
    assert translate("Mot de passe oublié\u00a0?", "en") == "Forgot your password?"
    assert translate("L'adresse d'envoi", "en") == "Sending address"


def test_a_sentence_without_translation_stays_in_french():
    assert translate("Phrase que personne n'a traduite", "en") == "Phrase que personne n’a traduite"


def test_values_are_put_in_and_never_retouched():
    assert translate("Bonjour {prénom}", "fr", prénom="L'Abbé ?") == "Bonjour L'Abbé ?"
    assert translate("Bonjour {prénom}", "en", prénom="Zoé") == "Hello Zoé"


def test_a_value_cannot_bring_a_placeholder_of_its_own():
    assert translate("Bonjour {prénom}", "fr", prénom="{motif}") == "Bonjour {motif}"


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        translate("Bonjour {prénom}", "fr", nom="Zoé")


@pytest.mark.parametrize(
    ("n", "language", "expected"),
    [(0, "fr", "0 facture"), (1, "fr", "1 facture"), (2, "fr", "2 factures"), (0, "en", "0 factures")],
)
def test_zero_is_singular_in_french_only(n, language, expected):
    assert plural("{n} facture", "{n} factures", n, language) == expected


def test_both_languages_of_the_catalogue_name_the_same_values():
    for french, english in catalogue("en").items():
        assert set(PLACEHOLDER.findall(french)) == set(PLACEHOLDER.findall(english)), french


def test_a_language_without_catalogue_is_french():
    assert labels.catalogue("de") == {}
    assert translate("Enregistrer", "de") == "Enregistrer"
