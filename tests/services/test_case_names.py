"""Names in a case file hurt nobody's disk."""

import unicodedata

import pytest

from relance.services.case_names import MAX_PATH, Names, extension, slug


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\facture n° 4?.pdf", "C-Windows-facture-n-4-.pdf"),
        ("e\u0301te\u0301", "été"),
        ("a\u202eb\u0000c\nd", "a-b-c-d"),
        ("con", "x-con"),
        ("NUL.txt", "x-NUL.txt"),
        ("...", ""),
    ],
)
def test_a_name_has_no_way_out_of_its_folder(given, name):
    assert slug(given) == name


def test_paths_are_short_composed_and_never_twice_the_same():
    names = Names()
    found = [names.path("P4-messages", f"01-{'É' * n}", ".eml") for n in (200, 200, 300)]
    found += [names.path("P4-messages", "rappel", ".eml"), names.path("P4-messages", "RAPPEL", ".eml")]
    assert len({path.casefold() for path in found}) == 5 and max(map(len, found)) <= MAX_PATH
    assert all(unicodedata.is_normalized("NFC", path) and path.count("/") == 1 for path in found)
    assert names.path("P1-factures", "…", ".pdf") == "P1-factures/piece.pdf"
    assert (extension("image/png"), extension("text/html")) == (".png", ".bin")
