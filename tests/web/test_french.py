"""What a person reads on every page is written as French is printed: spaces, apostrophes, no key left raw."""

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest

from relance.services import seeding
from tests import pages
from tests.factories import NOW, PASSWORD

# What is written to be copied, or typed by a person, is not ours to set.
UNREAD = {"script", "style", "code", "pre", "kbd", "textarea", "svg", "template"}
INLINE = {"a", "abbr", "b", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time"}
SPOKEN = ("title", "alt", "aria-label", "aria-description", "placeholder", "data-on", "data-off")
SPACE = "[ \t\n]"
WORD = r"[\w»)’]"
RULES = {
    "a space that may break": re.compile(rf"{SPACE}[:;!?»](?!\w)|{SPACE}[%€](?!\w)|«{SPACE}"),
    "no space": re.compile(rf"{WORD}[;!?](?=\s|$)|{WORD}:(?=\s|$)|\d[%€]|«\w|\w»"),
    "a straight apostrophe": re.compile(r"'"),
    "a capital inside a sentence": re.compile(r"[\w,;’][  ]E-mail"),
    "a key": re.compile(r"(?<![\w@./-])[a-z]{2,}\.[a-z]+_?[a-z]+(?![\w@./-])"),
    "a value that is missing": re.compile(r"\b(None|undefined|nan|True|False|Undefined)\b"),
    "an unfilled sentence": re.compile(r"\{\{|\}\}|\{%|\{\w+\}|%\(\w+\)"),
    "a thin space": re.compile("\u202f"),
    "thousands that may break": re.compile(r"\d \d{3},\d\d"),
}
NAMES = re.compile(r"[\w.-]+\.(csv|pdf|xml|eml|example|fr|com|org|html)\b|\w+://\S+")  # of files and of hosts


def sentences(root: Any) -> Iterator[str]:
    """The texts of a page: one for each block, then what is said instead of drawn."""
    lines = [""]

    def walk(node: Any) -> None:
        if not isinstance(node.tag, str) or node.tag in UNREAD:
            if node.tag in UNREAD:
                lines[-1] += "…"
        else:
            if node.tag not in INLINE:
                lines.append("")
            lines[-1] += node.text or ""
            for child in node:
                walk(child)
            if node.tag not in INLINE:
                lines.append("")
        lines[-1] += node.tail or ""

    walk(root)
    for node in root.iter():
        if isinstance(node.tag, str):
            lines += [node.get(name) for name in SPOKEN if node.get(name)]
    for line in lines:
        text = re.sub(r"[ \t\r\n]+", " ", line).strip(" ")
        if text:
            yield text


def faults(html: str) -> list[str]:
    """What is badly written in a page."""
    found = []
    for text in dict.fromkeys(sentences(lxml.html.fromstring(html))):
        read = NAMES.sub("…", text)
        for name, rule in RULES.items():
            for match in rule.finditer(read):
                found.append(f"{name}: {read[max(match.start() - 30, 0) : match.end() + 20]!r}")
    return found


def in_all(browser: Any, addresses: tuple[str, ...]) -> list[str]:
    found = []
    for address in addresses:
        answer = browser.get(address, follow_redirects=True)
        assert answer.mimetype == "text/html", address
        found += [f"{address} {fault}" for fault in faults(answer.text)]
    return found


def entered(house: pages.House, email: str) -> Any:
    browser = house.app.test_client()
    assert browser.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 303
    return browser


def test_every_page_is_written_in_good_french(house):
    assert in_all(entered(house, seeding.EMAIL), house.addresses["pages"]) == []


def test_every_page_of_a_new_account_is_written_in_good_french(house):
    assert in_all(entered(house, pages.NEWCOMER), house.addresses["empty"]) == []


def test_the_doors_and_what_is_not_found_are_written_in_good_french(house):
    assert in_all(house.app.test_client(), house.addresses["signed out"]) == []
    assert in_all(entered(house, seeding.EMAIL), ("/introuvable", "/factures/99999")) == []


def test_suspended_sendings_are_told_in_good_french(house):
    house.suspend(NOW)
    try:
        assert in_all(entered(house, seeding.EMAIL), house.addresses["suspended"]) == []
    finally:
        house.suspend(None)


def test_every_e_mail_and_paper_is_written_in_good_french(house):
    browser, rows = entered(house, seeding.EMAIL), house.rows
    mails = re.findall(r'href="(/boite-locale/\d+)"', browser.get("/boite-locale").text)
    assert len(set(mails)) >= 2
    addresses = (
        *(f"{mail}/html" for mail in dict.fromkeys(mails)),
        f"/courriers/{rows['letter']}/apercu",
        f"/courriers/{rows['printing']}/apercu",
        f"/factures/{rows['late']}/messages/{rows['sent']}/html",
    )
    assert in_all(browser, addresses) == []


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
        ("/reglages/coordonnees-bancaires", {"iban": "FR00", "bic": "1"}),
        ("/reglages/penalites", {"basis": "own", "late_rate": "beaucoup"}),
        ("/reglages/securite/mot-de-passe", {}),
        ("/reglages/securite/profil", {}),
        ("/reglages/expediteur", {"reply_to": "x"}),
        ("/reglages/expediteur/serveur", {"host": "", "port": "0"}),
        ("/reglages/calendrier", {"min_gap_days": "x"}),
        ("/reglages/calendrier/fermetures", {"starts_on": "hier", "ends_on": ""}),
    ],
)
def test_a_refused_form_says_why_in_good_french(house, address, typed):
    browser = entered(house, seeding.EMAIL)
    data = {name: value.format(**house.rows) for name, value in typed.items()}
    answer = browser.post(address.format(**house.rows), data=data)
    assert answer.status_code == 422, answer.status_code
    assert faults(answer.text) == []


@pytest.mark.parametrize("address", ["/connexion", "/mot-de-passe-oublie", "/inscription"])
def test_a_refused_visitor_is_told_why_in_good_french(house, address):
    answer = house.app.test_client().post(address, data={"email": "x", "password": "court"})
    assert answer.status_code == 422
    assert faults(answer.text) == []


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<p>Total : 3</p>", "a space that may break"),
        ("<p>Le <b>reste dû</b> : 3</p>", "a space that may break"),
        ("<p>« 3 »</p>", "a space that may break"),
        ("<p>12 %</p>", "a space that may break"),
        ("<p>Prêt?</p>", "no space"),
        ("<p>12€</p>", "no space"),
        ("<p>L'envoi</p>", "a straight apostrophe"),
        ('<p><a title="L\'envoi">x</a></p>', "a straight apostrophe"),
        ("<p>Envoyer un E-mail</p>", "a capital inside a sentence"),
        ("<p>nav.dashboard</p>", "a key"),
        ("<p>Payée le None</p>", "a value that is missing"),
        ("<p>Bonjour {nom}</p>", "an unfilled sentence"),
        ("<p>12\u202f€</p>", "a thin space"),
        ("<p>1 234,00</p>", "thousands that may break"),
    ],
)
def test_the_reading_finds_what_is_wrong(html, name):
    assert [fault for fault in faults(html) if fault.startswith(name)]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Total\u00a0: 12,15\u00a0%, à 14:32, sur https://exemple.fr/?a=1&amp;b='x'</p>",
        "<p>«\u00a0L’envoi\u00a0»\u00a0? E-mail reçu de camille@atelier.example</p>",
        "<p>Lisez <code>script/server ; L'aide</code> et factures.csv.</p>",
        "<p>E-mail</p><textarea>L'envoi : {nom}</textarea><input value=\"L'envoi\">",
    ],
)
def test_the_reading_leaves_what_is_right(html):
    assert faults(html) == []
