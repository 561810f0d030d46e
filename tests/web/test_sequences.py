import re

import pytest

from relance.models.clients import Client
from relance.models.events import Event
from relance.models.sequences import Sequence
from relance.services import sequencing
from tests.factories import NOW

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
