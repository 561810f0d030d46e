"""The dashboard: the day in words, figures that are links, what waits, what leaves, whatever the number of rows."""

import datetime as dt

import pytest

from relance.db import database
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.holds import Task
from relance.models.invoices import Instalment, Invoice
from relance.services import disputing, promising, sending_by_hand, situations, writing
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.making import switch_on
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
        "Promesses": ("0,00 €", "aucune facture", "/factures?statut=promesses"),
        "Encaissé en novembre": ("500,00 €", "une facture, 41 j en moyenne", "/factures?statut=payees"),
    }
    for _amount, _note, href in figures.values():
        assert client.get(href).status_code == 200


def test_promises_and_disputes_are_counted_in_the_figures(client, invoice, latitude, camille):
    soon = factories.make_invoice(latitude, total_cents=50_000, due_on=TODAY)
    promising.promise(soon, PromiseFacts(TODAY + 4 * DAY, 40_000), by=camille, now=NOW)
    promising.promise(invoice, PromiseFacts(TODAY + 20 * DAY, 120_000), by=camille, now=NOW)
    disputing.open_dispute(invoice, DisputeFacts("amount", "x"), by=camille, now=NOW)
    figures = [(words(css(one, ".money")[0]), words(css(one, ".note")[0])) for one in css(page(client), ".figure")]
    assert figures[1] == ("1 200,00 €", "une facture, dont 1 en litige")
    assert figures[2] == ("1 600,00 €", "2 factures, la prochaine vendredi")


def test_other_currencies_are_shown_apart(client, invoice, latitude):
    factories.make_invoice(latitude, total_cents=99_900, currency="CHF")
    home = page(client)
    assert "et 999,00 CHF" in words(css(home, ".figure")[0])
    assert [words(title) for title in css(home, "#ageing h3")] == ["EUR", "CHF"]
    assert len(css(home, "#ageing svg")) == 2


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
    switch_on(invoice, nadia, start="gently")
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
        switch_on(row, contact)
        Chase.update(next_check_at=NOW + 13 * DAY).where(Chase.invoice == row).execute()
    counter.count = 0
    answer = client.get("/tableau-de-bord")
    assert answer.status_code == 200 and "Voir les 153 autres" in answer.get_data(as_text=True).replace("\u00a0", " ")
    assert counter.count <= few + len(("late", "the count of what is not shown"))


def test_only_the_clients_of_the_week_are_loaded(client, account, monkeypatch, latitude, nadia):
    switch_on(factories.make_invoice(latitude, due_on=TODAY + 40 * DAY), nadia)
    Chase.update(next_check_at=NOW + 41 * DAY).execute()
    asked = []
    true = situations.load
    monkeypatch.setattr(
        situations, "load", lambda account, ids, *rest: asked.append(list(ids)) or true(account, ids, *rest)
    )
    client.get("/tableau-de-bord")
    assert asked == [[]]


def test_a_line_answered_in_place_goes_and_the_next_one_takes_the_focus(client, account, latitude, nadia):
    tasks = []
    for number in range(3):
        invoice = factories.make_invoice(latitude, f"F-{number}", due_on=TODAY + 9 * DAY)
        tasks.append(
            Task.create(
                account=account, client=latitude, invoice=invoice, kind="call", due_on=TODAY, created_at=NOW,
                note=f"n{number}",
            )
        )  # fmt: skip
    forms = css(page(client), "#todo form")
    assert [form.get("hx-target") for form in forms] == ["#desk"] * 3
    headers = {"HX-Request": "true", "HX-Target": "desk"}
    answer = client.post(forms[1].get("action"), data=reading.fields(forms[1]), headers=headers)
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (200, None)
    assert "HX-Request" in answer.headers["Vary"]
    left = reading.parse(answer)
    assert [words(line)[-40:].count("n1") for line in css(left, "#todo li")] == [0, 0]
    [focus] = css(left, "[data-focus]")
    assert focus is css(css(left, "#todo li")[1], ".actions a, .actions button")[0]
    assert "Abandonné" in answer.text
    assert "Abandonné" not in client.get("/tableau-de-bord").text
    last = css(left, "#todo form")[1]
    left = reading.parse(client.post(last.get("action"), data=reading.fields(last), headers=headers))
    [focus] = css(left, "[data-focus]")
    assert focus is css(css(left, "#todo li")[0], ".actions a, .actions button")[0]
    [only] = css(left, "#todo form")
    left = reading.parse(client.post(only.get("action"), data=reading.fields(only), headers=headers))
    assert [words(node) for node in css(left, "[data-focus]")] == ["À traiter"]
    assert "Rien à traiter." in words(css(left, "#todo")[0])
    assert Task.select().where(Task.outcome == "dropped").count() == 3


def test_a_promise_not_kept_is_answered_without_leaving(client, invoice, camille):
    promising.promise(invoice, PromiseFacts(TODAY, 120_000), by=camille, now=NOW)
    [form] = css(page(client), "#todo form")
    headers = {"HX-Request": "true", "HX-Target": "desk"}
    answer = client.post(form.get("action"), data=reading.fields(form), headers=headers)
    assert "Promesse non tenue." in answer.text.replace("\u00a0", " ")
    assert "HX-Redirect" not in answer.headers
    assert "Promesse non tenue : Latitude Conseil" in words(css(reading.parse(answer), "#todo")[0])
    plain = client.post(form.get("action"), data=reading.fields(form))
    assert (plain.status_code, plain.headers["Location"]) == (303, f"/factures/{invoice.id}")


def test_an_answer_from_elsewhere_leads_where_it_did(client, account, invoice):
    task = Task.create(
        account=account, client=invoice.client_id, invoice=invoice, kind="call", due_on=TODAY, created_at=NOW
    )
    answer = client.post(f"/taches/{task.id}", data={"issue": "faite"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/tableau-de-bord"


@pytest.mark.parametrize(
    ("reader", "failed"),
    [
        ("summarising.summary", ["figures", "ageing"]),
        ("attending.groups", ["todo"]),
        ("week.read", ["sends"]),
    ],
)
def test_a_panel_that_fails_does_not_take_the_page_away(client, invoice, monkeypatch, reader, failed):
    def fail(*_args):
        raise RuntimeError("broken on purpose")

    module, name = reader.split(".")
    monkeypatch.setattr(f"relance.services.{module}.{name}", fail)
    shown = page(client)
    broken = [node.getparent().getparent().get("id") for node in css(shown, '[id^="failed-"]')]
    assert broken == failed
    for place in failed:
        assert words(css(shown, f"#{place} a")[0]) == "Réessayer"
    assert {"figures", "todo", "ageing", "sends"} <= {node.get("id") for node in css(shown, "[id]")}
    standing = css(shown, "#to-chase" if failed != ["todo"] else "#figures .figure")
    assert standing


def test_everything_can_be_suspended_from_the_sends(client, account):
    [link] = [a for a in css(page(client), "#sends a") if words(a) == "Suspendre tous les envois"]
    assert link.get("hx-target") == "#fenetre"
    assert client.get(link.get("href")).status_code == 200
    Account.update(suspended_at=NOW).execute()
    assert "Suspendre tous les envois" not in words(css(page(client), "#sends")[0])
