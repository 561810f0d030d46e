"""Words found whatever their accents; what looks like a wildcard is only a sign."""

import pytest

from relance.models.clients import Client
from relance.services import matching
from tests.factories import make_client


def found(account, words):
    query = Client.select().where(Client.account == account, matching.holds(Client.name, words))
    return sorted(client.name for client in query)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Les Blés d’Or", "bles d'or"),
        ("Les Blés d’Or", "BLÉS D’OR"),
        ("LES BLES D'OR", "blés d’or"),
        ("Œuvre & fils", "œuvre"),
        ("Škoda Île-de-France", "skoda ile"),
        ("Kovać Łódź", "Kovać Łódź"),
        ("Kovać Łódź", "kovAĆ łóDŹ"),
        ("Groupe\u00a0Ña", "groupe na"),
        ("100 % coton_bio", "100 % COTON_b"),
        ("a[b]c*d?e^f-g\\h|i(j)k.l+m{n}$", "[B]c*d?e^f-g\\h|i(j)k.l+m{n}$"),
        ("日本商事", "本商"),
        ("Café 🍞", "cafe 🍞"),
    ],
)
def test_words_are_found_without_their_accents(account, name, typed):
    make_client(account, name)
    make_client(account, "Tout autre")
    assert found(account, typed) == [name]


@pytest.mark.parametrize(
    "typed", ["%", "_", "*", "?", "[a-z]", "[", "]", "\\", ".", ".*", "(", "^", "b_é", "{1}", "a|b"]
)
def test_a_wildcard_is_a_sign_like_another(account, typed):
    make_client(account, "Blé")
    assert found(account, typed) == []


def test_words_in_one_of_several_columns_are_found_never_across_two(account):
    client = make_client(account, "Blé d’Or", note="Fournil", siren="")
    columns = (Client.name, Client.note)
    for typed, is_there in (
        ("ble", True),
        ("FOURNIL", True),
        ("or fournil", False),
        ("orfournil", False),
        ("%", False),
    ):
        assert Client.select().where(Client.id == client.id, matching.any_holds(columns, typed)).exists() is is_there


def test_what_is_asked_fits_in_a_column_and_on_a_line():
    assert matching.asked("  a\0b\n\ud83d  c ") == "a b c"
    assert matching.asked("é" * 5_000) == "é" * 100
    assert matching.asked("e\u0301") == "é"
    assert matching.plain("Blé d’Or") == "ble d'or"
