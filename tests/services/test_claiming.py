"""What a client owes on late invoices, as a letter says it."""

import datetime as dt

import pytest

from relance.models.invoices import Invoice
from relance.models.messages import MessageItem
from relance.services import claiming, noticing, paying
from relance.services.noticing import NoticeError
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late, prepare, remind, text_of


def test_payments_credit_notes_and_coming_instalments_lower_what_is_claimed(account, brewery):
    invoice = factories.make_invoice(
        brewery,
        instalments=[(dt.date(2026, 9, 23), 100_000), (dt.date(2026, 12, 23), 86_000)],
        late_rate_bp=1215,
    )
    paying.record(invoice, 30_000, dt.date(2026, 10, 3), by=None, now=NOW)
    factories.make_invoice(
        brewery,
        "A-12",
        total_cents=20_000,
        kind="credit_note",
        credited_invoice=invoice,
        issued_on=dt.date(2026, 10, 5),
    )
    paying.resettle(Invoice.get_by_id(invoice.id), by=None, now=NOW)
    letter = prepare(account, brewery, [invoice])
    (claimed,) = noticing.facts_of(letter).invoices
    assert (letter.principal_cents, claimed.later_cents) == (50_000, 86_000)
    assert [(line.amount_cents, line.is_credit_note) for line in claimed.received] == [(30_000, False), (20_000, True)]
    assert [(period.days, period.base_cents) for period in claimed.periods] == [
        (10, 100_000),
        (2, 70_000),
        (49, 50_000),
    ]
    assert claimed.due_on == (dt.date(2026, 9, 23),)


def test_an_individual_is_asked_for_the_principal_alone(account):
    odile = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    invoice = late(odile)
    letter = prepare(account, odile, [invoice], claims_fee=False)
    assert (letter.total_cents, letter.interest_cents, letter.fee_cents) == (186_000, 0, 0)
    with pytest.raises(NoticeError, match="particulier") as refused:
        prepare(account, odile, [invoice])
    assert set(refused.value.errors) == {"claims_fee"}
    text = text_of(noticing.render(letter.id, NOW))
    assert "1231-6" in text
    assert "441-10" not in text


def test_a_public_body_keeps_the_rate_of_the_half_year_in_which_interest_began(account):
    town = factories.make_client(account, "Mairie de Brest", kind="public")
    letter = prepare(account, town, [late(town, due_on=dt.date(2025, 12, 1))])
    (claimed,) = noticing.facts_of(letter).invoices
    assert [(period.rate_bp, period.days) for period in claimed.periods] == [(1015, 357)]
    assert letter.fee_cents == 4_000


def test_the_rate_is_the_invoice_s_then_the_account_s_then_the_legal_default(account, brewery):
    invoice = late(brewery, late_rate_bp=None)

    def rates():
        facts = noticing.facts_of(prepare(account, brewery, [Invoice.get_by_id(invoice.id)]))
        return {period.rate_bp for period in facts.invoices[0].periods}

    assert rates() == {1240}
    account.late_rate_bp = 1300
    account.save()
    assert rates() == {1300}
    Invoice.update(late_rate_bp=1500).execute()
    assert rates() == {1500}


def test_nothing_is_claimed_that_was_not_asked(account, brewery):
    letter = prepare(account, brewery, [late(brewery)], claims_interest=False, claims_fee=False)
    assert (letter.total_cents, letter.interest_cents, letter.fee_cents) == (186_000, 0, 0)
    assert noticing.facts_of(letter).invoices[0].periods == ()


def test_another_currency_has_no_forty_euros(account, brewery):
    letter = prepare(account, brewery, [late(brewery, currency="CHF")])
    assert (letter.currency, letter.fee_cents, letter.claims_fee) == ("CHF", 0, False)


def test_one_reminder_for_two_invoices_is_told_once(account, brewery):
    first, second = late(brewery), late(brewery)
    message = remind(first, "rappel", dt.date(2026, 9, 30))
    MessageItem.create(
        message=message, invoice=second, instalment=second.instalments.get(), template="rappel", balance_cents=1
    )
    (told,) = noticing.facts_of(prepare(account, brewery, [first, second])).reminders
    assert set(told.numbers) == {first.number, second.number}


def test_the_head_of_the_letter_names_a_sole_trader_or_a_company(account, brewery):
    facts = noticing.facts_of(prepare(account, brewery, [late(brewery)]))
    assert facts.sender.headline == "Camille Roussel\u00a0EI"
    assert facts.sender.lines == ("Atelier Roussel", "12 rue de la Charité", "69002 LYON")
    assert facts.sender.details[0].replace("\u00a0", " ") == "SIRET 732 829 320 00074"
    assert (facts.sender.place, facts.sender.signer, facts.sender.capacity) == ("Lyon", "Camille Roussel", "graphiste")
    account.legal_form = "SARL"
    account.save()
    facts = noticing.facts_of(prepare(account, brewery, [late(brewery)]))
    assert facts.sender.headline == "Atelier Roussel\u00a0SARL"
    assert facts.sender.lines == ("12 rue de la Charité", "69002 LYON")


def test_a_letter_lists_the_oldest_due_date_first(account, brewery):
    young, old = late(brewery, "F-2", due_on=dt.date(2026, 10, 1)), late(brewery, "F-1", due_on=dt.date(2026, 9, 1))
    assert claiming.ordered([young, old]) == [old, young]


def test_beyond_three_invoices_the_reference_counts_them(account, brewery):
    invoices = [late(brewery, f"F-{n}") for n in range(1, 5)]
    claims = {"dated_on": TODAY, "delay_days": 8, "claims_interest": False, "claims_fee": False}
    assert claiming.notice_facts(account, brewery, invoices[:3], **claims).bank.reference == "F-1, F-2, F-3"
    assert claiming.notice_facts(account, brewery, invoices, **claims).bank.reference == "Atelier Roussel, 4 factures"
