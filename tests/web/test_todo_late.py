"""« À relancer aujourd'hui »: of fifty invoices, those that need a hand, the heaviest first, with whom to phone."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.holds import Dispute, Pause, Promise
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def rows(browser):
    """(client, detail, labels of the actions) of each line of the panel."""
    page = reading.page(browser, "/tableau-de-bord")
    return [
        (words(css(line, ".t")[0]), words(css(line, ".d")[0]), [words(a) for a in css(line, ".actions a")])
        for line in css(page, "#to-chase .todo > li")
    ]


@pytest.fixture
def debtor(account):
    """``debtor(name, cents, days)``: a client that can be written to, with an invoice late by so many days."""

    def _debtor(name, cents, days, **fields):
        one = factories.make_client(account, name)
        phone = fields.pop("phone", "")
        contact = factories.make_contact(one, f"Paul {name}", phone=phone)
        return factories.make_invoice(one, name, total_cents=cents, due_on=TODAY - days * DAY, **fields), contact

    return _debtor


@pytest.mark.requirement("S1.3")
def test_of_fifty_invoices_the_list_is_those_that_need_a_hand_by_amount_times_age(client, account, debtor):
    for number in range(10):  # weights 10 000 × 1 … 10 000 × 10 days
        debtor(f"Simple {number}", 10_000, number + 1)
    debtor("Ancienne", 5_000, 120, phone="04 65 71 00 99")  # 600 000
    debtor("Grosse", 400_000, 1)  # 400 000
    debtor("Moyenne", 30_000, 9)  # 270 000
    ended, contact = debtor("Arrêtée", 50_000, 5)  # 250 000: its plan was taken off
    chase = switch_on(ended, contact, start="gently")
    Chase.update(ended_at=NOW, ended_because="by_hand", next_check_at=None).where(Chase.id == chase.id).execute()
    for number in range(4):
        switch_on(*debtor(f"Suivie {number}", 900_000, 20), start="next", count=12)
    for number in range(4):
        debtor(f"À venir {number}", 900_000, -number)
    for number in range(4):
        factories.make_payment(debtor(f"Payée {number}", 900_000, 20)[0], 900_000)
    for number in range(4):
        one = debtor(f"Écrite {number}", 900_000, 20)[0]
        factories.make_message(one.client, [one], day_on=TODAY - number * DAY)
    for number in range(4):
        one = debtor(f"Promise {number}", 900_000, 20)[0]
        day = TODAY + 20 * DAY
        Promise.create(
            account=account, client=one.client_id, invoice=one, promised_on=day, holds_until_on=day,
            amount_cents=1, starts_on=TODAY, made_at=NOW,
        )  # fmt: skip
    for number in range(4):
        one = debtor(f"En litige {number}", 900_000, 20)[0]
        Dispute.create(account=account, client=one.client_id, invoice=one, starts_on=TODAY, made_at=NOW)
    for number in range(4):
        one = debtor(f"En pause {number}", 900_000, 20)[0]
        Pause.create(account=account, client=one.client_id, invoice=one, starts_on=TODAY, made_at=NOW)
    for number in range(4):
        debtor(f"Prélevée {number}", 900_000, 20, payment_method="direct_debit")
    for number in range(4):
        debtor(f"Brouillon {number}", 900_000, 20, state="draft")
    assert [name for name, _detail, _actions in rows(client)] == [
        "Ancienne", "Grosse", "Moyenne", "Arrêtée", "Simple 9",
    ]  # fmt: skip
    panel = css(reading.page(client, "/tableau-de-bord"), "#to-chase")[0]
    assert "14 factures" in words(panel)
    [rest] = css(panel, ".pager a")
    assert words(rest) == "Voir les 9 autres"
    assert client.get(rest.get("href")).status_code == 200


@pytest.mark.requirement("S1.3")
def test_a_line_says_whom_to_phone_and_opens_the_ways_to_chase(client, debtor):
    invoice, _contact = debtor("Ancienne", 5_000, 120, phone="04 65 71 00 99")
    debtor("Récente", 5_000, 12, phone="06 12 34 56 78")
    [(_, detail, actions), (_, other, few)] = rows(client)
    assert detail.startswith("Ancienne, 50,00 €, 120 jours de retard. Paul Ancienne 04 65 71 00 99.")
    assert other.startswith("Récente, 50,00 €, 12 jours de retard. Paul Récente 06 12 34 56 78.")
    assert (actions, few) == (["Relancer", "Mise en demeure"], ["Relancer"])
    page = reading.page(client, "/tableau-de-bord")
    assert css(page, '#to-chase a[href="tel:+33465710099"]')
    [link] = css(page, f'#to-chase a[href="/factures/{invoice.id}/relancer"]')
    assert link.get("hx-target") == "#fenetre"
    for action in css(page, "#to-chase .actions a"):
        assert client.get(action.get("href")).status_code == 200


def test_without_anything_to_chase_the_panel_is_not_there(client, latitude):
    factories.make_invoice(latitude, due_on=TODAY)
    assert css(reading.page(client, "/tableau-de-bord"), "#to-chase") == []


def test_a_gap_longer_than_a_week_counts(client, debtor):
    invoice, _contact = debtor("Écrite", 5_000, 30)
    factories.make_message(invoice.client, [invoice], day_on=TODAY - 9 * DAY)
    assert len(rows(client)) == 1
    Account.update(min_gap_days=10).execute()
    assert rows(client) == []
