"""A text that a spreadsheet would run stays a text."""

import pytest

from relance.rules import formulas


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_what_would_begin_a_formula_is_kept_as_text(start):
    assert formulas.as_text(f"{start}1+1") == f"'{start}1+1"


def test_other_texts_are_left_alone():
    assert [formulas.as_text(text) for text in ("", "F-12", "a=1", "12,50")] == ["", "F-12", "a=1", "12,50"]


@pytest.mark.parametrize("text", ["=1", "'=1", "''@x", "'", "'a", "-12", "", "O'Neil", "=", "' =1"])
def test_what_was_kept_as_text_comes_back_the_same(text):
    assert formulas.unescaped(formulas.as_text(text)) == text
