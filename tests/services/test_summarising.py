"""The figures of the dashboard: equal to what a person adds up, by currency, in a fixed number of queries."""

import datetime as dt

import pytest

from relance.models.holds import Dispute
from relance.models.invoices import Invoice
from relance.services import listing, summarising
from relance.services.listing import Filter
from relance.services.summarising import BUCKETS, Sum
from tests import factories

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def make(client, days_late, cents, **fields):
    return factories.make_invoice(client, due_on=TODAY - days_late * DAY, total_cents=cents, **fields)


@pytest.fixture
def mixed(latitude, nadia):
    """Every age, and all that must not count."""
    for days, cents in ((-45, 700), (-30, 100), (0, 200), (1, 1_000), (30, 2_000), (31, 4_000), (60, 8_000)):
        make(latitude, days, cents)
    for days, cents in ((61, 16_000), (90, 32_000), (91, 64_000), (400, 128_000)):
        make(latitude, days, cents)
    make(latitude, 10, 500_000, state="draft")
    make(latitude, 10, 500_000, state="cancelled")
    make(latitude, 10, 500_000, paid_cents=500_000)
    make(latitude, 10, 500_000, kind="credit_note", balance_cents=0)


@pytest.mark.requirement("S4.8")
def test_each_invoice_is_counted_once_at_its_age(account, mixed):
    [owed] = summarising.summary(account, TODAY).owed
    assert owed.currency == "EUR"
    assert owed.total == Sum(11, 256_000)
    assert owed.late == Sum(8, 255_000)
    assert owed.soon == Sum(2, 300)
    assert dict(zip(BUCKETS, owed.buckets, strict=True)) == {
        "due": Sum(3, 1_000),
        "1-30": Sum(2, 3_000),
        "31-60": Sum(2, 12_000),
        "61-90": Sum(2, 48_000),
        "90": Sum(2, 192_000),
    }
    assert sum(bucket.cents for bucket in owed.buckets) == owed.total.cents


def test_a_figure_equals_the_list_it_links_to(account, mixed):
    [owed] = summarising.summary(account, TODAY).owed
    pairs = [
        (Filter("a-echoir", age="sous-30"), owed.soon),
        (Filter(), owed.total),
        (Filter("retard"), owed.late),
        (Filter("a-echoir"), owed.buckets[0]),
    ]
    pairs += [(Filter("retard", age=age), bucket) for age, bucket in zip(BUCKETS[1:], owed.buckets[1:], strict=True)]
    for wanted, figure in pairs:
        [total] = listing.page(account, wanted, TODAY).totals
        assert (total.count, total.balance_cents) == (figure.count, figure.cents)


def test_a_part_payment_leaves_its_rest(account, latitude):
    make(latitude, 5, 10_000, paid_cents=4_000)
    [owed] = summarising.summary(account, TODAY).owed
    assert owed.total == owed.late == Sum(1, 6_000)


def test_currencies_are_never_added(account, latitude):
    make(latitude, 5, 10_000)
    make(latitude, 5, 20_000)
    make(latitude, 5, 999, currency="CHF")
    euro, franc = summarising.summary(account, TODAY).owed
    assert (euro.currency, euro.total) == ("EUR", Sum(2, 30_000))
    assert (franc.currency, franc.total) == ("CHF", Sum(1, 999))


def test_what_came_in_this_month_with_the_average_delay(account, latitude):
    quick = make(latitude, 0, 10_000, issued_on=TODAY - 20 * DAY)
    slow = make(latitude, 0, 30_000, issued_on=TODAY - 60 * DAY)
    factories.make_payment(quick, 4_000, received_on=TODAY.replace(day=1))
    factories.make_payment(quick, 6_000, received_on=TODAY)
    factories.make_payment(slow, 30_000, received_on=TODAY)
    factories.make_payment(make(latitude, 0, 5_000), 1_000, received_on=TODAY - 30 * DAY)
    [collected] = summarising.summary(account, TODAY).collected
    assert (collected.currency, collected.count, collected.cents, collected.days) == ("EUR", 2, 40_000, 40)


def test_a_part_payment_alone_has_no_delay_yet(account, latitude):
    factories.make_payment(make(latitude, 0, 5_000), 1_000)
    [collected] = summarising.summary(account, TODAY).collected
    assert (collected.count, collected.cents, collected.days) == (1, 1_000, None)


def test_an_empty_account_has_no_figure_and_the_stranger_changes_nothing(account, basile):
    assert summarising.summary(account, TODAY) == summarising.Summary((), (), (), 0)
    [his] = summarising.summary(basile.account, TODAY).owed
    assert his.total.count == Invoice.select().where(Invoice.account == basile.account_id).count() == 1


def test_what_is_contested_is_counted_in_its_age(account, latitude):
    old = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(95))
    recent = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(3))
    settled = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(3))
    coming = factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(3))
    for invoice, ended_at in [(old, None), (old, None), (recent, None), (settled, NOW), (coming, None)]:
        Dispute.create(
            account=account, client=latitude, invoice=invoice, starts_on=TODAY, made_at=NOW, ended_at=ended_at
        )
    found = summarising.summary(account, TODAY)
    (owed,) = found.owed
    assert [bucket.disputed for bucket in owed.buckets] == [1, 1, 0, 0, 1]
    assert (owed.total.disputed, owed.late.disputed, found.disputed) == (3, 2, 2)
