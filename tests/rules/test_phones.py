"""Telephone numbers: what is dialled, what is read, and what is left alone."""

import pytest

from relance.rules.phones import e164, spaced


@pytest.mark.parametrize(
    ("typed", "country", "dialled", "read"),
    [
        ("0472001122", "FR", "+33472001122", "04 72 00 11 22"),
        ("04.72.00.11.22", "FR", "+33472001122", "04 72 00 11 22"),
        ("+33 (0)4 72 00 11 22", "FR", "+33472001122", "04 72 00 11 22"),
        ("0033 4 72 00 11 22", "FR", "+33472001122", "04 72 00 11 22"),
        ("+33472001122", "BE", "+33472001122", "+33 4 72 00 11 22"),
        ("04 72 00 11 22 poste 12", "FR", "+33472001122;ext=12", "04 72 00 11 22 poste 12"),
        ("0262 41 00 00", "RE", "+262262410000", "0262 41 00 00"),
        ("02 555 12 12", "BE", "+3225551212", "02 555 12 12"),
        ("06 6982 1234", "IT", "+390669821234", "06 6982 1234"),
        ("+1 (212) 555-0100", "FR", "+12125550100", "+1 (212) 555-0100"),
    ],
)
def test_a_number_is_dialled_whole_and_read_by_pairs(typed, country, dialled, read):
    assert e164(typed, country) == dialled
    assert spaced(typed, country).replace("\u00a0", " ") == read


@pytest.mark.parametrize(
    "typed", ["", "standard", "3939", "04 72 00 11", "04 72 00 11 22 33", "472001122", "javascript:1"]
)
def test_what_is_not_a_sure_number_has_no_link_and_stays_as_typed(typed):
    assert e164(typed) == ""
    assert spaced(f" {typed} ") == typed


def test_a_country_without_a_known_code_asks_for_an_international_number():
    assert e164("0555 1234", "US") == ""
    assert e164("+81 3 1234 5678", "JP") == "+81312345678"
