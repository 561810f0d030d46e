"""Where the words of a letter stand on the paper, read back from its PDF."""

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

MM = 72 / 25.4


def placed_words(pdf: bytes, folder: Path) -> list[tuple[str, float, float, float, float]]:
    """The words of the first page: text, left, top, right, bottom in millimetres."""
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    return placed_words_of(path)


def placed_words_of(path: Path, page: int = 1) -> list[tuple[str, float, float, float, float]]:
    """The same for any page of a file."""
    answer = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(path), "-"], capture_output=True, check=True
    )
    sheet = ET.fromstring(answer.stdout).find(".//{*}page")
    assert sheet is not None
    return [
        (word.text or "", *(float(word.attrib[name]) / MM for name in ("xMin", "yMin", "xMax", "yMax")))
        for word in sheet.iter("{http://www.w3.org/1999/xhtml}word")
    ]


def assert_window_is_clean(pdf: bytes, recipient: tuple[str, ...], folder: Path) -> None:
    """The recipient's words are in the window of the envelope, whole, and nothing else is near it."""
    words = placed_words(pdf, folder)
    in_zone = [word for word in words if word[1] < 200 and word[3] > 100 and word[2] < 95 and word[4] > 45]
    # Sorted: poppler gives the letters of a right-to-left line in another order, and in pieces.
    assert sorted("".join(text for text, *_ in in_zone)) == sorted("".join("".join(recipient).split()))
    for text, left, top, right, bottom in in_zone:
        assert 110 <= left <= right <= 195, text
        assert 55 <= top < bottom <= 88, text
