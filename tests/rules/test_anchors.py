"""The fingerprint of the journal is shown in digits that a person compares."""

import pytest

from relance.rules import anchors

HEX = "abcdef0123456789" * 4


@pytest.mark.parametrize(
    ("chain", "shown"),
    [
        ("", ""),
        (HEX, "abcd ef01 2345 6789 abcd"),
        ("2" + HEX, "abcd ef01 2345 6789 abcd"),
        ("2222" * 16, "2222 2222 2222 2222 2222"),
    ],
)
def test_twenty_digits_are_shown_without_the_version_of_the_chain(chain, shown):
    assert anchors.grouped(chain) == shown
