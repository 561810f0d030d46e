"""« Pièces du dossier » on the pages: added, listed, downloaded as files only, removed and put back."""

import io

import pytest

from relance.models.evidence import Evidence
from tests import factories
from tests.data import making

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(content=PNG, name="BL 12.png", **values):
    return {"kind": "performance", "label": "Bon de livraison 12"} | values | {"file": (io.BytesIO(content), name)}


def test_a_piece_is_on_the_pages_of_its_invoice_and_of_its_client(client, invoice):
    path = f"/factures/{invoice.id}/pieces"
    assert '<option selected value="order"' in text_of(client.get(f"{path}?type=order"))
    answer = client.post(path, data=typed(name="../../BL <b>.png"))
    assert (answer.status_code, answer.location) == (303, path)
    piece = Evidence.get()
    assert (piece.invoice_id, piece.client_id, piece.kind) == (invoice.id, invoice.client_id, "performance")
    for page in (
        path,
        f"/factures/{invoice.id}",
        f"/clients/{invoice.client_id}",
        f"/clients/{invoice.client_id}/pieces",
    ):
        shown = text_of(client.get(page))
        assert "Bon de livraison 12" in shown and "Preuve de la prestation" in shown and "<b>" not in shown, page
    file = client.get(f"/pieces/{piece.id}")
    assert (file.data, file.mimetype) == (PNG, "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "Pièce ajoutée au dossier" in text_of(client.get("/journal"))


def test_a_piece_of_the_client_is_removed_then_put_back(client, latitude):
    path = f"/clients/{latitude.id}/pieces"
    client.post(path, data=typed(label="", name="conditions.png", kind="terms"))
    piece = Evidence.get()
    assert piece.label == "conditions" and piece.invoice_id is None
    assert client.post(f"/pieces/{piece.id}/retirer").location == path
    page = text_of(client.get(path))
    assert "Aucune pièce" in page and "Une pièce retirée" in page and f"/pieces/{piece.id}/retablir" in page
    assert client.post(f"/pieces/{piece.id}/retablir").location == path
    assert "Aucune pièce" not in text_of(client.get(path))
    assert client.get(f"/pieces/{piece.id}").status_code == 200


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"content": b"<html><script>alert(1)</script>", "name": "devis.pdf"}, "PDF ou une image JPEG ou PNG"),
        ({"content": making.pdf(script="app.alert(1)"), "name": "devis.pdf"}, "contient un programme (JavaScript)"),
        ({"content": b""}, "fichier"),
        ({"kind": "nonsense"}, "Type de pièce"),
        ({"label": "x" * 121}, "120"),
    ],
)
def test_what_cannot_be_kept_is_said_in_french_at_its_field_and_what_was_typed_stays(client, invoice, values, words):
    answer = client.post(f"/factures/{invoice.id}/pieces", data=typed(**{"label": "Mon devis", **values}))
    page = text_of(answer)
    assert answer.status_code == 422 and words in page and 'aria-invalid="true"' in page
    assert (values.get("label") or "Mon devis") in page and not Evidence.select().exists()


def test_a_file_of_thirty_megabytes_is_refused_in_french(client, invoice):
    answer = client.post(
        f"/factures/{invoice.id}/pieces", data=typed(PNG + b"\0" * (30 * 1024 * 1024), label="Photo du chantier")
    )
    answer.request.input_stream.close()  # the test's own copy, too big for its memory
    page = text_of(answer)
    assert answer.status_code == 422 and "Ce fichier dépasse 10 Mo" in page and "Photo du chantier" in page
    assert not Evidence.select().exists()


def test_the_pieces_of_another_account_are_not_found(client, basile):
    other = factories.make_client(basile.account, "Hôtel des Cimes")
    document = factories.make_document(basile.account)
    piece = Evidence.create(
        account=basile.account, client=other, kind="quote", label="x", document=document, added_at=factories.NOW
    )
    for path in (f"/pieces/{piece.id}", f"/clients/{other.id}/pieces"):
        assert client.get(path).status_code == 404
    assert client.post(f"/pieces/{piece.id}/retirer").status_code == 404
