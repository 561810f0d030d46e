import datetime as dt

import pytest

from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.test_sequence_steps import HTMX, partial, text_of, zone


@pytest.fixture
def delivered(account):
    sequencing.deliver(account, NOW)
    return {sequence.key: sequence for sequence in sequencing.listed(account)}


@pytest.fixture
def b2b(delivered):
    return delivered["standard_b2b"]


@pytest.fixture
def path(b2b):
    return f"/sequences/{b2b.id}/clients"


def followed(client):
    return Client.get_by_id(client.id).sequence_id


@pytest.mark.requirement("S3.2", "S3.27")
def test_clients_are_found_chosen_and_enrolled_together(client, account, path, b2b, latitude, nadia, invoice, bell):
    kerity = factories.make_client(account, "Studio Kérity")
    chosen = client.post(f"{path}/choix", data={"client": "latitude conseil"}, headers=HTMX).text
    assert f'name="nouveau" value="{latitude.id}"' in chosen
    assert 'data-s="warn"' not in chosen, "it leaves no sequence"
    assert (followed(latitude), bell) == (None, [])
    page = client.post(f"{path}/choix", data={"client": "Latitude Conseil"}).text
    assert zone(chosen, "clients") == zone(page, "clients")
    more = {"nouveau": [latitude.id], f"suit-{latitude.id}": "", "client": "kérity"}
    both = client.post(f"{path}/choix", data=more, headers=HTMX).text
    assert "Inscrire ces 2 clients" in text_of(client.post(f"{path}/choix", data=more))
    assert f'name="nouveau" value="{kerity.id}"' in both
    data = {"nouveau": [latitude.id, kerity.id], f"suit-{latitude.id}": "", f"suit-{kerity.id}": ""}
    done = client.post(path, data=data, headers=HTMX)
    assert done.status_code == 200
    assert (followed(latitude), followed(kerity)) == (b2b.id, b2b.id)
    assert Chase.get(Chase.invoice == invoice).is_inherited
    whole = client.get(f"/sequences/{b2b.id}").text
    assert zone(done.text, "clients") == zone(whole, "clients")
    assert partial(done.text, "effet") == zone(whole, "effet")
    assert "2 clients inscrits." in text_of(done)
    assert bell
    assert Event.select().where(Event.kind == "client_enrolled").count() == 2


@pytest.mark.requirement("S3.28", "S3.29")
def test_a_client_of_another_sequence_is_warned_about_at_once_and_asked_again_with_its_invoices(
    client, path, delivered, b2b, latitude, nadia, account
):
    invoice = factories.make_invoice(latitude, "F-2026-0083", due_on=TODAY + dt.timedelta(days=5))
    douce = delivered["douce"]
    enrolling.enrol(douce, [latitude.id], by=None, now=NOW)
    chosen = text_of(client.post(f"{path}/choix", data={"client": "Latitude Conseil"}, headers=HTMX))
    assert "Latitude Conseil suit déjà « Douce »." in chosen
    assert "Ajouter ce client ici le retire de « Douce »." in chosen
    assert 'role="status"' in chosen
    assert 'class="chip new moved"' in chosen
    data = {"nouveau": [latitude.id], f"suit-{latitude.id}": douce.id}
    asked = text_of(client.post(path, data=data, headers=HTMX))
    assert "F-2026-0083" in asked
    assert "Inscrire et changer le calendrier d’une facture" in asked
    assert followed(latitude) == douce.id
    client.post(path, data=data | {"confirme": "oui"})
    assert followed(latitude) == b2b.id
    assert Chase.get(Chase.invoice == invoice).sequence_id == b2b.id
    page = text_of(client.get(f"/sequences/{douce.id}"))
    assert "Retirer Latitude Conseil" not in page


@pytest.mark.requirement("S3.29")
def test_a_client_moved_by_two_windows_at_once_the_second_is_told_and_nothing_is_lost(
    client, path, delivered, b2b, latitude
):
    enrolling.enrol(delivered["douce"], [latitude.id], by=None, now=NOW)
    data = {"nouveau": [latitude.id], f"suit-{latitude.id}": "", "confirme": "oui"}
    for headers in ({}, HTMX):
        answer = client.post(path, data=data, headers=headers)
        page = text_of(answer)
        assert answer.status_code == 409
        assert "Latitude Conseil" in page
        assert f'name="nouveau" value="{latitude.id}"' in page, "the choice is kept"
        assert f'name="suit-{latitude.id}" value="{delivered["douce"].id}"' in page, "as it stands now"
        assert followed(latitude) == delivered["douce"].id


@pytest.mark.requirement("S3.15", "S3.35")
def test_an_invoice_too_late_stays_out_and_the_page_says_so(client, path, b2b, latitude, nadia):
    for number, days in enumerate((9, 60)):
        factories.make_invoice(latitude, f"F-{number}", due_on=TODAY - dt.timedelta(days=days))
    shown = text_of(client.post(f"{path}/choix", data={"client": "Latitude Conseil"}, headers=HTMX))
    assert "Trop en retard, à vous de choisir" in shown
    client.post(path, data={"nouveau": [latitude.id], f"suit-{latitude.id}": ""})
    out = Entry.select().where(Entry.is_out).count()
    assert out >= 1
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert "trop en retard pour entrer" in page


def test_an_empty_sequence_takes_nobody(client, account, latitude):
    empty = sequencing.create(account, sequencing.Facts("Vide"), by=None, now=NOW)
    data = {"nouveau": [latitude.id], f"suit-{latitude.id}": ""}
    for headers in ({}, HTMX):
        answer = client.post(f"/sequences/{empty.id}/clients", data=data, headers=headers)
        assert answer.status_code == 422
        assert "aucun bloc" in text_of(answer)
    assert followed(latitude) is None


@pytest.mark.requirement("S3.27")
def test_a_client_is_taken_out_and_what_was_planned_is_cancelled(client, path, b2b, latitude, nadia, invoice):
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    answer = client.post(f"{path}/{latitude.id}/retrait", headers=HTMX)
    assert followed(latitude) is None
    assert Chase.get(Chase.invoice == invoice).ended_because == "unenrolled"
    assert zone(answer.text, "clients") == zone(client.get(f"/sequences/{b2b.id}").text, "clients")
    # Pressed twice, the second changes nothing.
    assert client.post(f"{path}/{latitude.id}/retrait").status_code == 303
    assert Event.select().where(Event.kind == "client_unenrolled").count() == 1


def test_removing_a_client_of_another_sequence_leaves_it_there(client, path, delivered, latitude):
    enrolling.enrol(delivered["douce"], [latitude.id], by=None, now=NOW)
    client.post(f"{path}/{latitude.id}/retrait")
    assert followed(latitude) == delivered["douce"].id


def test_several_names_that_match_are_proposed(client, account, path):
    kerity = factories.make_client(account, "Studio Kérity")
    factories.make_client(account, "Studio Bleu")
    page = text_of(client.post(f"{path}/choix", data={"client": "studio"}))
    assert "Plusieurs clients correspondent" in page
    assert f'name="ajouter" value="{kerity.id}"' in page
    added = text_of(client.post(f"{path}/choix", data={"ajouter": kerity.id, "client": "studio"}, headers=HTMX))
    assert f'name="nouveau" value="{kerity.id}"' in added
    removed = client.post(f"{path}/choix", data={"nouveau": [kerity.id], "oter": kerity.id}, headers=HTMX)
    assert 'name="nouveau"' not in removed.text


@pytest.mark.parametrize("typed", ["Personne", ""])
def test_a_name_that_nobody_has_is_said(client, path, latitude, typed):
    answer = client.post(f"{path}/choix", data={"client": typed})
    assert answer.status_code == 422
    assert 'id="client-err"' in text_of(answer)
    assert f'value="{typed}"' in answer.text


def test_one_who_follows_it_already_is_said(client, path, b2b, latitude):
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    answer = client.post(f"{path}/choix", data={"client": "Latitude Conseil"}, headers=HTMX)
    assert answer.status_code == 422
    assert "suit déjà cette séquence" in text_of(answer)


def test_another_account_s_clients_cannot_be_chosen(client, path, b2b, basile):
    his = Client.get(Client.account == basile.account)
    chosen = client.post(f"{path}/choix", data={"ajouter": his.id}, headers=HTMX)
    assert his.name not in text_of(chosen)
    answer = client.post(path, data={"nouveau": [his.id], f"suit-{his.id}": ""})
    assert answer.status_code == 422
    assert followed(his) is None
    assert client.post(f"{path}/{his.id}/retrait").status_code == 404


def test_more_clients_than_chips_are_counted(client, account, b2b):
    for number in range(65):
        factories.make_client(account, f"Client {number:02d}", sequence=b2b)
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert '<span class="sub">65</span>' in page
    assert "et 5 autres" in page
    assert Sequence.get_by_id(b2b.id).clients.count() == 65
