"""The invoice of examples: right for the day its template leaves, and never somebody's."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.mail.reminders import build
from relance.mail.samples import sample_facts
from relance.rules.plans import LEVELS

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize("template", LEVELS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_template_can_be_shown_before_the_first_invoice(template: str, language: str) -> None:
    text = build(sample_facts(template, TODAY, language=language))
    assert "EXEMPLE-0042" in text.subject + text.text
    assert text.html


def test_the_example_is_as_late_as_its_template_says() -> None:
    assert [sample_facts(name, TODAY).lines[0].due_on for name in ("prerelance", "echeance", "relance_1")] == [
        dt.date(2026, 11, 26),
        TODAY,
        dt.date(2026, 11, 15),
    ]
    assert sample_facts("prerelance", TODAY).lines[0].days_late == 0


def test_an_earlier_reminder_is_named_from_the_second_one_only() -> None:
    assert sample_facts("rappel", TODAY).previous_on is None
    assert sample_facts("relance_1", TODAY).previous_on == TODAY - dt.timedelta(days=7)


def test_the_user_s_own_business_signs_but_the_client_stays_the_example() -> None:
    mine = replace(sample_facts("rappel", TODAY), business_name="Atelier Nuage", first_name="Odile", fee_cents=4000)
    shown = sample_facts("rappel", TODAY, business=mine)
    assert (shown.business_name, shown.first_name, shown.fee_cents) == ("Atelier Nuage", "Nadia", None)
