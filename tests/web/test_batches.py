"""« Envoyer les relances »: the page that confirms, refuses what changed, and follows what it sent."""

import datetime as dt
import re

import lxml.html
import pytest

from relance.models.accounts import Heartbeat
from relance.models.batches import Batch, BatchLine
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import paying, sweeping
from relance.services.carrying import Post
from tests import factories
from tests.services.batching import debtor
from tests.web.reading import css, fields, words

URL = "/factures/envoyer-relances"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def debtors(account, camille):
    return [debtor(account, f"Client {n}", 10 + n)[1][0] for n in range(5)]


def page_of(answer):
    return lxml.html.fromstring(answer.text)


def asked(rows):
    return "&".join(f"ids={row.id}" for row in rows)


def filled(answer, **changes):
    """What a browser would post from the form of this answer."""
    [form] = [form for form in page_of(answer).forms if form.get("action") == URL]
    return fields(form) | changes


@pytest.mark.requirement("S2.9", "S2.10")
def test_five_ticked_are_listed_with_recipient_text_and_amount_and_cancelling_sends_nothing(client, debtors):
    answer = client.get(f"{URL}?{asked(debtors)}")
    page = page_of(answer)
    assert words(css(page, "h1")[0]) == "Envoyer 5 relances ?"
    rows = css(page, ".batch-table tbody tr:not(.under)")
    assert len(rows) == 5
    for row, invoice in zip(rows, sorted(debtors, key=lambda one: one.next_due_on), strict=True):
        said = words(row)
        contact = Contact.get(Contact.client == invoice.client_id)
        assert contact.email in said and invoice.number in said
        assert css(row, "option[selected]")[0].get("value") == "rappel"
    assert Message.select().count() == Batch.select().count() == 0


@pytest.mark.requirement("S2.9", "S2.11", "S4.1")
def test_the_confirmation_sends_once_however_often_it_is_posted(client, debtors, smtp_server, settings):
    data = filled(client.get(f"{URL}?{asked(debtors)}"))
    first = client.post(URL, data=data)
    again = client.post(URL, data=data)
    batch = Batch.get()
    assert first.status_code == again.status_code == 303
    assert first.location == again.location == f"/envois/lots/{batch.id}"
    assert Message.select().count() == 5 and Event.select().where(Event.kind == "batch_queued").count() == 1
    sweeping.sweep(batch.not_before_at, Post.of(settings))
    assert len(smtp_server.received) == 5
    assert "5 relances envoyées" in words(page_of(client.get(first.location)))


@pytest.mark.requirement("S2.10")
def test_what_is_set_aside_says_why_and_how_to_mend_it(client, account, debtors):
    unreachable = debtors[0].client
    Contact.update(rejected_at=factories.NOW - dt.timedelta(5)).where(Contact.client == unreachable).execute()
    factories.make_payment(debtors[1], debtors[1].total_cents)
    draft = debtor(account, "Brouillon", 10, state="draft")[1][0]
    page = page_of(client.get(f"{URL}?{asked([*debtors, draft])}&ids=999999"))
    said = words(page)
    assert "adresse refusée le 18 nov." in said and "déjà payée" in said and "encore un brouillon" in said
    assert "Une facture choisie n’existe plus." in said and "Envoyer 3 relances" in said
    links = {link.get("href") for link in css(page, ".is-aside a")}
    assert {f"/clients/{unreachable.id}?onglet=contacts", f"/factures/{draft.id}/modifier"} <= links


def test_a_balance_that_changed_is_refused_and_shown_again_with_the_choices_kept(client, debtors, camille, now):
    answer = client.get(f"{URL}?{asked(debtors)}")
    [key] = [line for line in re.findall(r'name="modele-([^"]+)"', answer.text) if line.endswith(f"-{debtors[0].id}")]
    data = filled(answer, copies_user="1")
    data[f"modele-{key}"] = "relance_2"
    paying.record(
        debtors[0],
        received_on=factories.TODAY,
        amount_cents=1_000,
        method="transfer",
        by=camille,
        now=now,
        form_key="p",
    )
    refused = client.post(URL, data=data)
    assert refused.status_code == 409 and "Un solde ou une adresse a changé" in refused.text
    assert Batch.select().count() == Message.select().count() == 0
    page = page_of(refused)
    kept = filled(refused)
    assert kept[f"modele-{key}"] == "relance_2" and kept["copies_user"] == "1" and kept["key"] == data["key"]
    assert css(page, "[role=alert], .notice")
    assert client.post(URL, data=kept).status_code == 303 and BatchLine.select().count() == 5


def test_a_recent_client_leaves_only_when_it_is_ticked(client, invoice, nadia):
    factories.make_message(nadia.client, [invoice], day_on=factories.TODAY - dt.timedelta(2))
    answer = client.get(f"{URL}?ids={invoice.id}")
    page = page_of(answer)
    assert "dernier e-mail il y a 2 jours" in words(page)
    assert client.post(URL, data=filled(answer)).status_code == 422
    [box] = css(page, "input[name=anyway]")
    drawn = client.post(f"{URL}?revoir=1", data=filled(answer, anyway=box.get("value")), headers=HTMX)
    assert drawn.status_code == 200 and "Envoyer une relance" in drawn.text and "<dialog" not in drawn.text
    sent = client.post(URL, data=filled(answer, anyway=box.get("value")))
    assert sent.status_code == 303 and Message.select().where(Message.kind == "manual").count() == 1


def test_the_selection_bar_may_post_its_ids_and_htmx_gets_a_dialog(client, debtors):
    page = client.post(URL, data={"ids": [row.id for row in debtors]})
    assert page.status_code == 200 and "Envoyer 5" in page.text and Batch.select().count() == 0
    dialog = client.get(f"{URL}?{asked(debtors)}", headers=HTMX)
    assert dialog.text.lstrip().startswith("<dialog") and "<html" not in dialog.text


@pytest.mark.parametrize("ids", ["", "ids=", "ids=abc&ids=-1&ids=²", "ids=99999999999999999999", "ids=0"])
def test_a_selection_that_makes_no_sense_sends_nothing_and_says_so(client, invoice, ids):
    answer = client.get(f"{URL}?{ids}")
    assert answer.status_code == 200 and "Aucune relance à envoyer" in words(page_of(answer))
    refused = client.post(URL, data={"ids": "x", "key": "k"})
    assert refused.status_code == 422 and Batch.select().count() == 0


@pytest.mark.parametrize("mark", ["", "²:5|1", "1:²|²", f"{'9' * 5000}:1|1", f"1:{'9' * 5000}|{'9' * 5000}", "||:,:,"])
def test_a_form_that_was_tampered_with_is_shown_again_and_sends_nothing(client, invoice, mark):
    data = filled(client.get(f"{URL}?ids={invoice.id}"))
    [name] = [name for name in data if name.startswith("shown-")]
    assert client.post(URL, data=data | {name: mark}).status_code == 409 and Batch.select().count() == 0


def test_the_invoices_of_another_account_are_never_among_them(client, invoice, basile):
    his = Invoice.get(Invoice.account == basile.account)
    answer = client.get(f"{URL}?ids={his.id}&ids={invoice.id}")
    assert his.number not in answer.text and "Envoyer une relance" in answer.text
    data = filled(answer, ids=[his.id, invoice.id])
    client.post(URL, data=data)
    assert {message.account_id for message in Message.select()} == {invoice.account_id}


def test_all_of_a_filter_can_be_sent(client, debtors):
    late = client.get(f"{URL}?tout=1&statut=retard")
    coming = client.get(f"{URL}?tout=1&statut=a-echoir")
    assert "Envoyer 5" in late.text and "Aucune relance à envoyer" in coming.text


def test_the_preview_is_the_text_that_leaves(client, invoice):
    answer = client.get(f"{URL}?ids={invoice.id}")
    [link] = css(page_of(answer), "a[target=_blank]")
    key = link.get("href").split("ligne=")[1].split("&")[0]
    fragment = client.get(f"{link.get('href')}&modele-{key}=relance_1", headers=HTMX)
    client.post(URL, data=filled(answer, **{f"modele-{key}": "relance_1"}))
    message = Message.get()
    assert message.subject in page_of(fragment).text_content()
    shown = css(page_of(fragment), ".mail-text")[0].text_content()
    assert "".join(shown.split()) == "".join(message.body_text.split())
    assert client.get(f"{URL}/apercu?ligne=nope&ids={invoice.id}").status_code == 404


def test_progress_is_followed_then_told(client, debtors, settings, smtp_server):
    Heartbeat.beat("worker", factories.NOW)
    place = client.post(URL, data=filled(client.get(f"{URL}?{asked(debtors)}"))).location
    waiting = page_of(client.get(place))
    [box] = css(waiting, "#batch-progress")
    assert box.get("hx-trigger") == "every 2s" and "5 relances partent dans une minute." in words(waiting)
    smtp_server.refused[Contact.get(Contact.client == debtors[0].client_id).email] = "550 5.1.1 no such user"
    sweeping.sweep(Batch.get().not_before_at, Post.of(settings))
    done = page_of(client.get(place, headers=HTMX))
    said = words(done)
    assert "4 relances envoyées, une en échec." in said and "refusée par le serveur" in said
    assert css(done, "#batch-progress")[0].get("hx-trigger") is None and not css(done, "#undo-batch")


def test_it_can_be_undone_from_its_page(client, debtors, settings, smtp_server):
    place = client.post(URL, data=filled(client.get(f"{URL}?{asked(debtors)}"))).location
    assert client.post(f"{place}/annulation").status_code == 303
    assert {message.state for message in Message.select()} == {"cancelled"}
    assert "Envoi annulé" in words(page_of(client.get(place)))
    sweeping.sweep(Batch.get().not_before_at, Post.of(settings))
    assert smtp_server.received == []
    assert Event.select().where(Event.kind == "batch_undone").count() == 1


def test_the_last_sendings_are_found_again_among_what_left(client, debtors):
    place = client.post(URL, data=filled(client.get(f"{URL}?{asked(debtors)}"))).location
    page = page_of(client.get("/envois?vue=envoyes"))
    assert place in [link.get("href") for link in css(page, "a")] and "5 e-mails" in words(page)
