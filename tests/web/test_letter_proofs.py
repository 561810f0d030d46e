"""Proofs joined after the fact, from the page of a letter."""

import io

import pytest

from relance.models.letters import Letter
from tests import factories
from tests.factories import TODAY
from tests.services.notices import late
from tests.web.reading import parse, words

HTMX = {"HX-Request": "true"}


@pytest.fixture
def posted(latitude, camille):
    return factories.make_letter(latitude, [late(latitude)], state="posted", mode="lrar_counter", posted_on=TODAY)


def join(client, letter, content, which="depot", name="preuve.jpg"):
    data = {"proof": (io.BytesIO(content), name)} if content is not None else {}
    return client.post(f"/courriers/{letter.id}/preuve?quoi={which}", data=data)


@pytest.mark.requirement("S4.18")
def test_a_proof_is_joined_then_replaced_and_the_last_one_is_given_back(client, posted):
    assert "Joindre la preuve" in client.get(f"/courriers/{posted.id}/preuve?quoi=depot", headers=HTMX).text
    assert join(client, posted, b"\xff\xd8\xff flou").status_code == 303
    asked = words(parse(client.get(f"/courriers/{posted.id}/preuve?quoi=depot")))
    assert "Remplace preuve.jpg, dont l’historique garde la trace." in asked
    join(client, posted, b"\x89PNG\r\n\x1a\n net", name="../net.png")
    given = client.get(f"/courriers/{posted.id}/preuves/depot")
    assert (given.data, given.mimetype) == (b"\x89PNG\r\n\x1a\n net", "image/png")
    assert given.headers["Content-Disposition"] == "attachment; filename=net.png"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "Choisissez un fichier."), (b"<svg onload=alert(1)>", "Joignez un PDF ou une image JPEG ou PNG.")],
)
def test_what_is_no_proof_is_refused(client, posted, content, sentence):
    answer = join(client, posted, content)
    assert sentence in words(parse(answer, 422))
    assert Letter.get().deposit_proof is None


def test_a_slot_that_does_not_exist_yet_is_not_found(client, posted):
    assert join(client, posted, b"\xff\xd8\xff", "reception").status_code == 404
    assert join(client, posted, b"\xff\xd8\xff", "autre").status_code == 404
    Letter.update(state="ready").execute()
    assert join(client, posted, b"\xff\xd8\xff").status_code == 404
