"""Who sells and who buys, as files name them."""

from xml.etree.ElementTree import fromstring

import pytest

from relance.imports.parties import read_party
from relance.imports.values import Party


def party(inside: str) -> Party:
    return read_party(fromstring(f"<BuyerTradeParty>{inside}</BuyerTradeParty>"))


@pytest.mark.parametrize(
    ("inside", "numbers"),
    [
        (
            '<SpecifiedLegalOrganization><ID schemeID="0002">552081317</ID></SpecifiedLegalOrganization>',
            ("552081317", ""),
        ),
        (
            '<SpecifiedLegalOrganization><ID schemeID="0002">732 829 320 00074</ID></SpecifiedLegalOrganization>',
            ("732829320", "73282932000074"),
        ),
        ('<GlobalID schemeID="0009">73282932000074</GlobalID>', ("732829320", "73282932000074")),
        ('<SpecifiedLegalOrganization><ID schemeID="0060">552081317</ID></SpecifiedLegalOrganization>', ("", "")),
        ("<SpecifiedLegalOrganization><ID>HRB 123</ID></SpecifiedLegalOrganization>", ("", "")),
        ("<ID>552081317</ID>", ("", "")),
    ],
)
def test_french_numbers_are_told_apart_by_their_length(inside: str, numbers: tuple[str, str]) -> None:
    found = party(inside)
    assert (found.siren, found.siret) == numbers


def test_a_local_tax_number_is_not_a_vat_number() -> None:
    local = '<SpecifiedTaxRegistration><ID schemeID="FC">201/113/40209</ID></SpecifiedTaxRegistration>'
    assert party(local).vat == ""
    both = f'{local}<SpecifiedTaxRegistration><ID schemeID="VA">fr 03 552 081 317</ID></SpecifiedTaxRegistration>'
    assert party(both).vat == "FR03552081317"


def test_the_trading_name_is_taken_when_there_is_no_other() -> None:
    inside = (
        "<SpecifiedLegalOrganization><TradingBusinessName>Le Ballon</TradingBusinessName></SpecifiedLegalOrganization>"
    )
    assert party(inside).name == "Le Ballon"
    assert party(f"<Name>Atelier du Ballon</Name>{inside}").name == "Atelier du Ballon"


def test_an_absent_party_is_empty() -> None:
    assert read_party(None) == Party()
    assert party("") == Party()
