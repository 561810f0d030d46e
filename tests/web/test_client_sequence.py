import re

import pytest

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from tests import factories
from tests.factories import NOW

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))


def panel(page):
    found = re.search(r'<section[^>]*id="client-sequence".*?</section>', page, re.DOTALL)
    assert found
    return found[0].replace(" data-focus", "")


@pytest.fixture
def delivered(account):
    sequencing.deliver(account, NOW)
    return {sequence.key: sequence for sequence in sequencing.listed(account)}


@pytest.fixture
def b2b(delivered):
    return delivered["standard_b2b"]


def enrol(sequence, *clients):
    enrolling.enrol(sequence, [client.id for client in clients], by=None, now=NOW)


def followed(client):
    return Client.get_by_id(client.id).sequence_id


@pytest.mark.requirement("S3.26", "S3.28")
def test_a_client_is_enrolled_from_its_settings_after_its_invoices_were_shown(
    client, latitude, nadia, invoice, b2b, bell
):
    path = f"/clients/{latitude.id}/sequence"
    data = {"sequence": b2b.id, "suit": ""}
    page = text_of(client.get(f"/clients/{latitude.id}?onglet=reglages"))
    assert "Aucune, je relance à la main" in page
    shown = text_of(client.post(path, data=data))
    assert "F-2026-0087" in shown
    assert (followed(latitude), bell) == (None, [])
    answer = client.post(path, data=data | {"confirme": data["sequence"] or "aucune"})
    assert answer.location == f"/clients/{latitude.id}?onglet=reglages"
    assert (followed(latitude), Chase.get().is_inherited) == (b2b.id, True)
    assert "Un client inscrit." in text_of(client.get(answer.location))
    assert bell
    assert Event.select().where(Event.kind == "client_enrolled", Event.client == latitude).count() == 1


@pytest.mark.requirement("S3.29")
def test_a_move_names_the_sequence_that_is_left(client, latitude, nadia, invoice, delivered, b2b):
    enrol(b2b, latitude)
    douce = delivered["douce"]
    path = f"/clients/{latitude.id}/sequence"
    data = {"sequence": douce.id, "suit": b2b.id}
    shown = text_of(client.post(f"{path}?apercu=oui", data=data, headers=HTMX))
    assert "Latitude Conseil suit déjà « Standard B2B »." in shown
    assert "le retire de « Standard B2B »" in shown
    assert "<html" not in shown
    assert panel(shown) == panel(text_of(client.post(path, data=data)))
    assert followed(latitude) == b2b.id
    client.post(path, data=data | {"confirme": data["sequence"] or "aucune"})
    assert followed(latitude) == douce.id
    assert not Client.select().where(Client.sequence == b2b).exists()


@pytest.mark.requirement("S3.33")
def test_a_client_leaves_its_sequence_and_nothing_of_it_is_planned_any_more(client, latitude, nadia, invoice, b2b):
    enrol(b2b, latitude)
    path = f"/clients/{latitude.id}/sequence"
    data = {"sequence": "", "suit": b2b.id}
    assert "sera annulé" in text_of(client.post(path, data=data))
    assert followed(latitude) == b2b.id
    client.post(path, data=data | {"confirme": data["sequence"] or "aucune"})
    chase = Chase.get()
    assert (followed(latitude), chase.is_active, chase.ended_because) == (None, False, "unenrolled")
    assert Event.select().where(Event.kind == "client_unenrolled").count() == 1


def test_two_windows_on_one_client_the_second_is_told(client, latitude, invoice, delivered, b2b):
    enrol(delivered["douce"], latitude)
    for sequence in (str(b2b.id), ""):
        for headers in ({}, HTMX):
            data = {"sequence": sequence, "suit": str(delivered["particuliers"].id), "confirme": sequence or "aucune"}
            answer = client.post(f"/clients/{latitude.id}/sequence", data=data, headers=headers)
            page = text_of(answer)
            assert answer.status_code == 409
            assert "a changé dans une autre fenêtre" in page
            assert f'name="suit" value="{delivered["douce"].id}"' in page
            assert followed(latitude) == delivered["douce"].id


@pytest.mark.parametrize("value", ["999999", "x", "²"])
def test_a_sequence_that_is_not_there_is_refused(client, latitude, b2b, value):
    answer = client.post(f"/clients/{latitude.id}/sequence", data={"sequence": value, "suit": ""})
    assert answer.status_code == 422
    assert 'id="sequence-err"' in text_of(answer)


def test_the_list_names_the_sequence_of_each_and_moves_those_ticked(client, account, latitude, nadia, invoice, b2b):
    other = factories.make_client(account, "Studio Kérity")
    left = factories.make_client(account, "Pas coché")
    data = {"client": [latitude.id, other.id], "sequence": b2b.id}
    page = text_of(client.post("/clients/sequence", data=data))
    assert "Inscrire 2 clients dans « Standard B2B » ?" in page
    assert followed(latitude) is None
    data |= {"confirme": "oui", f"suit-{latitude.id}": "", f"suit-{other.id}": ""}
    assert client.post("/clients/sequence", data=data).location == "/clients"
    assert (followed(latitude), followed(other), followed(left)) == (b2b.id, b2b.id, None)
    listed = text_of(client.get("/clients"))
    assert listed.count(f'href="/sequences/{b2b.id}">Standard B2B</a>') == 2
    out = {"client": [latitude.id], "sequence": "", "confirme": "oui", f"suit-{latitude.id}": b2b.id}
    client.post("/clients/sequence", data=out)
    assert (followed(latitude), followed(other)) == (None, b2b.id)


def test_moving_several_is_all_or_nobody(client, account, latitude, delivered, b2b):
    other = factories.make_client(account, "Studio Kérity")
    enrol(delivered["douce"], other)
    data = {"client": [latitude.id, other.id], "sequence": b2b.id, "confirme": "oui"}
    answer = client.post("/clients/sequence", data=data | {f"suit-{latitude.id}": "", f"suit-{other.id}": ""})
    assert answer.status_code == 409
    assert "Studio Kérity" in text_of(answer)
    assert (followed(latitude), followed(other)) == (None, delivered["douce"].id)


def test_nobody_ticked_says_so(client, latitude, b2b):
    answer = client.post("/clients/sequence", data={"sequence": b2b.id})
    assert answer.status_code == 422
    assert "Cochez au moins un client." in text_of(answer)
    wrong = client.post("/clients/sequence", data={"client": [latitude.id], "sequence": "999"})
    assert wrong.status_code == 422
    assert "Choisissez une séquence de la liste." in text_of(wrong)


def test_another_account_s_clients_are_not_moved(client, latitude, b2b, basile):
    his = Client.get(Client.account == basile.account)
    client.post("/clients/sequence", data={"client": [his.id], "sequence": b2b.id, "confirme": "oui"})
    assert followed(his) is None
    assert client.post(f"/clients/{his.id}/sequence", data={"sequence": b2b.id}).status_code == 404
    sequencing.deliver(basile.account, NOW)
    other = Sequence.get(Sequence.account == basile.account)
    assert client.post(f"/clients/{latitude.id}/sequence", data={"sequence": other.id}).status_code == 422
