"""« Simuler », through the page: what is shown is what then leaves, and nothing is written by looking."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import simulating, sweeping
from relance.services.carrying import Post
from tests import factories, making
from tests.factories import TODAY
from tests.making import switch_on
from tests.services.sending import nine_on
from tests.web.reading import css, page, words

DAY = dt.timedelta(1)


@pytest.fixture
def planned(latitude, nadia, camille):
    """An invoice due today with two weekly reminders, and another of the same client."""
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY)
    switch_on(invoice, nadia, count=2)
    switch_on(factories.make_invoice(latitude, "F-2", due_on=TODAY + 20 * DAY), nadia, count=2)
    return invoice


def subjects(node):
    return [summary.text_content() for summary in css(node, "#simulation summary")]


def squeezed(text):
    return "".join(text.replace("\u00a0", " ").split())


def texts(node):
    return [one.text_content().strip() for one in css(node, "#simulation .mail-text")]


@pytest.mark.requirement("S1.6")
def test_the_texts_of_the_page_are_those_that_leave(client, planned, nadia, settings, smtp_server):
    shown = page(client, f"/simulation?facture={planned.id}")
    assert len(subjects(shown)) == 2
    for n in range(simulating.DAYS):
        sweeping.sweep(nine_on(TODAY + n * DAY), Post.of(settings))
    left = [mail for mail in smtp_server.to(nadia.email) if "F-1" in mail.subject]
    assert [mail.subject for mail in left] == subjects(shown)
    # The page shows paragraphs in one line.
    assert [squeezed(mail.text) for mail in left] == [squeezed(text) for text in texts(shown)]


def test_looking_writes_nothing(client, planned):
    before = (Event.select().count(), Message.select().count())
    for query in ("", f"?facture={planned.id}", f"?client={planned.client_id}"):
        page(client, f"/simulation{query}")
    assert (Event.select().count(), Message.select().count()) == before


def test_a_client_an_invoice_and_the_account_each_show_their_own(client, account, planned, latitude):
    kerity = factories.make_client(account, "Studio Kérity")
    contact = factories.make_contact(kerity, "Ana Roy", "ana@kerity.example")
    switch_on(factories.make_invoice(kerity, "F-9", due_on=TODAY), contact, count=2)
    assert len(subjects(page(client, f"/simulation?facture={planned.id}"))) == 2
    assert len(subjects(page(client, f"/simulation?client={latitude.id}"))) == 4
    whole = page(client, "/simulation")
    assert [words(one) for one in css(whole, "#simulation h2")] == ["Latitude Conseil", "Studio Kérity"]
    assert len(subjects(whole)) == 6
    weeks = [words(one) for one in css(whole, ".weeks li")]
    assert weeks[0] == "23 nov.2" and len(weeks) == 9


def test_tasks_and_held_steps_have_their_filter(client, account, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY)
    sequence = making.make_sequence(account, (3, "rappel"), (5, "", "call"), (10, "relance_1"))
    making.enrol(sequence, latitude)
    shown = page(client, f"/simulation?client={latitude.id}&type=taches")
    assert subjects(shown) == []
    assert "Appel à passer, lundi 30 novembre" in words(css(shown, "#simulation")[0])
    mails = page(client, f"/simulation?facture={invoice.id}&type=e-mails")
    assert len(subjects(mails)) == 2 and "Appel" not in words(css(mails, "#simulation ol")[0])
    fragment = client.get(f"/simulation?client={latitude.id}&type=retenus", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text and "Rien de prévu" in fragment.text


def test_a_big_account_goes_page_by_page(client, account, planned, monkeypatch):
    kerity = factories.make_client(account, "Studio Kérity")
    contact = factories.make_contact(kerity, "Ana Roy", "ana@kerity.example")
    switch_on(factories.make_invoice(kerity, "F-9", due_on=TODAY), contact, count=2)
    monkeypatch.setattr(simulating, "PAGE_SIZE", 1)
    first = page(client, "/simulation")
    [link] = list(css(first, "#simulation > p a"))
    second = page(client, link.get("href"))
    assert [words(one) for one in css(second, "#simulation h2")] == ["Studio Kérity"]
    assert css(second, "#simulation > p a") == []


def test_the_html_of_a_message_is_shown_alone_and_harmless(client, planned):
    shown = page(client, f"/simulation?facture={planned.id}")
    [first, _second] = css(shown, '#simulation a[target="_blank"]')
    answer = client.get(first.get("href"))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "F-1" in answer.text and answer.text.startswith("<!doctype html")
    for query in (
        f"client={planned.client_id}&jour=2026-11-23",
        f"client={planned.client_id}&jour=x",
        "client=9&jour=",
    ):
        assert client.get(f"/simulation/html?{query}").status_code == 404


def test_a_suspended_account_is_told(client, account, planned):
    Account.update(suspended_at=factories.NOW).where(Account.id == account.id).execute()
    shown = page(client, "/simulation")
    assert "Les envois sont suspendus." in words(shown) and "Rien de prévu" in words(shown)


def test_what_is_of_another_account_is_not_found(stranger, planned):
    for path in (
        f"/simulation?facture={planned.id}",
        f"/simulation?client={planned.client_id}",
        "/simulation?client=abc",
        f"/simulation/html?client={planned.client_id}&jour=2026-11-24",
    ):
        assert stranger.get(path).status_code == 404
    assert "F-1" not in stranger.get("/simulation").text


@pytest.mark.parametrize("place", ["/envois", "/clients/{client}", "/factures/{invoice}"])
def test_it_is_one_click_away(client, planned, place):
    shown = page(client, place.format(client=planned.client_id, invoice=planned.id))
    assert [one.get("href") for one in css(shown, 'a[href^="/simulation"]')]
