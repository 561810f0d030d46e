import pytest

from relance.models.invoices import Invoice
from relance.web import selections
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sabatier(account):
    client = factories.make_client(account, "Imprimerie Sabatier")
    factories.make_contact(client, "Paul Sabatier", "paul@sabatier.example")
    return client


def bar(client, *ids, **more):
    return client.post("/factures/selection", data={"ids": list(ids), **more}, headers=HTMX).text


@pytest.mark.requirement("S2.9")
def test_the_bar_counts_what_is_ticked_and_sums_what_is_left(client, latitude, invoice):
    others = [factories.make_invoice(latitude) for _n in range(4)]
    factories.make_payment(others[0], 20_000)
    page = bar(client, invoice.id, *(one.id for one in others))
    assert "5 factures" in page
    assert "5\u00a0800,00\u00a0€" in page
    assert '<span class="n">5</span>' in page


def test_currencies_are_never_added_and_what_is_owed_no_more_counts_for_nothing(client, latitude, invoice):
    dollars = factories.make_invoice(latitude, currency="USD", total_cents=5_000)
    paid = factories.make_invoice(latitude, paid_cents=120_000)
    credit = factories.make_invoice(latitude, kind="credit_note")
    page = bar(client, invoice.id, dollars.id, paid.id, credit.id)
    assert "4 factures" in page
    assert "1\u00a0200,00\u00a0€" in page
    assert "50,00" in page
    assert "6\u00a0" not in page


def test_ids_of_others_and_of_nobody_are_counted_and_never_shown(client, invoice, basile):
    theirs = Invoice.get(Invoice.number == "B-12")
    page = bar(client, invoice.id, theirs.id, 999_999, "²", "0")
    assert "<strong>une facture</strong>" in page
    assert "3 factures n’existent plus." in page
    assert "B-12" not in client.get(f"/factures/selection?ids={theirs.id}").text


def test_the_same_id_twice_is_one_invoice(client, invoice):
    assert "<strong>une facture</strong>" in bar(client, invoice.id, invoice.id)


def test_without_javascript_the_selection_is_a_page_whose_buttons_work(client, invoice):
    page = client.post("/factures/selection", data={"ids": [invoice.id], "retour": "/factures?q=a"}).text
    assert f'name="ids" value="{invoice.id}"' in page
    assert 'formaction="/factures/selection/pause"' in page
    assert 'href="/factures?q=a"' in page


def test_nothing_ticked_is_said(client):
    assert "Aucune facture cochée" in client.get("/factures/selection").text


def test_all_of_a_filter_are_chosen_whatever_the_page(client, latitude, monkeypatch):
    for number in range(60):
        factories.make_invoice(latitude, f"N-{number}")
    factories.make_invoice(latitude, "AILLEURS", paid_cents=120_000)
    page = client.get("/factures/selection?tout=1&n=60", headers=HTMX).text
    assert "60 factures" in page
    chosen = page.split('data-ids="')[1].split('"')[0].split(",")
    assert len(set(chosen)) == 60
    assert "11 factures" in client.get("/factures/selection?tout=1&q=N-1", headers=HTMX).text


def test_a_selection_stops_at_its_most_and_says_so(client, latitude, monkeypatch):
    monkeypatch.setattr(selections.bulk, "MOST", 3)
    monkeypatch.setattr("relance.services.batch_review.MOST", 3)
    invoices = [factories.make_invoice(latitude) for _n in range(5)]
    page = bar(client, *(one.id for one in invoices))
    assert "3 factures" in page
    assert "il en reste 2" in page
    page = client.get("/factures/selection?tout=1&n=5", headers=HTMX).text
    assert "3 factures" in page
    assert "il en reste 2" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/factures?statut=retard", "/factures?statut=retard"),
        ("https://ailleurs.example/factures", "/factures"),
        ("//ailleurs.example/factures", "/factures"),
        ("/clients", "/factures"),
        ("", "/factures"),
    ],
)
def test_the_way_back_is_the_list_and_nothing_else(client, invoice, asked, shown):
    page = client.post("/factures/selection/pause", data={"ids": [invoice.id], "retour": asked}).text
    assert f'name="retour" value="{shown}"' in page


def test_the_list_has_a_box_for_each_row_and_one_form_for_all(client, invoice):
    page = client.get("/factures").text
    assert f'form="selection-form" name="ids" value="{invoice.id}"' in page
    assert 'aria-label="Sélectionner F-2026-0087, Latitude Conseil"' in page
    assert page.count('id="selection-form"') == 1
    assert "Pour les factures cochées" in page
