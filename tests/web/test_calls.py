"""Calls and replies, through the page: noted once, quoted in the history, with what follows from them."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Promise, Task
from relance.models.invoices import Invoice
from tests import factories
from tests.factories import NOW, TODAY
from tests.web import reading
from tests.web.reading import css, fields, page, words


def path(invoice, tail="appel"):
    return f"/factures/{invoice.id}/{tail}"


def form_of(browser, invoice, tail="appel"):
    shown = page(browser, path(invoice, tail))
    return fields(css(shown, "form.panel")[0])


def told(invoice):
    return [(event.kind, event.facts) for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


@pytest.mark.requirement("S3.34")
def test_a_call_is_noted_and_quoted_in_the_history(client, invoice, nadia):
    form = form_of(client, invoice)
    assert (form["who"], form["outcome"]) == ("Nadia Benali", "talked")
    answer = client.post(path(invoice), data=form | {"note": "Facture validée.\nVirement « lundi »."})
    assert answer.status_code == 303
    [(kind, facts)] = told(invoice)
    assert (kind, facts["who"], facts["outcome"]) == ("call_logged", "Nadia Benali", "talked")
    shown = page(client, f"/factures/{invoice.id}")
    assert "Appel à Nadia Benali, échange" in words(css(shown, "#history")[0])
    assert words(css(shown, "#history .quote")[0]) == "Facture validée. Virement « lundi »."


def test_the_dialog_is_the_page_without_its_frame(client, invoice, nadia):
    answer = client.get(path(invoice), headers={"HX-Request": "true"})
    assert "<html" not in answer.text and "<dialog" in answer.text
    wrong = client.post(path(invoice), data={"outcome": "x"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422 and "Choisissez le résultat" in wrong.text


def test_the_same_form_twice_is_one_call(client, invoice, nadia):
    form = form_of(client, invoice)
    assert [client.post(path(invoice), data=form).status_code for _ in range(2)] == [303, 303]
    assert len(told(invoice)) == 1


@pytest.mark.requirement("S1.26")
def test_a_call_to_make_is_a_task_of_its_day_and_the_next_call_may_close_it(client, invoice, nadia):
    client.post(path(invoice), data=form_of(client, invoice) | {"outcome": "no_answer", "again_on": "+3"})
    task = Task.get()
    assert (task.kind, task.due_on, task.done_at) == ("call", TODAY + dt.timedelta(days=3), None)
    assert "rappel prévu le 26 novembre 2026" in words(css(page(client, f"/factures/{invoice.id}"), "#history")[0])
    form = form_of(client, invoice)
    assert form["done"] == str(task.id)
    client.post(path(invoice), data=form)
    task = Task.get()
    assert (task.outcome, task.done_at) == ("done", NOW)
    assert [kind for kind, _ in told(invoice)] == ["call_logged", "call_logged", "task_done"]


def test_a_call_to_make_left_unticked_stays(client, invoice, nadia):
    client.post(path(invoice), data=form_of(client, invoice) | {"again_on": "demain"})
    form = form_of(client, invoice)
    form.pop("done")
    client.post(path(invoice), data=form)
    assert Task.get().done_at is None


def test_a_task_of_another_invoice_is_not_closed(client, invoice, latitude, nadia):
    other = factories.make_invoice(latitude)
    client.post(path(other), data=form_of(client, other) | {"again_on": "demain"})
    answer = client.post(path(invoice), data=form_of(client, invoice) | {"done": str(Task.get().id)})
    assert "Cet appel n’est plus à passer." in words(reading.parse(answer, 422))
    assert Task.get().done_at is None and told(invoice) == []


def test_a_promise_given_on_the_telephone_is_a_promise(client, invoice, nadia, bell):
    form = form_of(client, invoice) | {"outcome": "promised", "promised_on": "30/11/2026", "amount": "1 000,00"}
    client.post(path(invoice), data=form | {"note": "Dit au téléphone"})
    promise = Promise.get()
    assert (promise.promised_on, promise.amount_cents) == (dt.date(2026, 11, 30), 100_000)
    assert (promise.given_by, promise.note, promise.state) == ("Nadia Benali", "Dit au téléphone", "open")
    assert [kind for kind, _ in told(invoice)] == ["call_logged", "promise_made"]
    assert bell == ["rung"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"outcome": "promised", "promised_on": ""}, "Indiquez la date annoncée."),
        ({"outcome": "promised", "promised_on": "30/11/2026", "amount": ""}, "Indiquez le montant annoncé."),
        ({"outcome": "promised", "promised_on": "30/11/2029"}, "Indiquez une date dans les douze mois."),
        ({"outcome": "promised", "promised_on": "30/11/2026", "amount": "9 999"}, "dépasse le reste dû"),
        ({"outcome": "promised", "promised_on": "pas une date"}, "n’est pas une date"),
        ({"again_on": "20/11/2026"}, "Cette date est passée"),
        ({"again_on": "20/11/2030"}, "dans les douze mois"),
        ({"who": "x" * 101}, "100 caractères au plus"),
        ({"note": "x" * 5001}, "5000 caractères au plus"),
        ({"outcome": "crié"}, "Choisissez le résultat de l’appel."),
    ],
)
def test_a_wrong_call_is_refused_at_its_field_and_keeps_what_was_typed(client, invoice, nadia, typed, sentence):
    form = form_of(client, invoice) | {"note": "Gardez-moi"} | typed
    answer = client.post(path(invoice), data=form)
    shown = reading.parse(answer, 422)
    assert sentence in words(css(shown, "form.panel")[0])
    kept = fields(css(shown, "form.panel")[0])
    assert kept["note"] == form["note"]
    assert (told(invoice), Promise.select().count(), Task.select().count()) == ([], 0, 0)


def test_a_reply_is_noted_with_its_day(client, invoice, nadia):
    form = form_of(client, invoice, "reponse")
    assert form["received_on"] == "23/11/2026"
    client.post(path(invoice, "reponse"), data=form | {"received_on": "20/11/2026", "text": "Paiement <b>lundi</b>."})
    [(kind, facts)] = told(invoice)
    assert (kind, facts["received_on"], facts["text"]) == ("reply_logged", "2026-11-20", "Paiement <b>lundi</b>.")
    shown = page(client, f"/factures/{invoice.id}?h=echanges")
    assert "Réponse reçue de Nadia Benali le 20 novembre 2026" in words(css(shown, "#history")[0])
    assert words(css(shown, "#history .quote")[0]) == "Paiement <b>lundi</b>."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": " "}, "Indiquez ce que dit la réponse."),
        ({"received_on": "24/11/2026"}, "Cette date est dans le futur."),
        ({"received_on": ""}, "Indiquez la date de la réponse."),
    ],
)
def test_a_wrong_reply_is_refused(client, invoice, nadia, typed, sentence):
    answer = client.post(path(invoice, "reponse"), data=form_of(client, invoice, "reponse") | {"text": "Oui"} | typed)
    assert sentence in words(css(reading.parse(answer, 422), "form.panel")[0])
    assert told(invoice) == []


@pytest.mark.parametrize("tail", ["appel", "reponse"])
def test_nobody_is_called_about_a_draft_a_credit_note_or_another_account(client, stranger, invoice, tail):
    assert stranger.get(path(invoice, tail)).status_code == 404
    assert stranger.post(path(invoice, tail), data={"outcome": "talked", "text": "x"}).status_code == 404
    for values in ({"state": "draft"}, {"state": "sent", "kind": "credit_note"}):
        Invoice.update(**values).where(Invoice.id == invoice.id).execute()
        assert client.get(path(invoice, tail)).status_code == 404
        assert client.post(path(invoice, tail), data={"outcome": "talked", "text": "x"}).status_code == 404
    assert told(invoice) == []


def test_a_paid_invoice_offers_no_promise(client, invoice, nadia):
    factories.make_payment(invoice, 120_000)
    shown = page(client, path(invoice))
    assert [one.get("value") for one in css(shown, '[name="outcome"]')] == ["no_answer", "message_left", "talked"]
