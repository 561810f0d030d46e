import pytest

from relance.rules import identity


def test_numbers_are_stored_without_spaces():
    assert identity.read_siret("732 829 320 00074") == "73282932000074"
    assert identity.read_iban("fr76 3000 6000 0112 3456 7890 189") == "FR7630006000011234567890189"
    assert identity.read_bic("agri fr pp") == "AGRIFRPP"
    assert identity.read_vat("FR 40 303 265 045") == "FR40303265045"
    assert identity.read_siren("732 829 320") == "732829320"
    assert identity.read_siren("73282932000074") == "73282932000074"


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (identity.read_siret, "732 829 320", "vous en avez saisi 9"),
        (identity.read_siret, "73282932000075", "clé de contrôle"),
        (identity.read_siren, "732829321", "9 chiffres"),
        (identity.read_iban, "FR7630006000011234567890188", "clé de contrôle"),
        (identity.read_iban, "bonjour", "clé de contrôle"),
        (identity.read_bic, "AGRI", "8 ou 11"),
        (identity.read_vat, "FR00303265045", "TVA"),
    ],
)
def test_a_number_that_its_key_refutes_is_refused_in_french(read, text, words):
    with pytest.raises(ValueError, match=words):
        read(text)


def test_an_iban_is_recognised_but_not_readable_once_masked():
    assert identity.masked_iban("FR7630006000011234567890189") == "FR76 … 0189"
    assert identity.masked_iban("") == "aucun"


def test_an_address_says_which_line_is_too_long_and_what_does_not_fit():
    problems = identity.check_address("12 rue de la Charité\n" + "a" * 38 + "trop")
    assert problems == ["La ligne 2 dépasse 38 caractères : « trop » ne tient pas."]


def test_an_address_of_seven_lines_is_too_long():
    assert "vous en avez saisi 7" in identity.check_address("\n".join("abcdefg"))[0]
    assert identity.check_address("\n".join("abcdef")) == []
