"""The dashboard: the day in words, figures that are links, what waits, what leaves, whatever the number of rows."""

import datetime as dt
import re

import pytest

from relance.db import database
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.services import chasing, sending_by_hand, situations, writing
from relance.services.chasing import ChasePlan
from relance.services.summarising import Owed, Sum
from relance.web import ageing
from tests import factories
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def page(browser, path="/tableau-de-bord"):
    return reading.page(browser, path)


def lede(browser):
    return words(css(page(browser), ".page-head .lede")[0])


def todo(browser):
    """(title, labels of the actions) of each line of « À traiter »."""
    return [
        (words(css(line, ".t")[0]), [words(a) for a in css(line, ".actions a, .actions button")])
        for line in css(page(browser), "#todo .todo > li")
    ]


def chase(invoice, *contacts, now=NOW, **values):
    plan = ChasePlan(**{"contact_ids": tuple(c.id for c in contacts), "count": 3, **values})
    return chasing.start(invoice, plan, by=None, now=now)


def test_it_asks_to_sign_in(anonymous):
    assert anonymous.get("/tableau-de-bord").headers["Location"].startswith("/connexion")


def test_a_new_account_sees_zeros_and_the_first_steps(client):
    home = page(client)
    assert words(css(home, "h1")[0]) == "Bonjour Camille"
    assert [words(css(figure, ".money")[0]) for figure in css(home, ".figure")] == ["0,00 €"] * 4
    assert css(home, ".tasks a")
    assert lede(client).endswith("Aucun envoi prévu cette semaine.")


@pytest.mark.requirement("S1.2")
def test_the_four_figures_are_links_to_their_lists(client, invoice, latitude):
    factories.make_invoice(latitude, due_on=TODAY + 10 * DAY, total_cents=30_000)
    paid = factories.make_invoice(latitude, due_on=TODAY, total_cents=50_000, issued_on=TODAY - 41 * DAY)
    factories.make_payment(paid, 50_000)
    figures = {
        words(css(figure, ".label")[0]): (
            words(css(figure, ".money")[0]),
            words(css(figure, ".note")[0]),
            figure.get("href"),
        )
        for figure in css(page(client), ".figure")
    }
    assert figures == {
        "À encaisser": ("1 500,00 €", "2 factures", "/factures"),
        "En retard": ("1 200,00 €", "une facture", "/factures?statut=retard"),
        "À échoir sous 30 jours": ("300,00 €", "une facture", "/factures?statut=a-echoir&age=sous-30"),
        "Encaissé en novembre": ("500,00 €", "une facture, 41 j en moyenne", "/factures?statut=payees"),
    }
    for _amount, _note, href in figures.values():
        assert client.get(href).status_code == 200


def test_other_currencies_are_shown_apart(client, invoice, latitude):
    factories.make_invoice(latitude, total_cents=99_900, currency="CHF")
    home = page(client)
    assert "et 999,00 CHF" in words(css(home, ".figure")[0])
    assert [words(title) for title in css(home, "#ageing h3")] == ["EUR", "CHF"]
    assert len(css(home, "#ageing svg")) == 2


# The day in words


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (dt.datetime(2026, 11, 22, 9), "Rien ne part le week-end : deux e-mails sont prêts pour demain, 9 h."),
        (dt.datetime(2026, 11, 20, 18), "Prochain envoi lundi 23 novembre à 9 h : deux e-mails sont prêts."),
        (dt.datetime(2026, 11, 23, 6), "Deux e-mails partent aujourd’hui à 9 h."),
        (dt.datetime(2026, 11, 23, 9), "Deux e-mails partent dans quelques instants."),
        (dt.datetime(2026, 11, 16, 9), "Aucun envoi prévu cette semaine."),
    ],
)
def test_the_sentence_says_what_leaves_next(account, latitude, nadia, camille, sign_in, clock, at, sentence):
    other = factories.make_client(account, "Les Blés d’Or")
    clock.move_to(at.replace(tzinfo=dt.UTC))
    for debtor, contact in ((latitude, nadia), (other, factories.make_contact(other, "Paul Henry"))):
        chase(factories.make_invoice(debtor, due_on=dt.date(2026, 11, 23)), contact, frequency="once", now=at)
    assert lede(sign_in(camille)).split(". ", 1)[1] == sentence


def test_the_sentence_says_what_has_left_and_that_sending_is_suspended(client, invoice, nadia, account):
    row = chase(invoice, nadia, start="gently")
    message = sending_by_hand.send(
        invoice, writing.first_draft(invoice, TODAY), key="k", by=None, now=NOW, domain="relance.example"
    )
    Message.update(state="sent", kind="reminder", sent_at=NOW + dt.timedelta(minutes=2)).where(
        Message.id == message.id
    ).execute()
    Chase.update(ended_at=NOW, ended_because="switched_off", next_check_at=None).where(Chase.id == row.id).execute()
    assert lede(client).endswith("L’e-mail du jour est parti à 9 h 02.")
    Account.update(suspended_at=NOW).where(Account.id == account.id).execute()
    assert lede(client).endswith("Les envois sont suspendus.")


# À traiter


@pytest.mark.requirement("S0.1", "S0.2", "S1.3")
def test_a_late_invoice_offers_the_composer_and_is_counted_in_the_navigation(client, invoice):
    assert todo(client) == [("Latitude Conseil ne vous a pas réglé", ["Relancer"])]
    home = page(client)
    [link] = css(home, "#todo .actions a")
    assert link.get("href") == f"/factures/{invoice.id}/relancer/e-mail"
    assert words(css(home, '.side-link[href="/tableau-de-bord"] .n')[0]) == "1 à traiter"
    composer = page(client, link.get("href"))
    assert css(composer, "#template option[selected]")[0].get("value") == "rappel"


@pytest.mark.requirement("S0.1")
def test_a_paid_invoice_is_not_there(client, invoice):
    factories.make_payment(invoice, 120_000)
    assert todo(client) == []
    assert "Rien à traiter." in words(css(page(client), "#todo")[0])


def test_many_late_invoices_are_counted_with_a_link_to_all(client, latitude, nadia):
    for _ in range(7):
        factories.make_invoice(latitude)
    lines = todo(client)
    assert len(lines) == 6
    assert lines[-1] == ("Et 2 autres factures en retard sans relance", ["Tout voir"])
    [last] = css(page(client), "#todo li:last-child .actions a")
    assert client.get(last.get("href")).status_code == 200


def test_each_kind_of_line_has_its_actions_and_they_lead_somewhere(client, account, invoice, nadia, camille):
    mute = factories.make_client(account, "Maison Vauquelin")
    factories.make_invoice(mute)
    rejected = factories.make_client(account, "Transports Gallois")
    bad = factories.make_contact(rejected, "Jean Petit")
    Contact.update(rejected_at=NOW).where(Contact.id == bad.id).execute()
    row = chase(invoice, nadia, start="gently")
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()
    assert todo(client) == [
        ("E-mail non remis à Transports Gallois", ["Corriger l’adresse"]),
        ("Toutes les relances sont parties", ["Relancer"]),
        ("Maison Vauquelin n’a pas d’adresse e-mail", ["Ajouter une adresse"]),
    ]
    for link in css(page(client), "#todo a"):
        assert client.get(link.get("href")).status_code == 200, link.get("href")


@pytest.mark.requirement("S2.16")
def test_after_two_reminders_without_effect_a_formal_notice_is_offered(client, invoice, nadia, camille):
    row = chase(invoice, nadia, start="gently")
    for key in "ab":
        sending_by_hand.send(
            invoice, writing.first_draft(invoice, TODAY), key=key, by=camille, now=NOW, domain="relance.example"
        )
    Message.update(state="sent", sent_at=NOW).execute()
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()
    [(title, actions)] = todo(client)
    assert (title, actions) == ("Toutes les relances sont parties", ["Préparer une mise en demeure"])
    [link] = css(page(client), "#todo .actions a")
    assert link.get("href") == f"/courriers/nouveau?factures={invoice.id}"
    assert client.get(link.get("href")).status_code == 200


# Ageing


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


# Envois prévus


def test_the_week_to_come_is_shown_by_day_with_hour_template_offset_and_reason(client, latitude, nadia, account):
    other = factories.make_client(account, "Les Blés d’Or")
    paul = factories.make_contact(other, "Paul Henry")
    chase(factories.make_invoice(latitude, due_on=TODAY - DAY, total_cents=132_000), nadia)
    chase(factories.make_invoice(other, due_on=TODAY + 3 * DAY, total_cents=78_000), paul, frequency="once")
    days = css(page(client), "#sends .agenda > li")
    assert [words(css(day, ".day")[0]) for day in days] == [
        "Aujourd’hui, lundi 23 novembre9 h",
        "Jeudi 26 novembre9 h",
    ]
    assert words(css(days[0], "ul li")[0]) == "Latitude ConseilRappel (J+1), 1 320,00 €"
    assert words(css(days[1], "ul li")[0]) == "Les Blés d’OrRelance à l’échéance (J), 780,00 €"


def test_a_moved_date_says_from_which_day_and_why(client, latitude, nadia):
    chase(factories.make_invoice(latitude, due_on=TODAY + 5 * DAY), nadia, frequency="once")
    coming = css(page(client, "/envois"), ".agenda > li")
    assert words(css(coming[0], ".day strong")[0]) == "Lundi 30 novembre"
    assert "Reportée du samedi 28 novembre (samedi)" in words(coming[0])


def test_an_email_in_its_minute_can_be_undone_from_here(client, invoice, camille):
    sending_by_hand.send(
        invoice, writing.first_draft(invoice, TODAY), key="k", by=camille, now=NOW, domain="relance.example"
    )
    waiting = css(page(client), "#sends #waiting")[0]
    assert "Part dans 60 s." in words(waiting) and "Annuler l’envoi" in words(waiting)
    [form] = css(waiting, "form")
    assert client.post(form.get("action"), data={"depuis": "tableau"}).headers["Location"] == "/tableau-de-bord"
    assert not css(page(client), "#waiting form")


# Others


def test_another_account_sees_none_of_it(stranger, invoice, latitude, nadia):
    chase(invoice, nadia, start="gently")
    text = words(page(stranger))
    assert "Latitude" not in text and "F-2026-0087" not in text
    assert "Hôtel des Cimes" in text


def test_no_element_has_an_inline_style_or_script(client, invoice):
    home = page(client)
    assert not css(home, "[style]")
    assert all(script.get("src") or script.get("type") == "application/json" for script in css(home, "script"))


class Counter:
    """Counts the queries made while it is open."""

    def __init__(self, monkeypatch):
        self.count = 0
        handle = database.obj
        true = handle.execute_sql

        def counting(*args, **kwargs):
            self.count += 1
            return true(*args, **kwargs)

        monkeypatch.setattr(handle, "execute_sql", counting)


def fill(account, size):
    """Clients each with a late, a coming and a chased invoice."""
    clients = [{"account": account.id, "name": f"Client {n}", "created_at": NOW} for n in range(size)]
    Client.insert_many(clients).execute()
    known = Invoice.select(Invoice.client).where(Invoice.account == account)
    query = Client.select(Client.id).where(Client.account == account, Client.id.not_in(known))
    ids = [row.id for row in query]
    contacts = [
        {"account": account.id, "client": key, "email": f"c{key}@client.example", "is_main": True, "created_at": NOW}
        for key in ids
    ]
    Contact.insert_many(contacts).execute()
    rows = [
        {
            "account": account.id,
            "client": key,
            "number": f"N-{key}-{days}",
            "issued_on": TODAY - 60 * DAY,
            "due_on": TODAY - days * DAY,
            "next_due_on": TODAY - days * DAY,
            "total_cents": 10_000 + key,
            "balance_cents": 10_000 + key,
            "created_at": NOW,
            "updated_at": NOW,
        }
        for key in ids
        for days in (40, -12)
    ]
    Invoice.insert_many(rows).execute()
    parts = [
        {
            "account": account.id,
            "invoice": row.id,
            "due_on": row.due_on,
            "amount_cents": row.total_cents,
            "balance_cents": row.total_cents,
        }
        for row in Invoice.select().where(Invoice.client.in_(ids))
    ]
    Instalment.insert_many(parts).execute()
    return ids


@pytest.mark.requirement("S4.9")
def test_the_number_of_queries_does_not_grow_with_the_invoices(client, account, monkeypatch):
    fill(account, 8)
    client.get("/tableau-de-bord")
    counter = Counter(monkeypatch)
    client.get("/tableau-de-bord")
    few = counter.count
    fill(account, 150)
    chased = Invoice.select().where(Invoice.account == account, Invoice.due_on > TODAY).limit(30)
    for row in list(chased):
        contact = Contact.get(Contact.client == row.client_id)
        chase(row, contact)
        Chase.update(next_check_at=NOW + 13 * DAY).where(Chase.invoice == row).execute()
    counter.count = 0
    answer = client.get("/tableau-de-bord")
    assert answer.status_code == 200 and re.search(r"Et 153 autres factures", answer.get_data(as_text=True))
    assert counter.count <= few + len(("late", "the count of what is not shown"))


def test_only_the_clients_of_the_week_are_loaded(client, account, monkeypatch, latitude, nadia):
    chase(factories.make_invoice(latitude, due_on=TODAY + 40 * DAY), nadia)
    Chase.update(next_check_at=NOW + 41 * DAY).execute()
    asked = []
    true = situations.load
    monkeypatch.setattr(
        situations, "load", lambda account, ids, *rest: asked.append(list(ids)) or true(account, ids, *rest)
    )
    client.get("/tableau-de-bord")
    assert asked == [[]]
