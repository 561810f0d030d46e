"""The reminder switch through HTTP: what is shown is what is saved, and what is refused keeps its input."""

import datetime as dt
import re

import pytest

from relance.mail.layout import unwrapped
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.messages import Message
from tests import factories

D = dt.date


@pytest.fixture
def coming(latitude, nadia):
    return factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 12, 20))


def choices(*contacts, **values):
    data = {
        "is_on": "y",
        "frequency": "weekly",
        "count": "4",
        "first_offset_days": "1",
        "start": "normal",
        "contact": [str(contact.id) for contact in contacts],
    }
    return data | values


def page(answer):
    return answer.get_data(as_text=True)


@pytest.mark.requirement("S0.5", "S0.8")
def test_the_page_shows_the_switch_off_by_default(client, coming):
    html = page(client.get(f"/factures/{coming.id}/relances"))
    assert "Envoyer un e-mail de relance en cas de retard de paiement" in html
    assert not re.search(r'id="is_on"[^>]*checked', html)
    assert "Relances désactivées" in html


@pytest.mark.requirement("S0.10", "S1.11")
def test_the_preview_shows_the_dates_as_they_will_fall_and_the_text(client, coming, nadia):
    answer = client.post(f"/factures/{coming.id}/relances/apercu", data=choices(nadia), headers={"HX-Request": "true"})
    html = page(answer)
    assert answer.status_code == 200 and html.lstrip().startswith('<aside class="panel preview" id="preview"')
    for day in ("21\u00a0déc.", "28\u00a0déc.", "4\u00a0janv.", "11\u00a0janv."):
        assert day.replace("\u00a0", "") in html.replace("\u00a0", "").replace(" ", "")
    assert "F-2026-0098" in html and Chase.select().count() == 0


@pytest.mark.requirement("S0.3", "S1.13")
def test_saving_writes_the_chase_and_rings_the_bell(client, coming, nadia, bell):
    answer = client.post(f"/factures/{coming.id}/relances", data=choices(nadia, copies_user="y"))
    assert answer.status_code == 303 and answer.location == f"/factures/{coming.id}"
    chase = Chase.get()
    assert (chase.frequency, chase.count, chase.copies_user, chase.attaches_invoice) == ("weekly", 4, True, False)
    assert [row.contact_id for row in ChaseContact.select()] == [nadia.id]
    assert Event.get(Event.kind == "chase_started").user.email == "camille@atelier-roussel.example"
    assert bell


@pytest.mark.requirement("S0.8")
def test_saving_switched_off_stores_nothing(client, coming, nadia):
    data = choices(nadia)
    del data["is_on"]
    assert client.post(f"/factures/{coming.id}/relances", data=data).status_code == 303
    assert Chase.select().count() == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"count": "13"}, "entre 2 et 12"),
        ({"count": "trois"}, "nombre"),
        ({"first_offset_days": "31"}, "entre 1 et 30"),
        ({"frequency": "daily"}, "Choisissez"),
        ({"contact": []}, "Ajoutez au moins un contact"),
        ({"contact": ["999999"]}, "appartient pas"),
    ],
)
def test_a_wrong_choice_is_said_in_french_and_keeps_the_rest(client, coming, nadia, values, sentence):
    answer = client.post(f"/factures/{coming.id}/relances", data=choices(nadia, copies_user="y", **values))
    html = page(answer)
    assert answer.status_code == 422 and sentence in html
    assert re.search(r'id="copies_user"[^>]*checked|checked[^>]*id="copies_user"', html)
    assert Chase.select().count() == 0


@pytest.mark.requirement("S0.4")
def test_a_late_invoice_asks_where_to_begin(client, invoice, nadia):
    html = page(client.get(f"/factures/{invoice.id}/relances"))
    assert "par où commencer" in html and "Commencer en douceur" in html
    answer = client.post(f"/factures/{invoice.id}/relances", data=choices(nadia, start="gently"))
    assert answer.status_code == 303 and Chase.get().is_active


@pytest.mark.requirement("S0.9", "S1.14", "S1.16")
def test_an_address_added_on_the_spot_becomes_a_contact_of_the_client(client, coming, nadia):
    url = f"/factures/{coming.id}/relances/contacts"
    data = choices(nadia, contact_text="compta2@latitude-conseil.example")
    html = page(client.post(url, data=data, headers={"HX-Request": "true"}))
    added = Contact.get(Contact.email == "compta2@latitude-conseil.example")
    assert added.client_id == coming.client_id
    assert html.count('name="contact"') == 2 and 'id="recipients"' in html
    assert "Votre contact habituel suffit souvent" in html


@pytest.mark.parametrize("text", ["pas une adresse@", "x@y\r\nBcc: z@z.example", "Personne Inconnue"])
def test_what_is_not_an_address_is_refused_at_the_field(client, coming, nadia, text):
    url = f"/factures/{coming.id}/relances/contacts"
    answer = client.post(url, data=choices(nadia, contact_text=text), headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "Erreur" in page(answer)
    assert Contact.select().count() == 1


def test_a_contact_can_be_taken_out_without_javascript(client, coming, nadia, hugo):
    data = choices(nadia, hugo, retirer=str(nadia.id))
    html = page(client.post(f"/factures/{coming.id}/relances/contacts", data=data))
    assert "<html" in html and html.count('type="hidden" name="contact"') == 1


@pytest.mark.requirement("S0.14", "S0.15", "S1.20")
def test_the_test_email_goes_to_the_user_alone_and_nothing_is_stored(smtp_server, client, coming, nadia, camille):
    answer = client.post(
        f"/factures/{coming.id}/relances/test", data=choices(nadia, copies_user="y"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200 and camille.email in page(answer)
    [mail] = smtp_server.received
    assert mail.recipients == [camille.email] and mail.subject.startswith("[TEST] ")
    assert "F-2026-0098" in mail.text and "{" not in mail.text
    assert Chase.select().count() == Message.select().count() == 0
    assert not Event.select().where(Event.invoice == coming).exists()


@pytest.mark.requirement("S1.11")
def test_the_preview_is_the_text_that_arrives(smtp_server, client, coming, nadia):
    shown = page(
        client.post(f"/factures/{coming.id}/relances/apercu", data=choices(nadia), headers={"HX-Request": "true"})
    )
    client.post(f"/factures/{coming.id}/relances/test", data=choices(nadia), headers={"HX-Request": "true"})
    import html

    [text] = re.findall(r'<div class="mail-body mail-text" lang="fr">(.*?)</div>', shown, re.S)
    arrived = smtp_server.received[0].text.strip().replace("\r\n", "\n")
    assert html.unescape(text).strip() == unwrapped(arrived)


def test_a_server_that_refuses_the_test_is_quoted(smtp_server, client, coming, nadia):
    smtp_server.answers["MAIL"] = "550 5.7.1 expéditeur refusé"
    answer = client.post(f"/factures/{coming.id}/relances/test", data=choices(nadia), headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "5.7.1" in page(answer)


@pytest.mark.requirement("S1.5", "S1.13")
def test_one_click_on_the_invoice_switches_on_then_off(client, coming, nadia):
    url = f"/factures/{coming.id}/relances/etat"
    client.post(url)
    assert Chase.get().is_active
    client.post(url)
    assert not Chase.get().is_active
    kinds = [event.kind for event in Event.select().where(Event.invoice == coming).order_by(Event.id)]
    assert kinds == ["chase_started", "chase_stopped"]


@pytest.mark.requirement("S0.4")
def test_one_click_on_a_late_invoice_asks_instead_of_guessing(client, invoice, nadia):
    answer = client.post(f"/factures/{invoice.id}/relances/etat")
    assert answer.location == f"/factures/{invoice.id}/relances?activer=1"
    assert Chase.select().count() == 0


@pytest.mark.parametrize("path", ["", "/etat", "/apercu", "/contacts", "/test"])
def test_a_stranger_finds_nothing(stranger, coming, nadia, path):
    assert stranger.post(f"/factures/{coming.id}/relances{path}", data=choices(nadia)).status_code == 404
    assert stranger.get(f"/factures/{coming.id}/relances").status_code == 404
    assert Chase.select().count() == 0


def test_a_strangers_contact_cannot_be_chosen(client, basile, coming, nadia):
    theirs = Contact.get(Contact.email == "odile@hotel-des-cimes.example")
    answer = client.post(f"/factures/{coming.id}/relances", data=choices(theirs))
    assert answer.status_code == 422 and Chase.select().count() == 0
