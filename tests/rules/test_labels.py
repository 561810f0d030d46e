import re
import time

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
    [
        (0, "fr", "0 facture"),
        (1, "fr", "1 facture"),
        (2, "fr", "2 factures"),
        (0, "en", "0 invoices"),
        (2997, "fr", "2\u00a0997 factures"),
        (2997, "en", "2,997 invoices"),
    ],
)
def test_zero_is_singular_in_french_only(n, language, expected):
    assert plural("{n} facture", "{n} factures", n, language) == expected


def test_both_languages_of_the_catalogue_name_the_same_values():
    for french, english in catalogue("en").items():
        assert set(PLACEHOLDER.findall(french)) == set(PLACEHOLDER.findall(english)), french


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Ajoutez une adresse à Zoé L'Abbé.", "Add an address for Zoé L’Abbé."),
        ("Le numéro F-12 existe déjà. Choisissez-en un autre ou ouvrez la facture existante.", "The number F-12 alre"),
        (
            "Le serveur smtp.example.org refuse le mot de passe. Aucune relance n'est partie.",
            "The server smtp.example.org rejects the password. No reminder has left.",
        ),
        ("Aucune relance n'est partie. Phrase que personne n'a traduite.", "No reminder has left. Phrase que"),
    ],
)
def test_a_sentence_that_holds_its_values_already_is_recognised(french, english):
    assert translate(french, "en").startswith(english)


@pytest.mark.parametrize(
    ("french", "english"),
    [
        (
            "Ce paiement dépasse le reste dû (1\u00a0640,00\u00a0€). Vérifiez le montant.",
            "This payment exceeds the balance (€1,640.00). Check the amount.",
        ),
        ("Total : 12,00\u00a0CHF ici, 0,50\u00a0€ dans Relance.", "Total: CHF\u00a012.00 here, €0.50 in Relance."),
        (
            "La date de facture (1er\u00a0août 2026) est dans le futur.",
            "The invoice date (1\u00a0August 2026) is in the future.",
        ),
        (
            "Échéance : 31\u00a0oct.\u00a02026 ici, plus tard dans Relance.",
            "Due date: 31\u00a0Oct\u00a02026 here, plus tard in Relance.",
        ),
    ],
)
def test_the_amounts_and_dates_of_a_sentence_recognised_are_written_again(french, english):
    assert translate(french, "en") == english


def test_what_is_recognised_keeps_its_values_whatever_they_look_like():
    assert translate("Ajoutez une adresse à {nom}.", "en", nom="Zoé") == "Add an address for Zoé."
    assert translate("Ajoutez une adresse à {nom}.\nPayée", "en") == "Ajoutez une adresse à {nom}.\nPayée"


def test_a_language_without_catalogue_is_french():
    assert labels.catalogue("de") == {}
    assert translate("Enregistrer", "de") == "Enregistrer"


@pytest.mark.parametrize("piece", ["x", " ", "«", "n° "])
def test_what_somebody_pasted_is_not_compared_with_every_sentence(piece):
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    assert translate(text, "en").strip() == labels.french(text).strip()
    assert time.process_time() - began < 2
