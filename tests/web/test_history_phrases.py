import pytest

from relance.web import history_phrases as phrases


@pytest.mark.usefixtures("as_camille")
def test_a_sentence_of_missing_facts_is_still_a_sentence():
    assert phrases.people_of({}) == "" and phrases.reason_of({}) == "" and phrases.day_of(None) == ""
    assert phrases.amount_of({}).replace("\u00a0", " ") == "0,00 €"


@pytest.mark.usefixtures("as_camille")
def test_the_bold_words_are_followed_by_the_rest_and_every_value_is_escaped():
    assert phrases.fact("Note", "de {nom}", nom="<b>") == "<strong>Note</strong> de &lt;b&gt;"
    assert phrases.plain("Note")("note_added", {}) == "<strong>Note</strong>"


@pytest.mark.usefixtures("as_camille")
def test_people_are_named_and_an_address_stands_for_who_has_no_name():
    assert phrases.people_of({"to": [["Nadia", "n@x.example"], ["", "h@x.example"], "z@x.example"]}) == (
        "Nadia, h@x.example, z@x.example"
    )


def test_a_reminder_of_the_user_is_feminine():
    assert phrases.agree("rappel", "envoyé", "envoyée") == "envoyé"
    assert phrases.agree("modele-12", "envoyé", "envoyée") == "envoyée"
