"""The composer and the page of a message: what is shown is what leaves, once, and only what may."""

import datetime as dt
import json

import pytest

from relance import storage
from relance.mail.layout import unwrapped
from relance.models.accounts import Account
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.rules.plans import LEVELS
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.web import reading
from tests.web.composing import composer, form_of, path, preview_text, told
from tests.web.reading import css, fields, words

NOW, TODAY = factories.NOW, factories.TODAY


HTMX = {"HX-Request": "true"}


MINUTE = dt.timedelta(minutes=1)


@pytest.mark.requirement("S0.2", "S2.1", "S4.12")
def test_it_opens_filled_with_the_invoice_its_contact_and_its_template(client, invoice, nadia, hugo):
    page = composer(client, invoice)
    form = form_of(page)
    assert form["template"] == "rappel" and form["contact"] == str(nadia.id)
    assert "F-2026-0087" in form["subject"] and "1\u00a0200,00\u00a0€" in form["body"]
    assert "{" not in form["body"]
    assert [option.get("value") for option in css(page, "#template option")] == list(LEVELS)


def test_a_template_named_in_the_address_is_chosen_when_it_exists(client, invoice, nadia):
    assert form_of(composer(client, invoice, "?modele=relance_2"))["template"] == "relance_2"
    assert form_of(composer(client, invoice, "?modele=../../x"))["template"] == "rappel"


@pytest.mark.requirement("S1.5")
def test_two_clicks_send_the_reminder_to_the_client(client, invoice, nadia, settings, smtp_server, bell):
    page = composer(client, invoice)
    answer = client.post(path(invoice), data=form_of(page))
    message = Message.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/factures/{invoice.id}/messages/{message.id}"
    assert (message.state, message.kind, message.is_edited) == ("queued", "manual", False)
    assert Event.get(Event.kind == "reminder_queued").message == message
    assert bell == ["rung"]
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    [mail] = smtp_server.to(nadia.email)
    assert unwrapped(mail.text.replace("\r\n", "\n").strip()) == preview_text(page).strip()


def test_a_double_click_sends_one(client, invoice, nadia):
    form = form_of(composer(client, invoice))
    first, second = client.post(path(invoice), data=form), client.post(path(invoice), data=form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Message.select().count() == Event.select().where(Event.kind == "reminder_queued").count() == 1


def test_words_changed_leave_as_they_are(client, invoice, nadia, settings, smtp_server):
    form = form_of(composer(client, invoice))
    form |= {"subject": "Un petit mot", "body": "Bonjour Nadia,\r\n\r\nTout va bien ? {{ 7*7 }} <script>\r\n"}
    client.post(path(invoice), data=form)
    message = Message.get()
    assert message.is_edited and message.body_text == "Bonjour Nadia,\n\nTout va bien ? {{ 7*7 }} <script>\n"
    assert "<script>" not in message.body_html and "&lt;script&gt;" in message.body_html
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    assert smtp_server.to(nadia.email)[0].subject == "Un petit mot"


# The test e-mail


@pytest.mark.requirement("S0.14", "S0.15")
def test_the_test_goes_to_the_user_alone_and_leaves_no_trace(client, invoice, nadia, camille, smtp_server):
    page = composer(client, invoice)
    answer = client.post(path(invoice, "/test"), data=form_of(page), headers=HTMX)
    assert f"E-mail test envoyé à {camille.email}" in words(reading.parse(answer))
    [mail] = smtp_server.received
    assert mail.recipients == [camille.email] and mail.subject.startswith("[TEST] ")
    assert unwrapped(mail.text.replace("\r\n", "\n").strip()) == preview_text(page).strip()
    assert "F-2026-0087" in mail.text and "{" not in mail.text
    assert (Message.select().count(), told(invoice)) == (0, [])


@pytest.mark.requirement("S0.14")
def test_the_test_says_what_the_server_answered(client, invoice, nadia, smtp_server):
    smtp_server.answers["DATA"] = "554 5.7.1 spam"
    form = form_of(composer(client, invoice)) | {"body": "Mes mots"}
    answer = client.post(path(invoice, "/test"), data=form)
    page = reading.parse(answer, 422)
    assert "554 5.7.1 spam" in words(css(page, "#test")[0])
    assert form_of(page)["body"] == "Mes mots"


# The page of a message


def show_path(invoice, message, tail=""):
    return f"/factures/{invoice.id}/messages/{message.id}{tail}"


@pytest.mark.requirement("S3.34")
def test_a_message_is_shown_exactly_as_it_left(client, sent, invoice, nadia, settings, smtp_server):
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    page = reading.page(client, show_path(invoice, sent))
    row = Message.get_by_id(sent.id)
    [mail] = smtp_server.to(nadia.email)
    assert css(page, ".mail-text")[0].text_content() == row.body_text
    head = {
        words(dt_): words(dd) for dt_, dd in zip(css(page, ".mail-head dt"), css(page, ".mail-head dd"), strict=True)
    }
    assert head["De"] == "Atelier Roussel relances@relance.example"
    assert head["À"] == f"Nadia Benali {nadia.email}"
    assert head["Réponses"] == mail.message["Reply-To"]
    assert head["Objet"] == mail.subject.replace("\u00a0", " ")
    assert head["N°"] == mail.message["Message-ID"] == row.message_id
    assert words(css(page, "#message-state")[0]) == "EnvoyéParti le lundi 23 novembre 2026, 9 h 01"


def test_during_its_minute_it_says_how_long_and_can_be_undone(client, sent, invoice, clock):
    clock.move_to((NOW + dt.timedelta(seconds=8)).replace(tzinfo=dt.UTC))
    page = reading.page(client, show_path(invoice, sent))
    [state] = css(page, "#message-state")
    assert "Part dans 52 s." in words(state) and state.get("hx-trigger") == "every 10s"
    [form] = css(state, "form")
    answer = client.post(form.get("action"), data=fields(form))
    assert answer.headers["Location"] == show_path(invoice, sent)
    assert Message.get().state == "cancelled"
    after = reading.page(client, show_path(invoice, sent))
    assert "Envoi annulé par vous" in words(css(after, "#message-state")[0])
    assert "votre client ne recevra pas" in words(after)


def test_the_html_is_in_a_frame_where_nothing_runs(client, sent, invoice):
    page = reading.page(client, show_path(invoice, sent))
    [frame] = css(page, "iframe")
    assert frame.get("sandbox") is not None and "allow-scripts" not in frame.get("sandbox")
    answer = client.get(frame.get("src"))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "style-src 'unsafe-inline'" in policy and "sandbox" in policy
    assert "script-src" not in policy
    assert answer.get_data(as_text=True) == sent.body_html


def test_an_attachment_of_the_message_can_be_downloaded_and_no_other(client, invoice, nadia, account):
    document = factories.make_document(account, b"%PDF-1.7 la facture", name="F-2026-0087 é.pdf")
    other = factories.make_document(account, b"secret", name="autre.pdf")
    Invoice.update(document=document).where(Invoice.id == invoice.id).execute()
    client.post(path(invoice), data=form_of(composer(client, invoice)))
    message = Message.get()
    [link] = css(reading.page(client, show_path(invoice, message)), "a.att")
    answer = client.get(link.get("href"))
    assert answer.data == b"%PDF-1.7 la facture"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(show_path(invoice, message, f"/pieces/{other.id}")).status_code == 404


def test_a_refusal_shows_the_servers_words_and_a_partial_one_its_address(client, sent, invoice):
    Message.update(state="refused", error="Le serveur refuse le message : « 550 no such user ».").execute()
    page = reading.page(client, show_path(invoice, sent))
    assert "550 no such user" in words(css(page, "#message-state")[0])
    assert f"modele={sent.template}" in css(page, "#message-state a")[0].get("href")
    Message.update(state="sent", sent_at=NOW, refused_json=json.dumps({"x@y.example": "550 no"})).execute()
    assert "x@y.example a été refusée : 550 no" in words(reading.page(client, show_path(invoice, sent)))


def test_a_message_of_another_invoice_account_or_kind_is_not_found(client, stranger, sent, invoice, latitude, account):
    other = factories.make_invoice(latitude)
    assert client.get(show_path(other, sent)).status_code == 404
    for tail in ("", "/html", "/pieces/1"):
        assert stranger.get(show_path(invoice, sent, tail)).status_code == 404
    Message.update(kind="overdue_alert").execute()
    assert client.get(show_path(invoice, sent)).status_code == 404


@pytest.mark.parametrize("tail", ["", "/apercu", "/test"])
def test_the_composer_of_another_account_is_not_found(stranger, invoice, nadia, tail):
    assert stranger.get(path(invoice)).status_code == 404
    assert stranger.post(path(invoice, tail), data={"template": "rappel"}).status_code == 404
    assert Message.select().count() == 0


def test_a_contact_of_another_account_is_never_written_to(client, invoice, nadia, basile):
    foreign = Contact.get(Contact.account == basile.account_id)
    form = form_of(composer(client, invoice)) | {"contact": str(foreign.id)}
    assert client.post(path(invoice), data=form).status_code == 422
    assert Message.select().count() == 0


def test_a_suspended_account_sends_nothing_by_hand(client, invoice, nadia, account):
    Account.update(suspended_at=NOW).where(Account.id == account.id).execute()
    assert "suspendus" in words(css(composer(client, invoice), ".notice")[0])


# The original


@pytest.mark.requirement("S3.34")
def test_the_original_is_downloaded_byte_for_byte_with_its_headers_on_the_page(
    client, account, invoice, nadia, settings, smtp_server
):
    document = factories.make_document(account, b"%PDF-1.7 la facture", name="F-2026-0087 é.pdf")
    Invoice.update(document=document).where(Invoice.id == invoice.id).execute()
    client.post(path(invoice), data=form_of(composer(client, invoice)))
    message = Message.get()
    assert client.get(show_path(invoice, message, "/eml")).status_code == 404  # nothing left yet
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    [mail] = smtp_server.to(nadia.email)
    page = reading.page(client, show_path(invoice, message))
    [link] = css(page, ".page-head a[download]")
    answer = client.get(link.get("href"))
    assert answer.data == mail.content and answer.mimetype == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert f"Message-ID: {message.message_id}" in css(page, "details .mail-raw")[0].text_content()


def test_an_original_whose_file_is_lost_says_so(client, account, invoice, nadia, settings, smtp_server):
    document = factories.make_document(account, b"%PDF-1.7 perdue", name="perdue.pdf")
    Invoice.update(document=document).where(Invoice.id == invoice.id).execute()
    client.post(path(invoice), data=form_of(composer(client, invoice)))
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    storage._path(document.sha256).unlink()
    message = Message.get()
    answer = client.get(show_path(invoice, message, "/eml"), follow_redirects=True)
    assert "a disparu du serveur" in answer.get_data(as_text=True)


def test_the_original_of_another_account_is_not_found(client, stranger, sent, invoice, settings, smtp_server):
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    assert stranger.get(show_path(invoice, sent, "/eml")).status_code == 404
