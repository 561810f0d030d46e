"""The aged balance: hand-made sums, the same as the dashboard's bar to the cent."""

import datetime as dt
import random

import pytest

from relance.models.holds import Dispute
from relance.services import aged_balance, summarising
from relance.services.aged_balance import Sums
from tests import factories
from tests.factories import NOW, TODAY


def late(client, days, cents, **fields):
    return factories.make_invoice(client, total_cents=cents, due_on=TODAY - dt.timedelta(days), **fields)


def dispute(invoice, **fields):
    Dispute.create(
        account=invoice.account_id, client=invoice.client_id, invoice=invoice, starts_on=TODAY, made_at=NOW, **fields
    )


@pytest.mark.parametrize(
    ("days", "bucket"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)]
)
def test_an_invoice_counts_in_one_age(account, latitude, days, bucket):
    late(latitude, days, 100)
    (line,) = aged_balance.every(account, TODAY)
    assert line.sums.buckets == tuple(100 if age == bucket else 0 for age in range(5))


def test_a_client_has_its_sums_its_credit_apart_and_what_it_contests(account, latitude):
    late(latitude, 5, 10_000, paid_cents=4_000)
    dispute(late(latitude, 100, 2_000))
    settled = late(latitude, 40, 500)
    dispute(settled, ended_at=NOW, ended_on=TODAY)
    late(latitude, -10, 300)
    factories.make_invoice(latitude, "A-1", total_cents=70, kind="credit_note", balance_cents=0, excess_cents=70)
    late(latitude, 5, 1_000, paid_cents=1_030)
    (line,) = aged_balance.every(account, TODAY)
    assert (line.client_id, line.client_name) == (latitude.id, "Latitude Conseil")
    assert line.sums == Sums("EUR", 4, (300, 6_000, 500, 0, 2_000), 2_000, 100)
    assert (line.sums.total_cents, line.sums.late_cents) == (8_800, 8_500)


def test_clients_are_sorted_by_what_is_late_and_currencies_are_apart(account, latitude):
    small, francs = factories.make_client(account, "Petit"), factories.make_client(account, "Genève")
    late(latitude, -3, 900_000)
    late(latitude, 3, 100)
    late(small, 3, 200)
    late(francs, 3, 999_999, currency="CHF")
    late(francs, 3, 50)
    lines = aged_balance.every(account, TODAY)
    assert [(line.client_name, line.sums.currency) for line in lines] == [
        ("Petit", "EUR"),
        ("Latitude Conseil", "EUR"),
        ("Genève", "EUR"),
        ("Genève", "CHF"),
    ]
    assert [
        (total.clients, total.sums.currency, total.sums.total_cents) for total in aged_balance.totals(account, TODAY)
    ] == [
        (3, "EUR", 900_350),
        (1, "CHF", 999_999),
    ]


@pytest.mark.parametrize("state", ["draft", "to_process", "cancelled", "written_off", "paid"])
def test_what_is_not_awaited_is_not_there(account, latitude, state):
    late(latitude, 3, 100, state=state)
    assert aged_balance.every(account, TODAY) == []
    assert aged_balance.totals(account, TODAY) == []


def test_another_account_s_clients_are_not_there(account, latitude, basile):
    late(latitude, 3, 100)
    assert [total.sums.total_cents for total in aged_balance.totals(account, TODAY)] == [100]


def test_the_balance_the_totals_and_the_dashboard_s_bar_agree_to_the_cent(account):
    chance = random.Random(4)
    for number in range(12):
        client = factories.make_client(account, f"Client {number}")
        for _ in range(chance.randint(1, 6)):
            total = chance.randint(100, 900_000)
            invoice = late(client, chance.randint(-40, 140), total, currency=chance.choice(["EUR", "EUR", "CHF"]))
            if chance.random() < 0.4:
                factories.make_payment(invoice, chance.randint(1, total + 5_000))
    lines, totals = aged_balance.every(account, TODAY), aged_balance.totals(account, TODAY)
    bars = {owed.currency: owed for owed in summarising.summary(account, TODAY).owed}
    assert {total.sums.currency for total in totals} == set(bars) == {"EUR", "CHF"}
    for total in totals:
        own = [line.sums for line in lines if line.sums.currency == total.sums.currency]
        bar = bars[total.sums.currency]
        assert total.sums.buckets == tuple(bucket.cents for bucket in bar.buckets)
        assert total.sums.buckets == tuple(sum(cents) for cents in zip(*(sums.buckets for sums in own), strict=True))
        assert (total.sums.total_cents, total.sums.late_cents) == (bar.total.cents, bar.late.cents)
        assert total.sums.credit_cents == sum(sums.credit_cents for sums in own)
        assert (total.sums.count, total.clients) == (bar.total.count, len(own))


def test_pages_follow_each_other_without_a_gap(account, monkeypatch):
    monkeypatch.setattr(aged_balance, "PER_PAGE", 2)
    for number in range(5):
        late(factories.make_client(account, f"Client {number}"), 3, 100)
    pages = [aged_balance.page(account, TODAY, number) for number in (1, 2, 3, 4)]
    assert [len(lines) for lines in pages] == [2, 2, 1, 0]
    assert [line for lines in pages for line in lines] == aged_balance.every(account, TODAY)
