import base64
import io

import pytest

from relance import storage
from relance.models.signatures import Signature
from relance.services import signing
from tests import factories
from tests.factories import NOW
from tests.services.test_signature_images import bomb, drawn, read, saved

PATH = "/reglages/signatures"


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def deposited(client, content, name=""):
    data = {"file": (io.BytesIO(content), "signature.png"), "name": name}
    return client.post(f"{PATH}/ajouter", data=data, follow_redirects=True)


@pytest.mark.requirement("S4.16")
def test_a_file_becomes_a_signature_shown_on_the_foot_of_a_letter(client):
    assert 'href="/reglages/signatures"' in client.get("/reglages").text
    page = deposited(client, saved(drawn(), "JPEG"), "Paraphe")
    row = Signature.get()
    assert (page.status_code, row.name, row.source, row.is_default) == (200, "Paraphe", "uploaded", True)
    text = text_of(page)
    assert "Signature enregistrée." in text and "Fait à Lyon, le 23 novembre 2026" in text and "Par défaut" in text
    assert "pas une signature électronique" in text
    picture = client.get(f"{PATH}/{row.id}/image")
    assert (picture.mimetype, picture.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert read(picture.data).mode == "RGBA"
    assert "Signature ajoutée" in text_of(client.get("/journal"))


@pytest.mark.requirement("S4.16")
def test_what_was_drawn_in_the_frame_is_kept_too(client):
    content = saved(drawn(mode="RGBA", paper=(0, 0, 0, 0)))
    drawing = "data:image/png;base64," + base64.b64encode(content).decode()
    client.post(f"{PATH}/ajouter", data={"drawing": drawing})
    assert Signature.get().source == "drawn"
    refused = client.post(f"{PATH}/ajouter", data={"drawing": drawing, "name": "x" * 61})
    assert refused.status_code == 422 and drawing in refused.text, "what was drawn comes back with the error"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choisissez une image, ou signez dans le cadre."),
        ({"drawing": "nonsense"}, "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        ({"file": b"%PDF-1.7 nothing"}, "Ce fichier n'est pas une image PNG ou JPEG lisible."),
        ({"file": bomb(10_000, 5_000)}, "Cette image est trop grande : 20 millions de pixels au plus."),
    ],
)
def test_what_is_refused_is_said_at_the_field_and_the_name_stays(client, data, sentence):
    form = {key: (io.BytesIO(value), "a.png") if key == "file" else value for key, value in data.items()}
    answer = client.post(f"{PATH}/ajouter", data=form | {"name": "Paraphe"})
    page = text_of(answer)
    assert answer.status_code == 422 and sentence in page and 'value="Paraphe"' in page
    assert f'<a href="#file">{sentence}</a>' in page and Signature.select().count() == 0


def test_a_signature_is_renamed_made_the_default_and_taken_away(client, camille):
    first, second = (signing.add(camille, saved(drawn(width=width)), "", "uploaded", NOW) for width in (6, 9))
    client.post(f"{PATH}/{second.id}/defaut")
    client.post(f"{PATH}/{first.id}/renommer", data={f"signature-{first.id}-name": "Au feutre"})
    assert [(one.id, one.name) for one in signing.of_user(camille)] == [(second.id, ""), (first.id, "Au feutre")]
    refused = client.post(f"{PATH}/{first.id}/renommer", data={f"signature-{first.id}-name": "x" * 61})
    assert refused.status_code == 422 and "x" * 61 in refused.text
    page = client.post(f"{PATH}/{second.id}/supprimer", follow_redirects=True)
    assert "Les lettres qui la portent la gardent." in text_of(page)
    assert [one.id for one in signing.of_user(camille) if one.is_default] == [first.id]
    assert client.get(f"{PATH}/{second.id}/image").status_code == 404
    assert storage.exists(second.document.sha256), "letters that carry it keep their bytes"


def test_a_colleague_and_a_stranger_find_nothing(client, camille, stranger, sign_in):
    row = signing.add(camille, saved(drawn()), "Au feutre", "uploaded", NOW)
    colleague = sign_in(factories.make_user(camille.account, "associe@atelier-roussel.example"))
    for other in (colleague, stranger):
        assert "Au feutre" not in other.get(PATH).text
        assert other.get(f"{PATH}/{row.id}/image").status_code == 404
        for action in ("defaut", "renommer", "supprimer"):
            assert other.post(f"{PATH}/{row.id}/{action}").status_code == 404
    assert [one.name for one in signing.of_user(camille)] == ["Au feutre"]


def test_at_five_the_form_gives_way_to_a_sentence(client, camille):
    for number in range(5):
        signing.add(camille, saved(drawn()), str(number), "uploaded", NOW)
    page = text_of(client.get(PATH))
    assert "Vous avez 5 signatures, le maximum." in page and 'type="file"' not in page
    late = deposited(client, saved(drawn()))
    assert late.status_code == 422 and "Supprimez-en une d'abord." in text_of(late)


def test_a_page_to_test_the_printing_is_given_beside_the_signatures(client):
    page = client.get("/reglages/signatures").get_data(as_text=True)
    assert "/reglages/lettres/test.pdf" in page
    answer = client.get("/reglages/lettres/test.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
