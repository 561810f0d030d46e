"""The address stays inside the window of the envelope."""

import pytest

from relance.letters.window import SIZES_PT, font_size


def test_an_ordinary_address_is_set_at_the_largest_size() -> None:
    lines = ("BRASSERIE DES DEUX RIVES", "COMPTABILITE", "8 QUAI DES BATELIERS", "67000 STRASBOURG")
    assert font_size(lines) == SIZES_PT[0]


def test_six_lines_of_thirty_eight_letters_still_fit() -> None:
    """The longest address that AFNOR NF Z10-011 allows, in wide letters."""
    assert font_size(("M" * 38,) * 6) < SIZES_PT[0]
    assert font_size(("SOCIETE GENERALE DES TRANSPORTS GALLOIS",) * 6) in SIZES_PT


def test_more_text_is_never_set_larger() -> None:
    sizes = [font_size(("W" * length,) * 4) for length in range(0, 60, 3)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 2


@pytest.mark.parametrize(
    ("lines", "size"), [((), SIZES_PT[0]), (("W" * 500,), SIZES_PT[-1]), (("A",) * 40, SIZES_PT[-1])]
)
def test_nothing_and_far_too_much_have_an_answer(lines: tuple[str, ...], size: float) -> None:
    assert font_size(lines) == size


def test_an_unknown_alphabet_is_taken_as_wide() -> None:
    assert font_size(("Ж" * 30,)) < font_size(("I" * 30,))
