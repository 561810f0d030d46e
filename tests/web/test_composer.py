"""The composer: its preview, its words, its cautions, and what it refuses."""

import datetime as dt

import pytest

from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.services import promising
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.composing import composer, errors, form_of, path, preview_text, told
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY


HTMX = {"HX-Request": "true"}


MINUTE = dt.timedelta(minutes=1)


@pytest.mark.requirement("S1.11")
def test_the_fragment_is_the_piece_of_the_page_it_replaces(client, invoice, nadia, hugo):
    form = form_of(composer(client, invoice)) | {"template": "relance_2", "contact": [str(nadia.id), str(hugo.id)]}
    whole = reading.parse(client.post(path(invoice, "/apercu"), data=form))
    piece = reading.parse(client.post(path(invoice, "/apercu"), data=form, headers=HTMX))
    [inside] = css(whole, "#composer")
    assert words(inside) == words(piece)
    assert form_of(whole) == form_of(piece)
    assert form_of(piece)["template"] == "relance_2"
    assert "Hugo Marchand" in words(css(piece, "#preview")[0])
    assert Message.select().count() == 0


@pytest.mark.requirement("S2.1")
def test_another_template_rewrites_the_words_and_gives_ones_own_back(client, invoice, nadia):
    form = form_of(composer(client, invoice)) | {"body": "Mes mots à moi"}
    changed = reading.parse(client.post(path(invoice, "/apercu"), data=form | {"template": "relance_1"}))
    after = form_of(changed)
    assert "Mes mots" not in after["body"] and "Reprendre mon texte" in words(changed)
    back = reading.parse(client.post(path(invoice, "/apercu"), data=after | {"reprendre": "1"}))
    assert form_of(back)["body"] == "Mes mots à moi"
    assert preview_text(back).strip() == "Mes mots à moi"
    assert "Reprendre mon texte" not in words(back)


def test_words_not_changed_follow_the_choices(client, invoice, nadia, hugo):
    form = form_of(composer(client, invoice))
    assert "Bonjour Nadia" in form["body"]
    after = form_of(reading.parse(client.post(path(invoice, "/apercu"), data=form | {"contact": str(hugo.id)})))
    assert "Bonjour Hugo" in after["body"]


def test_words_changed_stay_when_a_recipient_changes(client, invoice, nadia, hugo):
    form = form_of(composer(client, invoice)) | {"body": "Mes mots à moi", "contact": str(hugo.id)}
    after = form_of(reading.parse(client.post(path(invoice, "/apercu"), data=form)))
    assert after["body"] == "Mes mots à moi"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": ""}, "Indiquez l’objet de l’e-mail."),
        ({"body": "  "}, "Écrivez le texte de l’e-mail."),
        ({"body": "x" * 20_001}, "Raccourcissez le texte : 20000 caractères au plus."),
        ({"template": "inconnu"}, "Choisissez une option de la liste."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_the_words_are_kept(client, invoice, nadia, change, sentence):
    form = form_of(composer(client, invoice)) | {"body": "Gardez ceci"} | change
    page = reading.parse(client.post(path(invoice), data=form), 422)
    assert any(sentence in error for error in errors(page))
    assert form_of(page)["body"].strip() == form["body"].strip()
    assert (Message.select().count(), told(invoice)) == (0, [])


def test_no_recipient_is_refused(client, invoice, nadia):
    form = form_of(composer(client, invoice))
    del form["contact"]
    page = reading.parse(client.post(path(invoice), data=form), 422)
    assert "Choisissez au moins un destinataire." in words(css(page, ".error-summary")[0])
    assert Message.select().count() == 0


@pytest.mark.requirement("S3.7", "S3.8")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "draft"}, "brouillon"),
        ({"state": "paid", "balance_cents": 0}, "est payée"),
        ({"state": "cancelled"}, "annulée"),
        ({"kind": "credit_note"}, "Un avoir ne se relance pas"),
        ({"payment_method": "direct_debit"}, "prélèvement"),
    ],
)
def test_what_is_never_chased_says_why_and_offers_no_button(client, invoice, nadia, change, sentence):
    form = form_of(composer(client, invoice))
    Invoice.update(**change).where(Invoice.id == invoice.id).execute()
    page = composer(client, invoice)
    assert sentence in words(css(page, ".notice")[0]) and not css(page, "form#letter")
    for tail in ("", "/test"):
        answer = client.post(path(invoice, tail), data=form)
        assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)
    assert (Message.select().count(), told(invoice)) == (0, [])


def test_a_client_without_address_leads_to_its_page(client, invoice, nadia):
    Contact.update(archived_at=NOW).where(Contact.id == nadia.id).execute()
    page = composer(client, invoice)
    assert "aucune adresse e-mail utilisable" in words(css(page, ".notice")[0])
    assert f"/clients/{invoice.client_id}" in [link.get("href") for link in css(page, ".actions a")]


def test_an_individual_has_one_recipient(client, invoice, nadia, hugo):
    Client.update(kind="individual").where(Client.id == invoice.client_id).execute()
    assert {box.get("type") for box in css(composer(client, invoice), "[name=contact]")} == {"radio"}


def test_a_second_email_that_day_is_allowed_after_a_warning(client, sent, invoice):
    page = composer(client, invoice)
    assert "à ce client aujourd’hui" in words(css(page, ".notice")[0])
    client.post(path(invoice), data=form_of(page))
    assert Message.select().count() == 2


def test_a_closed_day_is_said(client, invoice, nadia, clock):
    clock.move_to(dt.datetime(2026, 11, 28, 10, tzinfo=dt.UTC))
    assert "un jour sans envoi (samedi)" in words(composer(client, invoice))
    clock.move_to(dt.datetime(2026, 11, 30, 21, tzinfo=dt.UTC))
    assert "hors de vos heures d’envoi" in words(composer(client, invoice))


@pytest.mark.parametrize("is_ticked", [True, False])
def test_the_planned_step_within_the_gap_is_replaced_unless_one_says_no(client, invoice, nadia, is_ticked):
    switch_on(invoice, nadia, start="gently")
    page = composer(client, invoice)
    form = form_of(page)
    assert form["replaces_next"] == "y" and "mardi 24 novembre" in words(css(page, "#composer")[0])
    if not is_ticked:
        del form["replaces_next"]
    client.post(path(invoice), data=form)
    item = MessageItem.get()
    assert (item.step is not None, item.slot is not None) == (is_ticked, is_ticked)


def test_without_a_step_within_the_gap_nothing_is_asked(client, invoice, nadia):
    assert not css(composer(client, invoice), "[name=replaces_next]")


def test_the_formal_notice_is_offered_beside_when_its_time_has_come(client, invoice, nadia, sent, clock):
    Message.update(state="sent", sent_at=NOW, template="relance_1", day_on=TODAY - dt.timedelta(9)).execute()
    MessageItem.update(template="relance_1").execute()
    link = f"/courriers/nouveau?factures={invoice.id}"
    assert link not in [a.get("href") for a in css(composer(client, invoice), "#letter a")]
    first = Message.get()
    again = Message.create(
        **{
            **{name: value for name, value in first.__data__.items() if name != "id"},
            "token": "t2",
            "message_id": "<m2@x.example>",
            "template": "rappel",
            "day_on": TODAY - dt.timedelta(16),
        }
    )
    MessageItem.create(
        message=again, invoice=invoice, instalment=invoice.instalments.get(), template="rappel", balance_cents=1
    )
    assert link in [a.get("href") for a in css(composer(client, invoice), "#letter a")]


def test_words_typed_about_an_invoice_that_is_no_more_chased_lead_to_the_page_that_says_so(client, invoice, nadia):
    form = form_of(composer(client, invoice))
    Invoice.update(state="cancelled").execute()
    answer = client.post(path(invoice, "/apercu"), data=form, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, path(invoice))
    assert css(composer(client, invoice), "form#letter") == []


def test_a_held_invoice_is_written_to_by_hand_after_a_warning(client, invoice, nadia):
    facts = promising.PromiseFacts(dt.date(2026, 11, 27), 100)
    promising.promise(invoice, facts, by=None, now=NOW)
    page = composer(client, invoice)
    assert "Relances automatiques retenues (en pause jusqu’au 29 nov.)" in words(page)
    client.post(path(invoice), data=form_of(page))
    assert Message.select().count() == 1
