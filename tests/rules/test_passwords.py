import pytest

from relance.rules.passwords import why_refused

KNOWN = ("camille@atelier-roussel.example", "Camille", "Roussel", "Atelier Roussel")


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse1234",
        "Password123456!",
        "azertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "P@ssw0rd2026!!",
        "Bonjour2026!!!",
        "relancerelance",
        "camille-roussel-69",
        "Atelier2026Roussel",
    ],
)
def test_a_common_password_is_refused_however_it_is_decorated(password):
    assert "trop courant" in why_refused(password, KNOWN)


@pytest.mark.parametrize(
    "password",
    ["trois pommes vertes", "kX9#pLq2vR7m", "97d1f0a2c4e8b", "le-mot-de-passe-de-camille", "été à Saint-Malo"],
)
def test_a_phrase_or_a_random_password_is_accepted(password):
    assert why_refused(password, KNOWN) == ""


def test_eleven_characters_are_too_few_and_twelve_enough():
    assert "12 caractères" in why_refused("pX9#pLq2vR7")
    assert why_refused("pX9#pLq2vR7m") == ""


def test_a_password_too_long_to_hash_in_good_time_is_refused():
    assert "1024" in why_refused("ab1 " * 300)
