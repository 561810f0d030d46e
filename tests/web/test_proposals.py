"""« Me demander avant chaque envoi » from the pages: what is read is what leaves, and nothing else does."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Skip
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import paying, sweeping
from relance.services.carrying import Post
from tests import factories
from tests.counting import counted
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, fields, words

NOW, TODAY = factories.NOW, factories.TODAY
HOME, PAGE = "/tableau-de-bord", "/envois/a-valider"


@pytest.fixture
def run(settings, smtp_server, clock):
    """``run(hour)``: the worker's turn at that hour (UTC) of Monday 23 November; the mails clients received."""

    def _run(hour=8, minute=0, day=23):
        at = dt.datetime(2026, 11, day, hour, minute)
        clock.move_to(at.replace(tzinfo=dt.UTC))
        sweeping.sweep(at, Post.of(settings))
        return [mail for mail in smtp_server.received if mail.recipients[0] != "camille@atelier-roussel.example"]

    return _run


@pytest.fixture
def asked(account, latitude, nadia, camille, run):
    """Two clients whose reminders of the day wait for a yes."""
    Account.update(asks_before_sending=True, alerts_overdue=False).where(Account.id == account.id).execute()
    other = factories.make_client(account, "Les Blés d’Or")
    debtors = ((latitude, nadia), (other, factories.make_contact(other, "Paul Henry")))
    found = []
    for debtor, contact in debtors:
        invoice = factories.make_invoice(debtor, due_on=TODAY - dt.timedelta(1))
        switch_on(invoice, contact)
        found.append(invoice)
    assert run() == []
    return found


def forms(browser, path, label):
    """The forms of a page that have a button of that name."""
    page = reading.page(browser, path)
    return [
        form for form in css(page, "form") if any(words(button).startswith(label) for button in css(form, "button"))
    ]


def press(browser, path, label, n=0):
    form = forms(browser, path, label)[n]
    return browser.post(form.get("action"), data=fields(form))


def said(browser, answer):
    assert answer.status_code == 303
    return words(css(reading.page(browser, answer.headers["Location"]), ".notice")[0])


def kinds(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def todo(browser):
    page = reading.page(browser, HOME)
    return [words(css(line, ".t")[0]) for line in css(page, "#todo .todo > li")]


def test_the_dashboard_shows_what_waits_with_its_exact_text(client, asked):
    assert todo(client) == [
        "2 relances attendent votre accord",
        "Rappel à Latitude Conseil",
        "Rappel à Les Blés d’Or",
    ]
    page = reading.page(client, HOME)
    assert "Deux e-mails attendent votre accord." in words(css(page, "#day")[0])
    row = Message.get(Message.client == asked[0].client_id)
    [mail, _] = css(page, "#todo details .mail")
    assert row.subject in mail.text_content()
    assert "compta@latitude-conseil.example" in mail.text_content()
    assert " ".join(row.body_text.split()) in " ".join(mail.text_content().split())
    assert css(page, '.side-link[href="/tableau-de-bord"] .n')[0].text_content().strip().startswith("2")


def test_the_files_of_all_that_waits_are_read_at_once(client, asked):
    with counted() as queries:
        reading.page(client, HOME)
    assert sum("message_attachment" in sql for sql in queries) == 1


def test_a_yes_sends_one_and_only_that_one(client, asked, run, bell):
    assert "l’e-mail part dans un instant" in said(client, press(client, HOME, "Envoyer"))
    assert bell
    [mail] = run(8, 5)
    assert mail.recipients == ["compta@latitude-conseil.example"]
    assert kinds(asked[0])[-2:] == ["reminder_approved", "reminder_sent"]
    assert Event.get(Event.kind == "reminder_approved").user_id is not None
    assert todo(client) == ["Rappel à Les Blés d’Or"]


@pytest.mark.parametrize("path", [HOME, PAGE])
def test_all_are_sent_in_one_click(client, asked, run, path):
    assert "2 e-mails partent dans un instant" in said(client, press(client, path, "Tout envoyer"))
    assert len(run(8, 5)) == 2


def test_a_no_sends_nothing_and_passes_the_step(client, asked, run):
    answer = press(client, PAGE, "Passer")
    assert answer.headers["Location"] == PAGE
    assert "elle ne partira pas" in said(client, answer)
    assert [row.because for row in Skip.select()] == ["by_hand"]
    assert kinds(asked[0])[-1] == "reminder_declined"
    assert run(8, 5) == []
    page = reading.page(client, f"/factures/{asked[0].id}")
    assert "Rappel refusé" in words(css(page, "#history")[0])
    assert len(css(reading.page(client, PAGE), "section.panel")) == 1


def test_what_was_paid_meanwhile_is_refused_kindly(client, asked, camille, run):
    form = forms(client, PAGE, "Envoyer")[0]
    paying.record(asked[0], 120_000, TODAY, "transfer", "", None, by=camille, now=NOW)
    answer = client.post(form.get("action"), data=fields(form))
    assert said(client, answer) == "Rien n’est parti : facture payée."
    assert run(8, 5) == []


@pytest.mark.parametrize("label", ["Envoyer", "Tout envoyer"])
def test_a_text_that_changed_is_shown_again_before_it_leaves(client, asked, camille, run, label):
    form = forms(client, PAGE, label)[0]
    read = fields(form)
    paying.record(asked[0], 20_000, TODAY, "transfer", "", None, by=camille, now=NOW)
    answer = client.post(form.get("action"), data=read)
    page = reading.parse(answer, 409)
    assert "Le texte a changé depuis que vous l’avez lu" in words(css(page, ".notice[data-s=warn]")[0])
    assert "1 000,00 €" in words(css(page, ".mail")[0])
    assert len(run(8, 5)) == (1 if label == "Tout envoyer" else 0)
    anew = css(page, f'form[action$="/{Message.get(Message.client == asked[0].client_id).id}/accord"]')[0]
    assert client.post(anew.get("action"), data=fields(anew)).status_code == 303
    sent = [mail for mail in run(8, 10) if "latitude" in mail.recipients[0]]
    assert "1\u00a0000,00" in sent[0].text


def test_a_yes_without_the_mark_of_what_was_read_sends_nothing(client, asked, run):
    row = Message.get(Message.client == asked[0].client_id)
    assert client.post(f"/envois/{row.id}/accord").status_code == 409
    assert run(8, 5) == []


def test_in_the_evening_the_page_says_when_it_leaves(client, asked, run, clock):
    clock.move_to(dt.datetime(2026, 11, 23, 19, tzinfo=dt.UTC))
    assert "partiront mardi 24 novembre à 9 h" in words(reading.page(client, PAGE))
    answer = press(client, PAGE, "Envoyer")
    if answer.status_code == 409:  # written for tomorrow: read first
        [form] = css(reading.parse(answer, 409), 'form[action$="/accord"]')[:1]
        answer = client.post(form.get("action"), data=fields(form))
    assert said(client, answer) == "Accord donné : l’e-mail part mardi 24 novembre à 9 h."
    assert run(19, 5) == []
    assert len(run(8, 0, day=24)) == 1


def test_the_next_morning_what_nobody_answered_is_proposed_anew(client, asked, run):
    old = [row.id for row in Message.select().where(Message.state == "proposed")]
    assert run(8, 0, day=24) == []
    anew = [row.id for row in Message.select().where(Message.state == "proposed")]
    assert len(anew) == 2
    assert not set(old) & set(anew)
    assert said(client, client.post(f"/envois/{old[0]}/accord", data={f"lu-{old[0]}": "x"}))
    assert run(8, 5, day=24) == []


def test_nothing_to_approve_says_so(client):
    assert "Rien n’attend votre accord" in words(reading.page(client, PAGE))
    assert said(client, client.post(PAGE, data={"lu-x": "1"})) == "Rien n’attend votre accord."


def test_a_stranger_answers_nothing(asked, stranger):
    row = Message.get(Message.client == asked[0].client_id)
    for what in ("accord", "refus"):
        assert stranger.post(f"/envois/{row.id}/{what}").status_code == 404
    stranger.post(PAGE, data={f"lu-{row.id}": "x"})
    assert Message.get_by_id(row.id).state == "proposed"
    assert "Latitude" not in words(reading.page(stranger, PAGE))


def test_a_mail_to_the_user_is_nobody_s_proposal(client, camille):
    row = Message.create(
        account=camille.account,
        kind="forewarning",
        state="proposed",
        to_json="[]",
        subject="x",
        body_text="x",
        message_id="<x@r>",
        token="x",
        not_before_at=NOW,
        created_at=NOW,
    )
    assert client.post(f"/envois/{row.id}/accord").status_code == 404
    assert client.post(f"/envois/{row.id}/refus").status_code == 404


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000, "²", "-1", ""])
def test_the_mark_of_a_message_that_cannot_be_approves_nothing(client, asked, number):
    answer = client.post(PAGE, data={f"lu-{number}": "x"})
    assert answer.status_code == 303
    assert {row.state for row in Message.select().where(Message.kind == "reminder")} == {"proposed"}
