"""The reminder switch through HTTP: what is shown is what is saved, and what is refused keeps its input."""

import datetime as dt
import re

import pytest

from relance.mail.layout import unwrapped
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.messages import Message
from relance.models.sequences import Sequence
from relance.services import enrolling, following, sequencing
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


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, factories.NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


def checked(html, id):
    return re.search(rf'<input[^>]*\bid="{id}"[^>]*\bchecked|<input[^>]*\bchecked[^>]*\bid="{id}"', html) is not None


def of(html, name, value):
    return re.search(rf'<input[^>]*(?=[^>]*checked)(?=[^>]*name="{name}")(?=[^>]*value="{value}")', html) is not None


@pytest.mark.requirement("S1.6")
def test_an_invoice_follows_a_sequence_of_its_own_frozen_or_not(client, coming, nadia, b2b):
    path = f"/factures/{coming.id}/relances"
    assert "Suivre une séquence" in page(client.get(path)).replace("\u00a0", " ")
    data = choices(nadia, frequency="sequence", sequence=str(b2b.id), is_frozen="y", asks_before_sending="y")
    shown = page(client.post(f"{path}/apercu", data=data, headers={"HX-Request": "true"}))
    assert "Prérelance" in shown
    assert client.post(path, data=data).status_code == 303
    chase = Chase.get()
    assert (chase.frequency, chase.sequence_id, chase.frozen_revision) == ("sequence", b2b.id, 1)
    assert (chase.asks_before_sending, chase.is_inherited) == (True, False)
    again = page(client.get(path))
    assert of(again, "frequency", "sequence")
    assert checked(again, "is_frozen")
    invoice = page(client.get(f"/factures/{coming.id}")).replace("\u00a0", " ")
    assert "Séquence « Standard B2B »" in invoice
    assert "calendrier figé" in invoice
    assert f'href="/sequences/{b2b.id}"' in invoice


@pytest.mark.parametrize("sequence", ["", "999", "²"])
def test_a_sequence_that_is_not_there_is_refused_at_its_field(client, coming, nadia, b2b, sequence):
    answer = client.post(
        f"/factures/{coming.id}/relances", data=choices(nadia, frequency="sequence", sequence=sequence)
    )
    assert answer.status_code == 422
    assert 'id="sequence-err"' in page(answer)
    assert not Chase.select().exists()


def test_another_account_s_sequence_is_refused(client, coming, nadia, b2b, basile):
    sequencing.deliver(basile.account, factories.NOW)
    his = Sequence.get(Sequence.account == basile.account)
    data = choices(nadia, frequency="sequence", sequence=str(his.id))
    assert client.post(f"/factures/{coming.id}/relances", data=data).status_code == 422
    assert not Chase.select().exists()


def test_without_a_sequence_the_choice_is_not_there(client, coming, nadia):
    assert "Suivre une séquence" not in page(client.get(f"/factures/{coming.id}/relances")).replace("\u00a0", " ")


@pytest.mark.requirement("S3.26", "S0.6")
def test_step_two_of_a_client_who_follows_a_sequence_is_on_and_says_so(client, latitude, nadia, b2b):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    draft = factories.make_invoice(latitude, "F-2026-0120", due_on=D(2026, 12, 20), state="draft")
    path = f"/factures/{draft.id}/relances"
    html = page(client.get(f"{path}?etape=2")).replace("\u00a0", " ")
    assert "Ce client suit « Standard B2B »." in html
    assert checked(html, "is_on")
    assert of(html, "frequency", "client")
    assert "Prérelance" in html, "its preview"
    client.post(f"{path}?etape=2", data={"is_on": "y", "frequency": "client", "start": "normal"})
    assert not Chase.select().exists(), "nothing is set for this invoice"
    summary = page(client.get(f"/factures/{draft.id}/verification")).replace("\u00a0", " ")
    assert "Ses relances commencent dès que la facture est enregistrée." in summary
    client.post(f"/factures/{draft.id}/verification")
    chase = Chase.get(Chase.invoice == draft)
    assert (chase.is_inherited, chase.is_active) == (True, True)


def test_step_two_may_have_its_own_setting_or_none(client, latitude, nadia, b2b):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    off, own = (
        factories.make_invoice(latitude, number, due_on=D(2026, 12, 20), state="draft") for number in ("F-91", "F-92")
    )
    client.post(f"/factures/{off.id}/relances?etape=2", data={"frequency": "client"})
    client.post(f"/factures/{own.id}/relances?etape=2", data=choices(nadia))
    for invoice in (off, own):
        client.post(f"/factures/{invoice.id}/verification")
    assert Chase.get(Chase.invoice == off).ended_because == "switched_off"
    chase = Chase.get(Chase.invoice == own)
    assert (chase.frequency, chase.is_inherited, chase.is_active) == ("weekly", False, True)
    html = page(client.get(f"/factures/{own.id}")).replace("\u00a0", " ")
    assert "Suivre la séquence du client" in html
    client.post(f"/factures/{own.id}/relances/client")
    chase = Chase.get(Chase.invoice == own)
    assert (chase.frequency, chase.is_inherited, chase.is_active) == ("sequence", True, True)
    after = page(client.get(f"/factures/{own.id}")).replace("\u00a0", " ")
    assert "celle du client" in after
    assert "Suivre la séquence du client" not in after


def test_the_switch_of_the_page_takes_an_invoice_out_of_its_sequence_and_back(client, latitude, nadia, b2b):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    invoice = factories.make_invoice(latitude, "F-93", due_on=D(2026, 12, 20))
    client.post(f"/factures/{invoice.id}/relances/client")
    path = f"/factures/{invoice.id}/relances/etat"
    client.post(path)
    assert Chase.get(Chase.invoice == invoice).ended_because == "switched_off"
    client.post(path)
    chase = Chase.get(Chase.invoice == invoice)
    assert (chase.is_inherited, chase.is_active) == (True, True)


@pytest.mark.requirement("S3.15", "S0.4")
def test_too_late_to_enter_the_page_asks_where_to_begin(client, latitude, nadia, b2b):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    late = factories.make_invoice(latitude, "F-94", due_on=D(2026, 9, 20))
    path = f"/factures/{late.id}/relances"
    assert client.post(f"{path}/client").location == f"/relances/reprise?facture={late.id}"
    html = page(client.get(path)).replace("\u00a0", " ")
    assert "par où commencer" in html
    client.post(path, data={"is_on": "y", "frequency": "client", "start": "gently"})
    assert not following.is_out(Chase.get(Chase.invoice == late))


def test_too_late_to_enter_the_last_step_of_a_new_invoice_says_that_it_waits(client, latitude, nadia, b2b):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    late = factories.make_invoice(latitude, "F-95", state="draft", due_on=D(2026, 9, 20))
    html = page(client.get(f"/factures/{late.id}/verification")).replace("\u00a0", " ")
    assert "attendra votre choix dans « À traiter »" in html and "commencent dès que" not in html


def test_the_client_s_sequence_cannot_be_followed_when_there_is_none(client, coming, nadia, b2b):
    answer = client.post(f"/factures/{coming.id}/relances", data={"is_on": "y", "frequency": "client"})
    assert answer.status_code == 422
    client.post(f"/factures/{coming.id}/relances/client")
    assert not Chase.select().exists()
