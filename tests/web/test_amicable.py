"""The letter window: open it, change its words, prepare the letter. Nothing leaves by itself."""

import datetime as dt
import io

import pypdf
import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.templates import TemplateText
from relance.services import amicable, disputing, paying, printing
from relance.services.disputing import DisputeFacts
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.letters import made
from tests.web.letter_window import checks, errors, form_of, paper_of, path
from tests.web.reading import css, page, parse, words

HTMX = {"HX-Request": "true"}


@pytest.fixture
def late(latitude):
    """An invoice of Latitude Conseil with its PDF, 61 days late."""
    document = factories.make_document(latitude.account, made.pdf((595, 842), (595, 842)))
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), document=document
    )


@pytest.fixture
def window(client, late):
    """What a browser would send for the window left as it opened."""
    return form_of(page(client, path(late)))


def pdf_of(client, letter):
    answer = client.get(f"/courriers/{letter.id}/pdf")
    assert answer.status_code == 200
    return pypdf.PdfReader(io.BytesIO(answer.data))


@pytest.mark.requirement("S4.2", "S4.11", "S4.13", "S2.20")
def test_the_window_opens_filled_with_the_proposed_text_and_its_paper(client, late):
    node = page(client, path(late))
    form = form_of(node)
    assert form["template"] == "rappel"
    assert form["dated_on"] == "23/11/2026"
    assert form["subject"].replace("\u00a0", " ") == "facture F-2026-0079, échue le 23 septembre"
    assert form["body"].startswith("Madame, Monsieur,\n\nSauf erreur de ma part")
    assert "{tableau}" in form["body"]
    assert form["joins_invoice"]
    assert "Rien ne part sans vous." in words(css(node, ".lede")[0])
    paper = paper_of(node)
    assert "LATITUDE CONSEIL" in paper
    assert "C’est sans doute un simple oubli." in paper
    assert "1 860,00 €" in paper
    assert "Pièce jointe : facture n° F-2026-0079." in paper
    assert "Factures jointes, 2 pages en tout" in checks(node)[0]
    assert Letter.select().count() == 0


def test_the_text_asked_for_in_the_address_is_there_and_one_that_is_not_offered_is_not(client, late):
    assert form_of(page(client, path(late, "?modele=relance_2")))["template"] == "relance_2"
    for unknown in ("remerciement", "formal_notice", "xyz"):
        assert form_of(page(client, path(late, f"?modele={unknown}")))["template"] == "rappel"


@pytest.mark.requirement("S2.21", "S4.13")
def test_a_prepared_letter_is_printed_with_its_invoice_and_told_in_the_history(client, late, window, bell):
    answer = client.post(path(late), data=window)
    letter = Letter.get()
    assert answer.status_code == 303
    assert answer.location == f"/courriers/{letter.id}"
    assert bell == ["rung"]
    assert (letter.kind, letter.template, letter.is_edited) == ("amicable", "rappel", False)
    node = page(client, f"/courriers/{letter.id}")  # no worker in this test: the page prints it
    assert "Relance amiable" in words(css(node, "h1")[0])
    assert "Latitude Conseil, texte « Rappel », une facture" in words(css(node, ".lede")[0])
    assert "Imprimer" in words(css(node, ".page-head .actions")[0])
    assert "Glissez-la dans une enveloppe à fenêtre" in words(node)
    assert "recommandé" not in words(css(node, "main")[0])
    assert "Joignez une copie" not in words(node)
    assert "Délai accordé" not in words(node)
    reader = pdf_of(client, letter)
    assert len(reader.pages) == 3
    assert "simple oubli" in reader.pages[0].extract_text()
    assert client.get(f"/courriers/{letter.id}/pdf?imprimer=1").headers["Content-Disposition"].startswith("inline")
    told = [
        event.kind for event in Event.select().where(Event.invoice == late, Event.letter == letter).order_by(Event.id)
    ]
    assert told == ["letter_requested", "letter_ready"]
    history = words(page(client, f"/factures/{late.id}"))
    assert "Relance amiable, rappel demandée" in history
    assert Message.select().count() == 0


@pytest.mark.requirement("S4.14")
def test_words_changed_here_are_in_the_pdf_and_nowhere_else(client, late, window):
    window["body"] = window["body"].replace("C’est sans doute un simple oubli.", "Rappelez-moi, s’il vous plaît.")
    window["subject"] = "notre facture de septembre"
    assert client.post(path(late), data=window).status_code == 303
    letter = Letter.get()
    assert letter.is_edited
    node = page(client, f"/courriers/{letter.id}")
    assert "texte « Rappel » modifié par vous" in words(css(node, ".lede")[0])
    text = " ".join(pdf_of(client, letter).pages[0].extract_text().replace("\u00a0", " ").split())
    assert "Objet : notre facture de septembre" in text
    assert "Rappelez-moi, s’il vous plaît." in text
    assert "simple oubli" not in text
    assert TemplateText.select().count() == 0
    assert "simple oubli" in form_of(page(client, path(late)))["body"]


def test_the_preview_follows_the_words_and_saves_nothing(client, late, window):
    window["body"] = "Bonjour,\n\nRépondez à ce message.\n\n{paiement}\n\nMerci"
    node = parse(client.post(path(late, "/apercu"), data=window, headers=HTMX))
    assert css(node, "html > body > main") == []
    assert "Répondez à ce message." in paper_of(node)
    assert any("Le texte parle d’un e-mail (« ce message »)" in line for line in checks(node))
    assert any("Le tableau des factures n’est plus dans la lettre" in line for line in checks(node))
    whole = parse(client.post(path(late, "/apercu"), data=window))
    assert "Une page" in words(css(whole, ".pv-bar")[0])
    assert Letter.select().count() == 0


@pytest.mark.requirement("S4.14")
def test_a_longer_letter_is_announced(client, late, window):
    assert client.post(path(late, "/pages"), data=window, headers=HTMX).text == "Une page"
    window["body"] = "\n\n".join([window["body"], *["Encore un mot."] * 60])
    assert client.post(path(late, "/pages"), data=window, headers=HTMX).text == "La lettre passe à 3 pages."
    window["body"] = ""
    assert client.post(path(late, "/pages"), data=window, headers=HTMX).text == ""


def test_another_template_replaces_the_words_and_keeps_them_at_hand(client, late, window):
    window["body"] = "Mes mots à moi.\n\n{tableau}"
    window["template"] = "relance_1"
    node = parse(client.post(path(late, "/apercu"), data=window, headers=HTMX))
    form = form_of(node)
    assert "me dire quand il est prévu" in form["body"]
    assert "Ce modèle a remplacé votre texte." in words(node)
    back = parse(client.post(path(late, "/apercu"), data=form | {"reprendre": "1"}, headers=HTMX))
    assert form_of(back)["body"] == "Mes mots à moi.\n\n{tableau}"
    assert form_of(back)["template"] == "relance_1"


def test_without_the_invoice_the_words_about_it_go_and_the_letter_is_alone(client, late, window):
    del window["joins_invoice"]
    node = parse(client.post(path(late, "/apercu"), data=window, headers=HTMX))
    assert "jointe" not in form_of(node)["body"]
    assert client.post(path(late), data=form_of(node)).status_code == 303
    letter = Letter.get()
    assert "Joignez une copie de la facture." in words(page(client, f"/courriers/{letter.id}"))
    assert len(pdf_of(client, letter).pages) == 1


@pytest.mark.parametrize("content", [made.pdf(password="x"), made.pdf()[:200], b"<html>", made.pdf(*[(50, 50)] * 21)])
def test_an_invoice_that_cannot_follow_is_said_and_the_letter_goes_alone(client, latitude, content):
    document = factories.make_document(latitude.account, content)
    invoice = factories.make_invoice(latitude, "F-8", document=document)
    node = page(client, path(invoice))
    assert any("La facture F-8 n’est pas jointe : ce PDF" in line for line in checks(node))
    assert client.post(path(invoice), data=form_of(node)).status_code == 303
    assert len(pdf_of(client, _printed(Letter.get())).pages) == 1


def _printed(letter):
    printing.render(letter.id, NOW)
    return letter


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"body": "   "}, "body", "Écrivez le texte de la lettre."),
        ({"subject": ""}, "subject", "Indiquez l’objet de la lettre."),
        ({"subject": "Mise en demeure"}, "subject", "préparez une mise en demeure"),
        ({"dated_on": "01/01/2026"}, "dated_on", "Datez la lettre d’aujourd’hui"),
        ({"dated_on": "31/02/2027"}, "dated_on", "n’est pas une date"),
        ({"template": "remerciement"}, "template", "Choisissez un"),
        ({"body": "Payez {reste_du}.\n\n{tableau}"}, "body", "Remplacez {reste_du} par sa valeur"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field_and_the_rest_is_kept(client, late, window, changes, field, sentence):
    window |= {"body": "Mes mots.\n\n{tableau}"} | changes
    refused = parse(client.post(path(late), data=window), 422)
    assert any(sentence in error for error in errors(refused)), errors(refused)
    kept = form_of(refused)
    if field != "body":
        assert kept["body"] == "Mes mots.\n\n{tableau}"
    assert Letter.select().count() == 0


@pytest.mark.requirement("S4.13")
def test_a_balance_that_changed_while_the_form_was_open_is_refused_and_the_words_are_kept(client, late, window):
    window["body"] = "Mes mots.\n\n{tableau}"
    paying.record(late, 10_000, TODAY, by=None, now=NOW)
    refused = parse(client.post(path(late), data=window), 409)
    assert "Le reste dû a changé pendant que cette lettre était ouverte" in words(css(refused, ".error-summary")[0])
    form = form_of(refused)
    assert form["body"] == "Mes mots.\n\n{tableau}"
    assert "1 760,00 €" in paper_of(refused)
    assert Letter.select().count() == 0
    assert client.post(path(late), data=form).status_code == 303
    assert Letter.get().total_cents == 176_000


def test_a_payment_between_the_page_and_the_turn_is_refused_too(client, late, window, monkeypatch):
    real = amicable.prepare

    def paid_meanwhile(*args, **kwargs):
        paying.record(Invoice.get_by_id(late.id), 10_000, TODAY, by=None, now=NOW)
        return real(*args, **kwargs)

    monkeypatch.setattr(amicable, "prepare", paid_meanwhile)
    assert client.post(path(late), data=window).status_code == 409
    assert Letter.select().count() == 0


def test_an_invoice_paid_while_the_words_were_typed_is_refused_with_them_shown(client, late, window):
    window["body"] = "Mes mots à ne pas perdre."
    paying.record(late, 186_000, TODAY, by=None, now=NOW)
    refused = parse(client.post(path(late), data=window), 422)
    assert "La facture est payée." in words(refused)
    assert "Mes mots à ne pas perdre." in words(refused)
    sent = client.post(path(late, "/apercu"), data=window, headers=HTMX)
    assert sent.headers["HX-Redirect"] == path(late)
    assert Letter.select().count() == 0


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("draft", "brouillon"), ("paid", "payée"), ("cancelled", "annulée"), ("written_off", "perte")],
)
def test_an_invoice_that_asks_for_nothing_has_no_letter(client, latitude, state, sentence):
    invoice = factories.make_invoice(latitude, "F-5", state=state)
    node = page(client, path(invoice))
    assert sentence in words(css(node, ".notice")[-1])
    assert css(node, "form#letter") == []


def test_a_disputed_invoice_has_no_letter(client, late):
    disputing.open_dispute(late, DisputeFacts("amount"), by=None, now=NOW)
    assert "Un litige est en cours" in words(page(client, path(late)))


def test_an_incomplete_address_is_said_with_where_to_mend_it(client, late, latitude):
    latitude.address = ""
    latitude.save()
    node = page(client, path(late))
    (line,) = [line for line in css(node, "#checks li") if "adresse postale est vide" in words(line)]
    assert css(line, f'a[href="/clients/{latitude.id}"]')


@pytest.mark.requirement("S2.20")
def test_several_invoices_of_a_client_are_one_letter_and_the_others_are_set_aside(client, account, latitude, late):
    second = factories.make_invoice(latitude, "F-2026-0081", total_cents=100_000)
    paid = factories.make_invoice(latitude, "F-2026-0082", state="paid")
    other = factories.make_invoice(factories.make_client(account, "Studio Kérity"), "F-2026-0083")
    ids = ",".join(str(invoice.id) for invoice in (late, second, paid, other))
    node = page(client, f"/courriers/nouveau?factures={ids}&type=amiable")
    said = words(node)
    assert "La facture F-2026-0082 n’est pas dans la lettre. La facture est payée." in said
    assert "La facture F-2026-0083 n’est pas dans la lettre. Une lettre s’adresse à un seul client" in said
    assert "2 860,00 €" in paper_of(node)
    (form,) = css(node, "form#letter")
    assert form.get("action") == "/courriers/amiable"
    answer = client.post("/courriers/amiable", data=form_of(node))
    assert answer.status_code == 303, answer.text[:500]
    assert Letter.get().total_cents == 286_000
    assert Letter.get().lines.count() == 2


def test_all_that_a_client_owes_late_is_proposed_from_the_choice_of_clients(client, latitude, late):
    choices = page(client, "/courriers/nouveau")
    (link,) = [a for a in css(choices, "a") if a.get("href") == f"/courriers/nouveau?client={latitude.id}&type=amiable"]
    node = page(client, link.get("href"))
    assert form_of(node)["factures"] == str(late.id)


def test_no_invoice_at_all_is_said(client):
    assert "Choisissez au moins une facture à régler." in words(page(client, "/courriers/amiable"))
    assert client.post("/courriers/amiable", data={}).status_code == 422


def test_the_same_form_sent_twice_is_one_letter(client, late, window):
    first = client.post(path(late), data=window)
    assert client.post(path(late), data=window).location == first.location
    assert Letter.select().count() == 1


def test_a_stranger_sees_and_writes_nothing(client, late, window, stranger):
    for method, tail in (("get", ""), ("post", ""), ("post", "/apercu"), ("post", "/pages")):
        assert (
            getattr(stranger, method)(path(late, tail), **({"data": window} if method == "post" else {})).status_code
            == 404
        )
    assert stranger.get(f"/courriers/amiable?factures={late.id}").status_code == 404
    assert stranger.get(f"/courriers/nouveau?factures={late.id}&type=amiable").status_code == 404
    for tail in ("", "/apercu", "/pages"):
        assert stranger.post(f"/courriers/amiable{tail}", data=window).status_code == 404
    assert Letter.select().count() == 0


def test_the_window_makes_as_many_queries_for_ten_invoices_as_for_two(client, latitude, late):
    ids = [late.id, *(factories.make_invoice(latitude, f"N-{n}").id for n in range(9))]
    counts = []
    for some in (ids[:2], ids):
        address = "/courriers/amiable?factures=" + ",".join(map(str, some))
        client.get(address)
        with counted() as queries:
            client.get(address)
        counts.append(len(queries) - len(some))  # each invoice is looked for by its own number
    assert counts[0] == counts[1] <= 20
