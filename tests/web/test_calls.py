"""Calls and replies, through the page: noted once, quoted in the history, with what follows from them."""

import datetime as dt

import pytest

from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.holds import Dispute, Promise, Task
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
        ({"note": "x" * 5001}, "5 000 caractères au plus"),
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


def test_a_dispute_heard_on_the_telephone_is_a_dispute(client, invoice, nadia, bell):
    form = form_of(client, invoice) | {"outcome": "disputed", "contested": "amount", "claim": "Deux heures de trop"}
    answer = client.post(path(invoice), data=form)
    assert answer.status_code == 303 and bell == ["rung"]
    dispute = Dispute.get()
    assert (dispute.kind, dispute.text, dispute.ended_at) == ("amount", "Deux heures de trop", None)
    assert [kind for kind, _ in told(invoice)] == ["call_logged", "dispute_opened"]
    shown = page(client, f"/factures/{invoice.id}")
    assert "Appel à Nadia Benali, conteste la facture" in words(css(shown, "#history")[0])
    assert client.post(path(invoice), data=form).status_code == 303
    assert (Dispute.select().count(), len(told(invoice))) == (1, 2)
    assert "disputed" not in [one.get("value") for one in css(page(client, path(invoice)), '[name="outcome"]')]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"contested": "other", "claim": " "}, "Dites en quelques mots ce que votre client conteste."),
        ({"contested": "x"}, "Choisissez sur quoi porte le litige."),
        ({"claim": "x" * 5001}, "5 000 caractères au plus"),
    ],
)
def test_a_dispute_that_is_refused_undoes_the_call(client, invoice, nadia, typed, sentence):
    form = form_of(client, invoice) | {"outcome": "disputed", "contested": "service", "note": "Gardez-moi"} | typed
    shown = reading.parse(client.post(path(invoice), data=form), 422)
    assert sentence in words(css(shown, "form.panel")[0])
    assert fields(css(shown, "form.panel")[0])["note"] == "Gardez-moi"
    assert (told(invoice), Dispute.select().count()) == ([], 0)


def test_a_call_says_what_to_say_and_prints_it(client, invoice, nadia):
    shown = page(client, path(invoice))
    [script] = css(shown, "#script")
    assert script.get("open") is not None and css(script, "[data-print]")
    said = words(css(script, "[lang]")[0])
    assert said.startswith("Bonjour, Camille Roussel, Atelier Roussel. Je souhaite parler à Nadia Benali.")
    assert "F-2026-0087" in said and "1 200,00 €" in said and "cela fait 10 jours." in said
    assert words(css(script, ".ask")[0]) == "Qu’est-ce qui retarde ce règlement ?"
    dialog = client.get(path(invoice), headers={"HX-Request": "true"}).text
    assert f'href="/factures/{invoice.id}/appel">Imprimer' in dialog and "data-print" not in dialog


def test_the_script_speaks_the_language_of_the_client_and_names_no_department(client, invoice, nadia):
    Client.update(language="en").where(Client.id == invoice.client_id).execute()
    Contact.update(name="Service comptable").where(Contact.id == nadia.id).execute()
    [spoken] = css(page(client, path(invoice)), "#script [lang]")
    assert spoken.get("lang") == "en"
    assert "May I speak to the person who handles your invoices." in words(spoken)


@pytest.mark.requirement("S1.26")
def test_the_tone_is_that_of_the_step_that_asks_for_the_call(client, invoice, nadia):
    call = {"account": invoice.account_id, "client": invoice.client_id, "invoice": invoice, "kind": "call"}
    Task.create(**call, due_on=TODAY, created_at=NOW, slot="1:1:1", offset_days=5)
    asked = words(css(page(client, path(invoice)), "#script .ask")[0])
    assert asked == "Quand pensez-vous pouvoir la régler ?"


@pytest.mark.requirement("S1.26")
def test_a_call_to_make_leaves_the_dashboard_when_it_is_noted_or_the_invoice_paid(client, invoice, nadia):
    call = {"account": invoice.account_id, "client": invoice.client_id, "invoice": invoice, "kind": "call"}
    Task.create(**call, due_on=TODAY, created_at=NOW, slot="1:1:1", offset_days=5)
    Contact.update(phone="0472001122").where(Contact.id == nadia.id).execute()
    [line] = [li for li in css(page(client, "/tableau-de-bord"), "#todo li") if "Appel à passer" in words(li)]
    [phone] = css(line, "a[href^='tel:']")
    assert (phone.get("href"), words(phone)) == ("tel:+33472001122", "04 72 00 11 22")
    [log] = [a for a in css(line, ".actions a") if words(a) == "Noter l’appel"]
    assert log.get("hx-target") == "#fenetre"
    client.post(log.get("href"), data=form_of(client, invoice))
    assert Task.get().outcome == "done"
    Task.create(**call, due_on=TODAY, created_at=NOW, slot="1:1:2", offset_days=8)
    assert "Appel à passer" in words(css(page(client, "/tableau-de-bord"), "#todo")[0])
    factories.make_payment(invoice, 120_000)
    assert "Appel à passer" not in words(css(page(client, "/tableau-de-bord"), "#contenu")[0])


@pytest.mark.parametrize(
    "where", ["/factures/{invoice}", "/clients/{client}?onglet=contacts", "/factures/{invoice}/appel"]
)
def test_a_telephone_number_is_dialled_by_a_touch_wherever_it_is(client, invoice, nadia, where):
    Contact.update(phone="+33 (0)4 72 00 11 22").where(Contact.id == nadia.id).execute()
    shown = page(client, where.format(invoice=invoice.id, client=invoice.client_id))
    [phone] = css(shown, "main a[href^='tel:']")
    assert (phone.get("href"), words(phone)) == ("tel:+33472001122", "04 72 00 11 22")
    Contact.update(phone="le soir").where(Contact.id == nadia.id).execute()
    shown = page(client, where.format(invoice=invoice.id, client=invoice.client_id))
    assert css(shown, "main a[href^='tel:']") == [] and "le soir" in words(css(shown, "main")[0])


def test_a_paid_invoice_offers_no_promise(client, invoice, nadia):
    factories.make_payment(invoice, 120_000)
    shown = page(client, path(invoice))
    assert [one.get("value") for one in css(shown, '[name="outcome"]')] == ["no_answer", "message_left", "talked"]
