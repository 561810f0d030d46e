"""A reminder by hand: proposed, sent once after its minute, undone, refused with a reason."""

import datetime as dt
import json

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment
from relance.rules.texts import Wording
from relance.services import disputing, keeping_templates, proposing, sending_by_hand, sweeping, writing
from relance.services.disputing import DisputeFacts
from relance.services.writing import Caution, WritingError
from tests import factories
from tests.making import switch_on
from tests.services.sending import text_of

D = dt.date


TODAY = factories.TODAY


MINUTE = dt.timedelta(minutes=1)


@pytest.mark.requirement("S2.6", "S0.2")
def test_the_page_opens_on_the_text_of_its_lateness_and_the_usual_contact(invoice, nadia, hugo):
    draft = writing.first_draft(invoice, TODAY)
    assert draft.template == "rappel"
    assert draft.contact_ids == (nadia.id,)
    assert draft.attaches_invoice and not draft.copies_user


def test_a_chased_invoice_opens_on_the_contacts_of_its_chase(invoice, nadia, hugo, camille):
    switch_on(invoice, nadia, hugo, start="gently", copies_user=True)
    draft = writing.first_draft(invoice, TODAY, template="relance_2")
    assert set(draft.contact_ids) == {nadia.id, hugo.id}
    assert draft.template == "relance_2" and draft.copies_user


def test_a_template_that_does_not_exist_falls_back_to_the_proposal(invoice, nadia):
    assert writing.first_draft(invoice, TODAY, template="{{ config }}").template == "rappel"


@pytest.mark.requirement("S1.11")
def test_what_is_previewed_is_what_the_server_receives(invoice, nadia, send, post, smtp_server, now):
    composed = writing.compose(invoice, writing.first_draft(invoice, TODAY), now)
    send()
    sweeping.sweep(now + MINUTE, post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.subject == composed.subject
    assert text_of(mail) == composed.text.strip()


@pytest.mark.requirement("S2.5")
def test_the_proposal_climbs_only_after_what_really_left(send, invoice, camille, post, now):
    message = send()
    sweeping.sweep(now + MINUTE, post)
    assert proposing.of_invoice(invoice, TODAY + dt.timedelta(6)).template == "rappel"
    assert proposing.of_invoice(invoice, TODAY + dt.timedelta(7)).template == "relance_1"
    Message.update(state="uncertain").where(Message.id == message.id).execute()
    assert proposing.of_invoice(invoice, TODAY + dt.timedelta(7)).template == "rappel"


@pytest.mark.requirement("S4.14")
def test_words_of_a_person_leave_as_they_are_and_are_never_a_template(send, nadia, post, smtp_server, now):
    words = ("Votre facture {{ number }}", "Bonjour Nadia,\n\nUn mot <b>amical</b> & {{ 7*7 }}.\nÀ bientôt")
    message = send(words=words)
    assert message.is_edited
    sweeping.sweep(now + MINUTE, post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.subject == words[0]
    assert text_of(mail) == words[1]
    assert "Un mot &lt;b&gt;amical&lt;/b&gt; &amp; {{ 7*7 }}.<br>" in mail.html.replace("\r\n", "\n")


def test_words_of_a_person_are_not_sent_once_the_facts_changed(send, invoice, nadia, post, smtp_server, now):
    message = send(words=("Objet", "Il reste 1 200 €."))
    factories.make_payment(invoice, 20_000)
    sweeping.sweep(now + MINUTE, post)
    assert Message.get_by_id(message.id).state == "cancelled"
    assert smtp_server.to(nadia.email) == []


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("", "texte"), "subject"),
        (("objet\nBcc: x@y.example", "texte"), "subject"),
        (("o" * 201, "texte"), "subject"),
        (("objet", " \n "), "body"),
        (("objet", "t" * 20_001), "body"),
        (("objet", "a\x00b"), "body"),
    ],
)
def test_words_that_cannot_travel_are_refused_at_their_field(send, words, field):
    with pytest.raises(WritingError) as error:
        send(words=words)
    assert error.value.field == field
    assert Message.select().count() == Event.select().count() == 0


@pytest.mark.requirement("S3.7", "S3.8", "S3.10")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "draft"}, "brouillon"),
        ({"state": "to_process"}, "à traiter"),
        ({"state": "cancelled"}, "annulée"),
        ({"state": "written_off"}, "perte"),
        ({"state": "paid", "balance_cents": 0}, "payée"),
        ({"kind": "credit_note"}, "avoir"),
        ({"payment_method": "direct_debit"}, "prélèvement"),
    ],
)
def test_what_is_never_chased_is_refused_with_its_reason(invoice, camille, now, change, sentence):
    Invoice.update(**change).where(Invoice.id == invoice.id).execute()
    row = Invoice.get_by_id(invoice.id)
    assert sentence in writing.refusal(row)
    draft = writing.Draft("rappel", writing.first_draft(row, TODAY).contact_ids)
    with pytest.raises(WritingError, match=sentence):
        sending_by_hand.send(row, draft, key="k", by=camille, now=now, domain="relance.example")
    assert Message.select().count() == Event.select().count() == 0


def test_a_client_without_usable_address_is_refused(invoice, nadia):
    Contact.update(rejected_at=factories.NOW).where(Contact.id == nadia.id).execute()
    assert "adresse e-mail utilisable" in writing.refusal(invoice)


def test_nothing_leaves_by_hand_while_sending_is_suspended(invoice, nadia):
    Account.update(suspended_at=factories.NOW).where(Account.id == invoice.account_id).execute()
    assert "suspendus" in writing.refusal(Invoice.get_by_id(invoice.id))


def test_recipients_are_contacts_of_that_client_with_an_address(send, invoice, nadia, hugo, basile):
    stranger = Contact.get(Contact.account == basile.account_id)
    for ids in ((), (stranger.id,), (nadia.id, stranger.id)):
        with pytest.raises(WritingError) as error:
            send(contact_ids=ids)
        assert error.value.field == "contacts"
    Client.update(kind="individual").where(Client.id == invoice.client_id).execute()
    with pytest.raises(WritingError, match="particulier"):
        send(Invoice.get_by_id(invoice.id), contact_ids=(nadia.id, hugo.id))


@pytest.mark.requirement("S1.21")
def test_the_copy_and_the_attachment_follow_the_choices(send, invoice, camille):
    document = factories.make_document(invoice.account, name="F-2026-0087.pdf")
    Invoice.update(document=document).where(Invoice.id == invoice.id).execute()
    row = Invoice.get_by_id(invoice.id)
    plain = send(row, key="a", attaches_invoice=False)
    full = send(row, key="b", copies_user=True)
    assert json.loads(plain.cc_json) == [] and not plain.attachments.exists()
    assert json.loads(full.cc_json) == [["Camille Roussel", camille.email]]
    assert MessageAttachment.get(MessageAttachment.message == full).document == document


def test_a_message_asks_for_the_late_instalments_else_for_the_next_one(latitude, nadia, camille, now):
    days = [TODAY - dt.timedelta(40), TODAY - dt.timedelta(1), TODAY + dt.timedelta(20)]
    late = factories.make_invoice(latitude, instalments=[(day, 10_000) for day in days])
    coming = factories.make_invoice(latitude, instalments=[(days[2], 5_000), (days[2] + dt.timedelta(9), 5_000)])
    assert [row.position for row in writing.spoken_of(late, TODAY, "rappel")] == [1, 2]
    assert [row.position for row in writing.spoken_of(coming, TODAY, "prerelance")] == [1]
    assert [row.position for row in writing.spoken_of(coming, TODAY, "standard")] == [1, 2]
    assert writing.compose(late, writing.first_draft(late, TODAY), now).total_cents == 20_000


def test_a_quote_recalled_today_is_a_caution_too(invoice, nadia, now):
    factories.make_message(nadia.client, [], kind="quote", day_on=TODAY, state="sent")
    assert writing.caution(invoice, now) == Caution(last_on=TODAY)


def test_a_recent_message_or_a_closed_day_is_a_caution_not_a_refusal(send, invoice, now):
    assert writing.caution(invoice, now) == Caution()
    send()
    assert writing.caution(invoice, now) == Caution(last_on=TODAY)
    assert writing.caution(invoice, now + dt.timedelta(days=4)).last_on == TODAY
    assert writing.caution(invoice, now + dt.timedelta(days=7)) == Caution()
    assert writing.caution(invoice, now + dt.timedelta(days=6)) == Caution(closed="dimanche")
    assert writing.caution(invoice, dt.datetime(2026, 11, 30, 20, 0)) == Caution(closed="hour")
    assert send(key="again").state == "queued"


@pytest.mark.requirement("S2.1")
def test_a_template_of_the_user_s_own_is_sent_like_any_other(send, account, invoice, nadia, post, smtp_server, now):
    own = keeping_templates.create(account, "Mon rappel", "rappel", 2, by=None, now=now)
    wording = Wording("Un mot sur {numero}", "{salutation}\n\nMon propre texte, {reste_du}.\n\n{paiement}")
    change = keeping_templates.Change("Mon rappel", 2, "vous", wording, Wording("", ""))
    keeping_templates.change(account, own, change, version=1, by=None, now=now)
    assert writing.first_draft(invoice, TODAY, own.ref).template == own.ref
    message = send(template=own.ref)
    assert (message.template, message.is_edited) == (own.ref, False)
    sweeping.sweep(now + MINUTE, post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.subject == f"Un mot sur {invoice.number}" and "Mon propre texte, 1\u00a0200,00\u00a0€." in mail.text
    assert proposing.of_invoice(invoice, TODAY + dt.timedelta(days=8)).template == "relance_1"


def test_a_text_about_something_else_than_a_bill_is_not_offered(send, account, invoice, now):
    for wrong in ("remerciement", "devis_prerelance", "menace", ""):
        assert writing.first_draft(invoice, TODAY, wrong).template == "rappel"
        with pytest.raises(WritingError, match="modèle"):
            send(template=wrong)


def test_a_variable_typed_in_one_message_is_refused_rather_than_read_as_a_brace(send, invoice):
    with pytest.raises(WritingError, match="numero") as refusal:
        send(words=("Facture", "Bonjour, la facture {numero} attend."))
    assert refusal.value.field == "body"


def test_nothing_leaves_by_hand_before_a_dispute_is_closed(send, invoice, nadia, now):
    disputing.open_dispute(invoice, DisputeFacts("amount"), by=None, now=now)
    with pytest.raises(WritingError, match="litige"):
        send()
    disputing.close(invoice, by=None, now=now)
    assert writing.refusal(invoice) == ""
