"""Who sells and who buys, as files name them."""

from xml.etree.ElementTree import fromstring

import pytest

from relance.imports.parties import read_party, read_ubl_party
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


def ubl_party(inside: str) -> Party:
    return read_ubl_party(fromstring(f"<Party>{inside}</Party>"))


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("552081317", ("552081317", "")),
        ("732829320_73282932000074", ("732829320", "73282932000074")),
        ("732829320_73282932000074_COMPTA", ("732829320", "73282932000074")),
        ("999999998_042", ("999999998", "")),
        ("compta@b.example", ("", "")),
    ],
)
def test_a_french_electronic_address_says_who_it_is(address: str, numbers: tuple[str, str]) -> None:
    found = ubl_party(f'<EndpointID schemeID="0225">{address}</EndpointID>')
    assert (found.siren, found.siret) == numbers
    cii = party(f'<URIUniversalCommunication><URIID schemeID="0225">{address}</URIID></URIUniversalCommunication>')
    assert (cii.siren, cii.siret, cii.email) == (*numbers, "")


@pytest.mark.parametrize("scheme", ["0224", "0088", "0060", ""])
def test_a_number_of_another_scheme_is_not_a_siren(scheme: str) -> None:
    found = ubl_party(
        f'<EndpointID schemeID="{scheme}">552081317</EndpointID>'
        f'<PartyLegalEntity><CompanyID schemeID="{scheme}">552081317</CompanyID></PartyLegalEntity>'
    )
    assert (found.siren, found.siret) == ("", "")


@pytest.mark.parametrize(
    ("inside", "siret"),
    [('schemeName="1">732 829 320 00074', "73282932000074"), ('schemeName="2">73282932000074', ""),
     ('schemeName="1">1234', "")],
)  # fmt: skip
def test_a_siret_is_told_as_chorus_pro_wrote_it(inside: str, siret: str) -> None:
    found = ubl_party(f"<PartyIdentification><ID {inside}</ID></PartyIdentification>")
    assert (found.siret, found.siren) == (siret, siret[:9])


def test_a_ubl_party_has_its_legal_name_else_the_other_and_its_whole_address() -> None:
    name = "<PartyName><Name>Le Ballon</Name></PartyName>"
    legal = "<PartyLegalEntity><RegistrationName>Atelier du Ballon</RegistrationName></PartyLegalEntity>"
    assert (ubl_party(name + legal).name, ubl_party(name).name) == ("Atelier du Ballon", "Le Ballon")
    found = ubl_party(
        "<PostalAddress><StreetName>1 rue A</StreetName><AdditionalStreetName>Bât. B</AdditionalStreetName>"
        "<AddressLine><Line>3e étage</Line></AddressLine><CityName>Lyon</CityName><PostalZone>69001</PostalZone>"
        "<Country><IdentificationCode>fr</IdentificationCode></Country></PostalAddress>"
    )
    assert (found.address, found.country) == (("1 rue A", "Bât. B", "3e étage", "69001 Lyon"), "FR")
    assert read_ubl_party(None) == ubl_party("") == Party()
    assert party("<PostalTradeAddress><CountryID>France</CountryID></PostalTradeAddress>").country == ""


def test_a_ubl_tax_number_is_a_vat_number_when_it_says_so() -> None:
    def scheme(kind: str, number: str) -> str:
        return f"<PartyTaxScheme><CompanyID>{number}</CompanyID><TaxScheme><ID>{kind}</ID></TaxScheme></PartyTaxScheme>"

    assert ubl_party(scheme("FC", "201/113/40209") + scheme("VAT", "de 123 456 789")).vat == "DE123456789"
    assert ubl_party(scheme("TAX", "F-skatt")).vat == ""


def test_a_ubl_email_is_the_contact_s_else_an_address_that_says_so() -> None:
    contact = "<Contact><ElectronicMail>a@b.example</ElectronicMail></Contact>"
    endpoint = '<EndpointID schemeID="EM">c@d.example</EndpointID>'
    assert (ubl_party(contact + endpoint).email, ubl_party(endpoint).email) == ("a@b.example", "c@d.example")
    assert ubl_party(endpoint.replace("EM", "0007")).email == ""
