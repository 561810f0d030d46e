import datetime as dt
import threading

import pytest

from relance.db import connection
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Instalment
from relance.models.payments import Payment
from relance.services import chasing, invoicing, paying
from relance.services.chasing import ChasePlan
from relance.services.paying import PaymentError
from tests.making import NOW, TODAY, events, fresh, make_invoice


def pay(invoice, cents, on=TODAY, **options):
    return paying.record(invoice, cents, on, by=None, now=NOW, **options)


def balances(invoice):
    rows = Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    return [row.balance_cents for row in rows]


@pytest.mark.requirement("S3.5")
def test_half_a_payment_leaves_the_invoice_owed_for_the_rest(client):
    invoice = make_invoice(client)
    pay(invoice, 216_000)
    after = fresh(invoice)
    assert (after.state, after.balance_cents, after.paid_on) == ("sent", 216_000, None)
    assert events(invoice=invoice) == ["invoice_created", "payment_recorded"]


@pytest.mark.requirement("S3.5", "S1.7")
def test_the_whole_payment_makes_the_invoice_paid_on_the_day_it_came(client):
    invoice = make_invoice(client)
    pay(invoice, 432_000, dt.date(2026, 11, 20))
    after = fresh(invoice)
    assert (after.state, after.balance_cents, after.paid_on) == ("paid", 0, dt.date(2026, 11, 20))
    assert events(invoice=invoice) == ["invoice_created", "payment_recorded", "invoice_paid"]


@pytest.mark.requirement("S0.11", "S1.7", "S3.4")
def test_a_paid_invoice_stops_the_chase_and_says_how_many_reminders_fall_away(client):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=30))
    contact = client.contacts.get()
    chasing.start(invoice, ChasePlan(count=3, contact_ids=(contact.id,)), by=None, now=NOW)
    received = pay(fresh(invoice), 432_000)
    chase = Chase.get(Chase.invoice == invoice)
    assert received.stopped_reminders == 3
    assert (chase.ended_because, chase.next_check_at) == ("paid", None)
    assert events(invoice=invoice)[-2:] == ["invoice_paid", "chase_stopped"]


@pytest.mark.requirement("S1.7")
def test_deleting_the_payment_reopens_the_invoice_and_resumes_its_chase(client):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=30))
    chasing.start(invoice, ChasePlan(contact_ids=(client.contacts.get().id,)), by=None, now=NOW)
    payment = pay(fresh(invoice), 432_000).payment
    paying.delete(payment, by=None, now=NOW)
    after = fresh(invoice)
    assert (after.state, after.balance_cents, after.paid_on) == ("sent", 432_000, None)
    assert Chase.get(Chase.invoice == invoice).is_active
    assert events(invoice=invoice)[-3:] == ["payment_deleted", "invoice_reopened", "chase_resumed"]
    assert not Payment.select().exists()


def test_deleting_a_payment_twice_tells_it_once(client):
    payment = pay(make_invoice(client), 1000).payment
    paying.delete(payment, by=None, now=NOW)
    paying.delete(payment, by=None, now=NOW)
    assert Event.select().where(Event.kind == "payment_deleted").count() == 1


def test_a_form_sent_twice_is_one_payment(client):
    invoice = make_invoice(client)
    first = pay(invoice, 100_000, form_key="k1")
    again = pay(invoice, 100_000, form_key="k1")
    assert again.is_repeat
    assert again.payment.id == first.payment.id
    assert fresh(invoice).balance_cents == 332_000
    assert events(invoice=invoice).count("payment_recorded") == 1


def test_a_form_key_of_another_invoice_is_refused(client):
    pay(make_invoice(client), 100_000, form_key="k1")
    with pytest.raises(PaymentError):
        pay(make_invoice(client), 100_000, form_key="k1")


def test_more_than_the_balance_is_refused_unless_it_is_the_clients_credit(client):
    invoice = make_invoice(client)
    with pytest.raises(PaymentError, match="dépasse le reste dû \\(4\u00a0320,00\u00a0€\\)"):
        pay(invoice, 450_000)
    pay(invoice, 450_000, allow_excess=True)
    after = fresh(invoice)
    assert (after.state, after.balance_cents, after.excess_cents) == ("paid", 0, 18_000)


@pytest.mark.parametrize(("days", "refused"), [(0, False), (1, False), (2, True)])
def test_a_payment_is_dated_tomorrow_at_the_latest(client, days, refused):
    invoice = make_invoice(client)
    on = TODAY + dt.timedelta(days=days)
    if not refused:
        assert pay(invoice, 100, on).payment.received_on == on
        return
    with pytest.raises(PaymentError) as caught:
        pay(invoice, 100, on)
    assert "received_on" in caught.value.errors


@pytest.mark.parametrize("state", ["draft", "to_process", "cancelled"])
def test_an_invoice_that_is_not_owed_receives_nothing(client, state):
    invoice = make_invoice(client, state=state)
    with pytest.raises(PaymentError):
        pay(invoice, 100)
    assert events(invoice=invoice) == ["invoice_created"]


def test_zero_negative_and_unknown_methods_are_refused(client):
    invoice = make_invoice(client)
    for cents in (0, -5):
        with pytest.raises(PaymentError):
            pay(invoice, cents)
    with pytest.raises(PaymentError, match="moyen de paiement"):
        pay(invoice, 5, method="barter")


def test_what_was_already_paid_at_entry_is_a_payment(client):
    invoice = make_invoice(client, already_paid_cents=100_000, already_paid_on=dt.date(2026, 10, 5))
    assert fresh(invoice).balance_cents == 332_000
    assert Payment.get().received_on == dt.date(2026, 10, 5)
    assert events(invoice=invoice) == ["invoice_created", "payment_recorded"]


def test_a_draft_already_paid_becomes_paid_when_it_is_confirmed(client):
    invoice = make_invoice(client, state="draft", already_paid_cents=432_000)
    assert fresh(invoice).state == "draft"
    invoicing.confirm(invoice, by=None, now=NOW)
    assert fresh(invoice).state == "paid"
    assert events(invoice=invoice)[-1] == "invoice_paid"


def _at_once(work, count):
    """Run ``work`` in ``count`` threads that start together, each on its own connection."""
    barrier, results = threading.Barrier(count), []

    def run(number):
        with connection():
            barrier.wait()
            try:
                results.append(work(number))
            except PaymentError as error:
                results.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_form_sent_by_four_tabs_at_once_is_one_payment(client):
    invoice = make_invoice(client)
    results = _at_once(lambda _: pay(invoice, 100_000, form_key="k1"), 4)
    assert sorted(result.is_repeat for result in results) == [False, True, True, True]
    assert fresh(invoice).balance_cents == 332_000
    assert events(invoice=invoice).count("payment_recorded") == 1


def test_two_payments_at_once_cannot_both_settle_the_same_balance(client):
    invoice = make_invoice(client)
    results = _at_once(lambda number: pay(invoice, 432_000, form_key=f"k{number}"), 3)
    assert sum(isinstance(result, PaymentError) for result in results) == 2
    assert (fresh(invoice).state, fresh(invoice).excess_cents) == ("paid", 0)
    assert events(invoice=invoice).count("invoice_paid") == 1


def test_a_failure_half_way_keeps_nothing(client, monkeypatch):
    invoice = make_invoice(client)

    def broken(*args, **options):
        raise RuntimeError("the machine stopped")

    monkeypatch.setattr(chasing, "stop_if_settled", broken)
    with pytest.raises(RuntimeError):
        pay(invoice, 432_000)
    assert (fresh(invoice).state, fresh(invoice).balance_cents) == ("sent", 432_000)
    assert not Payment.select().exists()
    assert events(invoice=invoice) == ["invoice_created"]
