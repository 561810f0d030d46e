"""The outbox: what will leave, what left, what a person decides."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import pausing, queueing, sending_by_hand, sweeping, writing
from relance.services.carrying import Post
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, fields, words

NOW, TODAY = factories.NOW, factories.TODAY
HTMX = {"HX-Request": "true"}
MINUTE = dt.timedelta(minutes=1)
SENT = "/envois?vue=envoyes"


def write(invoice, by, key="k", at=NOW):
    draft = writing.first_draft(invoice, at.date())
    return sending_by_hand.send(invoice, draft, key=key, by=by, now=at, domain="relance.example")


@pytest.fixture
def uncertain(invoice, nadia, camille):
    """A reminder of the machine that may have left."""
    switch_on(invoice, nadia, start="join", now=NOW - dt.timedelta(days=4))
    [message_id] = queueing.advance_due(NOW, domain="relance.example")
    Message.update(state="uncertain", claimed_at=NOW, error="La connexion s'est coupée.").execute()
    return Message.get_by_id(message_id)


def decide(browser, message, outcome):
    return browser.post(f"/envois/{message.id}/decision", data={"issue": outcome})


def kinds(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def test_what_comes_is_listed_by_day_for_sixty_days(client, latitude, nadia):
    switch_on(factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY + dt.timedelta(55)), nadia)
    switch_on(factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(70)), nadia)
    [day] = css(reading.page(client, "/envois"), ".agenda > li")
    assert words(css(day, ".day strong")[0]) == "Lundi 18 janvier"
    assert "Rappel (J+1)" in words(day)


def test_several_invoices_of_a_client_on_a_day_are_one_line(client, latitude, nadia):
    for _ in range(2):
        switch_on(factories.make_invoice(latitude, due_on=TODAY + dt.timedelta(3)), nadia, frequency="once")
    [day] = css(reading.page(client, "/envois"), ".agenda > li")
    [line] = css(day, "ul li")
    assert "2 factures, 2 400,00 €" in words(line)
    assert css(line, "a")[0].get("href") == f"/clients/{latitude.id}"


@pytest.mark.requirement("S1.12")
def test_nothing_planned_is_said_with_what_to_do(client, invoice):
    page = reading.page(client, "/envois")
    assert "Aucun envoi prévu" in words(page)
    [link] = css(page, ".empty a")
    assert client.get(link.get("href")).status_code == 200


@pytest.mark.parametrize(
    ("state", "badge"),
    [
        ("queued", "En attente"),
        ("sending", "En cours"),
        ("sent", "Envoyé"),
        ("refused", "Refusé"),
        ("uncertain", "Envoi incertain"),
    ],
)
def test_each_message_has_its_state_and_leads_to_its_page(client, invoice, nadia, camille, state, badge):
    message = write(invoice, camille)
    Message.update(state=state, sent_at=NOW if state == "sent" else None).execute()
    [line] = css(reading.page(client, SENT), f"#send-{message.id}")
    assert words(css(line, ".badge")[0]) == badge
    [link] = css(line, "a.plain-link")
    assert link.get("href") == f"/factures/{invoice.id}/messages/{message.id}"
    assert "F-2026-0087" in words(line) and client.get(link.get("href")).status_code == 200


def test_the_line_of_a_message_in_its_minute_is_read_again_every_ten_seconds(client, invoice, camille, clock, nadia):
    message = write(invoice, camille)
    clock.move_to((NOW + dt.timedelta(seconds=8)).replace(tzinfo=dt.UTC))
    [line] = css(reading.page(client, SENT), f"#send-{message.id}")
    assert "Part dans 52 s." in words(line)
    assert line.get("hx-trigger") == "every 10s" and line.get("hx-select") == f"#send-{message.id}"
    swapped = css(reading.page(client, line.get("hx-get"), headers=HTMX), line.get("hx-select"))
    assert [words(node) for node in swapped] == [words(line)]
    Message.update(state="sent", sent_at=NOW + MINUTE).execute()
    [line] = css(reading.page(client, SENT), f"#send-{message.id}")
    assert line.get("hx-trigger") is None


def test_the_waiting_block_alone_is_that_of_the_page(client, invoice, camille, nadia):
    write(invoice, camille)
    [block] = css(reading.page(client, "/envois"), "#waiting")
    piece = reading.page(client, block.get("hx-get"), headers=HTMX)
    assert words(piece) == words(block)
    assert client.get("/envois/en-attente").status_code == 303


def test_undoing_keeps_a_line_that_says_so(client, invoice, camille, nadia):
    message = write(invoice, camille)
    [line] = css(reading.page(client, SENT), f"#send-{message.id}")
    [form] = css(line, "form")
    answer = client.post(form.get("action"), data=fields(form))
    assert answer.headers["Location"] == SENT
    assert (Message.get().state, kinds(invoice)[-1]) == ("cancelled", "reminder_cancelled")
    page = reading.page(client, SENT)
    assert "Envoi annulé par vous" in words(css(page, f"#send-{message.id}")[0])
    assert "votre client ne recevra pas cet e-mail" in words(page)
    htmx = client.post(form.get("action"), data=fields(form), headers=HTMX)
    assert htmx.headers["HX-Redirect"] == SENT


def test_an_empty_agenda_says_that_sending_is_suspended(client, invoice):
    pausing.pause_all(invoice.account, until_on=None, reason="", by=None, now=NOW)
    page = words(reading.page(client, "/envois"))
    assert "Les envois sont suspendus" in page
    assert "Voir les factures sans relance" not in page


def test_undoing_too_late_says_so(client, invoice, camille, nadia, settings, smtp_server):
    message = write(invoice, camille)
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    client.post(f"/envois/{message.id}/annulation")
    assert "Trop tard" in words(reading.page(client, "/envois"))
    assert Message.get_by_id(message.id).state == "sent"


def test_older_messages_are_one_page_further(client, invoice, camille, nadia):
    for n in range(53):
        write(invoice, camille, key=str(n))
    page = reading.page(client, SENT)
    assert len(css(page, "ul.todo > li")) == 50
    [link] = css(page, ".pager a")
    older = reading.page(client, link.get("href"))
    assert len(css(older, "ul.todo > li")) == 3
    assert client.get(SENT + "&avant=x").status_code == 200


# Decisions


def test_it_did_leave(client, invoice, uncertain):
    assert decide(client, uncertain, "parti").headers["Location"] == "/tableau-de-bord"
    assert Message.get().state == "sent"
    assert kinds(invoice)[-1] == "reminder_confirmed"
    assert "compte comme envoyé" in words(reading.page(client, "/tableau-de-bord"))


def test_it_did_not_leave_leads_to_the_composer_with_the_same_text(client, invoice, uncertain, camille):
    answer = decide(client, uncertain, "pas-parti")
    assert answer.headers["Location"] == f"/factures/{invoice.id}/relancer/e-mail?modele={uncertain.template}"
    assert (Message.get().state, kinds(invoice)[-1]) == ("cancelled", "reminder_not_sent")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert Message.select().count() == 1
    assert Event.select().order_by(Event.id.desc()).get().user == camille


def test_the_dashboard_asks_and_each_button_works(client, invoice, uncertain):
    page = reading.page(client, "/tableau-de-bord")
    line = css(page, "#todo li")[0]
    assert words(css(line, ".t")[0]) == "Envoi incertain : Latitude Conseil"
    assert "La connexion s’est coupée." in words(line) and "Voir l’e-mail" in words(line)
    [left, _not_left] = css(line, "form")
    assert client.post(left.get("action"), data=fields(left)).status_code == 303
    assert Message.get().state == "sent"


def test_a_refusal_is_seen_once(client, invoice, uncertain):
    Message.update(state="refused").execute()
    decide(client, uncertain, "vu")
    assert kinds(invoice)[-1] == "failure_seen"
    assert not css(reading.page(client, "/tableau-de-bord"), "#todo form")


def test_a_decision_taken_twice_or_unknown_changes_nothing(client, invoice, uncertain):
    assert decide(client, uncertain, "jamais").status_code == 422
    decide(client, uncertain, "parti")
    before = kinds(invoice)
    for outcome in ("parti", "pas-parti", "vu"):
        decide(client, uncertain, outcome)
    assert (Message.get().state, kinds(invoice)) == ("sent", before)


# Suspended


@pytest.fixture
def suspended(account, invoice, nadia):
    """As after a restore: a reminder is due, nothing leaves."""
    switch_on(invoice, nadia, start="join", now=NOW - dt.timedelta(days=4))
    because = "restauration de la sauvegarde du 20/11/2026"
    Account.update(suspended_at=NOW, suspended_because=because).where(Account.id == account.id).execute()
    return account


def test_resuming_is_confirmed_on_a_page_of_its_own(client, suspended, bell):
    page = reading.page(client, "/tableau-de-bord")
    assert "restauration de la sauvegarde" in words(css(page, "#todo li")[0])
    [link] = css(page, "#todo li:first-child a")
    form = css(reading.page(client, link.get("href")), "form.form")[0]
    assert fields(form)["passees"] == "sauter"
    assert client.post(form.get("action"), data=fields(form)).headers["Location"] == "/tableau-de-bord"
    assert Account.get_by_id(suspended.id).suspended_at is None
    assert bell == ["rung"]
    assert queueing.advance_due(NOW, domain="relance.example") == []
    assert Event.get(Event.kind == "sending_resumed").facts["skipped"] > 0


def test_resuming_without_a_choice_is_asked_again(client, suspended):
    page = reading.parse(client.post("/envois/reprise", data={"passees": "peut-être"}), 422)
    assert "Choisissez ce que deviennent" in words(css(page, ".error-summary")[0])
    assert Account.get_by_id(suspended.id).suspended_at == NOW


def test_nothing_to_resume_leads_back(client):
    assert client.get("/envois/reprise").headers["Location"] == "/envois"


def test_what_left_is_read_by_client_and_by_level(client, invoice, nadia, camille, latitude):
    write(invoice, camille)
    Message.update(state="sent", sent_at=NOW, template="rappel").execute()
    assert len(css(reading.page(client, f"{SENT}&client={latitude.id}&niveau=1"), ".todo > li")) == 1
    assert not css(reading.page(client, f"{SENT}&niveau=4"), ".todo > li")
    assert not css(reading.page(client, f"{SENT}&client={latitude.id + 1}"), ".todo > li")
    page = reading.page(client, f"{SENT}&client=abc&niveau=9")
    assert len(css(page, ".todo > li")) == 1


def test_a_message_that_waits_for_a_yes_says_so_on_its_page(client, invoice, camille):
    message = write(invoice, camille)
    Message.update(state="proposed").execute()
    page = reading.page(client, f"/factures/{invoice.id}/messages/{message.id}")
    assert "Attend votre accord" in words(css(page, "#message-state")[0])
    assert "Attend votre accord" in words(css(reading.page(client, SENT), ".todo > li")[0])


# Others


def test_another_account_decides_nothing(stranger, invoice, uncertain):
    for tail, data in (("annulation", {}), ("decision", {"issue": "parti"})):
        assert stranger.post(f"/envois/{uncertain.id}/{tail}", data=data).status_code == 404
    assert Message.get().state == "uncertain"
    assert "Latitude" not in words(reading.page(stranger, SENT))


def test_a_mail_to_the_user_is_nobodys_decision(client, uncertain):
    Message.update(kind="failure_notice").execute()
    assert decide(client, uncertain, "parti").status_code == 404


@pytest.mark.parametrize("path", ["/envois", SENT, "/envois/reprise"])
def test_signed_out_visitors_are_sent_to_the_door(anonymous, path):
    assert anonymous.get(path).headers["Location"].startswith("/connexion")
