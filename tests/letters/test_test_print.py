"""The page that is printed once: windows, ruler and folds where they are said to be."""

import io
import re
import subprocess

import pypdf
import pytest

from relance.letters import test_print
from tests.letters.paper import placed_words


@pytest.fixture(scope="module")
def page():
    return test_print.pdf()


def test_the_page_is_one_sheet_in_french_with_the_measures_of_each_window(page, tmp_path):
    reader = pypdf.PdfReader(io.BytesIO(page))
    assert len(reader.pages) == 1
    text = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    for expected in (
        "85 × 33 mm, à 55 mm du haut et 110 mm de la gauche",
        "DL, 110 × 220 mm en trois 100 × 45 mm, à 45 mm du haut et 100 mm de la gauche",
        "C5/6, 114 × 229 mm en trois 100 × 45 mm, à 49 mm du haut et 109 mm de la gauche",
        "C5, 162 × 229 mm en deux 100 × 45 mm, à 57 mm du haut et 109 mm de la gauche",
        "exactement 100 mm",
        "à 99 et 198 mm",
    ):
        assert expected in text
    words = placed_words(page, tmp_path)
    left, top = next((word[1], word[2]) for word in words if word[0] == "MADAME")
    assert (left, top) == (pytest.approx(114, abs=1), pytest.approx(57, abs=1))
    zero, hundred = (next(word for word in words if word[0] == digits and word[2] < 45) for digits in ("0", "100"))
    assert sum(hundred[1:4:2]) / 2 - sum(zero[1:4:2]) / 2 == pytest.approx(100, abs=0.2)


def test_windows_and_ruler_are_drawn_at_their_measures(page, tmp_path):
    (tmp_path / "page.pdf").write_bytes(page)
    subprocess.run(["pdftoppm", "-r", "254", "-gray", str(tmp_path / "page.pdf"), str(tmp_path / "page")], check=True)
    _, size, _, pixels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
    width = int(size.split()[0])

    def dark_in_row(row):
        return {round(at / 10) for at in range(width) if pixels[row * width + at] < 215}

    def dark_in_column(column):
        return {round(row / 10) for row in range(2970) if pixels[row * width + column] < 215}

    # 10 dots a millimetre. Between the lines of the ruler; across the windows, beside the address.
    assert {22, 72, 122} <= dark_in_row(326)
    assert {100, 109, 110, 195, 200, 209} <= set().union(*map(dark_in_row, range(740, 780, 4)))
    # The dashes of a line are not all at the same place: several columns are read.
    assert {45, 49, 55, 57, 88, 90, 94, 102} <= set().union(*map(dark_in_column, range(1880, 1940, 4)))
    assert dark_in_column(60) == {99, 198}


def test_the_page_never_changes(page):
    assert test_print.pdf() == page
