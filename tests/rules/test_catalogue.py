"""The English catalogue says everything that the French interface says, and nothing else."""

import datetime as dt
import re
from importlib import resources

import pytest
from babel.messages.pofile import read_po

from relance.rules import calendar
from relance.rules.labels import catalogue, translate
from relance.rules.wording import french
from tests import sentences

PLACEHOLDER = re.compile(r"\{[^{}]+\}")
# Written the same in both languages.
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days) for days in range(365)]
SAME = {
    "Action",
    "Actions",
    "BIC",
    "Client",
    "Clients",
    "Contact",
    "Contacts",
    "Date",
    "Description",
    "E-mail",
    "English",
    "Gandi",
    "Gmail",
    "Guadeloupe",
    "IBAN",
    "Infomaniak",
    "Luxembourg",
    "Martinique",
    "Mayotte",
    "Menu",
    "Message",
    "Messages",
    "Navigation",
    "Note",
    "Notifications",
    "Options",
    "Outlook",
    "PDF",
    "Pagination",
    "Port",
    "SIREN {siren}",
    "SIRET",
    "Signature",
    "Simulation",
    "Situation",
    "Type",
    "Variables",
    "Version",
    "Zurich",
    "six",
    "{n} clients",
    "{n} contacts",
    "{n} documents",
    "{n} e-mails",
    "Source",
}


def _entries():
    source = resources.files("relance").joinpath("translations", "en.po")
    with source.open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


def _shapes():
    return {sentences.shape(text) for text in catalogue("en")}


def test_the_reader_of_sources_finds_sentences_of_every_kind():
    templates, python, built = sentences.in_templates(), sentences.in_python(), sentences.built_in_python()
    assert french("Afficher les 50 suivantes") in templates  # given to _ by a template
    assert french("C'est enregistré.") in python  # given to _ by a view
    assert french("Indiquez votre mot de passe.") in python  # by required()
    assert french("Nombre de relances") in python  # the label of a field
    assert french("Indiquez un montant, par exemple 1 234,56.") in python  # raised by a rule
    assert french("{fait}, de nouveau à encaisser") in python  # put together by the history
    assert french("toutes les relances prévues sont parties") in python  # a table
    assert "Ajoutez une adresse à {name}." in built  # an f-string
    assert "Le serveur {host} refuse le mot de passe." in built  # an f-string inside another


def test_every_sentence_of_a_page_has_its_english():
    known = catalogue("en")
    said = sentences.in_templates() | sentences.in_python()
    assert {text: place for text, place in said.items() if text not in known} == {}


def test_every_sentence_made_with_values_has_its_english():
    known = _shapes()
    missing = {
        text: place
        for text, place in sentences.built_in_python().items()
        if sentences.shape(text) not in known and not known.issuperset(sentences.parts(text))
    }
    assert missing == {}


def test_every_entry_is_said_somewhere():
    made = [*sentences.in_python(), *sentences.built_in_python()]
    said = [*sentences.in_templates(), *made, *sentences.constants()]
    used = {sentences.shape(text) for text in said} | {part for text in made for part in sentences.parts(text)}
    assert [text for text in catalogue("en") if sentences.shape(text) not in used] == []


def test_every_entry_is_translated_once():
    keys = [french(message.id) for message in _entries()]
    assert sorted(keys) == sorted(set(keys))
    assert [message.id for message in _entries() if not message.string.strip() or message.fuzzy] == []


def test_both_languages_name_the_same_values():
    wrong = [
        text
        for text, english in catalogue("en").items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(english))
    ]
    assert wrong == []


def test_no_english_is_french():
    same = {text for text, english in catalogue("en").items() if french(text) == french(english)}
    assert same == {french(text) for text in SAME}


def test_english_has_its_own_typography():
    wrong = [english for english in catalogue("en").values() if re.search(r"[«»!]|\s[:;?%]|'|\u00a0[:;?]", english)]
    assert wrong == []


@pytest.mark.parametrize("region", sorted(calendar.REGIONS))
def test_every_day_without_sending_has_its_english(region):
    closures = ((dt.date(2026, 8, 3), dt.date(2026, 8, 7)),)
    open_days = [calendar.Calendar(days, True, region, closures) for days in ("12345", "67")]
    found = {each.why_closed(day) for each in open_days for day in DAYS}
    known = catalogue("en")
    assert sorted(why for why in found if why and french(why) not in known) == []
    assert translate("samedi", "en") == "Saturday"
