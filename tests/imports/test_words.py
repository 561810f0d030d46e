"""The words of tables."""

import pytest

from relance.imports import words
from relance.imports.table import plain


@pytest.mark.parametrize(
    ("known", "written", "found"),
    [
        (words.ANY_STATES, "Réglée", "paid"),
        (words.ANY_STATES, "En retard", "sent"),
        (words.ANY_STATES, "overdue", "sent"),
        (words.ANY_STATES, "Partially Paid", "sent"),
        (words.ANY_STATES, "À traiter", "to_process"),
        (words.ANY_STATES, "Void", "cancelled"),
        (words.ANY_STATES, "Draft", "draft"),
        (words.ANY_KINDS, "FA", "invoice"),
        (words.ANY_KINDS, "AV", "credit_note"),
        (words.ANY_KINDS, "Credit note", "credit_note"),
        (words.ANY_KINDS, "Facture d'acompte", "deposit"),
        (words.ANY_PAYMENT_MEANS, "CB", "card"),
        (words.ANY_PAYMENT_MEANS, "Espèces", "cash"),
        (words.ANY_CLIENT_KINDS, "Entreprise", "organisation"),
    ],
)
def test_the_words_of_tools_are_known(known: dict[str, str], written: str, found: str) -> None:
    assert known[plain(written)] == found


def test_every_word_is_written_as_words_are_compared() -> None:
    for known in (words.ANY_STATES, words.ANY_KINDS, words.ANY_CLIENT_KINDS, words.ANY_PAYMENT_MEANS):
        assert [word for word in known if plain(word) != word] == []


def test_a_part_that_was_paid_is_told_from_the_whole() -> None:
    assert words.is_partly_paid("Partiellement payée")
    assert not words.is_partly_paid("Payée")
