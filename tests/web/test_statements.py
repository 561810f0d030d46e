"""The statement of account through the door: a PDF, of one's own clients only."""

import io

import pypdf

from relance.letters import press
from relance.letters.press import PressError
from relance.models.clients import Client
from relance.models.documents import Document
from tests import factories


def test_the_statement_opens_from_the_client_s_page_and_nothing_is_written(client, latitude):
    factories.make_invoice(latitude, "F-2026-0087", total_cents=432_000)
    address = f"/clients/{latitude.id}/releve"
    assert f'href="{address}"' in client.get(f"/clients/{latitude.id}").text
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "inline; filename=releve-latitude-conseil-2026-11-23.pdf"
    text = pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().replace("\u00a0", " ")
    assert "Relevé de compte au 23 novembre 2026" in text
    assert "4 320,00 €" in text
    assert Document.select().count() == 0


def test_it_can_be_kept_as_a_file(client, latitude):
    answer = client.get(f"/clients/{latitude.id}/releve?telecharger=1")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_client_of_another_is_not_found(client, latitude, basile):
    his = Client.get(Client.account == basile.account)
    assert client.get(f"/clients/{his.id}/releve").status_code == 404
    assert client.get(f"/clients/{2**70}/releve").status_code == 404


def test_a_press_that_cannot_print_is_said_on_the_client_s_page(client, latitude, monkeypatch):
    def refuse(*_page, **_options):
        raise PressError("Les bibliothèques qui fabriquent les PDF manquent sur ce serveur.")

    monkeypatch.setattr(press, "print_pdf", refuse)
    answer = client.get(f"/clients/{latitude.id}/releve", follow_redirects=True)
    assert answer.request.path == f"/clients/{latitude.id}"
    assert "Les bibliothèques qui fabriquent les PDF manquent" in answer.text
