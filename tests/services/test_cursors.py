"""The key of a page, to the address and back."""

from datetime import date

import pytest

from relance.services import cursors


@pytest.mark.parametrize(
    ("sort", "value", "read"),
    [
        ("echeance", "2026-11-24", date(2026, 11, 24)),
        ("montant", 120_000, 120_000),
        ("client", "Société d’Été", "Société d’Été"),
    ],
)
def test_a_key_comes_back_with_its_type(sort, value, read):
    assert cursors.read(cursors.write(value, 7), sort) == (read, 7)


@pytest.mark.parametrize("sort", ["montant", "echeance"])
def test_a_key_of_another_sort_is_none(sort):
    assert cursors.read(cursors.write("Société", 7), sort) is None


def test_a_key_longer_than_any_is_none():
    assert cursors.read(cursors.write("a" * cursors.MAX_CURSOR, 7), "client") is None
