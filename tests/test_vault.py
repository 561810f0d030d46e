import pytest

from relance import vault
from relance.vault import VaultError


@pytest.fixture(autouse=True)
def _open():
    vault.open_vault("a-key-for-tests-that-opens-nothing-else")


def test_a_secret_comes_back_and_is_not_readable_at_rest():
    stored = vault.encrypt("mot de passe d'application")
    assert "application" not in stored
    assert vault.decrypt(stored) == "mot de passe d'application"


def test_the_same_secret_is_stored_differently_each_time():
    assert vault.encrypt("x") != vault.encrypt("x")


def test_another_key_cannot_read_it_and_the_sentence_names_the_variable():
    stored = vault.encrypt("x")
    vault.open_vault("another-key-for-tests-that-opens-nothing")
    with pytest.raises(VaultError, match="RELANCE_SECRET_KEY"):
        vault.decrypt(stored)


@pytest.mark.parametrize("text", ["", "n'importe quoi", "gAAAA"])
def test_what_was_not_encrypted_is_refused(text):
    with pytest.raises(VaultError):
        vault.decrypt(text)


def test_a_password_is_hashed_by_scrypt_and_recognised():
    stored = vault.hash_password("trois pommes vertes")
    assert stored.startswith("scrypt:")
    assert vault.is_password("trois pommes vertes", stored)
    assert not vault.is_password("trois pommes rouges", stored)
