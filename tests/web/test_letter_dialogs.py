"""What is said once something was noted about a letter."""

import datetime as dt

import pytest

from relance.models.letters import Letter
from relance.web import letter_dialogs

DAY = dt.date(2026, 11, 26)
END = dt.date(2026, 12, 4)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"state": "posted", "posted_on": DAY},
            "Dépôt du 26 novembre 2026 enregistré. Les relances par e-mail sont suspendues.",
        ),
        (
            {"state": "received", "received_on": DAY, "deadline_on": END},
            "Réception du 26 novembre 2026 enregistrée. Le délai court jusqu’au 4 décembre 2026 inclus.",
        ),
        ({"state": "refused", "presented_on": DAY, "kind": "amicable"}, "Présentation du 26 novembre 2026 enregistrée"),
        ({"state": "unclaimed", "presented_on": DAY, "deadline_on": END}, "enregistrée : non réclamée. Le délai court"),
    ],
)
def test_what_was_noted_is_said_with_what_it_holds(as_camille, fields, sentence):
    said = letter_dialogs.said(Letter(**{"kind": "formal_notice"} | fields))
    assert sentence in said.replace("\u00a0", " ")


def test_a_letter_has_one_page(as_camille):
    assert letter_dialogs.page_of(Letter(id=7)) == "/courriers/7"
