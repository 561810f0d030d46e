"""The figures of the statistics page, on rows whose results are computed by hand."""

import datetime as dt

import pytest

from relance.services import statistics
from relance.services.statistics import ClientDelay, Delay, Dso
from tests import factories
from tests.factories import TODAY


def day(offset):
    return TODAY + dt.timedelta(offset)


def paid(client, issued, due, received, cents=100_000, **fields):
    invoice = factories.make_invoice(client, total_cents=cents, issued_on=day(issued), due_on=day(due), **fields)
    factories.make_payment(invoice, cents, day(received))
    return invoice


@pytest.mark.requirement("S1.4")
def test_delays_are_averages_from_issue_and_against_the_due_date_the_slowest_client_first(account, latitude):
    sabatier = factories.make_client(account, "Imprimerie Sabatier")
    paid(latitude, -60, -30, -20)  # 40 days, 10 late
    paid(latitude, -50, -20, -15)  # 35 days, 5 late
    paid(sabatier, -40, -10, -12)  # 28 days, 2 early
    found = statistics.statistics(account, TODAY)
    assert found.clients == (
        ClientDelay(latitude.id, "Latitude Conseil", Delay(2, 38, 8)),  # 37,5 and 7,5
        ClientDelay(sabatier.id, "Imprimerie Sabatier", Delay(1, 28, -2)),
    )
    assert found.delay == Delay(3, 34, 4)  # 103 ÷ 3 and 13 ÷ 3


def test_delays_look_back_one_year_at_invoices_on_which_money_came_in(account, latitude):
    paid(latitude, -400, -380, -365)
    factories.make_invoice(latitude, state="paid", paid_on=day(-3), balance_cents=0)  # by a credit note alone
    found = statistics.statistics(account, TODAY)
    assert (found.delay, found.clients) == (None, ())
    paid(latitude, -400, -380, -364)
    assert statistics.statistics(account, TODAY).delay == Delay(1, 36, 16)


def test_dso_is_what_is_owed_over_what_was_invoiced_in_90_days(account, latitude):
    paid(latitude, -89, -59, -50, 300_000)
    factories.make_invoice(latitude, total_cents=150_000, issued_on=day(0), due_on=day(30))
    factories.make_invoice(latitude, total_cents=50_000, issued_on=day(-90), due_on=day(-60))
    factories.make_invoice(latitude, total_cents=70_000, issued_on=day(-100), due_on=day(-70), currency="CHF")
    factories.make_invoice(latitude, total_cents=9_000, issued_on=day(-1), state="draft")
    paid(latitude, -10, 0, -1, 20_000, currency="USD")
    assert statistics.statistics(account, TODAY).dso == (
        Dso("EUR", 200_000, 450_000, 40),
        Dso("CHF", 70_000, 0, None),
        Dso("USD", 0, 20_000, 0),
    )


def test_what_came_in_is_told_month_by_month_for_twelve_months(account, latitude):
    invoice = factories.make_invoice(latitude, total_cents=1_000_000)
    for on, cents in [
        (dt.date(2025, 11, 30), 1),
        (dt.date(2025, 12, 1), 20_000),
        (dt.date(2026, 10, 31), 300),
        (dt.date(2026, 11, 1), 4_000),
        (TODAY, 50_000),
        (day(1), 7),
    ]:
        factories.make_payment(invoice, cents, on)
    (euros,) = statistics.statistics(account, TODAY).collected
    assert euros.currency == "EUR"
    assert [month for month, _cents in euros.months][::11] == [dt.date(2025, 12, 1), dt.date(2026, 11, 1)]
    assert [cents for _month, cents in euros.months] == [20_000, *[0] * 9, 300, 54_000]


def test_currencies_are_never_added(account, latitude):
    paid(latitude, -60, -30, -1, 10_000)
    paid(latitude, -60, -30, -1, 20_000, currency="CHF")
    found = statistics.statistics(account, TODAY).collected
    assert [(row.currency, sum(cents for _month, cents in row.months)) for row in found] == [
        ("CHF", 20_000),
        ("EUR", 10_000),
    ]


def test_what_is_late_now_is_the_dashboard_s(account, latitude):
    factories.make_invoice(latitude, total_cents=30_000)
    factories.make_invoice(latitude, total_cents=10_000, due_on=day(3))
    (owed,) = statistics.statistics(account, TODAY).owed
    assert (owed.total.count, owed.total.cents, owed.late.count, owed.late.cents) == (2, 40_000, 1, 30_000)


def test_another_account_teaches_nothing(account, basile):
    found = statistics.statistics(account, TODAY)
    assert (found.delay, found.clients, found.dso, found.collected, found.owed) == (None, (), (), (), ())


@pytest.mark.parametrize(("a", "b", "expected"), [(75, 2, 38), (-5, 2, -2), (-7, 2, -3), (1, 3, 0), (0, 5, 0)])
def test_halves_are_rounded_upwards(a, b, expected):
    assert statistics.rounded(a, b) == expected
