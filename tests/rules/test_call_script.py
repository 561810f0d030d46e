"""The words of a call: who, which invoice, how much, since when, and one question that cannot be answered by yes."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.rules import call_script
from relance.rules.call_script import CallFacts, script, tone_of

FACTS = CallFacts(
    "Camille Roussel", "Atelier Roussel", "Nadia Benali", "F-2026-0087", 432_000, "EUR", dt.date(2026, 11, 1), 22
)


@pytest.mark.parametrize(
    ("days", "tone"),
    [(-3, "before"), (0, "before"), (1, "gentle"), (9, "gentle"), (10, "direct"), (29, "direct"), (30, "firm")],
)
def test_the_tone_follows_the_step(days, tone):
    assert tone_of(days) == tone


def test_a_call_says_who_what_how_much_and_since_when_then_asks():
    assert script(FACTS, "direct").lines == (
        "Bonjour, Camille Roussel, Atelier Roussel.",
        "Je souhaite parler à Nadia Benali.",
        "Je vous appelle au sujet de la facture F-2026-0087.",
        "4\u00a0320,00\u00a0€ restent à régler depuis le 1er\u00a0novembre 2026, cela fait 22 jours.",
        "Qu’est-ce qui retarde ce règlement\u00a0?",
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("tone", call_script.TONES)
def test_every_tone_asks_one_question_last_and_threatens_with_nothing(tone, language):
    lines = script(FACTS, tone, language).lines
    assert [line.endswith("?") for line in lines] == [False] * 4 + [True]
    text = " ".join(lines).lower()
    for word in (
        "pénalit",
        "mise en demeure",
        "tribunal",
        "huissier",
        "contentieux",
        "avocat",
        "loi",
        "penalt",
        "court",
    ):
        assert word not in text
    assert "{" not in text


def test_a_client_written_to_in_english_is_called_in_english():
    lines = script(FACTS, "gentle", "en").lines
    assert lines[0] == "Hello, this is Camille Roussel from Atelier Roussel."
    assert "€4,320.00" in lines[3] and "Unless I am mistaken" in lines[3]


def test_nobody_is_named_when_nobody_is_known():
    lines = script(replace(FACTS, person="", business="", days_late=1), "firm").lines
    assert lines[0] == "Bonjour, Camille Roussel à l’appareil."
    assert lines[1] == "Je souhaite parler à la personne qui suit vos factures."
    assert "cela fait un jour." in lines[3]
