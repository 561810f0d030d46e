"""A message about a quote: byte for byte, alone in its frame, nobody else's."""

import pytest

from relance.models.messages import Message, MessageAttachment
from relance.models.quotes import Quote
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.data import making
from tests.factories import NOW
from tests.web.reading import css, page, words


@pytest.fixture
def quote(latitude, nadia, account):
    document = factories.make_document(account, making.pdf(), "devis.pdf", kind="quote")
    return factories.make_quote(latitude, "D-2026-014", nudges=1, remind_days=30, document=document)


@pytest.fixture
def message(quote, camille, settings, smtp_server):
    sweeping.sweep(NOW, Post.of(settings))
    return Message.get(Message.kind == "quote")


def test_the_page_says_all_and_the_source_is_what_the_server_received(client, quote, message, smtp_server):
    path = f"/devis/{quote.id}/messages/{message.id}"
    shown = page(client, path)
    assert message.subject in words(css(shown, "h1")[0]) and "D-2026-014" in words(css(shown, "dl")[0])
    assert client.get(f"{path}/eml").data == smtp_server.received[0].content
    document = MessageAttachment.get().document
    assert client.get(f"{path}/pieces/{document.id}").data == making.pdf()
    frame = client.get(f"{path}/html")
    assert frame.text == message.body_html and "sandbox" in frame.headers["Content-Security-Policy"]


def test_a_message_about_something_else_is_not_found(client, quote, message, latitude):
    other = factories.make_quote(latitude)
    assert client.get(f"/devis/{other.id}/messages/{message.id}").status_code == 404
    reminder = factories.make_message(latitude)
    assert client.get(f"/devis/{quote.id}/messages/{reminder.id}").status_code == 404
    assert client.get(f"/devis/{quote.id}/messages/{message.id}/pieces/999").status_code == 404


def test_the_sends_lead_to_it_and_a_cancelled_one_says_why(client, quote, message):
    path = f"/devis/{quote.id}/messages/{message.id}"
    assert css(page(client, "/envois?vue=envoyes"), f"a[href='{path}']")
    Message.update(state="cancelled", error="quote_accepted").where(Message.id == message.id).execute()
    assert "devis accepté" in words(css(page(client, path), "#message-state")[0])
    Message.update(state="queued").execute()
    assert css(page(client, "/envois"), f"a[href='{path}']")


def test_what_waits_for_a_yes_names_the_quote_and_leaves_with_it(client, quote, account, settings, camille):
    account.asks_before_sending = True
    account.save()
    factories.make_invoice(quote.client)  # without an invoice the dashboard shows the first steps instead
    sweeping.sweep(NOW, Post.of(settings))
    waiting = Message.get(Message.state == "proposed")
    shown = page(client, "/envois/a-valider")
    assert words(css(shown, f"#message-{waiting.id} a[href='/devis/{quote.id}']")[0]) == "D-2026-014"
    assert "D-2026-014" in words(css(page(client, "/tableau-de-bord"), "main")[0])
    [mark] = css(shown, f"#message-{waiting.id} form[action$='/accord'] input[name^='lu-']")
    answer = client.post(f"/envois/{waiting.id}/accord", data={mark.get("name"): mark.get("value")})
    assert answer.status_code == 303 and Message.get_by_id(waiting.id).state == "queued"
    assert Quote.get().state == "pending"


def test_a_failure_is_dealt_with_from_the_dashboard(client, quote, message):
    factories.make_invoice(quote.client)  # without an invoice the dashboard shows the first steps instead
    Message.update(state="uncertain", error="Coupure").where(Message.id == message.id).execute()
    path = f"/devis/{quote.id}/messages/{message.id}"
    assert css(page(client, "/tableau-de-bord"), f"a[href='{path}']")
    answer = client.post(f"/envois/{message.id}/decision", data={"issue": "pas-parti"})
    assert answer.headers["Location"] == f"/devis/{quote.id}/relancer"
    assert not css(page(client, "/tableau-de-bord"), f"a[href='{path}']")
