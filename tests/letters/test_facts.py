"""The facts of a letter come back from their text as they were, and add up."""

import dataclasses
import datetime as dt

import pytest

from relance.letters.facts import NoticeFacts, SentReminder
from tests.letters import samples


@pytest.mark.parametrize("facts", [samples.organisation(), samples.individual()])
def test_facts_come_back_from_their_text_as_they_were(facts: NoticeFacts) -> None:
    back = NoticeFacts.from_json(facts.to_json())
    assert back == facts
    assert back.to_json() == facts.to_json()
    assert isinstance(back.invoices[0].due_on[0], dt.date)


def test_the_total_is_what_the_invoices_claim() -> None:
    facts = samples.organisation()
    assert (facts.principal_cents, facts.interest_cents, facts.fee_cents) == (186_000, 3777, 4000)
    assert facts.total_cents == 193_777
    two = dataclasses.replace(facts, invoices=(*facts.invoices, samples.invoice("F-2026-0080")))
    assert two.total_cents == 2 * 193_777
    assert two.daily_cents == 2 * facts.daily_cents


def test_in_spite_of_my_reminders_is_true_only_when_each_invoice_was_chased() -> None:
    facts = samples.organisation()
    chased = (SentReminder(dt.date(2026, 9, 30), "Rappel", "Facture", ("F-2026-0079",)),)
    assert dataclasses.replace(facts, reminders=chased).every_invoice_was_chased
    assert not dataclasses.replace(facts, reminders=()).every_invoice_was_chased
    two = dataclasses.replace(facts, reminders=chased, invoices=(*facts.invoices, samples.invoice("F-2026-0080")))
    assert not two.every_invoice_was_chased


def test_a_text_with_a_fact_that_is_unknown_is_refused() -> None:
    text = samples.organisation().to_json().replace('"debtor"', '"creditor"')
    with pytest.raises((TypeError, KeyError)):
        NoticeFacts.from_json(text)
