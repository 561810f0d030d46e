import pytest

from relance.web.numbers import MAX_DIGITS, row_id


@pytest.mark.parametrize(("text", "number"), [("12", 12), (" 7 ", 7), ("9" * 17, 10**17 - 1), (5, 5)])
def test_the_id_of_a_row_is_read(text, number):
    assert row_id(text) == number


@pytest.mark.parametrize(
    "text", ["", None, "²", "١٢", "-1", "1.5", "0x1", "9" * (MAX_DIGITS + 1), "9" * 5000, "1 OR 1"]
)
def test_what_no_row_can_have_is_zero(text):
    assert row_id(text) == 0
