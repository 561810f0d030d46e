import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import bulk
from relance.services.holding import HoldError
from relance.services.paying import PaymentError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events, fresh, switch_on

FRIDAY = dt.date(2026, 11, 27)


@pytest.fixture
def sabatier(account):
    client = factories.make_client(account, "Imprimerie Sabatier")
    factories.make_contact(client, "Paul Sabatier", "paul@sabatier.example")
    return client


def reasons(aside):
    return {one.invoice.number: one.because for one in aside}


def pay(invoices, shown=None, key="clé", **values):
    known = {invoice.id: invoice.balance_cents for invoice in invoices} if shown is None else shown
    values = {"received_on": TODAY, "method": "transfer", "by": None, "now": NOW} | values
    return bulk.pay(invoices, known, key=key, **values)


def test_pausing_sets_aside_what_is_not_owed_or_not_chased(invoice, latitude, nadia, sabatier):
    switch_on(invoice, nadia, start="join")
    off = factories.make_invoice(sabatier, "SANS")
    others = [
        factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000),
        factories.make_invoice(latitude, "BROUILLON", state="draft"),
        factories.make_invoice(latitude, "TRAITER", state="to_process"),
        factories.make_invoice(latitude, "ANNULÉE", state="cancelled"),
        factories.make_invoice(latitude, "AVOIR", kind="credit_note"),
    ]
    split = bulk.pausable([invoice, off, *others])
    assert split.ready == (invoice,)
    assert reasons(split.aside) == {
        "SANS": "not_chased",
        "PAYÉE": "paid",
        "BROUILLON": "draft",
        "TRAITER": "to_process",
        "ANNULÉE": "cancelled",
        "AVOIR": "credit_note",
    }


def test_pausing_twice_is_one_pause_of_each(invoice, nadia, sabatier):
    other = factories.make_invoice(sabatier)
    switch_on(invoice, nadia, start="join")
    switch_on(other, *sabatier.contacts, start="join")
    for _time in range(2):
        done = bulk.pause([invoice, other], until_on=FRIDAY, reason="Salon", by=None, now=NOW)
        assert {one.id for one in done.invoices} == {invoice.id, other.id}
    assert [(row.until_on, row.reason, row.ended_at) for row in Pause.select()] == [(FRIDAY, "Salon", None)] * 2
    assert Event.select().where(Event.kind == "paused").count() == 2


def test_a_pause_that_ends_before_it_begins_pauses_nothing(invoice, nadia, sabatier):
    other = factories.make_invoice(sabatier)
    switch_on(invoice, nadia, start="join")
    switch_on(other, *sabatier.contacts, start="join")
    with pytest.raises(HoldError) as error:
        bulk.pause([invoice, other], until_on=TODAY - dt.timedelta(1), reason="", by=None, now=NOW)
    assert error.value.field == "until_on"
    assert Pause.select().count() == 0
    assert "paused" not in events(invoice=invoice)


def test_what_is_paid_or_switched_off_meanwhile_is_not_paused(invoice, latitude, nadia):
    other = factories.make_invoice(latitude)
    switch_on(invoice, nadia, start="join")
    switch_on(other, nadia, start="join")
    factories.make_payment(invoice, 120_000)
    Chase.update(ended_at=NOW, ended_because="switched_off").where(Chase.invoice == other).execute()
    done = bulk.pause([invoice, other], until_on=None, reason="", by=None, now=NOW)
    assert done.invoices == []
    assert reasons(done.aside) == {invoice.number: "paid", other.number: "not_chased"}
    assert Pause.select().count() == 0


def test_each_invoice_gets_one_payment_for_its_balance_and_its_reminders_stop(invoice, latitude, nadia, sabatier):
    switch_on(invoice, nadia, start="join")
    partly = factories.make_invoice(sabatier, total_cents=50_000, paid_cents=20_000)
    done = pay([invoice, partly])
    assert {one.id for one in done.invoices} == {invoice.id, partly.id}
    paid = {row.invoice_id: row.amount_cents for row in Payment.select().where(Payment.form_key.is_null(False))}
    assert paid == {invoice.id: 120_000, partly.id: 30_000}
    assert {fresh(invoice).state, fresh(partly).state} == {"paid"}
    assert Chase.get().ended_because == "paid"
    assert "invoice_paid" in events(invoice=invoice)


def test_the_same_form_twice_is_one_payment_of_each_and_says_the_same(invoice, sabatier):
    other = factories.make_invoice(sabatier)
    first, again = pay([invoice, other]), pay([invoice, other])
    assert [one.id for one in first.invoices] == [one.id for one in again.invoices]
    assert again.aside == []
    assert Payment.select().count() == 2


def test_a_balance_that_changed_is_set_aside_and_the_others_are_paid(invoice, sabatier):
    other = factories.make_invoice(sabatier)
    shown = {invoice.id: invoice.balance_cents, other.id: other.balance_cents}
    factories.make_payment(invoice, 20_000)
    done = pay([invoice, other], shown)
    assert [one.id for one in done.invoices] == [other.id]
    assert reasons(done.aside) == {invoice.number: "balance_changed"}
    assert fresh(invoice).balance_cents == 100_000
    assert fresh(other).state == "paid"


def test_what_was_never_shown_is_not_paid(invoice):
    done = pay([invoice], {})
    assert reasons(done.aside) == {invoice.number: "balance_changed"}
    assert Payment.select().count() == 0


@pytest.mark.parametrize(
    "wrong", [{"received_on": TODAY + dt.timedelta(30)}, {"received_on": dt.date(1999, 1, 1)}, {"method": "troc"}]
)
def test_a_date_or_a_method_that_makes_no_sense_pays_nothing(invoice, sabatier, wrong):
    other = factories.make_invoice(sabatier)
    with pytest.raises(PaymentError):
        pay([invoice, other], **wrong)
    assert Payment.select().count() == 0


def test_what_cannot_be_paid_is_set_aside(invoice, latitude):
    draft = factories.make_invoice(latitude, "BROUILLON", state="draft")
    credit = factories.make_invoice(latitude, "AVOIR", kind="credit_note")
    settled = factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000)
    split = bulk.payable([invoice, draft, credit, settled])
    assert split.ready == (invoice,)
    assert reasons(split.aside) == {"BROUILLON": "draft", "AVOIR": "credit_note", "PAYÉE": "paid"}
    done = pay([draft, credit, settled])
    assert done.invoices == []
    assert Payment.select().count() == 1


def test_the_clients_are_taken_in_one_order_whatever_that_of_the_selection(invoice, sabatier):
    other = factories.make_invoice(sabatier)
    second = factories.make_invoice(invoice.client)
    found = bulk.by_client([other, invoice, second])
    assert [client_id for client_id, _rows in found] == sorted([invoice.client_id, sabatier.id])
    assert found[0][1] == [invoice, second]
    assert Invoice.select().count() == 3
