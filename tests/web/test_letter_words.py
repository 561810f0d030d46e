"""What letters are called, and how they left."""

import pytest

from relance.models.letters import Letter
from relance.services import keeping_templates
from relance.web import letter_words
from tests.factories import NOW


def test_a_letter_is_named_with_the_text_it_carries(as_camille, account):
    own = keeping_templates.create(account, "Ma Relance", "rappel", 2, by=None, now=NOW)
    assert letter_words.full_title("amicable", "dernier_rappel") == "Relance amiable, dernier rappel"
    assert letter_words.full_title("amicable", own.ref) == "Relance amiable, Ma Relance"
    assert letter_words.full_title("amicable", "") == "Relance amiable"
    assert letter_words.full_title("formal_notice", "rappel") == "Mise en demeure"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("", "Mise en demeure"),
        ("formal_notice", "Mise en demeure"),
        ("amicable", "Relance amiable"),
        ("relance_2", "Relance amiable, relance 2"),
    ],
)
def test_what_a_sequence_asks_to_validate_is_named(as_camille, template, name):
    assert letter_words.of_task(template) == name


@pytest.mark.parametrize(
    ("number", "is_usual", "spaced"),
    [
        ("1A23456789012", True, "1A 234 567 890 12"),
        ("RR123456789FR", True, "RR 123 456 789 FR"),
        ("6M20132968235", True, "6M 201 329 682 35"),
        ("1A234", False, "1A234"),
        ("1A23456789012345", False, "1A23456789012345"),
    ],
)
def test_a_tracking_number_is_read_by_groups_and_followed_when_it_has_the_usual_form(number, is_usual, spaced):
    assert (letter_words.is_usual(number), letter_words.spaced(number)) == (is_usual, spaced)
    letter = Letter(mode="lrar_online", tracking_number=number)
    assert bool(letter_words.tracking_url(letter)) is is_usual
    assert letter_words.tracking_url(Letter(mode="lre", tracking_number=number)) == ""


@pytest.mark.parametrize(
    ("fields", "badge", "name"),
    [
        ({}, "draft", "Brouillon"),
        ({"requested_at": NOW}, "preparing", "En préparation"),
        ({"error": "Il manque libpango."}, "failed", "Non préparée"),
        ({"state": "posted"}, "posted", "Postée"),
        ({"state": "unclaimed"}, "unclaimed", "Non réclamée"),
    ],
)
def test_where_a_letter_stands_is_one_word(as_camille, fields, badge, name):
    letter = Letter(**fields)
    assert (letter_words.state(letter), letter_words.state_name(letter)) == (badge, name)
    assert letter_words.outcome("refused") == "Refusée"
    assert letter_words.mode("by_hand") == "Remise en main propre"
    assert letter_words.mode("") == ""
