"""What changed between two texts, word by word, without losing a character of either."""

import time

from hypothesis import given
from hypothesis import strategies as st

from relance.rules.comparing import Piece, compare

WORDS = st.lists(st.sampled_from(["un", "deux", " ", "\n", "{numero}", ",", "é", "\u00a0"]), max_size=20).map("".join)


def test_the_words_that_changed_stand_out() -> None:
    assert compare("Reste {reste_du}, merci.", "Reste {montant}, merci bien.") == [
        Piece("same", "Reste "),
        Piece("out", "{reste_du}"),
        Piece("in", "{montant}"),
        Piece("same", ", merci"),
        Piece("in", " bien"),
        Piece("same", "."),
    ]


def test_the_same_text_is_one_piece() -> None:
    assert compare("Bonjour,", "Bonjour,") == [Piece("same", "Bonjour,")]
    assert compare("", "") == []


@given(old=WORDS, new=WORDS)
def test_nothing_is_lost(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == new


def test_a_paragraph_written_anew_is_replaced_as_a_whole() -> None:
    assert compare("Bonjour,\n\nUn tout autre texte.\n", "Bonjour,\n\nSauf erreur, la facture attend.\n") == [
        Piece("same", "Bonjour,\n\n"),
        Piece("out", "Un tout autre texte.\n"),
        Piece("in", "Sauf erreur, la facture attend.\n"),
    ]


def test_a_passage_too_long_to_compare_word_by_word_is_replaced() -> None:
    old, new = "mot " * 3000 + "un", "mot " * 3000 + "deux"
    assert [piece.kind for piece in compare(old, new)] == ["out", "in"]


def test_thirty_thousand_lines_are_shown_as_replaced_and_at_once() -> None:
    old, new = "a\n" * 30_000, "a\n" * 29_999 + "b\n"
    began = time.process_time()
    pieces = compare(old, new)
    assert time.process_time() - began < 2
    assert [(piece.kind, piece.text) for piece in pieces] == [("out", old), ("in", new)]
