"""What changed between two texts, word by word, without losing a character of either."""

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


def test_very_long_texts_are_compared_line_by_line() -> None:
    old, new = "ligne de mots\n" * 2000, "ligne de mots\n" * 1999 + "autre\n"
    assert compare(old, new)[-1] == Piece("in", "autre\n")
