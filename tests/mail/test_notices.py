"""Mails to the user: what became late, what failed; and the example invoice."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from relance.mail import reminders
from relance.mail.notices import FailureLine, OverdueLine, failure_notice, overdue_alert
from relance.mail.samples import sample_facts

NBSP = "\u00a0"


def late(number: str = "F-12", days: int = 1) -> OverdueLine:
    return OverdueLine(
        number, "Latitude <Conseil>", 432_000, "EUR", days, f"https://r.example/factures/{number}/relances"
    )


@pytest.mark.requirement("S0.1", "S0.2")
def test_the_alert_names_each_late_invoice_and_links_to_chasing_it() -> None:
    text = overdue_alert([late(), late("F-13", 3)], first_name="Camille")
    assert text.subject == "2 factures viennent de passer en retard"
    assert text.text.startswith("Bonjour Camille,\n")
    assert (
        f"F-12, Latitude <Conseil>{NBSP}: 4{NBSP}320,00{NBSP}€, 1{NBSP}jour de retard\n"
        f"Relancer{NBSP}: https://r.example/factures/F-12/relances\n"
    ) in text.text
    assert f"3{NBSP}jours de retard" in text.text
    assert '<a href="https://r.example/factures/F-13/relances">Relancer</a>' in text.html
    assert "Latitude &lt;Conseil&gt;" in text.html


def test_one_late_invoice_is_named_in_the_subject_and_english_is_english() -> None:
    assert overdue_alert([late()]).subject == f"Une facture vient de passer en retard{NBSP}: F-12"
    english = overdue_alert([late()], language="en")
    assert english.subject == "An invoice has just become overdue: F-12"
    assert "Send a reminder: https://r.example/factures/F-12/relances" in english.text
    assert not re.search("facture vient|Bonjour|retard", english.text)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("states", [(True,), (False,), (True, False)])
def test_the_failure_notice_says_which_is_uncertain_and_which_did_not_leave(
    language: str, states: tuple[bool, ...]
) -> None:
    lines = [
        FailureLine("Latitude", "Facture F-12", state, "« 550 no such user ».", f"https://r.example/factures/{n}")
        for n, state in enumerate(states)
    ]
    text = failure_notice(lines, language=language)
    uncertain = "sending uncertain" if language == "en" else "envoi incertain"
    failed = "not sent" if language == "en" else "non envoyée"
    body = text.text.replace("\n", " ")
    assert (uncertain in body) == (True in states)
    assert (failed in body) == (False in states)
    assert "550 no such user" in body
    assert all(f"https://r.example/factures/{n}" in text.text for n in range(len(states)))
    assert "{" not in text.text + text.subject


@pytest.mark.requirement("S0.15")
@pytest.mark.parametrize("template", reminders.TEMPLATES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_example_is_written_by_the_code_that_writes_the_real_one(template: str, language: str) -> None:
    text = reminders.build(sample_facts(template, dt.date(2026, 11, 22), language=language))
    assert "EXEMPLE-0042" in text.text
    assert "{" not in text.text + text.subject


def test_the_example_takes_the_senders_own_name_when_there_is_one() -> None:
    own = sample_facts("rappel", dt.date(2026, 11, 22))
    mine = reminders.build(sample_facts("rappel", dt.date(2026, 11, 22), business=_renamed(own)))
    assert "Basile Martin" in mine.text and "EXEMPLE-0042" in mine.text


def _renamed(facts: reminders.ReminderFacts) -> reminders.ReminderFacts:
    return replace(facts, signer_name="Basile Martin")
