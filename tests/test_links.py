"""Signed addresses: made by this instance for one file, and no other."""

import pytest

from relance import links

SHA = "a" * 64


@pytest.fixture(autouse=True)
def opened():
    links.open_links("https://relance.example/", "a-key-for-tests-that-opens-nothing-else")


def test_an_address_names_its_file_and_carries_its_signature():
    url = links.url_of(12, SHA)
    assert url.startswith("https://relance.example/telecharger/12-")
    assert links.is_signed(12, SHA, url.partition("12-")[2])


@pytest.mark.parametrize(("document_id", "sha256"), [(13, SHA), (12, "b" * 64)])
def test_a_signature_is_good_for_one_file_only(document_id, sha256):
    signature = links.url_of(12, SHA).partition("12-")[2]
    assert not links.is_signed(document_id, sha256, signature)


def test_another_key_makes_other_signatures():
    signature = links.url_of(12, SHA).partition("12-")[2]
    links.open_links("https://relance.example", "another-key-for-tests-that-opens-nothing")
    assert not links.is_signed(12, SHA, signature)


@pytest.mark.parametrize("signature", ["", "x", "é", "0" * 24])
def test_anything_else_is_refused(signature):
    assert not links.is_signed(12, SHA, signature)
