"""The statistics page: equal to what is computed by hand, small samples said, each bar beside its figure."""

import datetime as dt
import re
from html import unescape

import pytest

from relance.models.messages import Message
from relance.web import statistics
from tests import factories
from tests.factories import TODAY


def day(offset):
    return TODAY + dt.timedelta(offset)


def paid(client, issued, due, received, cents=100_000):
    invoice = factories.make_invoice(client, total_cents=cents, issued_on=day(issued), due_on=day(due))
    factories.make_payment(invoice, cents, day(received))
    return invoice


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ").split())


@pytest.fixture
def history(account, latitude):
    """Six invoices, five of them paid: two without a word, two after a rappel, one after a relance 1."""
    sabatier = factories.make_client(account, "Imprimerie Sabatier")
    paid(latitude, -60, -30, -20)  # 40 days, 10 late
    paid(latitude, -50, -20, -15)  # 35 days, 5 late
    after = [paid(latitude, -130, -100, -90), paid(latitude, -130, -100, -92)]  # 40 and 38 days, 10 and 8 late
    twice = paid(sabatier, -140, -110, -80, 50_000)  # 60 days, 30 late
    late = factories.make_invoice(sabatier, total_cents=30_000, issued_on=day(-45), due_on=day(-15))
    factories.make_invoice(sabatier, total_cents=70_000, issued_on=day(0), due_on=day(30))
    for invoice, template, on in [
        (after[0], "rappel", -97),
        (after[1], "rappel", -97),
        (twice, "rappel", -107),
        (twice, "relance_1", -95),
        (late, "rappel", -12),
    ]:
        message = factories.make_message(invoice.client, [invoice], template=template, day_on=day(on))
        assert Message.get_by_id(message.id).state == "sent"
    return latitude


@pytest.mark.requirement("S1.4")
def test_the_page_equals_what_is_computed_by_hand(client, history):
    answer = client.get("/statistiques")
    text = text_of(answer)
    assert answer.status_code == 200
    # (40 + 35 + 40 + 38 + 60) ÷ 5 = 42,6 and (10 + 5 + 10 + 8 + 30) ÷ 5 = 12,6
    assert "De l’émission au paiement 43 j 5 factures payées depuis un an" in text
    assert "Après l’échéance 13 j 5 factures payées depuis un an" in text
    # 1 000,00 owed; 2 000,00 + 300,00 + 700,00 invoiced in 90 days; 1 000 ÷ 3 000 × 90
    assert "Délai d’encaissement (DSO) 30 j 1 000,00 € dus, 3 000,00 € facturés" in text
    assert "En retard aujourd’hui 30 % 300,00 € sur 1 000,00 € à encaisser" in text
    assert "Sur 6 factures arrivées à échéance depuis un an, 5 payées, dont 2 sans relance." in text
    assert (
        "Sans relance 6 2 33 % Première relance 4 factures seulement 4 2 50 % "
        "Deuxième relance une facture seulement 1 1 100 %" in text
    )
    assert "Rappel 4 factures seulement 4 2 50 % Relance 1 une facture seulement 1 1 100 %" in text
    # November: 1 000 + 1 000; August: 1 000 on the 25th and on the 23rd; September: 500 on the 4th.
    assert "nov. 2026 (en cours) 2 000,00 €" in text
    assert "sept. 2026 500,00 € août 2026 2 000,00 €" in text
    assert text.index("Imprimerie Sabatier une facture seulement 1 60 j 30 j") < text.index(
        "Latitude Conseil 4 factures seulement 4 38 j 8 j"
    )


def test_each_bar_stands_beside_its_figure_and_is_as_long_as_it_says(client, history):
    page = client.get("/statistiques").text
    row = re.search(r"<tr><th scope=\"row\">sept\. 2026</th>.*?</tr>", page, re.DOTALL)[0]
    assert "500,00" in row
    assert '<rect width="25" height="14" fill="var(--accent)"/>' in row
    assert 'aria-hidden="true"' in row


def test_a_new_account_is_told_that_there_is_nothing_yet(client):
    text = text_of(client.get("/statistiques"))
    assert "Aucune facture n’est arrivée à échéance depuis un an." in text
    assert "Aucun paiement depuis douze mois." in text
    assert "Aucune facture payée depuis un an Les délais apparaissent ici" in text


def test_a_client_that_pays_early_is_said_so(client, latitude):
    paid(latitude, -60, -30, -33)
    assert "Latitude Conseil une facture seulement 1 27 j 3 j avant" in text_of(client.get("/statistiques"))


def test_many_clients_make_pages(client, account, monkeypatch):
    monkeypatch.setattr(statistics, "PER_PAGE", 2)
    for number in range(5):
        paid(factories.make_client(account, f"Client {number}"), -60, -30, -20 + number)
    first, last = client.get("/statistiques"), client.get("/statistiques?page=9")
    assert "Client 4" in first.text
    assert "1 à 2 sur 5" in text_of(first)
    assert "Client 0" in last.text
    assert "5 à 5 sur 5" in text_of(last)


def test_the_side_bar_leads_there(client):
    assert 'href="/statistiques"' in client.get("/tableau-de-bord").text
