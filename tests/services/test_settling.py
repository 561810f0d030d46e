"""What follows from the total, the payments and the credit notes."""

import datetime as dt

import pytest

from relance.models.invoices import Instalment, Invoice
from relance.services import invoicing, paying
from relance.services.invoice_facts import InstalmentFacts
from relance.services.paying import PaymentError
from relance.services.settling import credit_notes, paid_cents, settle
from tests.making import NOW, TODAY, events, fresh, make_account, make_client, make_facts, make_invoice


def pay(invoice, cents, on=TODAY, **options):
    return paying.record(invoice, cents, on, by=None, now=NOW, **options)


def balances(invoice):
    rows = Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    return [row.balance_cents for row in rows]


@pytest.mark.requirement("S3.5")
def test_the_account_s_tolerance_forgives_a_few_cents(database):
    client = make_client(make_account(tolerance_cents=5))
    invoice = make_invoice(client)
    pay(invoice, 431_994)
    assert fresh(invoice).state == "sent"
    pay(invoice, 1)
    after = fresh(invoice)
    assert (after.state, after.balance_cents, after.paid_on) == ("paid", 5, TODAY)


@pytest.mark.requirement("S3.10")
def test_a_credit_note_lowers_the_invoice_it_names_and_is_told_once(client):
    invoice = make_invoice(client)
    note = make_invoice(client, kind="credit_note", total_cents=32_000, credited_invoice_id=invoice.id)
    after = fresh(invoice)
    assert (after.balance_cents, after.state) == (400_000, "sent")
    assert (fresh(note).balance_cents, fresh(note).excess_cents) == (0, 0)
    paying.apply_credit(fresh(invoice), fresh(note), by=None, now=NOW)
    assert events(invoice=invoice) == ["invoice_created", "credit_applied"]


@pytest.mark.requirement("S3.10")
def test_a_credit_note_that_settles_dates_the_invoice_as_paid(client):
    invoice = make_invoice(client)
    make_invoice(
        client,
        kind="credit_note",
        total_cents=432_000,
        credited_invoice_id=invoice.id,
        issued_on=dt.date(2026, 11, 2),
        due_on=dt.date(2026, 11, 2),
    )
    assert (fresh(invoice).state, fresh(invoice).paid_on) == ("paid", dt.date(2026, 11, 2))


def test_a_draft_credit_note_lowers_nothing_and_a_cancelled_one_no_more(client):
    invoice = make_invoice(client)
    note = make_invoice(client, state="draft", kind="credit_note", total_cents=32_000, credited_invoice_id=invoice.id)
    assert fresh(invoice).balance_cents == 432_000
    invoicing.confirm(note, by=None, now=NOW)
    assert fresh(invoice).balance_cents == 400_000
    invoicing.cancel(note, by=None, now=NOW)
    assert fresh(invoice).balance_cents == 432_000


def test_a_credit_note_receives_no_payment_and_alone_it_is_the_clients_credit(client):
    note = make_invoice(client, kind="credit_note", total_cents=32_000, source="csv")
    assert fresh(note).excess_cents == 32_000
    with pytest.raises(PaymentError):
        pay(note, 100)


@pytest.mark.requirement("S3.5")
def test_payments_fill_the_oldest_instalment_first(client):
    plan = tuple(InstalmentFacts(dt.date(2026, month, 30), 100_000) for month in (9, 10, 11))
    invoice = make_invoice(client, total_cents=300_000, instalments=plan)
    pay(invoice, 150_000)
    assert balances(invoice) == [0, 50_000, 100_000]
    assert fresh(invoice).next_due_on == dt.date(2026, 10, 30)
    pay(invoice, 150_000)
    assert balances(invoice) == [0, 0, 0]
    assert fresh(invoice).next_due_on == dt.date(2026, 11, 30)


def test_settling_twice_changes_nothing(client):
    invoice = make_invoice(client, already_paid_cents=1)
    before = Invoice.select().where(Invoice.id == invoice.id).dicts().get()
    settle(fresh(invoice), NOW)
    assert Invoice.select().where(Invoice.id == invoice.id).dicts().get() == before
    assert make_facts(client).plan()[0].amount_cents == 432_000


def test_what_was_received_is_summed_payment_by_payment_and_note_by_note(client):
    invoice = make_invoice(client)
    pay(invoice, 100_000)
    pay(invoice, 32_000)
    note = make_invoice(client, kind="credit_note", total_cents=50_000, credited_invoice_id=invoice.id)
    assert paid_cents(invoice) == 132_000
    assert credit_notes(invoice) == [note]
    assert fresh(invoice).balance_cents == 432_000 - 132_000 - 50_000
