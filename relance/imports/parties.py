"""Reading a seller or a buyer in CII: who it is, and what identifies it."""

import re
from xml.etree.ElementTree import Element

from relance.imports.values import Party
from relance.imports.xml import child, children, text, texts

# ISO 6523: 0002 is the SIREN, 0009 the SIRET. Many files write a SIRET under 0002.
_FRENCH_SCHEMES = ("0002", "0009")
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


def read_party(element: Element | None) -> Party:
    """The party in ``element``; an empty Party when there is none."""
    if element is None:
        return Party()
    siren, siret = _french_numbers(element)
    address = child(element, "PostalTradeAddress")
    town = " ".join(value for value in (text(address, "PostcodeCode"), text(address, "CityName")) if value)
    lines = (text(address, "LineOne"), text(address, "LineTwo"), text(address, "LineThree"), town)
    return Party(
        name=text(element, "Name") or text(element, "SpecifiedLegalOrganization", "TradingBusinessName"),
        siren=siren,
        siret=siret,
        vat=_vat(element),
        email=_email(element),
        address=tuple(line for line in lines if line),
        country=text(address, "CountryID").upper(),
    )


def _french_numbers(element: Element) -> tuple[str, str]:
    """SIREN and SIRET, told apart by their length rather than by the scheme, which is often wrong."""
    siren = siret = ""
    for node in (*children(element, "SpecifiedLegalOrganization", "ID"), *children(element, "GlobalID|ID")):
        digits = re.sub(r"\s", "", node.text or "")
        if node.get("schemeID") not in _FRENCH_SCHEMES or not digits.isascii() or not digits.isdigit():
            continue
        if len(digits) == 14:
            siret = siret or digits
        elif len(digits) == 9:
            siren = siren or digits
    return siren or siret[:9], siret


def _vat(element: Element) -> str:
    """The VAT number (scheme VA), without spaces. The local tax number (FC) is not one."""
    for node in children(element, "SpecifiedTaxRegistration", "ID"):
        if node.get("schemeID") == "VA" and (node.text or "").strip():
            return re.sub(r"\s", "", node.text or "").upper()
    return ""


def _email(element: Element) -> str:
    """The contact's address (BT-58), else the electronic address when its scheme says it is an e-mail (EM)."""
    for value in texts(element, "DefinedTradeContact", "EmailURIUniversalCommunication", "URIID|CompleteNumber"):
        if _EMAIL.fullmatch(value):
            return value
    for node in children(element, "URIUniversalCommunication", "URIID"):
        value = (node.text or "").strip()
        if node.get("schemeID") == "EM" and _EMAIL.fullmatch(value):
            return value
    return ""
