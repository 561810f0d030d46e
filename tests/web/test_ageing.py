"""The ageing bar: its widths, its line, its legend."""

import datetime as dt

import pytest

from relance.services.summarising import Owed, Sum
from relance.web import ageing
from tests import factories
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY


DAY = dt.timedelta(1)


def page(browser, path="/tableau-de-bord"):
    return reading.page(browser, path)


@pytest.mark.requirement("S4.8")
def test_the_ageing_bar_says_every_figure_and_links_to_each_age(client, invoice, latitude):
    factories.make_invoice(latitude, due_on=TODAY - 45 * DAY, total_cents=30_000)
    factories.make_invoice(latitude, due_on=TODAY + 4 * DAY, total_cents=10_000)
    home = page(client)
    assert words(css(home, "#ageing svg title")[0]) == (
        "Sur 1 600,00 € à encaisser : 100,00 € non échus, 1 200,00 € de 1 à 30 jours, 300,00 € de 31 à 60 jours."
    )
    legend = {words(css(link, ".k")[0]): link for link in css(home, ".age-legend a")}
    assert [words(css(link, ".v")[0]) for link in legend.values()] == [
        "100,00 €",
        "1 200,00 €",
        "300,00 €",
        "–",
        "–",
    ]
    listed = page(client, legend["31 à 60 j"].get("href"))
    assert "300,00 €" in words(listed) and "F-2026-0087" not in words(listed)


@pytest.mark.parametrize("cents", [(1, 1_000_000), (1, 1, 1, 1, 10_000_000), (5, 5, 5), (0, 0, 7), (3,)])
def test_the_parts_of_the_bar_fill_it_and_a_small_one_is_seen(cents):
    amounts = [*cents, 0, 0, 0, 0][:5]
    widths = ageing.widths_of(amounts)
    drawn = [width for width in widths if width]
    assert sum(drawn) + ageing.GAP * (len(drawn) - 1) == pytest.approx(ageing.WIDTH)
    assert min(drawn) >= ageing.LEAST
    assert [bool(width) for width in widths] == [bool(amount) for amount in amounts]


def test_the_line_stands_where_lateness_begins(client):
    nothing = Sum(0, 0)
    only_late = Owed("EUR", Sum(1, 5), Sum(1, 5), nothing, (nothing, Sum(1, 5), nothing, nothing, nothing))
    with client.application.test_request_context():
        assert ageing.bar(only_late).line_x == 0
        none_late = Owed("EUR", Sum(1, 5), nothing, Sum(1, 5), (Sum(1, 5), nothing, nothing, nothing, nothing))
        assert ageing.bar(none_late).line_x is None


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (Sum(0, 0), "aucune"),
        (Sum(5, 1), "5 factures"),
        (Sum(1, 1, 1), "une facture, en litige"),
        (Sum(5, 1, 2), "5 factures, dont 2 en litige"),
    ],
)
def test_the_legend_counts_and_says_what_is_contested(as_camille, total, words):
    assert ageing.count_words(total).replace("\u00a0", " ") == words
