"""French typography: what a reader would see as a mistake, and what must never be touched."""

import time
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance.rules.wording import (
    french,
    french_source,
    long_date,
    read_date,
    short_date,
    weekday_date,
)

ALPHABET = st.sampled_from(list("ab1é@./:;!?%€«»'’()<>\"°n-_") + [" ", "\u00a0", "\u202f", "\n", "\t"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("À régler : 12 €", "À régler\u00a0: 12\u00a0€"),
        ("Mot de passe oublié ?", "Mot de passe oublié\u00a0?"),
        ("Vraiment?", "Vraiment\u00a0?"),
        ("Quoi ?!", "Quoi\u00a0?!"),
        ("«Douce»", "«\u00a0Douce\u00a0»"),
        ("« Douce » ; l'autre", "«\u00a0Douce\u00a0»\u00a0; l’autre"),
        ("12,15% ou 40€", "12,15\u00a0% ou 40\u00a0€"),
        ("1\u202f234,56\u202f€", "1\u00a0234,56\u00a0€"),
        ("par exemple 1 920,00 ou 12 345 678,90.", "par exemple 1\u00a0920,00 ou 12\u00a0345\u00a0678,90."),
        ("Facture n° 12", "Facture n°\u00a012"),
        ("article L. 441-10", "article L.\u00a0441-10"),
        ("deux  : points", "deux\u00a0: points"),
    ],
)
def test_a_french_sentence_gets_its_spaces_and_apostrophes(written: str, shown: str) -> None:
    assert french(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://exemple.fr/a?b=c&d='e'",
        "réunion à 9:00 ou 14:30:05",
        "o'neill@exemple.fr",
        "Subject: Facture",
        "Message-ID: <abc@exemple.fr>",
        "/factures?etat=retard",
        "100%25",
        "a ?b=c",
        "2026-11-22T09:00:00",
        "69002 LYON, 04 65 71 12 34, le 12 300 fois",
        "{numero}",
        "",
    ],
)
def test_links_addresses_times_and_headers_stay_whole(text: str) -> None:
    assert french(text) == text


@given(st.text(ALPHABET, max_size=30))
@example("«»")
@example("« a@b: ' »")
@example("a!@b ?»")
def test_fixing_twice_is_fixing_once(text: str) -> None:
    once = french(text)
    assert french(once) == once
    assert french_source(french_source(text)) == french_source(text)


@given(st.text(ALPHABET, max_size=30))
def test_only_spaces_and_apostrophes_ever_change(text: str) -> None:
    def bare(value: str) -> str:
        return "".join(value.replace("'", "’").split())

    assert bare(french(text)) == bare(text)
    assert "\u202f" not in french(text)


def test_a_template_keeps_its_tags_and_expressions() -> None:
    source = (
        "<p style=\"font:'Segoe UI';color :red\">L'échéance {{ a['b'] if c else 'd' }} :"
        " {% if x == 'y' %}oui ?{% endif %}</p>"
    )
    assert french_source(source) == (
        "<p style=\"font:'Segoe UI';color :red\">L’échéance {{ a['b'] if c else 'd' }}\u00a0:"
        " {% if x == 'y' %}oui\u00a0?{% endif %}</p>"
    )


def test_the_first_of_the_month_is_an_ordinal_in_french_only() -> None:
    day = date(2027, 1, 1)
    assert long_date(day) == "1er\u00a0janvier 2027"
    assert long_date(day, year=False) == "1er\u00a0janvier"
    assert long_date(day, "en") == "1\u00a0January 2027"
    assert long_date(date(2026, 8, 31)) == "31\u00a0août 2026"


def test_dates_of_tables_are_short_and_dates_of_sentences_have_their_weekday() -> None:
    assert short_date(date(2026, 10, 31)) == "31\u00a0oct.\u00a02026"
    assert short_date(date(2026, 10, 31), "en") == "31\u00a0Oct\u00a02026"
    assert weekday_date(date(2026, 11, 30)) == "lundi 30\u00a0novembre"
    assert weekday_date(date(2026, 12, 1), "en") == "Tuesday 1\u00a0December"


@pytest.mark.parametrize("month", range(1, 13))
def test_a_french_date_is_read_back(month):
    day = date(2026, month, 1)
    assert read_date(long_date(day)) == day
    assert read_date(short_date(day)) == day


@pytest.mark.parametrize("text", ["", "3 mai", "le 3 mai 2026", "3 mayo 2026", "F-2026-0087", "31 févr. 2026"])
def test_any_other_text_is_no_date(text):
    assert read_date(text) is None


@pytest.mark.parametrize("piece", ["x", "[{", "a.", "!", "www.", "1 234 ", "x-", "@"])
def test_a_word_of_sixty_kilobytes_is_read_at_once(piece):
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    french(text)
    assert time.process_time() - began < 2
