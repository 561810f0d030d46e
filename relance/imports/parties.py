"""Reading a seller or a buyer, in CII and in UBL: who it is, and what identifies it."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from relance.imports.values import Party
from relance.imports.xml import child, children, text, texts

# ISO 6523: 0002 is the SIREN, 0009 the SIRET. Many files write a SIRET under 0002. The names are those of files older
# than the reform. 0225 is a French electronic address: « SIREN », « SIREN_SIRET » or « SIREN_SUFFIX ».
_FRENCH_SCHEMES = ("0002", "0009", "SIREN", "SIRENE", "SIRET", "FR:SIREN", "FR:SIRENE", "FR:SIRET")
_FRENCH_ADDRESS = "0225"
_VAT_SCHEMES = ("VA", "VAT", "TVA")
MAX_EMAIL = 320  # characters; what is longer is no address, and the pattern would follow it for long
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


def read_party(element: Element | None) -> Party:
    """The CII party in ``element``; an empty Party when there is none."""
    if element is None:
        return Party()
    siren, siret = _french_numbers(
        (*children(element, "SpecifiedLegalOrganization", "ID"), *children(element, "GlobalID|ID")),
        children(element, "URIUniversalCommunication", "URIID"),
    )
    address = child(element, "PostalTradeAddress")
    return Party(
        name=text(element, "Name") or text(element, "SpecifiedLegalOrganization", "TradingBusinessName"),
        siren=siren,
        siret=siret,
        vat=_vat(
            (node.get("schemeID", ""), node.text or "") for node in children(element, "SpecifiedTaxRegistration", "ID")
        ),
        email=_email(
            texts(element, "DefinedTradeContact", "EmailURIUniversalCommunication", "URIID|CompleteNumber"),
            children(element, "URIUniversalCommunication", "URIID"),
        ),
        address=_address(address, ("LineOne", "LineTwo", "LineThree"), "PostcodeCode"),
        country=_country(text(address, "CountryID")),
    )


def read_ubl_party(element: Element | None) -> Party:
    """The UBL party in ``element`` (cac:Party); an empty Party when there is none."""
    if element is None:
        return Party()
    siren, siret = _french_numbers(
        (*children(element, "PartyLegalEntity", "CompanyID"), *children(element, "PartyIdentification", "ID")),
        children(element, "EndpointID"),
    )
    address = child(element, "PostalAddress")
    lines = _address(address, ("StreetName", "AdditionalStreetName", "AddressLine/Line"), "PostalZone")
    return Party(
        name=text(element, "PartyLegalEntity", "RegistrationName") or text(element, "PartyName", "Name"),
        siren=siren,
        siret=siret,
        vat=_vat(
            (text(scheme, "TaxScheme", "ID"), text(scheme, "CompanyID"))
            for scheme in children(element, "PartyTaxScheme")
        ),
        email=_email(texts(element, "Contact", "ElectronicMail"), children(element, "EndpointID")),
        address=lines,
        country=_country(text(address, "Country", "IdentificationCode")),
    )


def _address(element: Element | None, lines: tuple[str, ...], postcode: str) -> tuple[str, ...]:
    """The lines of an address, then postcode and town."""
    found = [text(element, *line.split("/")) for line in lines]
    town = " ".join(value for value in (text(element, postcode), text(element, "CityName")) if value)
    return tuple(line for line in (*found, town) if line)


def _country(code: str) -> str:
    """A code of two letters; a name or a code of three is not guessed at."""
    return code.upper() if re.fullmatch(r"[A-Za-z]{2}", code) else ""


def _french_numbers(numbers: Iterable[Element], addresses: Iterable[Element]) -> tuple[str, str]:
    """SIREN and SIRET, told apart by their length rather than by the scheme, which is often wrong."""
    found = [node.text or "" for node in numbers if _scheme(node) in _FRENCH_SCHEMES or _is_chorus_siret(node)]
    for node in addresses:
        if _scheme(node) in _FRENCH_SCHEMES:
            found.append(node.text or "")
        elif _scheme(node) == _FRENCH_ADDRESS:
            found.extend((node.text or "").split("_")[:2])
    siren = siret = ""
    for value in found:
        digits = re.sub(r"\s", "", value)
        if not digits.isascii() or not digits.isdigit():
            continue
        if len(digits) == 14:
            siret = siret or digits
        elif len(digits) == 9:
            siren = siren or digits
    return siren or siret[:9], siret


def _is_chorus_siret(node: Element) -> bool:
    """True for a SIRET as the files of Chorus Pro wrote it: schemeName="1"."""
    return node.get("schemeName") == "1" and len("".join((node.text or "").split())) == 14


def _scheme(node: Element) -> str:
    return (node.get("schemeID") or "").strip().upper()


def _vat(registrations: Iterable[tuple[str, str]]) -> str:
    """The VAT number, without spaces. A local tax number (FC) is not one."""
    for scheme, number in registrations:
        if scheme.strip().upper() in _VAT_SCHEMES and number.strip():
            return re.sub(r"\s", "", number).upper()
    return ""


def _email(contacts: Iterable[str], addresses: Iterable[Element]) -> str:
    """The contact's address (BT-58), else the electronic address when its scheme says it is an e-mail (EM)."""
    for value in contacts:
        if len(value) <= MAX_EMAIL and _EMAIL.fullmatch(value):
            return value
    for node in addresses:
        value = (node.text or "").strip()
        if _scheme(node) == "EM" and len(value) <= MAX_EMAIL and _EMAIL.fullmatch(value):
            return value
    return ""
