"""The lines of « À traiter » about invoices: their order, their words, where they lead."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase, Entry, Skip
from relance.models.clients import Contact
from relance.models.holds import Dispute, Promise, Task
from relance.models.messages import Message
from relance.services import chasing, promising, queueing, sending_by_hand, writing
from relance.services.promising import PromiseFacts
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def lines(browser):
    """(title, labels) of the lines, and their details."""
    page = reading.page(browser, "/tableau-de-bord")
    found = css(page, "#todo .todo > li")
    actions = [[words(a) for a in css(line, ".actions a, .actions button")] for line in found]
    details = [words(css(line, ".d")[0]) if css(line, ".d") else "" for line in found]
    return list(zip([words(css(line, ".t")[0]) for line in found], actions, strict=True)), details


def leads_somewhere(browser):
    page = reading.page(browser, "/tableau-de-bord")
    for link in css(page, "#todo .actions a"):
        if not link.get("href").startswith("/relances/reprise"):
            assert browser.get(link.get("href")).status_code == 200, link.get("href")


def make_task(invoice, kind, **values):
    values = {"due_on": TODAY, "created_at": NOW, "account": invoice.account_id, "client": invoice.client_id} | values
    return Task.create(invoice=invoice, kind=kind, **values)


@pytest.fixture
def letter_task(invoice):
    switch_on(invoice, Contact.get(), start="next", count=12)
    return make_task(invoice, "letter", template="formal_notice", slot="1:1:1")


@pytest.mark.requirement("S2.16")
def test_a_letter_to_review_leads_to_the_letter(client, invoice, letter_task):
    found, details = lines(client)
    assert found == [("Mise en demeure à relire", ["Relire la lettre", "Abandonner"])]
    assert details[0].startswith(
        "Latitude Conseil, 1 200,00 €, 10 jours de retard. Rien n’est envoyé sans votre accord."
    )
    [link] = css(reading.page(client, "/tableau-de-bord"), "#todo .actions a")
    assert link.get("href") == f"/courriers/nouveau?factures={invoice.id}"
    leads_somewhere(client)


@pytest.mark.requirement("S1.3")
def test_a_call_shows_the_number_and_leads_to_its_note(client, invoice, nadia):
    switch_on(invoice, nadia, start="next", count=12)
    Contact.update(phone="04 65 71 00 99").where(Contact.id == nadia.id).execute()
    make_task(invoice, "call", note="demander Mme <Roy>")
    found, details = lines(client)
    assert found == [("Appel à passer : Latitude Conseil", ["Noter l’appel", "Abandonner"])]
    assert "Nadia Benali 04 65 71 00 99" in details[0]
    assert "Mme <Roy>" in details[0]
    page = reading.page(client, "/tableau-de-bord")
    assert css(page, '#todo a[href="tel:+33465710099"]')
    [log] = css(page, f'#todo a[href="/factures/{invoice.id}/appel"]')
    assert log.get("hx-target") == "#fenetre"
    leads_somewhere(client)


@pytest.mark.parametrize(
    ("days", "title", "actions"),
    [
        (4, "Promesse pour vendredi 27 novembre", ["Voir la facture"]),
        (0, "Promesse pour aujourd’hui", ["Paiement reçu", "Non tenue"]),
    ],
)
def test_a_promise_says_when_reminders_resume(client, invoice, camille, days, title, actions):
    promising.promise(invoice, PromiseFacts(TODAY + days * DAY, 120_000), by=camille, now=NOW)
    found, details = lines(client)
    assert found == [(title, actions)]
    assert details[0].startswith("Latitude Conseil, 1 200,00 €. Sans paiement, les relances reprennent le")
    leads_somewhere(client)


def test_a_promise_whose_day_has_passed_is_answered_from_here(client, invoice, camille, clock):
    promising.promise(invoice, PromiseFacts(TODAY, 120_000), by=camille, now=NOW)
    clock.move_to((NOW + DAY).replace(tzinfo=dt.UTC))
    assert lines(client)[0][0][0] == "Promesse du lundi 23 novembre à vérifier"
    page = reading.page(client, "/tableau-de-bord")
    [form] = css(page, "#todo form")
    client.post(form.get("action"), data=reading.fields(form))
    assert Promise.get().state == "broken"
    found, details = lines(client)
    assert found[0] == ("Promesse non tenue : Latitude Conseil", ["Relancer", "Paiement reçu"])
    assert "Le paiement était annoncé pour lundi 23 novembre." in details[0]


def test_a_silent_dispute_can_be_closed(client, invoice, account):
    since = TODAY - 9 * DAY
    Dispute.create(account=account, client=invoice.client_id, invoice=invoice, starts_on=since, made_at=NOW - 9 * DAY)
    found, details = lines(client)
    assert found == [("Litige sans réponse : Latitude Conseil", ["Voir la facture", "Clore le litige"])]
    assert "Ouvert le 14 novembre 2026" in details[0]
    leads_somewhere(client)


def test_the_backlog_is_one_line_that_leads_to_the_wizard(client, latitude, nadia):
    for _ in range(2):
        switch_on(factories.make_invoice(latitude), nadia, start="next")
    Entry.update(is_out=True).execute()
    found, _ = lines(client)
    assert found == [("2 factures attendent que vous choisissiez quand commencer", ["Choisir"])]
    [link] = css(reading.page(client, "/tableau-de-bord"), "#todo .actions a")
    assert link.get("href") == "/relances/reprise"


def test_steps_that_were_passed_are_not_said_to_have_left(client, invoice, nadia):
    chase = switch_on(invoice, nadia, start="gently")
    row = {"chase": chase, "instalment": invoice.instalments.get(), "step": 0, "skipped_at": NOW}
    chasing.stop(chase, because="finished", by=None, now=NOW)
    assert lines(client)[0][0][0] == "Toutes les relances sont parties"
    Skip.create(because="missed", **row)
    assert lines(client)[0][0][0] == "Toutes les relances sont parties"
    Skip.update(because="pause").execute()
    found, details = lines(client)
    assert found[0] == ("Plus aucune relance prévue", ["Relancer", "Et maintenant ?"])
    assert "Des étapes ont été passées." in details[0]


def test_the_cap_is_named_with_what_to_do_now(client, invoice, nadia, camille):
    chase = switch_on(invoice, nadia, frequency="until_paid", start="gently")
    chasing.stop(Chase.get_by_id(chase.id), because="finished", by=None, now=NOW)
    assert lines(client)[0] == [("12 relances envoyées : à vous de décider", ["Relancer", "Et maintenant ?"])]


def test_the_order_is_that_of_the_screens(client, account, latitude, nadia, camille):
    def debtor(name, **values):
        one = factories.make_client(account, name)
        return factories.make_invoice(one, **values), factories.make_contact(one, f"Paul {name}")

    debtor("L")
    debtor("O", due_on=TODAY - 120 * DAY)
    ended, contact = debtor("E")
    chasing.stop(switch_on(ended, contact, start="gently"), because="finished", by=None, now=NOW)
    out, contact = debtor("B")
    switch_on(out, contact, start="next")
    Entry.update(is_out=True).execute()
    disputed, _ = debtor("D")
    Dispute.create(
        account=account, client=disputed.client_id, invoice=disputed, starts_on=TODAY - 9 * DAY, made_at=NOW - 9 * DAY
    )
    promised, _ = debtor("P")
    promising.promise(promised, PromiseFacts(TODAY + DAY, 1_000), by=camille, now=NOW)
    called, _ = debtor("C", due_on=TODAY + 30 * DAY)
    make_task(called, "call")
    lettered, _ = debtor("M", due_on=TODAY + 30 * DAY)
    make_task(lettered, "letter", slot="1:1:1")
    failed, _ = debtor("F")
    draft = writing.first_draft(failed, TODAY)
    message = sending_by_hand.send(failed, draft, key="k", by=camille, now=NOW, domain="relance.example")
    Message.update(state="refused", error="550").where(Message.id == message.id).execute()
    asked, contact = debtor("A", due_on=TODAY - DAY)
    Account.update(asks_before_sending=True).execute()
    switch_on(asked, contact)
    queueing.advance_due(NOW, domain="relance.example")
    assert [title for title, _ in lines(client)[0]] == [
        "Rappel à A",
        "E-mail non remis à F",
        "Mise en demeure à relire",
        "Appel à passer : C",
        "Promesse pour mardi 24 novembre",
        "Litige sans réponse : D",
        "Une facture attend que vous choisissiez quand commencer",
        "Toutes les relances sont parties",
    ]
    late = css(reading.page(client, "/tableau-de-bord"), "#to-chase .t")
    assert [words(title) for title in late] == ["O", "L", "F"]
