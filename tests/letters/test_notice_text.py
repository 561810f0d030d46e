"""The paragraphs of a formal notice: what is delivered, what a person may write in their place, what is refused."""

import dataclasses

import pytest

from relance.letters import notice_text, pages
from relance.letters.notice_text import KEYS
from tests.letters import samples

LETTERS = {
    "organisation": samples.organisation(),
    "individual": samples.individual(),
    "public": samples.public_body(),
    "several": samples.several(),
}


def text(parts, key):
    return next(part.text for part in parts if part.key == key)


@pytest.mark.parametrize("case", LETTERS)
def test_the_delivered_paragraphs_are_all_there_and_may_be_sent_as_they_are(case):
    facts = LETTERS[case]
    parts = notice_text.delivered(facts)
    assert tuple(part.key for part in parts) == KEYS
    assert [part.key for part in parts if part.is_optional] == ["courtesy"]
    # Every figure is a variable: a person moves it, and cannot change it.
    delivered = "".join(part.text for part in parts)
    assert not [number for number in ("1\u00a0860", "37,77", "1\u00a0937", "23\u00a0") if number in delivered]
    assert "{" not in "".join(part.text for part in notice_text.filled(facts))


def test_words_of_a_person_take_the_place_of_a_paragraph_with_the_figures_in_them():
    words = (
        ("courtesy", ""),
        ("demand", "Je vous mets en demeure de payer {total} sous {délai} <b>."),
        ("closing", "Bien à vous,\n\nÀ bientôt,\nCamille"),
        ("unknown", "rien"),
    )
    facts = samples.organisation(words=words)
    filled = notice_text.filled(facts)
    assert text(filled, "demand") == "Je vous mets en demeure de payer 1\u00a0937,77\u00a0€ sous huit\u00a0jours <b>."
    assert text(notice_text.written(facts), "demand") == words[1][1]
    assert text(notice_text.delivered(facts), "demand").startswith("En conséquence")
    printed = notice_text.printed(facts)
    assert printed["courtesy"] == ()
    assert printed["demand"] == (
        "Je vous mets en demeure de payer <strong>1\u00a0937,77\u00a0€</strong> sous <strong>huit\u00a0jours</strong> "
        "&lt;b&gt;.",
    )
    assert printed["closing"] == ("Bien à vous,", "À bientôt,<br>\nCamille")
    page = pages.formal_notice(facts)
    assert "À bientôt,<br>" in page
    assert "échéancier" not in page


def test_a_variable_that_became_empty_takes_its_line_away_and_never_shows_its_name():
    words = (("courtesy", "Bonjour,\nMes relances : {relances}\nMerci."),)
    facts = samples.organisation(words=words, reminders=())
    assert text(notice_text.filled(facts), "courtesy") == "Bonjour,\nMerci."


@pytest.mark.parametrize("facts", LETTERS.values(), ids=LETTERS)
def test_each_variable_has_a_value_in_french_typography(facts):
    values = notice_text.variables(facts)
    assert values["total"].endswith("\u00a0€")
    assert all("\u202f" not in value and "'" not in value for value in values.values())
    fifteen = dataclasses.replace(facts, delay_days=15)
    assert notice_text.variables(fifteen)["délai"] == "quinze\u00a0jours"
