"""The composer's choices: the version, the copies, the statement, the moment; and what changed while it was open."""

import datetime as dt
import json

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment
from relance.services import calling, statements
from relance.services.calling import CallFacts
from relance.storage import StorageError
from tests import factories
from tests.web import reading
from tests.web.composing import composer, errors, form_of, path, preview_text, told
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY
HTMX = {"HX-Request": "true"}


def post(client, invoice, tail="", status=200, **changes):
    form = form_of(composer(client, invoice)) | changes
    return reading.parse(client.post(path(invoice, tail), data=form), status)


def sent(client, invoice, **changes):
    """What was queued by the composer's form with these changes."""
    answer = client.post(path(invoice), data=form_of(composer(client, invoice)) | changes)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return Message.select().order_by(Message.id.desc()).get()


@pytest.mark.requirement("S2.1", "S2.6")
def test_the_proposed_text_is_marked_and_explained(client, invoice, nadia):
    page = composer(client, invoice)
    chosen = [option for option in css(page, "#template option") if option.get("selected") is not None]
    assert [words(option) for option in chosen] == ["Rappel (proposé)"]
    assert sum("proposé" in words(option) for option in css(page, "#template option")) == 1
    assert "Proposé : Rappel (10 jours de retard, aucune relance envoyée)." in words(css(page, "#template-aide")[0])


@pytest.mark.requirement("S2.7")
def test_another_text_than_the_proposed_one_is_said_before_and_after(client, invoice, nadia):
    page = post(client, invoice, "/apercu", template="dernier_rappel")
    assert "Votre choix sera noté dans l’historique." in words(css(page, "#template-aide")[0])
    sent(client, invoice, template="dernier_rappel")
    assert "choix manuel du modèle" in words(reading.page(client, f"/factures/{invoice.id}"))


def test_the_version_changes_the_words_for_this_message_only(client, invoice, nadia):
    page = post(client, invoice, "/apercu", template="relance_1", variant="tu")
    assert "Peux-tu" in form_of(page)["body"] and "Peux-tu" in preview_text(page)
    english = reading.parse(client.post(path(invoice, "/apercu"), data=form_of(page) | {"variant": "en"}))
    assert form_of(english)["body"].startswith("Hello Nadia")
    assert sent(client, invoice, variant="en").language == "en"
    assert Client.get_by_id(invoice.client_id).language == "fr"


def test_ones_own_words_are_kept_aside_when_the_version_changes(client, invoice, nadia):
    page = post(client, invoice, "/apercu", body="Mes mots à moi", variant="tu")
    assert "Mes mots" not in form_of(page)["body"] and "Reprendre mon texte" in words(page)


def test_other_contacts_and_the_user_may_have_a_copy(client, invoice, nadia, hugo, camille):
    page = composer(client, invoice)
    assert [box.get("value") for box in css(page, "[name=copy]")] == [str(hugo.id)]
    shown = post(client, invoice, "/apercu", copy=str(hugo.id), copies_user="y")
    assert "Hugo Marchand" in words(css(shown, ".mail-head")[0])
    message = sent(client, invoice, copy=str(hugo.id), copies_user="y")
    assert [email for _, email in json.loads(message.cc_json)] == [hugo.email, camille.email]


def test_an_individual_has_nobody_in_copy(client, invoice, nadia, hugo):
    Client.update(kind="individual").where(Client.id == invoice.client_id).execute()
    assert not css(composer(client, invoice), "[name=copy]")
    assert any("Un particulier" in error for error in errors(post(client, invoice, status=422, copy=str(hugo.id))))
    assert Message.select().count() == 0


def test_a_contact_deleted_while_writing_is_said_at_the_field_and_the_words_are_kept(client, invoice, nadia, hugo):
    form = form_of(composer(client, invoice)) | {"contact": str(hugo.id), "body": "Gardez ceci"}
    Contact.update(archived_at=NOW).where(Contact.id == hugo.id).execute()
    page = reading.parse(client.post(path(invoice), data=form), 422)
    assert "Un des contacts choisis n’a plus d’adresse utilisable" in words(css(page, "#contact .error")[0])
    assert form_of(page)["body"] == "Gardez ceci"
    assert css(page, '.error-summary a[href="#contact"]')
    form = form_of(composer(client, invoice)) | {"copy": str(hugo.id)}
    page = reading.parse(client.post(path(invoice), data=form), 422)
    assert "en copie" in words(css(page, "#copy .error")[0])
    assert (Message.select().count(), told(invoice)) == (0, [])


def test_a_balance_that_changed_while_writing_is_refused_and_shown_again(client, invoice, nadia):
    form = form_of(composer(client, invoice)) | {"body": "Mes mots à moi"}
    factories.make_payment(invoice, 20_000)
    page = reading.parse(client.post(path(invoice), data=form), 409)
    assert "Le reste dû est maintenant de 1 000,00 € (il était de 1 200,00 €)" in words(page)
    assert "Le reste dû a changé pendant que vous écriviez" in words(css(page, ".error-summary")[0])
    assert form_of(page)["body"] == "Mes mots à moi"
    assert (Message.select().count(), told(invoice)) == (0, [])
    assert client.post(path(invoice), data=form_of(page)).status_code == 303
    assert Message.get().total_cents == 100_000


def test_words_of_the_template_follow_a_balance_that_changed(client, invoice, nadia):
    form = form_of(composer(client, invoice))
    factories.make_payment(invoice, 20_000)
    page = reading.parse(client.post(path(invoice), data=form), 409)
    assert "1 000,00 €" in form_of(page)["body"].replace("\u00a0", " ")
    again = reading.parse(client.post(path(invoice, "/apercu"), data=form, headers=HTMX))
    assert "Le reste dû est maintenant de" in words(again)
    assert form_of(again)["seen"] == "100000"


def test_the_same_form_sent_twice_is_one_message(client, invoice, nadia):
    form = form_of(composer(client, invoice))
    first, again = (client.post(path(invoice), data=form) for _ in range(2))
    assert first.location == again.location
    assert (Message.select().count(), told(invoice)) == (1, ["reminder_queued"])


def test_the_statement_is_attached_when_asked_for(client, invoice, nadia):
    shown = post(client, invoice, "/apercu", attaches_statement="y")
    assert "releve-latitude-conseil-2026-11-23.pdf" in words(css(shown, "#preview")[0])
    assert MessageAttachment.select().count() == 0
    message = sent(client, invoice, attaches_statement="y")
    [link] = MessageAttachment.select().where(MessageAttachment.message == message)
    assert link.document.kind == "statement"


def test_a_statement_that_cannot_be_made_is_said_at_its_box(client, invoice, nadia, monkeypatch):
    def broken(*_args, **_kwargs):
        raise StorageError("disk full")

    form = form_of(composer(client, invoice)) | {"attaches_statement": "y", "body": "Gardez ceci"}
    monkeypatch.setattr(statements, "document", broken)
    page = reading.parse(client.post(path(invoice), data=form), 422)
    assert "n’a pas pu être préparé" in words(css(page, "#attaches_statement-err")[0])
    assert form_of(page)["body"] == "Gardez ceci" and Message.select().count() == 0
    answer = client.post(path(invoice, "/test"), data=form)
    assert answer.status_code == 422 and "n’a pas pu être préparé" in answer.get_data(as_text=True)


def test_within_the_hours_it_leaves_now_else_at_the_next_ones(client, invoice, nadia, clock):
    page = composer(client, invoice)
    assert form_of(page)["when"] == "now" and words(css(page, "#send")[0]) == "Envoyer"
    assert "mardi 24 novembre à 9 h" in words(css(page, "#when")[0])
    clock.move_to(dt.datetime(2026, 11, 28, 10, tzinfo=dt.UTC))
    page = composer(client, invoice)
    assert form_of(page)["when"] == "next" and words(css(page, "#send")[0]) == "Programmer l’envoi"
    assert "lundi 30 novembre à 9 h" in words(css(page, "#when")[0])
    answer = client.post(path(invoice), data=form_of(page))
    assert Message.get().not_before_at == dt.datetime(2026, 11, 30, 8)
    message = reading.page(client, answer.location)
    assert "Programmé pour le lundi 30 novembre 2026, 9 h" in words(message)
    assert "Annuler l’envoi" in words(message)


def test_a_chosen_day_and_hour_are_shown_in_the_sends_and_on_the_invoice(client, invoice, nadia):
    message = sent(client, invoice, when="later", on="27/11/2026", minute=str(14 * 60 + 30))
    assert message.not_before_at == dt.datetime(2026, 11, 27, 13, 30) and message.day_on == dt.date(2026, 11, 27)
    for place in ("/envois", f"/factures/{invoice.id}"):
        text = words(reading.page(client, place))
        assert "vendredi 27 novembre 2026, 14 h 30" in text, place
    client.post(f"/envois/{message.id}/annulation", data={})
    assert Message.get_by_id(message.id).state == "cancelled"
    assert told(invoice) == ["reminder_queued", "reminder_cancelled"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"when": "later", "on": ""}, "on", "Indiquez le jour de l’envoi."),
        ({"when": "later", "on": "le 27"}, "on", "n’est pas une date"),
        ({"when": "later", "on": "22/11/2026"}, "on", "Choisissez un jour à venir."),
        ({"when": "later", "on": "23/01/2027"}, "on", "Choisissez un jour dans les soixante jours."),
        ({"when": "later", "on": "23/11/2026", "minute": "0"}, "minute", "Cette heure est passée"),
        ({"when": "later", "on": "27/11/2026", "minute": "x"}, "minute", "Choisissez une option de la liste."),
        ({"when": "hier"}, "when", "Choisissez une option de la liste."),
        ({"variant": "de"}, "variant", "Choisissez une option de la liste."),
    ],
)
def test_a_moment_that_makes_no_sense_is_said_at_its_field(client, invoice, nadia, changes, field, sentence):
    page = post(client, invoice, status=422, body="Gardez ceci", **changes)
    assert sentence in words(css(page, f"#{field}-err")[0])
    assert form_of(page)["body"] == "Gardez ceci" and Message.select().count() == 0


def test_what_is_typed_beside_another_moment_does_not_matter(client, invoice, nadia):
    assert sent(client, invoice, when="now", on="n’importe quoi").not_before_at == NOW + dt.timedelta(minutes=1)


def test_a_planned_text_written_by_hand_says_what_becomes_of_it(client, invoice, nadia):
    page = post(client, invoice, "/apercu", when="later", on="27/11/2026", body="Mes mots")
    assert "votre texte ne part pas et vous en êtes averti" in words(css(page, "#when")[0])
    page = post(client, invoice, "/apercu", when="later", on="29/11/2026")
    assert "Ce jour est sans envoi (dimanche)" in words(css(page, "#when")[0])
    page = post(client, invoice, "/apercu", when="later", on="27/11/2026", minute="0")
    assert "hors de vos heures d’envoi" in words(css(page, "#when")[0])


def test_another_message_near_the_day_is_said(client, invoice, nadia):
    sent(client, invoice, when="later", on="25/11/2026")
    assert "Un autre e-mail est prévu pour ce client le mercredi 25 novembre" in words(composer(client, invoice))
    page = post(client, invoice, "/apercu", when="later", on="25/11/2026")
    assert "Un autre e-mail est déjà prévu pour ce client ce jour-là." in words(page)


def test_the_last_exchanges_stand_beside_the_form(client, latitude, invoice, nadia, camille):
    assert "Rien pour le moment." in words(css(composer(client, invoice), ".beside")[0])
    for n in range(6):
        calling.log_call(
            invoice, CallFacts("Nadia", "talked", note=f"Appel {n}"), by=camille, now=NOW + dt.timedelta(minutes=n)
        )
    beside = words(css(composer(client, invoice), ".beside")[0])
    assert "Appel 5" in beside and "Appel 1" in beside and "Appel 0" not in beside


def test_a_test_e_mail_leaves_at_once_to_the_user_alone_whatever_the_moment(
    client, invoice, nadia, camille, smtp_server
):
    form = form_of(composer(client, invoice)) | {"when": "later", "on": "27/11/2026", "attaches_statement": "y"}
    assert client.post(path(invoice, "/test"), data=form).status_code == 200
    [mail] = smtp_server.received
    assert mail.recipients == [camille.email] and mail.subject.startswith("[TEST] ")
    attached = [part.get_filename() for part in mail.message.iter_attachments()]
    assert attached == ["releve-latitude-conseil-2026-11-27.pdf"]
    assert (Message.select().count(), told(invoice)) == (0, [])


def test_a_refusal_leads_to_where_it_is_put_right(client, invoice, nadia):
    Account.update(suspended_at=NOW).execute()
    assert "/envois/reprise" in [link.get("href") for link in css(composer(client, invoice), ".actions a")]
    Account.update(suspended_at=None).execute()
    Invoice.update(state="to_process").execute()
    assert f"/factures/{invoice.id}/verification" in [
        link.get("href") for link in css(composer(client, invoice), ".actions a")
    ]
