import io

import pytest

from relance import storage
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.holds import Dispute
from relance.services import disputing
from relance.services.disputing import DisputeFacts
from tests import factories
from tests.factories import NOW

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(content=None, name="photo.png", **values):
    found = {"kind": "service", "text": "La palette 3 est abîmée"} | values
    return found | {"file": (io.BytesIO(content), name)} if content is not None else found


def contested(invoice, document=None):
    return disputing.open_dispute(invoice, DisputeFacts("amount", "Trop cher", document), by=None, now=NOW)


def test_the_dialogs_are_also_pages(client, invoice):
    contested(invoice)
    for path in (f"/factures/{invoice.id}/litige", f"/factures/{invoice.id}/litige/clore"):
        assert text_of(client.get(path, headers=HTMX)).strip().startswith("<dialog")
        assert "<html" in text_of(client.get(path))


def test_a_dispute_is_shown_with_its_reason_and_its_file(client, invoice):
    answer = client.post(f"/factures/{invoice.id}/litige", data=typed(PNG, "../../Photo <b>.png"))
    assert (answer.status_code, answer.location) == (303, f"/factures/{invoice.id}")
    page = text_of(client.get(answer.location))
    assert "Litige en cours : la prestation." in page and "La palette 3 est abîmée" in page
    assert "Clore le litige" in page and "Litige" in page and "<b>" not in page
    document = Document.get()
    assert (document.kind, document.mime, document.account_id) == ("dispute", "image/png", invoice.account_id)
    assert storage.get(document.sha256) == PNG
    file = client.get(f"/factures/{invoice.id}/litige/piece")
    assert (file.data, file.mimetype) == (PNG, "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "weather"}, "kind"),
        ({"kind": "other", "text": ""}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"content": b"<html><script>alert(1)</script>", "name": "facture.pdf"}, "file"),
        ({"content": b"MZ\x90\0", "name": "photo.png"}, "file"),
        ({"content": b"", "name": "vide.pdf"}, "file"),
        ({"content": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "name": "photo.svg"}, "file"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_written(client, invoice, values, field):
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/litige", data=typed(**values), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page
        if field == "file":
            assert "La palette 3 est abîmée" in page
    assert [model.select().count() for model in (Dispute, Document)] == [0, 0]
    assert not Event.select().where(Event.invoice == invoice).exists()


def test_a_second_dispute_is_refused_and_its_file_forgotten(client, invoice):
    contested(invoice)
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/litige", data=typed(PNG), headers=headers)
        assert answer.status_code == 422
        assert "Un litige est déjà ouvert" in text_of(answer)
    assert (Dispute.select().count(), Document.select().count()) == (1, 0)


def test_closing_it_says_how_it_ended(client, invoice):
    contested(invoice)
    answer = client.post(f"/factures/{invoice.id}/litige/clore", data={"outcome": "Avoir envoyé", "step": ""})
    assert "Litige clos." in text_of(client.get(answer.location))
    assert Dispute.get().outcome == "Avoir envoyé"
    again = client.post(f"/factures/{invoice.id}/litige/clore", data={"outcome": "", "step": ""})
    assert again.status_code == 422
    assert "Aucun litige n'est ouvert" in text_of(again)


def test_without_a_file_there_is_none_to_read(client, invoice, account):
    assert client.get(f"/factures/{invoice.id}/litige/piece").status_code == 404
    contested(invoice)
    assert client.get(f"/factures/{invoice.id}/litige/piece").status_code == 404


def test_a_stranger_reads_and_closes_nothing_of_hers(stranger, invoice, account):
    contested(invoice, factories.make_document(account, kind="dispute"))
    for path in ("litige", "litige/clore", "litige/piece"):
        assert stranger.get(f"/factures/{invoice.id}/{path}").status_code == 404
    assert stranger.post(f"/factures/{invoice.id}/litige/clore", data={"outcome": ""}).status_code == 404
    assert stranger.post(f"/factures/{invoice.id}/litige", data=typed()).status_code == 404
    assert Dispute.get().ended_at is None
