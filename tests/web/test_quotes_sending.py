"""The composer of a quote, through its page: what is shown is what leaves, once, after a minute."""

import datetime as dt

import pytest

from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.reading import css, fields, page, parse, words

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def quote(latitude, nadia, hugo):
    return factories.make_quote(latitude, "D-2026-014")


def path(quote):
    return f"/devis/{quote.id}/relancer"


def form_of(client, quote):
    return fields(css(page(client, path(quote)), "#letter")[0])


def test_what_is_shown_is_what_leaves_after_a_minute(client, quote, nadia, settings, smtp_server, bell):
    shown = page(client, path(quote))
    form = fields(css(shown, "#letter")[0])
    assert form["subject"] == "Votre devis D-2026-014" and form["contact"] == str(nadia.id)
    preview = words(css(shown, "#preview .mail-text")[0])
    answer = client.post(path(quote), data=form)
    message = Message.get()
    assert answer.headers["Location"] == f"/devis/{quote.id}/messages/{message.id}" and bell == ["rung"]
    sweeping.sweep(NOW, Post.of(settings))
    assert not smtp_server.received
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    [mail] = smtp_server.received
    assert " ".join(mail.text.replace("\u00a0", " ").split()) == preview and mail.recipients == [nadia.email]


def test_the_same_form_twice_is_one_message(client, quote):
    form = form_of(client, quote)
    first, again = client.post(path(quote), data=form), client.post(path(quote), data=form)
    assert first.headers["Location"] == again.headers["Location"] and Message.select().count() == 1


def test_own_words_are_previewed_tested_and_sent_as_they_are(client, quote, camille, settings, smtp_server):
    form = form_of(client, quote) | {"subject": "Notre projet", "body": "Bonjour Nadia,\n\nQu'en dites-vous ?"}
    fragment = client.post(f"{path(quote)}/apercu", data=form, headers={"HX-Request": "true"})
    assert "Notre projet" in fragment.text and "modifié par vous" in fragment.text
    answer = client.post(f"{path(quote)}/test", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and smtp_server.received[0].subject == "[TEST] Notre projet"
    assert smtp_server.received[0].recipients == [camille.email] and not Message.select().exists()
    client.post(path(quote), data=form)
    assert Message.get().is_edited and Message.get().subject == "Notre projet"


def test_what_is_missing_is_refused_at_its_field_with_what_was_typed(client, quote):
    form = form_of(client, quote) | {"subject": "", "body": "Mon texte à garder"}
    shown = parse(client.post(path(quote), data=form), 422)
    assert css(shown, "#champ-subject .error") and "Mon texte à garder" in css(shown, "#body")[0].text_content()
    form = form_of(client, quote)
    form.pop("contact")
    shown = parse(client.post(path(quote), data=form), 422)
    assert "Choisissez au moins un destinataire." in words(css(shown, ".error-summary")[0])
    answer = client.post(f"{path(quote)}/test", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and not Message.select().exists()


def test_a_quote_that_expired_or_was_answered_says_why_it_is_not_recalled(client, quote):
    form = form_of(client, quote)
    Quote.update(valid_until=TODAY - dt.timedelta(1)).execute()
    assert "La validité de ce devis est passée" in words(css(page(client, path(quote)), "main")[0])
    assert client.post(path(quote), data=form).status_code == 422
    assert client.post(f"{path(quote)}/apercu", data=form).headers["Location"] == path(quote)
    assert not Message.select().exists()


def test_a_recent_e_mail_to_the_client_is_a_warning_and_no_refusal(client, quote, latitude):
    factories.make_message(latitude)
    assert "aujourd’hui" in words(css(page(client, path(quote)), "#composer .notice")[0])
    assert client.post(path(quote), data=form_of(client, quote)).status_code == 303


def test_it_is_undone_from_the_page_of_the_message(client, quote):
    location = client.post(path(quote), data=form_of(client, quote)).headers["Location"]
    [undo] = css(page(client, location), "#message-state form[action$='/annulation']")
    assert client.post(undo.get("action"), data=fields(undo)).headers["Location"] == location
    assert Message.get().state == "cancelled"
    assert "Envoi annulé par vous" in words(css(page(client, location), "#message-state")[0])
