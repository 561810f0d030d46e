import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Promise
from relance.models.invoices import Invoice
from relance.services import invoicing, paying, promising, sweeping
from relance.services.holding import HoldError
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events


def on(days):
    return TODAY + dt.timedelta(days)


def at(days):
    return NOW + dt.timedelta(days)


def promise(invoice, days=4, cents=120_000, at=NOW, by=None, **facts):
    return promising.promise(invoice, PromiseFacts(on(days), cents, **facts), by=by, now=at)


def state():
    return Promise.select().order_by(Promise.id.desc()).get().state


def test_a_promise_is_a_row_that_holds_until_its_date_plus_the_grace(invoice, account, camille):
    account.promise_grace_days = 5
    account.save()
    promise(invoice, by=camille, given_by=" Nadia Benali ", note="Au téléphone")
    row = Promise.get()
    assert (row.promised_on, row.holds_until_on, row.starts_on) == (on(4), on(9), TODAY)
    assert (row.amount_cents, row.given_by, row.note, row.state) == (120_000, "Nadia Benali", "Au téléphone", "open")
    assert (row.made_by_id, row.made_at) == (camille.id, NOW)
    assert events(invoice=invoice) == ["promise_made"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (PromiseFacts(on(-1), 120_000), "promised_on"),
        (PromiseFacts(dt.date(2027, 11, 24), 120_000), "promised_on"),
        (PromiseFacts(on(1), 0), "amount"),
        (PromiseFacts(on(1), -1), "amount"),
        (PromiseFacts(on(1), 120_001), "amount"),
        (PromiseFacts(on(1), 120_000, given_by="x" * 101), "given_by"),
        (PromiseFacts(on(1), 120_000, note="x" * 2001), "note"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused_and_nothing_is_written(invoice, facts, field):
    with pytest.raises(HoldError) as refused:
        promising.promise(invoice, facts, by=None, now=NOW)
    assert refused.value.field == field
    assert (Promise.select().count(), Event.select().count()) == (0, 0)


def test_its_bounds_are_today_and_a_year(invoice):
    assert promise(invoice, days=0).promised_on == TODAY
    assert promising.promise(invoice, PromiseFacts(dt.date(2027, 11, 23), 1), by=None, now=NOW).amount_cents == 1


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "cancelled"}, {"kind": "credit_note"}])
def test_nobody_promises_to_pay_what_is_not_owed(latitude, fields):
    with pytest.raises(HoldError):
        promise(factories.make_invoice(latitude, **fields))


def test_another_date_takes_the_place_of_the_first(invoice):
    first = promise(invoice)
    second = promise(invoice, days=10, at=at(1))
    assert [(row.id, row.state) for row in Promise.select().order_by(Promise.id)] == [
        (first.id, "replaced"),
        (second.id, "open"),
    ]
    assert events(invoice=invoice) == ["promise_made", "promise_made"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(promising.keep, "kept"), (promising.give_up, "broken"), (promising.withdraw, "withdrawn")],
)
def test_a_person_says_once_what_became_of_it(invoice, camille, outcome, expected):
    row = promise(invoice)
    assert outcome(row, by=camille, now=at(5))
    assert not outcome(row, by=camille, now=at(5))
    row = Promise.get()
    assert (row.state, row.closed_on, row.closed_at) == (expected, on(5), at(5))
    assert events(invoice=invoice) == ["promise_made", f"promise_{expected}"]


def test_it_is_kept_once_as_much_as_promised_came_in(invoice):
    factories.make_payment(invoice, 10_000, created_at=at(-1))  # before the promise: counts for nothing
    promise(Invoice.get_by_id(invoice.id), cents=50_000)
    paying.record(invoice, 20_000, TODAY, by=None, now=at(1))
    assert state() == "open"
    paying.record(invoice, 30_000, TODAY, by=None, now=at(2))
    assert state() == "kept"
    assert events(invoice=invoice)[-2:] == ["payment_recorded", "promise_kept"]


def test_it_is_kept_when_nothing_is_left_whatever_was_promised(invoice, account):
    promise(invoice)
    note = factories.make_invoice(
        invoice.client, kind="credit_note", total_cents=20_000, credited_invoice=invoice, balance_cents=0
    )
    paying.apply_credit(Invoice.get_by_id(invoice.id), note, by=None, now=at(1))
    assert state() == "open"
    paying.record(Invoice.get_by_id(invoice.id), 100_000, TODAY, by=None, now=at(1))
    assert state() == "kept"


def test_it_is_broken_the_day_after_its_hold_and_not_before(invoice):
    promise(invoice)  # for Friday 27, held until Sunday 29
    assert promising.settle_due(dt.datetime(2026, 11, 29, 22, 59)) == 0  # 23:59 in Paris
    assert state() == "open"
    assert promising.settle_due(dt.datetime(2026, 11, 29, 23, 0)) == 1  # midnight
    assert promising.settle_due(at(30)) == 0
    row = Promise.get()
    assert (row.state, row.closed_on) == ("broken", dt.date(2026, 11, 30))
    assert events(invoice=invoice) == ["promise_made", "promise_broken"]


def test_each_account_has_its_own_midnight(invoice, account):
    account.time_zone = "Pacific/Noumea"  # eleven hours before UTC's midnight
    account.save()
    promise(invoice)
    assert promising.settle_due(dt.datetime(2026, 11, 29, 12, 59)) == 0
    assert promising.settle_due(dt.datetime(2026, 11, 29, 13, 0)) == 1


def test_the_worker_settles_what_is_due(invoice, post):
    promise(invoice)
    sweeping.sweep(at(7), post)
    assert state() == "broken"


def test_a_cancelled_invoice_breaks_no_promise(invoice):
    promise(invoice)
    invoicing.cancel(invoice, by=None, now=at(1))
    assert promising.settle_due(at(7)) == 1
    assert state() == "withdrawn"


def test_the_same_form_sent_twice_is_one_promise(invoice):
    assert promise(invoice, given_by="Nadia ").id == promise(invoice, given_by=" Nadia").id
    assert events(invoice=invoice) == ["promise_made"]
