"""Formal notices: what may be claimed, when, and what is frozen."""

import datetime as dt
import json

import pytest

from relance import storage
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services import noticing, paying
from relance.services.noticing import NoticeError
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import kinds, late, prepare, text_of

DAY = dt.timedelta(days=1)


@pytest.mark.requirement("S2.17", "S4.17")
def test_a_notice_is_prepared_then_printed_once_and_frozen(account, camille, brewery):
    invoice = late(brewery, "F-2026-0079")
    letter = prepare(account, brewery, [invoice], by=camille)
    assert (letter.state, letter.document_id, letter.requested_at) == ("draft", None, NOW)
    assert (letter.principal_cents, letter.interest_cents, letter.fee_cents) == (186_000, 3_777, 4_000)
    assert letter.total_cents == 193_777
    line = LetterInvoice.get(LetterInvoice.letter == letter)
    assert (line.invoice_id, line.principal_cents, line.interest_cents) == (invoice.id, 186_000, 3_777)
    assert noticing.pending() == [letter.id]
    assert kinds(letter) == ["letter_requested"]

    pdf = noticing.render(letter.id, NOW)
    after = Letter.get_by_id(letter.id)
    assert (after.state, after.requested_at, after.error) == ("ready", None, "")
    assert after.document.name == "mise-en-demeure-brasserie-des-deux-rives-2026-11-23.pdf"
    assert (after.document.kind, after.document.mime, after.document.size) == ("letter", "application/pdf", len(pdf))
    assert after.sha256 == after.document.sha256
    assert storage.get(after.sha256) == pdf
    assert kinds(letter) == ["letter_requested", "letter_ready"]
    assert noticing.pending() == []
    assert "1 937,77 €" in text_of(pdf)

    assert noticing.render(letter.id, NOW + DAY) == pdf  # again: the same bytes, nothing new
    assert kinds(letter) == ["letter_requested", "letter_ready"]
    assert Document.select().count() == 1


def test_the_event_tells_who_asked_and_the_machine_printed(account, camille, brewery):
    letter = prepare(account, brewery, [late(brewery)], by=camille)
    noticing.render(letter.id, NOW)
    asked, ready = Event.select().where(Event.letter == letter).order_by(Event.id)
    assert (asked.user_id, ready.user_id) == (camille.id, None)
    assert asked.facts["total_cents"] == 193_777
    assert ready.facts["sha256"] == Letter.get_by_id(letter.id).sha256


def test_the_same_form_sent_twice_is_one_letter(account, brewery):
    invoice = late(brewery)
    first = prepare(account, brewery, [invoice])
    assert prepare(account, brewery, [invoice], now=NOW + dt.timedelta(seconds=20)).id == first.id
    assert Letter.select().count() == 1
    other = prepare(account, brewery, [invoice], delay_days=15)
    assert other.id != first.id
    assert kinds(first) == ["letter_requested"]


def test_several_invoices_are_one_letter_and_each_history_tells_it(account, brewery):
    invoices = [late(brewery), late(brewery, due_on=dt.date(2026, 6, 20), late_rate_bp=None), late(brewery)]
    letter = prepare(account, brewery, invoices)
    assert letter.fee_cents == 12_000
    assert LetterInvoice.select().where(LetterInvoice.letter == letter).count() == 3
    for invoice in invoices:
        events = Event.select().where(Event.invoice == invoice, Event.kind == "letter_requested")
        assert [event.letter_id for event in events] == [letter.id]
    facts = noticing.facts_of(letter)
    assert [line.due_on[0] for line in facts.invoices] == [dt.date(2026, 6, 20), *[dt.date(2026, 9, 23)] * 2]
    assert [period.rate_bp for period in facts.invoices[0].periods] == [1215, 1240]
    assert letter.total_cents == sum(
        line.principal_cents + line.interest_cents + line.fee_cents for line in letter.lines
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due_on": TODAY}, "n'est pas en retard"),
        ({"due_on": TODAY + DAY}, "n'est pas en retard"),
        ({"paid_cents": 186_000}, "n'est pas en retard"),
        ({"state": "draft"}, "n'est pas en retard"),
        ({"state": "cancelled"}, "n'est pas en retard"),
        ({"kind": "credit_note"}, "n'est pas en retard"),
    ],
)
def test_only_a_late_invoice_can_be_claimed(account, brewery, fields, sentence):
    invoice = late(brewery, **fields)
    with pytest.raises(NoticeError, match=sentence):
        prepare(account, brewery, [invoice])
    assert Letter.select().count() == 0
    assert Event.select().where(Event.kind == "letter_requested").count() == 0


def test_a_payment_recorded_just_before_is_seen(account, brewery):
    invoice = late(brewery)
    stale = Invoice.get_by_id(invoice.id)
    paying.record(invoice, 186_000, TODAY, by=None, now=NOW)
    with pytest.raises(NoticeError, match="n'est pas en retard"):
        prepare(account, brewery, [stale])


def test_invoices_of_another_client_account_or_currency_are_refused(account, brewery):
    other = factories.make_client(account, "Latitude Conseil")
    stranger = factories.make_client(factories.make_account("Menuiserie Basile"), "Hôtel des Cimes")
    with pytest.raises(NoticeError, match="même client"):
        prepare(account, brewery, [late(brewery), late(other)])
    with pytest.raises(NoticeError, match="même client"):
        prepare(account, stranger, [late(stranger)])
    with pytest.raises(NoticeError, match="une lettre par devise"):
        prepare(account, brewery, [late(brewery), late(brewery, currency="CHF")])
    with pytest.raises(NoticeError, match="au moins une facture"):
        prepare(account, brewery, [])


@pytest.mark.parametrize(
    ("options", "name"), [({"dated_on": TODAY - DAY}, "dated_on"), ({"delay_days": 3}, "delay_days")]
)
def test_a_letter_is_not_antedated_nor_its_delay_invented(account, brewery, options, name):
    with pytest.raises(NoticeError) as refused:
        prepare(account, brewery, [late(brewery)], **options)
    assert set(refused.value.errors) == {name}


def test_an_unknown_half_year_is_refused_with_the_way_out(account, brewery):
    eve = dt.datetime(2026, 12, 28, 9)
    invoice = late(brewery, late_rate_bp=None)
    with pytest.raises(NoticeError, match=r"1er semestre 2027.*ne réclamez pas") as refused:
        prepare(account, brewery, [invoice], now=eve, dated_on=dt.date(2027, 1, 4))
    assert set(refused.value.errors) == {"dated_on"}
    assert prepare(account, brewery, [invoice], now=eve, dated_on=dt.date(2026, 12, 31)).interest_cents > 0
    without = prepare(account, brewery, [invoice], now=eve, dated_on=dt.date(2027, 1, 4), claims_interest=False)
    assert without.interest_cents == 0


def test_the_letter_is_what_was_true_when_it_was_asked(account, brewery):
    letter = prepare(account, brewery, [late(brewery)])
    brewery.name = "Autre nom"
    brewery.save()
    text = text_of(noticing.render(letter.id, NOW))
    assert "BRASSERIE DES DEUX RIVES" in text
    assert json.loads(letter.facts)["recipient"][0] == "BRASSERIE DES DEUX RIVES"
