"""A word of thanks by hand, through the page: once, with its minute to undo it."""

import datetime as dt

import pytest

from relance.models.messages import Message
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.factories import NOW
from tests.web import reading
from tests.web.reading import css, fields, page, words

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def paid(invoice, nadia):
    factories.make_payment(invoice, 120_000)
    return invoice


def path(invoice):
    return f"/factures/{invoice.id}/remerciement"


def form_of(browser, invoice):
    return fields(css(page(browser, path(invoice)), "form.panel")[0])


def test_the_paid_invoice_offers_it_once_and_what_is_shown_leaves(client, paid, nadia, settings, smtp_server, bell):
    [button] = css(page(client, f"/factures/{paid.id}"), "#head a.primary")
    assert words(button) == "Envoyer un remerciement" and button.get("href") == path(paid)
    form = form_of(client, paid)
    assert form["subject"] == "Bien reçu, facture F-2026-0087" and form["contact"] == str(nadia.id)
    answer = client.post(path(paid), data=form)
    message = Message.get()
    assert answer.headers["Location"] == f"/factures/{paid.id}/messages/{message.id}"
    assert (message.kind, message.is_edited, bell) == ("thanks", False, ["rung"])
    shown = page(client, answer.headers["Location"])
    assert "Part dans 60 s." in words(css(shown, "#message-state")[0])
    sweeping.sweep(NOW + MINUTE, Post.of(settings))
    [mail] = smtp_server.to(nadia.email)
    assert mail.subject == form["subject"]
    assert "".join(mail.text.split()) == "".join(form["body"].split())
    after = page(client, f"/factures/{paid.id}")
    assert css(after, "#head a.primary") == []
    assert "Remerciement envoyé à Nadia Benali" in words(css(after, "#history")[0])
    assert client.get(path(paid)).status_code == 303


def test_during_its_minute_it_can_be_undone_and_sent_again(client, paid, nadia):
    client.post(path(paid), data=form_of(client, paid))
    shown = page(client, f"/factures/{paid.id}/messages/{Message.get().id}")
    [form] = css(shown, "#message-state form")
    client.post(form.get("action"), data=fields(form))
    assert Message.get().state == "cancelled"
    told = words(css(page(client, f"/factures/{paid.id}"), "#history")[0])
    assert "Remerciement annulé : à votre demande" in told
    assert client.get(path(paid)).status_code == 200


def test_the_same_form_twice_is_one_message(client, paid):
    form = form_of(client, paid)
    first, second = (client.post(path(paid), data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] and Message.select().count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"subject": ""}, "Indiquez l’objet de l’e-mail."),
        ({"body": " "}, "Écrivez le texte de l’e-mail."),
        ({"contact": "999"}, "Choisissez au moins un destinataire."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, paid, typed, sentence):
    answer = client.post(path(paid), data=form_of(client, paid) | {"subject": "Merci", "body": "À bientôt"} | typed)
    shown = reading.parse(answer, 422)
    assert sentence in words(shown)
    kept = fields(css(shown, "form.panel")[0])
    assert kept["subject"] == typed.get("subject", "Merci")
    assert Message.select().count() == 0


def test_an_invoice_that_is_owed_is_not_thanked_for(client, invoice, nadia):
    assert client.get(path(invoice)).headers["Location"] == f"/factures/{invoice.id}"
    answer = client.post(path(invoice), data={"contact": nadia.id, "subject": "a", "body": "b"})
    assert "pas payée" in words(reading.parse(answer, 422)) and Message.select().count() == 0


def test_the_invoice_of_another_account_is_not_found(stranger, paid):
    assert stranger.get(path(paid)).status_code == 404
    assert stranger.post(path(paid), data={"subject": "a", "body": "b"}).status_code == 404
