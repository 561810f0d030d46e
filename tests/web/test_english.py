"""A person who chose English reads English on every page, but for what people wrote and what clients are sent."""

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest

from relance.models.accounts import Account, Closure, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.holds import Hold
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.signatures import Signature
from relance.models.templates import Template
from relance.services import seeding
from tests import pages
from tests.factories import NOW, PASSWORD

# Words that English does not have; what both languages write (« a », « on », « client ») says nothing.
FRENCH = re.compile(
    r"(?<![\w@./#=-])(?:le|la|les|l’\w+|des|du|de|d’\w+|une|un|ce|cette|ces|est|sont|n’\w+|qu’\w+|votre|vos|vous|pas|par|"
    r"pour|sur|dans|avec|sans|aucune?|dernier|premier|et|ou|où|au|aux|à|il|elle|que|qui|jours?|factures?|relances|"
    r"échéance|envoi|envoyée?|payée?|reste|dû|hier|demain|lun|mer|jeu|ven|dim|janv|févr|avr|juin|juil|août|déc|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|novembre|décembre|octobre|erreur|oui|non)(?![\w@/=-])"
    r"|[«»]|\d,\d\d(?!\d)|\d[ \u00a0]€",
    re.IGNORECASE,
)
# Titles of columns that a file must bear, and names kept in French on purpose.
KEPT = (
    "numero, client, date_emission, montant_ttc",
    "facture_liee",
    "1 800,00",
    "Première installation",
    "mise en demeure",
    "smtp.fournisseur.fr",
    "vous (formal)",
    "“Vous” version",
    "“vous”",
    "La lettre dépasse trois pages.",  # what tests/pages.py stored
    "Dossier confié à Recogest",
    "commissaire de justice",  # offices and courts that English has no word for
    "injonction de payer",
    "Médiateur des entreprises",
    "tribunal des activités économiques",
    "juge des contentieux de la protection",
    "Cour de cassation",
    "d’Ormane",
)
UNREAD = {"script", "style", "code", "pre", "kbd", "textarea", "svg", "template", "iframe"}
SPOKEN = ("title", "alt", "aria-label", "aria-description", "placeholder", "data-on", "data-off")
WRITTEN_BY_PEOPLE = (
    (Account, ("business_name", "owner_name", "owner_capacity", "address", "iban_holder", "sender_name")),
    (User, ("first_name", "last_name")),
    (Client, ("name", "address", "note")),
    (Contact, ("name", "role")),
    (Invoice, ("number", "object", "note", "order_reference")),
    (Quote, ("number", "object", "note", "order_reference", "declined_because")),
    (Payment, ("reference",)),
    (Message, ("subject", "body_text")),
    (Closure, ("label",)),
    (Hold, ("because",)),
    (Document, ("name",)),
    (Template, ("name",)),
    (Partner, ("name", "note")),
    (PaymentPlan, ("note", "closed_because")),
    (Signature, ("name",)),
)


def _texts(root: Any) -> Iterator[str]:
    """What is read on a page: its text line by line, then what is said instead of drawn."""
    for node in root.iter():
        if not isinstance(node.tag, str) or any(_is_unread(above) for above in (node, *node.iterancestors())):
            continue
        yield node.text or ""
        yield from (child.tail or "" for child in node)
        yield from (node.get(name) or "" for name in SPOKEN)
        if node.tag == "input" and node.get("type") in (None, "text"):
            yield node.get("value") or ""


def _is_unread(node: Any) -> bool:
    """Code, and what says itself to be in another language: a message to a French client."""
    return node.tag in UNREAD or node.get("lang", "en") != "en"


def _people_s(house: pages.House) -> list[str]:
    """Every text of the instance that a person wrote, the longest first."""
    found = set()
    with house.handle.connection_context():
        for model, names in WRITTEN_BY_PEOPLE:
            found |= {str(getattr(row, name)) for row in model.select() for name in names}
        found |= {str(event.facts["text"]) for event in Event.select() if event.facts.get("text")}
    lines = {line for text in found for line in (text, *text.splitlines())}
    return sorted((line for line in lines if len(line) > 2), key=len, reverse=True)


def french_left(html: str, people_s: list[str]) -> list[str]:
    """What is still French in a page."""
    root = lxml.html.fromstring(html)
    assert root.xpath("/html/@lang") == ["en"]
    found = []
    for text in dict.fromkeys(" ".join(text.split(" ")).strip() for text in _texts(root)):
        rest = text.replace("'", "’")
        for known in (*KEPT, *people_s):
            rest = rest.replace(known.replace("'", "’"), "…")
        if FRENCH.search(rest):
            found.append(text[:120])
    return found


@pytest.fixture
def english(house: pages.House) -> Iterator[pages.House]:
    """The furnished instance, whose every user chose English."""
    with house.handle.connection_context():
        User.update(language="en").execute()
    yield house
    with house.handle.connection_context():
        User.update(language="fr").execute()


def _entered(house: pages.House, email: str = seeding.EMAIL) -> Any:
    browser = house.app.test_client()
    assert browser.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 303
    return browser


def _left_in(house: pages.House, browser: Any, addresses: tuple[str, ...]) -> dict[str, list[str]]:
    people_s = _people_s(house)
    answers = {address: browser.get(address, follow_redirects=True) for address in addresses}
    left = {address: french_left(answer.text, people_s) for address, answer in answers.items()}
    return {address: texts for address, texts in left.items() if texts}


def test_the_reader_of_pages_sees_french():
    page = '<html lang="en"><body><p title="Votre client">Due date</p><label>12,50</label></body></html>'
    assert french_left(page, []) == ["Votre client", "12,50"]
    assert french_left(page, ["Votre client"]) == ["12,50"]


def test_every_page_is_in_english(english):
    assert _left_in(english, _entered(english), english.addresses["pages"]) == {}


def test_every_page_of_a_new_account_is_in_english(english):
    assert _left_in(english, _entered(english, pages.NEWCOMER), english.addresses["empty"]) == {}


def test_suspended_sendings_and_lost_pages_are_told_in_english(english):
    english.suspend(NOW)
    try:
        addresses = (*english.addresses["suspended"], "/introuvable", "/factures/99999")
        assert _left_in(english, _entered(english), addresses) == {}
    finally:
        english.suspend(None)


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/factures/nouvelle", {}),
        ("/factures/nouvelle", {"total": "douze", "due_on": "31/02/2026", "client_name": "X", "contact_email": "x"}),
        ("/factures/{draft}/modifier", {}),
        ("/factures/{late}/modifier", {"total": "-1"}),
        ("/factures/{late}/paiements", {}),
        ("/factures/{late}/paiements", {"amount": "99999999", "received_on": "31/02"}),
        ("/factures/{late}/relancer/e-mail", {}),
        ("/factures/{late}/relances", {"is_on": "y", "frequency": "weekly", "count": "99"}),
        ("/factures/{late}/pause", {"until_on": "22/11/2026"}),
        ("/factures/{late}/promesse", {"promised_on": "24/11/2027", "amount": "0"}),
        ("/factures/{late}/litige", {"kind": "other"}),
        ("/factures/{disputed}/litige", {"kind": "amount"}),
        ("/factures/{late}/delai", {"granted_on": "23/11/2026"}),
        ("/factures/{paused}/reprendre", {"step": "99"}),
        ("/envois/suspendre", {"until_on": "22/11/2030"}),
        ("/clients/nouveau", {}),
        ("/clients/{client}/contacts", {"email": "x"}),
        ("/clients/{client}/reglages", {"siren": "1", "vat_number": "FR"}),
        ("/clients/{client}/fusionner", {}),
        ("/courriers/nouveau", {"client": "{client}"}),
        ("/factures/importer", {}),
        ("/reglages/entreprise", {"siret": "1", "vat_number": "FR", "email": "x"}),
        ("/reglages/calendrier", {"min_gap_days": "99", "min_amount": "beaucoup"}),
        ("/reglages/coordonnees-bancaires", {"iban": "FR00", "bic": "1"}),
        ("/reglages/penalites", {"basis": "own", "late_rate": "beaucoup"}),
        ("/reglages/securite/mot-de-passe", {"current": "x", "password": "motdepasse"}),
        ("/reglages/expediteur/serveur", {"host": "", "port": "0"}),
        ("/reglages/calendrier/fermetures", {"starts_on": "23/11/2026", "ends_on": "22/11/2026"}),
    ],
)
def test_what_was_typed_wrong_is_told_in_english(english, address, typed):
    rows = {name: str(value) for name, value in english.rows.items()}
    answer = _entered(english).post(
        address.format(**rows), data={name: value.format(**rows) for name, value in typed.items()}
    )
    assert answer.status_code == 422, answer.text[:500]
    by_people = [*_people_s(english), *(value for value in typed.values() if len(value) > 2)]
    assert french_left(answer.text, by_people) == []
