import pytest

from relance.models.events import record
from relance.web import client_page, invoice_history
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.reading import css, page, words


def test_a_tab_that_does_not_exist_is_the_invoices(client, latitude, invoice):
    shown = page(client, f"/clients/{latitude.id}?onglet=x")
    assert "F-2026-0087" in words(shown)
    assert "Factures" in [words(one) for one in css(shown, '[aria-current="page"]')]


@pytest.mark.parametrize("tab", client_page.TABS)
def test_every_tab_is_a_page_of_its_own(client, latitude, nadia, tab):
    assert "Latitude Conseil" in words(page(client, f"/clients/{latitude.id}?onglet={tab}"))


def test_the_exchanges_are_the_newest_first_and_of_this_client_only(client, account, latitude, monkeypatch):
    monkeypatch.setattr(invoice_history, "SIZE", 2)
    other = factories.make_client(account, "Studio Kérity")
    for text, who in (("oublié", latitude), ("ailleurs", other), ("récent", latitude), ("dernier", latitude)):
        record("note_added", account=account, at=NOW, client=who, text=text)
    text = words(page(client, f"/clients/{latitude.id}?onglet=echanges"))
    assert text.index("dernier") < text.index("récent")
    assert "oublié" not in text and "ailleurs" not in text


def test_the_table_of_contacts_swapped_is_the_table_of_the_page(client, latitude, nadia, hugo):
    path = f"/contacts/{hugo.id}/principal"
    swap = client.post(path, headers={"HX-Request": "true"})
    assert "<html" not in swap.text
    whole = page(client, f"/clients/{latitude.id}?onglet=contacts")
    for name in ("Nadia Benali", "Hugo Marchand"):
        assert name in swap.text and name in words(whole)


def test_the_day_is_that_of_the_account(as_camille, account, clock):
    assert client_page.today() == TODAY
    account.time_zone = "Pacific/Auckland"
    account.save()
    clock.move_to("2026-11-23T12:30:00+00:00")
    assert str(client_page.today()) == "2026-11-24"
