import re


def test_only_pages_that_exist_are_in_the_navigation(client):
    page = client.get("/menu").text
    links = set(re.findall(r'class="side-link" href="([^"]+)"', page))
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_invoices_to_collect_are_counted(client, invoice):
    assert re.search(r'Factures<span class="n">1<span class="vh">', client.get("/menu").text)
