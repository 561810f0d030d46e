import re

import pytest

from relance.letters import pages
from relance.letters.window import SIZES_PT, font_size


def test_an_ordinary_address_is_written_at_full_size():
    assert font_size(("BRASSERIE DES DEUX RIVES", "8 QUAI DES BATELIERS", "67000 STRASBOURG")) == SIZES_PT[0]


@pytest.mark.parametrize("letter", ["W", "株", "M"])
def test_a_line_too_wide_is_written_smaller(letter):
    sizes = [font_size((letter * length,)) for length in (5, 20, 30, 38)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < SIZES_PT[0]


def test_too_many_lines_are_written_smaller_too():
    assert font_size(("A",) * 6) > font_size(("A",) * 8) > font_size(("A",) * 14)


def test_what_can_never_fit_takes_the_smallest_size_and_nothing_the_largest():
    assert font_size(("W" * 500,)) == SIZES_PT[-1]
    assert font_size(()) == SIZES_PT[0]


def test_each_size_has_its_class_in_the_style_of_the_letter():
    css = pages.screen_css(lambda name: name)
    classes = {float(size.replace("-", ".")) for size in re.findall(r"font-size:\s*([\d.]+)pt", css)}
    assert set(SIZES_PT) <= classes
