import logging
import re

import pytest

from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence
from relance.services import sequencing
from tests.factories import NOW
from tests.web.test_sequence_steps import zone

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.mark.requirement("S3.11", "S3.20")
def test_the_list_shows_each_with_its_thread_and_who_follows_it(client, b2b, latitude):
    Client.update(sequence=b2b).execute()
    page = text_of(client.get("/sequences"))
    for words in ("Standard B2B", "Douce", "Particuliers", "Secteur public", "un client", "aucun client"):
        assert words in page
    assert "Blocs : J−3, J+3, J+10, J+20, J+30, J+38" in page
    assert 'href="/sequences"' in text_of(client.get("/tableau-de-bord"))


@pytest.mark.requirement("S3.12", "S3.13")
def test_a_sequence_is_made_with_or_without_its_blocks(client, account):
    answer = client.post("/sequences/nouvelle", data={"title": "Relance clients B2B", "side": "after"})
    made = Sequence.get()
    assert answer.location == f"/sequences/{made.id}"
    assert (made.title, made.description, sequencing.steps_of(made)) == ("Relance clients B2B", "", [])
    data = {"title": "Douze", "description": "Pour voir.", "side": "after", "first": 2, "interval": 7, "total": 30}
    client.post("/sequences/nouvelle", data=data)
    second = Sequence.get(Sequence.title == "Douze")
    assert [step.offset_days for step in sequencing.steps_of(second)] == [2, 9, 16, 23, 30]
    assert Event.select().where(Event.kind == "sequence_created").count() == 2


@pytest.mark.requirement("S3.12")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "standard b2b"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"first": "2"}, "interval"),
        ({"first": "400", "interval": "7", "total": "30"}, "first"),
        ({"first": "20", "interval": "7", "total": "10"}, "total"),
        ({"first": "2", "interval": "0", "total": "10"}, "interval"),
    ],
)
def test_what_cannot_be_stands_at_its_field_with_what_was_typed(client, b2b, values, field):
    data = {"title": "Nouvelle", "description": "Ce que j'ai écrit", "side": "after"} | values
    answer = client.post("/sequences/nouvelle", data=data)
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{field}-err"' in page
    assert "Ce que j&#39;ai écrit" in page or "Ce que j'ai écrit" in page
    assert Sequence.select().count() == 4


def test_the_page_shows_each_block_with_its_words_and_tone(client, b2b):
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert page.index("Prérelance") < page.index("La facture passe en retard le lendemain") < page.index("Relance 1")
    assert "E-mail, modèle « Dernier rappel »" in page
    assert "Lettre recommandée, à valider par vous" in page
    assert "Elle n’est jamais envoyée seule." in page
    assert "Ton : courtois" in page
    assert "Ton : formel" in page
    assert "{facture}" in page
    assert "Mettre à jour la séquence" not in page, "nothing to publish"


def test_the_title_is_edited_in_place_and_the_swap_is_the_page(client, b2b):
    path = f"/sequences/{b2b.id}/modifier"
    swap = client.get(path, headers=HTMX).text
    assert "<html" not in swap
    assert zone(swap, "sequence-head") == zone(client.get(path).text, "sequence-head")
    back = client.get(f"{path}?annuler=oui", headers=HTMX).text
    assert zone(back, "sequence-head") == zone(client.get(f"/sequences/{b2b.id}").text, "sequence-head")
    data = {"title": "Grands comptes", "description": "Ligne 1\nLigne 2", "asks_before_sending": "y", "version": 1}
    assert client.post(path, data=data).location == f"/sequences/{b2b.id}"
    saved = Sequence.get_by_id(b2b.id)
    assert (saved.title, saved.claims_fees, saved.asks_before_sending) == ("Grands comptes", False, True)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_title_taken_or_missing_is_refused_and_what_was_typed_kept(client, b2b, headers):
    for title in ("", "douce"):
        data = {"title": title, "description": "Gardée", "version": 1}
        answer = client.post(f"/sequences/{b2b.id}/modifier", data=data, headers=headers)
        assert answer.status_code == 422
        assert 'id="title-err"' in text_of(answer)
        assert "Gardée" in text_of(answer)
    assert Sequence.get_by_id(b2b.id).title == "Standard B2B"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_windows_on_the_title_the_second_keeps_its_words(client, b2b, headers):
    answer = client.post(f"/sequences/{b2b.id}/modifier", data={"title": "Mes mots", "version": 9}, headers=headers)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "modifiée dans une autre fenêtre" in page
    assert 'value="Mes mots"' in page
    assert Sequence.get_by_id(b2b.id).title == "Standard B2B"


@pytest.mark.requirement("S3.20")
def test_a_sequence_is_duplicated_reset_and_its_draft_abandoned(client, b2b):
    answer = client.post(f"/sequences/{b2b.id}/copie")
    copied = Sequence.get(Sequence.title == "Standard B2B (copie)")
    assert answer.location == f"/sequences/{copied.id}"
    assert not Client.select().where(Client.sequence == copied).exists()
    step = sequencing.steps_of(b2b)[0]
    sequencing.delete_step(b2b, step.key, version=1, by=None, now=NOW)
    client.post(f"/sequences/{b2b.id}/origine", data={"version": 2})
    assert len(sequencing.steps_of(Sequence.get_by_id(b2b.id))) == 6
    stale = client.post(f"/sequences/{b2b.id}/abandon", data={"version": 2})
    assert stale.status_code == 409
    assert "autre fenêtre" in text_of(stale)
    client.post(f"/sequences/{b2b.id}/abandon", data={"version": 3})
    assert Sequence.get_by_id(b2b.id).has_draft is False
    client.post(f"/sequences/{copied.id}/origine", data={"version": copied.version})
    assert "elle n’a pas de version d’origine" in text_of(client.get(f"/sequences/{copied.id}"))


def test_a_deleted_delivered_sequence_is_brought_back_from_the_list(client, account, b2b):
    sequencing.delete(b2b, "Standard B2B", by=None, now=NOW)
    answer = client.post("/sequences/fournies", data={"sequence": "standard_b2b"})
    again = Sequence.get(Sequence.key == "standard_b2b")
    assert answer.location == f"/sequences/{again.id}"
    assert client.post("/sequences/fournies", data={"sequence": "standard_b2b"}).location == "/sequences"
    assert Sequence.select().where(Sequence.account == account).count() == 4


def test_the_list_makes_the_same_number_of_queries_for_four_or_forty(client, account, b2b, caplog):
    def queries():
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="peewee"):
            assert client.get("/sequences").status_code == 200
        return len(caplog.records)

    few = queries()
    for number in range(40):
        sequencing.create(account, sequencing.Facts(f"Séquence {number}"), by=None, now=NOW)
    assert 4 < queries() == few
