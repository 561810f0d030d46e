"""The user's own words: saved, refused, shared with nobody, put back, deleted when nothing sends them."""

import datetime as dt

import pytest

from relance.mail import delivered
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.messages import Message
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template, TemplateText
from relance.rules.texts import Wording
from relance.services import composing, delivering, keeping_templates, templating
from relance.services.composing import Part
from relance.services.keeping_templates import Change, StaleTemplateError
from relance.services.template_checks import TemplateError
from tests import factories

NOW = factories.NOW
NOTHING = Wording("", "")


def wish(body="Bonjour,\n\nReste {reste_du}.\n\n{paiement}", subject="Facture {numero}", **values):
    return Change(
        **{"name": "", "tone": 2, "variant": "vous", "one": Wording(subject, body), "many": NOTHING, **values}
    )


def save(account, ref="rappel", by=None, version=None, **values):
    info = templating.find(account, ref)
    asked = info.version if version is None else version
    return keeping_templates.change(account, info, wish(**values), version=asked, by=by, now=NOW)


def create(account, name="Mon rappel", model="rappel", tone=2, by=None):
    return keeping_templates.create(account, name, model, tone, by=by, now=NOW)


def kinds(account):
    return [event.kind for event in Event.select().where(Event.account == account).order_by(Event.id)]


def put_in_sequence(account, ref):
    sequence = Sequence.create(
        account=account, title="B2B", title_key="b2b", revision=1, created_at=NOW, updated_at=NOW
    )
    SequenceStep.create(sequence=sequence, revision=1, key=1000, offset_days=3, template=ref)
    return sequence


@pytest.mark.requirement("S2.8")
def test_a_delivered_text_is_rewritten_and_put_back(account, camille):
    info = save(account, by=camille)
    assert (info.version, info.changed, info.name) == (1, {("vous", False)}, "")
    assert templating.text_of(account, "rappel", "vous", False).subject == "Facture {numero}"
    back = keeping_templates.reset(account, info, "vous", version=1, by=camille, now=NOW)
    assert (back.version, back.changed) == (2, frozenset())
    assert templating.text_of(account, "rappel", "vous", False) == delivered.wording("rappel", "vous", False)
    assert kinds(account)[-2:] == ["template_changed", "template_reset"]


def test_a_text_like_the_delivered_one_is_not_stored(account):
    words = delivered.wording("rappel", "vous", False)
    plain = words.body.replace("\u00a0", " ").replace("’", "'").replace("\n", "\r\n")
    info = save(account, body=plain, subject=words.subject, many=delivered.wording("rappel", "vous", True))
    assert info.changed == frozenset() and not TemplateText.select().exists()


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("subject", {"subject": " "}, "Indiquez l'objet de l'e-mail."),
        ("subject", {"subject": "F" * 201}, "Raccourcissez l'objet : 200 caractères au plus."),
        (
            "subject",
            {"subject": "F\r\nBcc: tous@x.example"},
            "L'objet contient un saut de ligne ou un caractère invisible.",
        ),
        ("subject", {"subject": "{tableau}"}, "{tableau} tient plusieurs lignes : il n’a pas sa place dans l’objet."),
        ("body", {"body": "\n "}, "Écrivez le texte de l'e-mail."),
        ("body", {"body": "é" * 30_001}, "Raccourcissez le texte : 60 ko au plus."),
        ("body", {"body": "a\x00b"}, "Le texte contient un saut de ligne ou un caractère invisible."),
        ("body", {"body": "{{x}}"}, "Écrivez {x}, avec une seule accolade de chaque côté."),
        ("body", {"body": "{date_devis}"}, "La variable {date_devis} n’existe pas."),
        (
            "many_body",
            {"many": Wording("F", "{numro}")},
            "La variable {numro} n’existe pas. Vouliez-vous dire {numero} ?",
        ),
        ("many_subject", {"many": Wording("", "Bonjour")}, "Indiquez l'objet de l'e-mail."),
        ("name", {"name": "n" * 81}, "Raccourcissez ce texte : 80 caractères au plus."),
        ("name", {"name": "relance  1"}, "Un autre modèle porte déjà ce nom."),
    ],
)
def test_what_could_not_be_sent_is_refused_at_its_field(account, field, values, sentence):
    with pytest.raises(TemplateError) as refusal:
        save(account, **values)
    assert refusal.value.errors[field].startswith(sentence)
    assert not TemplateText.select().exists() and not Template.select().exists()


def test_sixty_kilobytes_are_accepted(account):
    assert save(account, body="é" * 30_000).changed == {("vous", False)}


def test_the_second_window_is_told_and_nothing_is_lost(account):
    save(account, version=0, body="La première fenêtre")
    with pytest.raises(StaleTemplateError):
        save(account, version=0, body="La seconde")
    save(account, version=1, body="La suite")
    with pytest.raises(StaleTemplateError):
        keeping_templates.reset(account, templating.find(account, "rappel"), "vous", version=1, by=None, now=NOW)
    assert templating.text_of(account, "rappel", "vous", False).body == "La suite"


def test_an_own_template_begins_with_the_text_of_its_model(account, camille):
    info = create(account, by=camille)
    assert info.ref.startswith("modele-") and (info.category, info.level) == ("reminder", 1)
    assert templating.text_of(account, info.ref, "vous", False) == delivered.wording("rappel", "vous", False)
    assert info.variants == ("vous",)
    assert create(account, "Un ferme", tone=4).level == 4
    with pytest.raises(TemplateError, match="Un autre modèle"):
        create(account, " mon  RAPPEL ")
    with pytest.raises(TemplateError, match="Indiquez le nom"):
        create(account, " ")
    with pytest.raises(TemplateError, match="liste"):
        create(account, "Autre", model="menace")
    assert kinds(account).count("template_created") == 2


def test_another_tone_changes_the_firmness_and_the_same_keeps_it(account):
    assert save(account, tone=2).level == 1
    assert save(account, tone=3).level == 3
    assert templating.levels(account)["rappel"] == 3


def test_a_template_is_renamed_and_a_delivered_one_takes_its_name_back(account):
    assert save(account, name="Premier rappel").name == "Premier rappel"
    assert templating.names(account)["rappel"] == "Premier rappel"
    assert save(account, name="").name == ""
    own = create(account)
    with pytest.raises(TemplateError, match="Indiquez le nom"):
        save(account, own.ref, name="")


def test_a_copy_holds_every_text_of_a_delivered_one_and_the_written_ones_of_an_own(account):
    copy = keeping_templates.duplicate(account, templating.find(account, "rappel"), by=None, now=NOW)
    assert copy.name == "Rappel (copie)" and copy.variants == delivered.VARIANTS and len(copy.changed) == 6
    again = keeping_templates.duplicate(account, templating.find(account, "rappel"), by=None, now=NOW)
    assert again.name == "Rappel (copie 2)"
    own = create(account)
    assert keeping_templates.duplicate(account, own, by=None, now=NOW).changed == {("vous", False)}


def test_a_template_that_a_sequence_sends_is_replaced_before_it_is_deleted(account, camille):
    own = create(account)
    sequence = put_in_sequence(account, own.ref)
    with pytest.raises(TemplateError, match="« B2B »"):
        keeping_templates.delete(account, own, by=camille, now=NOW)
    for wrong in (own.ref, "remerciement", "menace"):
        with pytest.raises(TemplateError, match="liste"):
            keeping_templates.delete(account, own, by=camille, now=NOW, replace_by=wrong)
    assert keeping_templates.delete(account, own, by=camille, now=NOW, replace_by="relance_1")
    assert [step.template for step in SequenceStep.select()] == ["relance_1"]
    assert Sequence.get_by_id(sequence.id).version == 2
    assert templating.find(account, own.ref) is None and not TemplateText.select().exists()
    assert kinds(account)[-1] == "template_deleted"


def test_one_that_was_sent_is_set_aside_and_stays_readable(account, camille, invoice, nadia, send):
    own = create(account)
    message = send(invoice, template=own.ref)
    assert not keeping_templates.delete(account, own, by=camille, now=NOW)
    assert templating.names(account)[own.ref] == "Mon rappel"
    assert own.ref not in [ref for ref, _ in templating.choices(account)]
    assert Message.get_by_id(message.id).template == own.ref
    assert create(account, "Mon rappel").ref != own.ref, "its name is free again"


def test_a_delivered_one_is_never_deleted(account):
    with pytest.raises(TemplateError, match="livré"):
        keeping_templates.delete(account, templating.find(account, "rappel"), by=None, now=NOW)


def test_what_an_own_version_lacks_comes_back_when_it_is_reset(account):
    own = create(account)
    info = save(account, own.ref, name="Mon rappel", variant="tu", body="Pour toi")
    assert info.variants == ("vous", "tu")
    info = keeping_templates.reset(account, info, "tu", version=info.version, by=None, now=NOW)
    assert templating.text_of(account, own.ref, "tu", False) == templating.text_of(account, own.ref, "vous", False)
    info = save(account, own.ref, name="Mon rappel", many=Wording("Vos factures", "{tableau}"))
    info = keeping_templates.reset(account, info, "vous", version=info.version, by=None, now=NOW)
    assert info.changed == {("vous", False)}, "its own words stay"


def deliver(at, post):
    delivering.deliver([message_id for message_id, _ in delivering.due_messages(at)], at, post)


def composed(account, invoice, contact, template, **values):
    parts = [Part(invoice, invoice.instalments.get())]
    options = {"copies_user": False, "attaches_invoice": False, "today": factories.TODAY} | values
    return composing.prepare(account, invoice.client, parts, [contact], template=template, **options)


def test_the_message_says_the_users_words_and_its_fingerprint_follows_them(account, camille, invoice, nadia):
    before = composed(account, invoice, nadia, "rappel")
    save(account, body="Bonjour,\n\nUn autre texte pour {client}.")
    after = composed(account, invoice, nadia, "rappel")
    assert after.fingerprint != before.fingerprint
    assert "Un autre texte pour Latitude Conseil." in after.write().text
    assert after.write().empty == ()
    save(account, body="Bonjour {prenom_contact}, {penalites}[ {indemnite}]")
    assert composed(account, invoice, nadia, "rappel").write().empty == ("penalites",)


def test_the_firmness_of_an_own_text_decides_of_penalties_and_a_sequence_may_claim_none(
    account, camille, invoice, nadia
):
    account.claims_penalties = True
    account.save()
    own = create(account, "Ferme", tone=3)
    save(account, own.ref, name="Ferme", tone=3, body="[Dus : {penalites} et {indemnite}.] Merci.")
    assert "40,00" in composed(account, invoice, nadia, own.ref).write().text
    quiet = composed(account, invoice, nadia, own.ref, claims_fees=False).write().text
    assert "40,00" not in quiet and "Dus" not in quiet and "Merci." in quiet


@pytest.mark.requirement("S3.16")
def test_a_rewritten_text_renders_what_waits_again_and_leaves_what_was_sent(
    account, camille, invoice, nadia, send, post, smtp_server
):
    first = send(invoice)
    deliver(NOW + dt.timedelta(minutes=2), post)
    sent = Message.get_by_id(first.id)
    assert sent.state == "sent"
    later = NOW + dt.timedelta(days=8)
    waiting = send(invoice, key="form-2", at=later, template="rappel")
    save(account, body="Bonjour,\n\nLe nouveau texte.\n\n{paiement}", subject="Nouveau {numero}")
    deliver(later + dt.timedelta(minutes=2), post)
    assert Message.get_by_id(waiting.id).subject == f"Nouveau {invoice.number}"
    assert "Le nouveau texte." in smtp_server.received[-1].text
    assert (Message.get_by_id(first.id).subject, Message.get_by_id(first.id).body_text) == (
        sent.subject,
        sent.body_text,
    )
    assert Chase.select().count() == 0
