import pytest

from relance.services import amicable_words
from relance.services.amicable_text import Words

BODY = "Madame, Monsieur,\n\nDites-moi tout.\n\n{tableau}\n\n{paiement}\n\nÀ bientôt,"


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("", BODY, "object"),
        ("x" * 201, BODY, "object"),
        ("Mise en demeure", BODY, "object"),
        ("Objet", " \n ", "body"),
        ("Objet", "{tableau}\n\n{paiement}", "body"),
        ("Objet", "x" * 10_001, "body"),
        ("Objet", "x\n" * 300 + "x", "body"),
        ("Objet", "Il reste {reste_du}.", "body"),
        ("Objet", "Voici {tableau} le tableau", "body"),
        ("Objet", "Bonjour\n{tableau}\n{tableau}", "body"),
    ],
)
def test_what_cannot_be_printed_is_said_at_its_field(subject, body, field):
    assert set(amicable_words.errors_of(Words(subject, body))) == {field}


def test_words_that_can_be_printed_are_accepted():
    assert amicable_words.errors_of(Words("Notre affaire", BODY)) == {}
    assert amicable_words.errors_of(Words("Objet", "Un {accord} entre nous.")) == {}
