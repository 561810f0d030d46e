"""The form of a quote: what is proposed, what is refused at its field, a stale form, a hostile file."""

import datetime as dt
import io

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.quotes import Quote
from tests import factories
from tests.data import making
from tests.factories import TODAY
from tests.web.reading import css, fields, page, parse, words


def form_of(client, path="/devis/nouveau"):
    form = fields(css(page(client, path), "#quote-form")[0])
    form.pop("file", None)
    return form


@pytest.mark.requirement("S2.14")
def test_a_new_quote_opens_with_the_usual_delay_and_its_switch_off(client, account):
    Account.update(quote_remind_days=12).execute()
    form = form_of(client)
    assert (form["number"], form["issued_on"], form["valid_until"]) == ("D-2026-001", "23/11/2026", "23/12/2026")
    assert form["remind_days"] == "12" and "reminds" not in form


def test_it_is_recorded_for_a_known_client(client, latitude, nadia, bell):
    typed = form_of(client) | {"client": "latitude conseil", "total": "1 800,00", "object": "Refonte", "reminds": "y"}
    typed |= {"nudges": "2", "contact": str(nadia.id)}
    answer = client.post("/devis/nouveau", data=typed)
    quote = Quote.get()
    assert answer.headers["Location"] == f"/devis/{quote.id}" and bell == ["rung"]
    assert (quote.client_id, quote.contact_id, quote.total_cents) == (latitude.id, nadia.id, 180_000)
    assert (quote.nudges, quote.remind_days, quote.next_check_at) == (2, 7, factories.NOW)


def test_a_new_client_is_created_with_its_quote_or_not_at_all(client, account):
    typed = form_of(client) | {"client": "Studio Kérity", "total": "100", "client_kind": "organisation"}
    shown = parse(client.post("/devis/nouveau", data=typed), 422)
    assert css(shown, "#client-details input[name=contact_email]")
    typed = fields(css(shown, "#quote-form")[0]) | {"contact_email": "anne@kerity.example", "contact_name": "Anne"}
    typed.pop("file", None)
    client.post("/devis/nouveau", data=typed | {"number": ""})
    assert not Client.select().exists()
    assert client.post("/devis/nouveau", data=typed).status_code == 303
    assert Quote.get().client.name == "Studio Kérity" and Quote.get().contact == Contact.get()


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client, latitude):
    typed = {"client": "Latitude Conseil", "number": "D-9", "total": "abc", "issued_on": "23/11/2026"}
    shown = parse(client.post("/devis/nouveau", data=typed | {"valid_until": "31/02/2026", "remind_days": ""}), 422)
    for name in ("total", "valid_until", "remind_days"):
        assert css(shown, f"#champ-{name} .error"), name
    assert css(shown, "#total")[0].get("value") == "abc" and css(shown, "#number")[0].get("value") == "D-9"
    typed |= {"valid_until": "22/11/2026", "total": "10", "remind_days": "7", "currency": "EUR"}
    shown = parse(client.post("/devis/nouveau", data=typed), 422)
    assert "avant la date du devis" in words(css(shown, "#champ-valid_until")[0])
    assert not Quote.select().exists()


def test_a_change_is_saved_and_a_stale_form_is_kept_and_refused(client, latitude, nadia):
    quote = factories.make_quote(latitude, "D-1")
    path = f"/devis/{quote.id}/modifier"
    first, second = form_of(client, path), form_of(client, path)
    assert client.post(path, data=first | {"object": "Affiche"}).status_code == 303
    shown = parse(client.post(path, data=second | {"object": "Dépliant"}), 409)
    assert css(shown, "#object")[0].get("value") == "Dépliant" and Quote.get().object == "Affiche"
    kept = fields(css(shown, "#quote-form")[0])
    kept.pop("file", None)
    assert client.post(path, data=kept).status_code == 303 and Quote.get().object == "Dépliant"


def test_an_answered_quote_is_not_edited(client, latitude):
    quote = factories.make_quote(latitude, state="accepted")
    assert client.get(f"/devis/{quote.id}/modifier").headers["Location"] == f"/devis/{quote.id}"


def test_a_pdf_is_joined_and_kept_through_a_correction(client, latitude):
    typed = form_of(client) | {"client": "Latitude Conseil", "total": ""}
    shown = parse(client.post("/devis/nouveau", data=typed | {"file": (io.BytesIO(making.pdf()), "Devis.pdf")}), 422)
    kept = fields(css(shown, "#quote-form")[0]) | {"total": "10"}
    kept.pop("file", None)
    assert "Devis.pdf" in words(css(shown, ".kept-file")[0])
    client.post("/devis/nouveau", data=kept)
    assert Quote.get().document == Document.get() and Document.get().kind == "quote"


@pytest.mark.parametrize("content", [b"<html><script>1</script>", b"%PDF-1.7 truncated", b""])
def test_a_hostile_file_is_refused_and_not_kept(client, latitude, content):
    typed = form_of(client) | {"client": "Latitude Conseil", "total": "10"}
    shown = parse(client.post("/devis/nouveau", data=typed | {"file": (io.BytesIO(content), "devis.pdf")}), 422)
    assert css(shown, "#champ-file .error") and not Document.select().exists() and not Quote.select().exists()


def test_the_client_of_the_address_is_chosen_and_its_contacts_offered(client, latitude, nadia):
    assert form_of(client, f"/devis/nouveau?client={latitude.id}")["client"] == "Latitude Conseil"
    answer = client.get("/devis/nouveau/client?client=Latitude+Conseil", headers={"HX-Request": "true"})
    assert "Nadia Benali" in answer.text and "<html" not in answer.text


def test_a_date_far_from_the_quote_is_asked_again(client, latitude):
    typed = form_of(client) | {"client": "Latitude Conseil", "total": "10"}
    far = (TODAY + dt.timedelta(4000)).strftime("%d/%m/%Y")
    shown = parse(client.post("/devis/nouveau", data=typed | {"valid_until": far}), 422)
    assert css(shown, "#champ-valid_until .error")
