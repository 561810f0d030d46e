import re

from relance.web import nav
from tests.counting import counted


def test_only_pages_that_exist_are_in_the_navigation(client):
    page = client.get("/menu").text
    links = set(re.findall(r'class="side-link" href="([^"]+)"', page))
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_invoices_to_collect_are_counted(client, invoice):
    assert re.search(r'Factures<span class="n">1<span class="vh">', client.get("/menu").text)


def test_beyond_what_is_counted_the_number_says_so():
    assert nav.Item("/factures", "Factures", "x", count=999).shown == "999"
    assert nav.Item("/factures", "Factures", "x", count=1000).shown == "999+"


def test_what_every_page_shows_around_costs_two_statements(client, invoice):
    with counted() as queries:
        client.get("/menu")
    assert len(queries) == 2, queries
