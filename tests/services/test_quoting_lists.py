"""The list of quotes: each pill its own, search, pages that neither repeat nor forget."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.models.quotes import Quote
from relance.services import quoting_lists
from relance.services.quoting_lists import Filter
from tests import factories
from tests.counting import counted
from tests.factories import TODAY

DAY = dt.timedelta(1)


def numbers(account, **wanted):
    return [quote.number for quote in quoting_lists.page(account, Filter(**wanted), TODAY).quotes]


@pytest.fixture
def quotes(latitude, nadia, account):
    rows = {
        "far": {"valid_until": TODAY + 30 * DAY},
        "near": {"valid_until": TODAY + 7 * DAY},
        "today": {"valid_until": TODAY},
        "expired": {"valid_until": TODAY - DAY},
        "yes": {"state": "accepted"},
        "no": {"state": "declined"},
    }
    return {number: factories.make_quote(latitude, number, **values) for number, values in rows.items()}


def test_each_pill_holds_its_own_and_counts_it(quotes, account, basile):
    expected = {
        "attente": ["today", "near", "far"],
        "a-relancer": ["today", "near"],
        "acceptes": ["yes"],
        "refuses": ["no"],
        "expires": ["expired"],
    }
    for status, found in expected.items():
        assert numbers(account, status=status) == found
    assert set(numbers(account, status="tous")) == set(quotes)
    counts = quoting_lists.counts(account, TODAY)
    assert counts == {status: len(found) for status, found in expected.items()} | {"tous": 6}
    assert numbers(account, status="n'importe quoi") == expected["attente"]
    assert quoting_lists.page(basile.account, Filter(), TODAY).quotes == []


@pytest.mark.requirement("S2.14")
@pytest.mark.parametrize(("days_left", "expected"), [(6, False), (5, True), (0, True), (-1, False)])
def test_a_quote_is_proposed_from_its_delay_on_and_not_after_its_end(latitude, account, days_left, expected):
    quote = factories.make_quote(latitude, remind_days=5, valid_until=TODAY + days_left * DAY)
    factories.make_quote(latitude, remind_days=30, state="accepted")
    assert quoting_lists.is_to_remind(quote, TODAY) is expected
    assert quoting_lists.count_to_remind(account, TODAY) == int(expected)
    assert bool(quoting_lists.page(account, Filter(), TODAY).to_remind) is expected


def test_once_recalled_it_is_proposed_again_after_the_gap(latitude, account):
    quote = factories.make_quote(latitude, valid_until=TODAY + 6 * DAY)
    factories.make_message(latitude, kind="quote", quote=quote, day_on=TODAY)
    for days, expected in ((0, False), (4, False), (5, True)):
        assert quoting_lists.is_to_remind(quote, TODAY + days * DAY) is expected


def test_the_search_finds_the_client_whatever_its_accents_the_words_and_the_exact_amount(latitude, account):
    kerity = factories.make_client(account, "Studio Kérity")
    factories.make_quote(kerity, "D-1", object="Affiche", total_cents=123_456)
    factories.make_quote(latitude, "D-2", note="rappeler Hugo")
    assert numbers(account, q="kerity") == ["D-1"] == numbers(account, q="affi") == numbers(account, q="1 234,56")
    assert numbers(account, q="hugo") == ["D-2"] and numbers(account, q="100%") == []


@pytest.mark.parametrize("status", ["attente", "tous"])
def test_pages_neither_repeat_nor_forget(latitude, account, monkeypatch, status):
    monkeypatch.setattr(quoting_lists, "PAGE_SIZE", 3)
    for n in range(8):
        factories.make_quote(latitude, f"D-{n}", valid_until=TODAY + (n // 3) * DAY)
    wanted, found = Filter(status), []
    while True:
        page = quoting_lists.page(account, wanted, TODAY)
        found += [quote.number for quote in page.quotes]
        if not page.after:
            break
        wanted = replace(wanted, after=page.after)
    assert sorted(found) == [f"D-{n}" for n in range(8)] and page.count == 8
    assert [quote.number for quote in quoting_lists.every(account, replace(wanted, after="x"), TODAY)] == found


@pytest.mark.parametrize("key", ["x", ".", "2026-13-40.1", "2026-11-30.", "2026-11-30.-1", "2026-11-30." + "9" * 40])
def test_a_key_that_makes_no_sense_is_the_first_page(quotes, account, key):
    assert numbers(account, after=key) == ["today", "near", "far"]


def test_totals_are_by_currency(quotes, latitude, account):
    Quote.update(currency="CHF").where(Quote.number == "far").execute()
    totals = quoting_lists.page(account, Filter(), TODAY).totals
    assert [(total.currency, total.count, total.total_cents) for total in totals] == [
        ("EUR", 2, 360_000),
        ("CHF", 1, 180_000),
    ]


def test_a_page_takes_the_same_queries_for_three_and_for_thirty(latitude, account):
    for _ in range(3):
        factories.make_quote(latitude)
    with counted() as few:
        quoting_lists.page(account, Filter(), TODAY)
    for _ in range(27):
        factories.make_quote(latitude)
    with counted() as many:
        quoting_lists.page(account, Filter(), TODAY)
    assert len(many) == len(few) <= 6
