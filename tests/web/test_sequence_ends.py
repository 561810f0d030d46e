import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence, SequenceStep
from relance.services import enrolling, sequencing
from relance.services.sequencing import Block
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.test_sequence_steps import HTMX, text_of


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.fixture
def followers(b2b, latitude, nadia):
    """Three invoices that follow the sequence, due on Saturday 28 November, 3 and 8 December."""
    found = [
        factories.make_invoice(latitude, f"F-{days}", due_on=TODAY + dt.timedelta(days=days)) for days in (5, 10, 15)
    ]
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    return found


def fresh(sequence):
    return Sequence.get_by_id(sequence.id)


def move(b2b, template, days, version=1):
    step = next(step for step in sequencing.steps_of(fresh(b2b)) if step.template == template)
    sequencing.change_step(fresh(b2b), step.key, Block("mail", days, template), version=version, by=None, now=NOW)


def test_without_a_change_of_dates_the_effect_says_so_and_leads_to_the_invoices(client, b2b, followers):
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert f'href="/factures?sequence={b2b.id}"' in page
    detail = text_of(client.get(f"/sequences/{b2b.id}/effet"))
    assert "Les 3 factures qui suivent cette séquence gardent leurs dates." in detail


@pytest.mark.requirement("S3.24")
def test_what_publishing_changes_is_shown_then_done(client, b2b, followers, bell):
    move(b2b, "prerelance", -2)
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert "Calendrier inchangé</dt><dd>1 facture" in page, "its Saturday and its Sunday are both moved to Friday"
    assert "Nouveau calendrier</dt><dd>2 factures" in page
    path = f"/sequences/{b2b.id}/publication"
    asked = text_of(client.get(path, headers=HTMX))
    assert "2 factures concernées." in asked
    assert "<html" not in asked
    assert "2 factures concernées." in text_of(client.get(path))
    detail = text_of(client.get(f"/sequences/{b2b.id}/effet"))
    for number in ("F-5", "F-10"):
        assert number in detail
    assert (fresh(b2b).revision, bell) == (1, [])
    answer = client.post(path, data={"version": 2})
    assert answer.location == f"/sequences/{b2b.id}"
    after = fresh(b2b)
    assert (after.revision, after.has_draft) == (2, False)
    assert [step.offset_days for step in sequencing.steps_of(after)] == [-2, 3, 10, 20, 30, 38]
    done = text_of(client.get(answer.location))
    assert "2 factures changent de calendrier." in done
    assert "Modifications non publiées" not in done
    assert bell
    assert Event.select().where(Event.kind == "sequence_published").count() == 1


def test_a_sequence_published_from_two_windows_the_second_sees_what_changed(client, b2b, followers):
    move(b2b, "prerelance", -2)
    for headers in ({}, HTMX):
        answer = client.post(f"/sequences/{b2b.id}/publication", data={"version": 1}, headers=headers)
        assert answer.status_code == 409
        assert "Voici ce qui changerait maintenant." in text_of(answer)
    assert fresh(b2b).revision == 1


def test_an_empty_draft_is_not_published(client, account):
    made = sequencing.create(account, sequencing.Facts("Vide"), by=None, now=NOW)
    step = sequencing.add_step(made, Block("mail", 5, "rappel"), version=1, by=None, now=NOW)
    sequencing.delete_step(fresh(made), step.key, version=2, by=None, now=NOW)
    answer = client.post(f"/sequences/{made.id}/publication", data={"version": 3})
    assert answer.status_code == 422
    assert "Ajoutez un bloc" in text_of(answer)
    assert fresh(made).revision == 0


@pytest.mark.requirement("S3.2", "S3.26")
def test_a_new_sequence_takes_its_clients_in_when_it_is_first_published(client, account, latitude, nadia):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY + dt.timedelta(days=10))
    data = {"title": "Neuve", "side": "after", "first": 2, "interval": 7, "total": 30}
    made = int(client.post("/sequences/nouvelle", data=data).location.rpartition("/")[2])
    client.post(f"/sequences/{made}/clients", data={"nouveau": [latitude.id], f"suit-{latitude.id}": ""})
    assert Client.get_by_id(latitude.id).sequence_id == made
    assert not Chase.select().exists()
    asked = text_of(client.get(f"/sequences/{made}/publication"))
    assert "Les factures d’un client commencent à suivre la séquence." in asked
    client.post(f"/sequences/{made}/publication", data={"version": fresh(Sequence.get_by_id(made)).version})
    chase = Chase.get(Chase.invoice == invoice)
    assert (chase.sequence_id, chase.is_inherited) == (made, True)


@pytest.mark.requirement("S3.25")
def test_deleting_says_what_it_takes_away_and_asks_for_the_title(client, b2b, followers):
    path = f"/sequences/{b2b.id}/suppression"
    for headers in ({}, HTMX):
        asked = text_of(client.get(path, headers=headers))
        assert "Supprimer « Standard B2B » ?" in asked
        assert "Un client n’aura plus de séquence." in asked
        assert "15 envois prévus seront annulés." in asked
        assert "Archiver plutôt" in asked
    for typed in ("", "Standard"):
        refused = client.post(path, data={"typed": typed}, headers=HTMX)
        assert refused.status_code == 422
        assert 'id="typed-err"' in text_of(refused)
    answer = client.post(path, data={"typed": "standard b2b"})
    assert answer.location == "/sequences"
    assert "« Standard B2B » est supprimée." in text_of(client.get("/sequences"))
    assert not Sequence.select().where(Sequence.id == b2b.id).exists()
    assert not SequenceStep.select().where(SequenceStep.sequence == b2b.id).exists()
    assert {chase.ended_because for chase in Chase.select()} == {"sequence_deleted"}
    history = text_of(client.get(f"/factures/{followers[0].id}/historique"))
    assert "séquence" in history
    assert "Rétablir « Standard B2B »" in text_of(client.get("/sequences"))


def test_too_many_messages_to_count_are_told_by_their_invoices(client, b2b, followers, monkeypatch):
    monkeypatch.setattr("relance.web.sequence_ends.COUNTED", 2)
    assert "3 factures ne seront plus relancées." in text_of(client.get(f"/sequences/{b2b.id}/suppression"))


def test_archiving_instead_keeps_it_for_later(client, b2b, followers):
    client.post(f"/sequences/{b2b.id}/archivage")
    page = text_of(client.get("/sequences"))
    assert "Un client ne suit plus de séquence." in page
    assert "Archivées" in page
    client.post(f"/sequences/{b2b.id}/restauration")
    assert fresh(b2b).archived_at is None
    assert not Client.select().where(Client.sequence == b2b).exists()


def test_a_title_taken_since_is_told_when_bringing_back(client, account, b2b):
    client.post(f"/sequences/{b2b.id}/archivage")
    sequencing.create(account, sequencing.Facts("Standard B2B"), by=None, now=NOW)
    answer = client.post(f"/sequences/{b2b.id}/restauration")
    assert "a pris ce titre" in text_of(client.get(answer.location))
    assert fresh(b2b).archived_at == NOW


def test_the_effect_of_many_invoices_is_read_page_by_page(client, b2b, latitude, nadia):
    for number in range(60):
        factories.make_invoice(latitude, f"M-{number:03d}", due_on=TODAY + dt.timedelta(days=10))
    enrolling.enrol(b2b, [latitude.id], by=None, now=NOW)
    move(b2b, "prerelance", -5)
    path = f"/sequences/{b2b.id}/effet"
    first, second = text_of(client.get(path)), text_of(client.get(f"{path}?page=2"))
    assert ("1 à 50 sur 60" in first, "51 à 60 sur 60" in second) == (True, True)
    assert "M-000" in first and "M-000" not in second
    assert client.get(f"{path}?page=99").status_code == 200
    assert client.get(f"{path}?page=x").status_code == 200


def test_a_sequence_of_another_account_is_not_found(client, b2b, basile):
    sequencing.deliver(basile.account, NOW)
    his = Sequence.get(Sequence.account == basile.account)
    for path in ("", "/modifier", "/publication", "/suppression", "/effet", "/blocs/nouveau"):
        assert client.get(f"/sequences/{his.id}{path}").status_code == 404, path
    for path in ("/copie", "/abandon", "/origine", "/archivage", "/restauration", "/publication", "/suppression"):
        assert client.post(f"/sequences/{his.id}{path}").status_code == 404, path
