"""A consumer owes interest from the receipt of the first formal notice: not before, and not for a letter lost."""

import datetime as dt
import re
from html import unescape

import pytest

from relance.letters import pages
from relance.models.letters import Letter, LetterInvoice
from relance.rules import penalties
from relance.services import charging, claiming, letter_receipts
from tests import factories
from tests.factories import NOW, TODAY

D = dt.date


def words(facts):
    """The text of the letter, without its tags."""
    html = pages.formal_notice(facts)
    text = unescape(re.sub(r"<[^>]+>", "", html[html.index("<body") :])).replace("\u202f", " ")
    return " ".join(text.replace("\u00a0", " ").split())


def make_letter(invoice, received_on=None, **values):
    values = {"kind": "formal_notice", "state": "received" if received_on else "posted"} | values
    letter = Letter.create(
        account=invoice.account_id,
        client=invoice.client_id,
        dated_on=TODAY,
        received_on=received_on,
        created_at=NOW,
        **values,
    )
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=invoice.balance_cents)
    return letter


@pytest.fixture
def consumer(account):
    return factories.make_client(account, "Jeanne Morel", kind="individual")


@pytest.fixture
def owed(consumer):
    return factories.make_invoice(consumer, total_cents=185_000, due_on=D(2026, 4, 30))


def test_the_first_notice_received_counts_and_nothing_else_does(owed, consumer):
    other = factories.make_invoice(consumer)
    make_letter(owed)
    make_letter(owed, D(2026, 5, 1), kind="amicable")
    make_letter(owed, D(2026, 5, 2), state="unclaimed")
    assert letter_receipts.notice_received_on([owed.id, other.id]) == {}
    make_letter(owed, D(2026, 7, 10))
    make_letter(owed, D(2026, 5, 31))
    assert letter_receipts.notice_received_on([owed.id, other.id]) == {owed.id: D(2026, 5, 31)}
    assert letter_receipts.notice_received_on([]) == {}


def test_the_interest_of_a_consumer_runs_from_the_day_after_the_receipt(owed):
    assert charging.interest_of([owed], D(2026, 6, 30)) == 0
    make_letter(owed, D(2026, 5, 31))
    claim = charging.claim_of(owed, D(2026, 6, 30))
    assert claim.notice_received_on == D(2026, 5, 31)
    assert penalties.late_interest(claim).due_cents == 398  # E6: 1 850 € at 2,62 % for 30 days


def test_a_second_letter_counts_it_and_a_first_one_does_not(account, consumer, owed):
    choices = {"dated_on": D(2026, 6, 30), "delay_days": 8, "claims_interest": True, "claims_fee": True}
    first = claiming.notice_facts(account, consumer, [owed], **choices)
    assert (first.invoices[0].interest_cents, first.invoices[0].periods) == (0, ())
    make_letter(owed, D(2026, 5, 31))
    second = claiming.notice_facts(account, consumer, [owed], **choices)
    assert (second.invoices[0].interest_cents, second.invoices[0].fee_cents) == (398, 0)
    assert [(period.starts_on, period.days) for period in second.invoices[0].periods] == [(D(2026, 6, 1), 30)]


def test_a_receipt_changes_nothing_for_an_organisation(account, latitude):
    invoice = factories.make_invoice(latitude, due_on=D(2026, 4, 30))
    before = charging.interest_of([invoice], TODAY)
    make_letter(invoice, D(2026, 5, 31))
    assert charging.interest_of([invoice], TODAY) == before > 0


def test_a_second_letter_says_since_when_interest_runs_in_no_word_of_the_trade(account, consumer, owed):
    make_letter(owed, D(2026, 5, 31))
    facts = claiming.notice_facts(
        account, consumer, [owed], dated_on=D(2026, 6, 30), delay_days=8, claims_interest=True, claims_fee=True
    )
    text = words(facts)
    assert "Depuis la réception de ma précédente mise en demeure, cette somme porte intérêts au taux légal" in text
    assert "À compter de la réception de la présente mise en demeure, cette somme" not in text
    assert "2,62 %" in text and "3,98 €" in text and "1 853,98 €" in text
    assert not re.search(r"pénalité|L\. ?441|D\. ?441|40 €|indemnité", text, re.IGNORECASE)
