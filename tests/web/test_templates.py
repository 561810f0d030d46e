"""Templates through the browser: read, written, refused, tried, put back, deleted."""

import datetime as dt
import re

import lxml.html
import pytest

from relance.models.events import Event
from relance.models.messages import Message
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template, TemplateText
from relance.services import sweeping, templating
from relance.services.carrying import Post
from tests import factories, making

NOW = factories.NOW
BODY = "{salutation}\n\nIl reste {reste_du} sur la facture {numero}.\n\n{paiement}\n\nBien à vous,\n{signature}"


def fields(version=0, **changes):
    values = {
        "name": "Rappel",
        "tone": "2",
        "subject": "Facture {numero}",
        "body": BODY,
        "many_subject": "",
        "many_body": "",
        "variant": "vous",
        "version": str(version),
        "preview_with": "exemple",
    }
    return values | changes


def own(client, name="Mon rappel", **changes):
    answer = client.post("/modeles/nouveau", data={"name": name, "model": "rappel", "tone": "2"} | changes)
    return answer.location.rpartition("/")[2].partition("?")[0]


def text(page):
    words = re.sub(r"</?(?:code|span)\b[^>]*>", "", page.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", words)).replace("\u00a0", " ")


@pytest.mark.requirement("S2.2", "S2.3", "S2.4", "S2.5", "S2.13")
def test_the_list_shows_each_delivered_template_with_its_tone_and_versions(client):
    page = client.get("/modeles")
    said = text(page)
    for name in ("Envoi de la facture", "Prérelance", "Rappel", "Relance 1", "Relance 2", "Dernier rappel"):
        assert name in said
    for group in ("Avant l’échéance", "Relances", "Après paiement", "Devis"):
        assert group in said
    assert "Ton courtois" in said and "vous, tu, anglais" in said
    assert 'href="/modeles"' in client.get("/factures").text, "in the side bar"


@pytest.mark.requirement("S2.8")
def test_a_text_is_saved_and_read_again(client, account):
    answer = client.post("/modeles/rappel", data=fields())
    assert answer.status_code == 303
    page = client.get("/modeles/rappel")
    assert "Il reste {reste_du} sur la facture {numero}." in page.text
    assert "Modifié" in client.get("/modeles").text
    assert [row.variant for row in TemplateText.select()] == ["vous"]
    assert Event.select().where(Event.kind == "template_changed").count() == 1
    assert "Modèle modifié" in client.get("/journal").text


@pytest.mark.requirement("S2.8")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body": "Facture {{x}}"}, "Écrivez {x}, avec une seule accolade de chaque côté."),
        ({"body": "{numro}"}, "La variable {numro} n’existe pas. Vouliez-vous dire {numero} ?"),
        ({"body": "Facture {numero"}, "n’est pas refermée"),
        ({"body": "é" * 30_001}, "60 ko au plus"),
        ({"subject": ""}, "Indiquez l’objet de l’e-mail."),
        ({"subject": "a\nBcc: x@y.example"}, "un saut de ligne"),
        ({"many_subject": "F", "many_body": "{paiement"}, "n’est pas refermée"),
        ({"tone": "9"}, "Choisissez une option de la liste."),
        ({"tone": ""}, "Choisissez une option de la liste."),
    ],
)
def test_a_text_that_could_not_be_sent_is_refused_with_what_was_typed(client, changes, sentence):
    page = client.post("/modeles/rappel", data=fields(**changes))
    assert page.status_code == 422
    assert sentence in text(page)
    assert "error-summary" in page.text
    assert not TemplateText.select().exists()


def test_html_and_script_in_a_text_are_text(client):
    body = "<script>alert(1)</script> <b>gras</b> {paiement}"
    page = client.post("/modeles/rappel/apercu", data=fields(body=body), headers={"HX-Request": "true"})
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    client.post("/modeles/rappel", data=fields(body=body))
    assert "<b>gras" not in client.get("/modeles/rappel").text


def test_the_second_of_two_windows_is_told_and_keeps_its_words(client):
    client.post("/modeles/rappel", data=fields(body="La première fenêtre. {iban}"))
    page = client.post("/modeles/rappel", data=fields(body="La seconde fenêtre. {iban}"))
    assert page.status_code == 409
    assert "a changé entre-temps" in text(page) and "La seconde fenêtre." in page.text
    assert 'name="version" type="hidden" value="1"' in page.text
    assert TemplateText.get().body == "La première fenêtre. {iban}"
    assert client.post("/modeles/rappel", data=fields(1, body="La seconde. {iban}")).status_code == 303


def test_the_preview_is_the_message_of_a_real_invoice_and_nothing_is_saved(client, invoice, nadia):
    data = fields(body="Cher client {client}, {numero}. {paiement}", preview_with=f"facture-{invoice.id}")
    page = client.post("/modeles/rappel/apercu", data=data, headers={"HX-Request": "true"})
    assert page.text.lstrip().startswith("<aside") and 'id="preview"' in page.text
    assert f"Cher client Latitude Conseil, {invoice.number}." in text(page)
    assert not TemplateText.select().exists() and not Template.select().exists()
    whole = client.post("/modeles/rappel/apercu", data=data)
    assert "<html" in whole.text and f"Cher client Latitude Conseil, {invoice.number}." in text(whole)


@pytest.mark.requirement("S0.15")
def test_the_preview_of_example_data_shows_values_and_no_variable(client):
    for ref in (info.ref for info in templating.listed(1)):
        page = client.get(f"/modeles/{ref}?avec=exemple-plusieurs")
        preview = page.text.partition('id="preview"')[2]
        assert "EXEMPLE-0042" in preview and "EXEMPLE-0044" in preview
        assert not re.search(r"[{}]", preview)


def test_another_text_is_sent_for_several_invoices(client, latitude, nadia, invoice):
    factories.make_invoice(latitude)
    data = fields(many_subject="Vos {nombre} factures", many_body="Le tableau :\n\n{tableau}\n\n{paiement}")
    client.post("/modeles/rappel", data=data)
    page = client.get(f"/modeles/rappel?avec=client-{latitude.id}")
    assert "Vos 2 factures" in text(page) and invoice.number in page.text
    assert "Latitude Conseil, 2 factures" in text(page)


def test_what_deserves_a_second_look_is_said_without_stopping(client):
    body = "Sinon, je préviens vos clients et le tribunal. " + "mot " * 300
    answer = client.post("/modeles/rappel", data=fields(body=body))
    assert answer.status_code == 303
    said = text(client.get("/modeles/rappel"))
    assert "Votre client ne saura pas où payer" in said
    assert "« vos clients »" in said and "« tribunal »" in said and "on le lit moins" in said


@pytest.mark.requirement("S2.8")
def test_a_variable_without_a_value_is_told_in_the_preview_and_in_the_composer(client, account, invoice, nadia):
    invoice.object = ""
    invoice.save()
    client.post("/modeles/rappel", data=fields(body="Objet : {objet_facture} et {penalites}. {paiement}"))
    page = client.get(f"/modeles/rappel?avec=facture-{invoice.id}")
    assert "2 variables du texte sont vides ici : {objet_facture}, {penalites}." in text(page)
    composer = client.get(f"/factures/{invoice.id}/relancer/e-mail?modele=rappel")
    assert "2 variables du texte sont vides ici" in text(composer)


@pytest.mark.requirement("S0.14", "S0.15")
def test_a_test_e_mail_goes_to_the_user_alone_with_what_is_typed(client, camille, invoice, nadia, smtp_server):
    data = fields(body="Essai pour {client}, {numero}. {paiement}")
    page = client.post("/modeles/rappel/test", data=data, headers={"HX-Request": "true"})
    assert "E-mail test envoyé à" in text(page)
    [mail] = smtp_server.received
    assert smtp_server.to(camille.email) == [mail]
    assert mail.subject == "[TEST] Facture EXEMPLE-0042"
    assert "Essai pour Société Exemple, EXEMPLE-0042." in mail.text and "{" not in mail.text
    client.post("/modeles/rappel/test", data=data | {"preview_with": f"facture-{invoice.id}"})
    assert smtp_server.received[-1].subject == f"[TEST] Facture {invoice.number}"
    assert smtp_server.to(nadia.email) == []
    assert not Message.select().exists() and not TemplateText.select().exists()


@pytest.mark.requirement("S2.13", "S2.15")
def test_the_text_about_quotes_is_the_user_s_and_never_speaks_of_an_unpaid_invoice(client, camille, smtp_server):
    plain = client.post("/modeles/devis_prerelance/test", data=_quote(client.get("/modeles/devis_prerelance")))
    assert plain.status_code == 200
    first = smtp_server.received[-1]
    assert "Votre devis EXEMPLE-0042" in first.subject and "factur" not in first.text.lower()
    words = "Le devis {numero} vaut jusqu’au {date_validite}, {client}. On en parle ?"
    changes = {"name": "Prérelance de devis", "tone": "1", "subject": "Le devis {numero}", "body": words}
    client.post("/modeles/devis_prerelance", data=fields(**changes))
    client.post("/modeles/devis_prerelance/test", data=_quote(client.get("/modeles/devis_prerelance")))
    mail = smtp_server.to(camille.email)[-1]
    assert mail.subject == "[TEST] Le devis EXEMPLE-0042"
    assert "Le devis EXEMPLE-0042 vaut jusqu’au 30\u00a0novembre, Société Exemple." in mail.text.replace("\n", " ")
    refused = client.post("/modeles/devis_prerelance", data=fields(2, body="{paiement}"))
    assert refused.status_code == 422 and "{paiement}" in text(refused)


def _quote(page):
    """What the editor shows, as its form sends it."""
    root = lxml.html.fromstring(page.text)
    (form,) = root.xpath('//form[@id="text"]')
    return dict(form.form_values()) | {"preview_with": "exemple"}


@pytest.mark.requirement("S3.16")
def test_the_next_e_mail_says_the_new_text_and_history_keeps_the_old_one(
    client, camille, invoice, nadia, app, smtp_server
):
    post = Post.of(app.config["RELANCE"])
    chased = factories.make_invoice(nadia.client, "F-2026-0500", due_on=factories.TODAY - dt.timedelta(1))
    making.switch_on(chased, nadia, now=NOW)
    sweeping.sweep(NOW, post)
    [first] = smtp_server.to(nadia.email)
    assert "simple oubli" in first.text
    client.post("/modeles/relance_1", data=fields(name="Relance 1", body="Des mots nouveaux. {paiement}"))
    client.post("/modeles/rappel", data=fields(body="Un autre rappel. {paiement}"))
    sweeping.sweep(NOW + dt.timedelta(7), post)
    assert "Des mots nouveaux." in smtp_server.to(nadia.email)[-1].text
    kept = Message.select().where(Message.template == "rappel").get()
    assert "simple oubli" in kept.body_text
    shown = client.get(f"/factures/{chased.id}/messages/{kept.id}")
    assert "simple oubli" in shown.text and "Un autre rappel." not in shown.text


def test_a_test_of_a_text_that_cannot_be_sent_says_why(client, smtp_server):
    page = client.post("/modeles/rappel/test", data=fields(body="{xyz"), headers={"HX-Request": "true"})
    assert page.status_code == 422 and "n’est pas refermée" in text(page)
    assert smtp_server.received == []


def test_a_version_shows_the_text_sent_in_its_place_until_it_is_written(client):
    ref = own(client)
    client.post(f"/modeles/{ref}", data=fields(1, name="Mon rappel", body="Pour vous. {paiement}"))
    page = client.get(f"/modeles/{ref}?version=tu")
    assert "pas encore écrite" in text(page) and "Pour vous." in page.text
    assert "slipped your mind" in client.get(f"/modeles/{ref}?version=en").text
    client.post(f"/modeles/{ref}", data=fields(2, name="Mon rappel", variant="tu", body="Pour toi. {paiement}"))
    assert "pas encore écrite" not in text(client.get(f"/modeles/{ref}?version=tu"))
    assert "vous, tu" in text(client.get("/modeles"))


@pytest.mark.requirement("S2.8")
def test_going_back_to_the_text_of_origin_shows_what_changes_first(client, account):
    client.post("/modeles/rappel", data=fields(body="Un tout autre texte. {paiement}"))
    page = client.get("/modeles/rappel/origine")
    assert "<del>" in page.text and "tout autre" in page.text and "simple oubli" in page.text
    stale = client.post("/modeles/rappel/origine", data={"variant": "vous", "version": "9"})
    assert stale.status_code == 409 and TemplateText.select().exists()
    assert client.post("/modeles/rappel/origine", data={"variant": "vous", "version": "1"}).status_code == 303
    assert not TemplateText.select().exists()
    assert "déjà celui d’origine" in text(client.get("/modeles/rappel/origine"))
    assert Event.select().where(Event.kind == "template_reset").count() == 1


@pytest.mark.requirement("S3.17")
def test_a_template_is_created_from_another_and_comes_back_to_the_sequence(client, account):
    page = client.get("/modeles/nouveau?depuis=relance_2&suite=/sequences/1")
    assert 'value="/sequences/1"' in page.text and re.search(r'selected[^>]*value="relance_2"', page.text)
    data = {"name": "Ferme", "model": "relance_2", "tone": "4", "suite": "/sequences/1"}
    answer = client.post("/modeles/nouveau", data=data)
    assert answer.status_code == 303 and "suite=/sequences/1" in answer.location.replace("%2F", "/")
    editor = client.get(answer.location)
    assert "Revenir à la séquence" in text(editor) and "Je reviens vers vous" in editor.text
    assert Template.get().level == 4
    assert client.post("/modeles/nouveau", data=data).status_code == 422
    assert "https://ailleurs" not in client.get("/modeles/nouveau?suite=https://ailleurs.example").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "model": "rappel", "tone": "2"}, "Indiquez le nom du modèle."),
        ({"name": "Relance 1", "model": "rappel", "tone": "2"}, "Un autre modèle porte déjà ce nom."),
        ({"name": "X", "model": "menace", "tone": "2"}, "Choisissez une option de la liste."),
        ({"name": "X" * 81, "model": "rappel", "tone": "2"}, "80 caractères au plus"),
        ({"name": "a\nb", "model": "rappel", "tone": "2"}, "une seule ligne"),
    ],
)
def test_a_template_without_a_name_of_its_own_is_refused(client, data, sentence):
    page = client.post("/modeles/nouveau", data=data)
    assert page.status_code == 422 and sentence in text(page)
    assert not Template.select().exists()


def test_a_template_that_sequences_send_is_replaced_then_deleted(client, account):
    ref = own(client)
    sequence = Sequence.create(
        account=account, title="B2B", title_key="b2b", revision=1, created_at=NOW, updated_at=NOW
    )
    SequenceStep.create(sequence=sequence, revision=1, key=1000, offset_days=3, template=ref)
    assert "Utilisé par une séquence" in text(client.get("/modeles"))
    assert "B2B" in client.get(f"/modeles/{ref}/supprimer").text
    refused = client.post(f"/modeles/{ref}/supprimer", data={"replace_by": ""})
    assert refused.status_code == 422 and "Ce modèle sert encore : « B2B »." in text(refused)
    assert client.post(f"/modeles/{ref}/supprimer", data={"replace_by": "relance_1"}).status_code == 303
    assert SequenceStep.get().template == "relance_1" and not Template.select().exists()
    assert client.get(f"/modeles/{ref}").status_code == 404


def test_a_delivered_template_is_copied_and_never_deleted(client):
    assert client.post("/modeles/rappel/dupliquer").status_code == 303
    assert "Rappel (copie)" in text(client.get("/modeles"))
    refused = client.post("/modeles/rappel/supprimer")
    assert refused.status_code == 422 and "ne se supprime pas" in text(refused)


def test_a_renamed_template_is_named_so_everywhere(client, account, invoice, nadia):
    client.post("/modeles/rappel", data=fields(name="Premier signe"))
    composer = client.get(f"/factures/{invoice.id}/relancer/e-mail")
    assert "Premier signe" in text(composer) and "Premier signe" in text(client.get("/modeles"))


@pytest.mark.requirement("S2.1")
def test_the_composer_offers_the_users_own_templates(client, account, invoice, nadia, smtp_server):
    ref = own(client)
    client.post(f"/modeles/{ref}", data=fields(1, name="Mon rappel", body="Mes mots à moi. {paiement}"))
    page = client.get(f"/factures/{invoice.id}/relancer/e-mail?modele={ref}")
    assert "Mon rappel" in page.text and "Mes mots à moi." in page.text
    assert "Remerciement" not in page.text


def test_a_variable_is_inserted_by_a_button_or_read_in_a_list(client):
    page = client.get("/modeles/rappel").text
    assert 'data-insert="{reste_du}"' in page and "<code" in page
    assert "Ce qu’il reste à payer." in page and 'data-insert="{date_devis}"' not in page
    quote = client.get("/modeles/devis_prerelance").text
    assert 'data-insert="{date_devis}"' in quote and 'data-insert="{penalites}"' not in quote


def test_somebody_elses_template_does_not_exist(client, stranger):
    ref = own(client)
    for path in (f"/modeles/{ref}", f"/modeles/{ref}/origine", f"/modeles/{ref}/supprimer", "/modeles/menace"):
        assert stranger.get(path).status_code == 404
    for path in ("", "/apercu", "/test", "/origine", "/dupliquer", "/supprimer"):
        assert stranger.post(f"/modeles/{ref}{path}", data=fields(1)).status_code == 404
