"""« Dossier de recouvrement » on the pages: what it holds and lacks, the choice of invoices, the ZIP."""

import csv
import io
import json
import subprocess
import sys
import zipfile

import pytest

from relance.letters.press import PressError
from relance.models.events import Event
from relance.services import case_files
from tests import factories
from tests.casefile import made
from tests.services.notices import late


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def zip_of(client, address, day="2026-11-23"):
    answer = client.post(address, buffered=True)
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=dossier-Latitude-Conseil-{day}.zip")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return zipfile.ZipFile(io.BytesIO(answer.data))


@pytest.mark.requirement("S0.16", "S4.7")
def test_the_hand_over_gives_a_zip_that_opens_and_verifies(client, account, camille, latitude, nadia, tmp_path, clock):
    case = made.make(account, camille, latitude, nadia)
    page = text_of(client.get(f"/factures/{case.invoice.id}/dossier"))
    assert (
        "Dossier de recouvrement" in page and f'method="post" action="/factures/{case.invoice.id}/dossier.zip"' in page
    )
    assert "Aucun extrait du registre" in page and "Aucune preuve de la prestation" not in page
    link = f"/clients/{latitude.id}/dossier?factures={case.invoice.id}"
    assert f'href="{link}"' in client.get(f"/courriers/{case.letter.id}").get_data(as_text=True)
    clock.move_to(case.now)  # what is younger than a minute is not sealed
    archive = zip_of(client, f"/factures/{case.invoice.id}/dossier.zip", day="2026-11-25")
    tmp_path = tmp_path / "dossier"
    archive.extractall(tmp_path)
    done = subprocess.run([sys.executable, "-I", "verifier.py"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    table = csv.reader(io.StringIO(archive.read("journal/chronologie.csv").decode("utf-8-sig")), delimiter=";")
    said = " ".join(" ".join(row) for row in table).replace("\u00a0", " ")
    assert "Mise en demeure" in said and "=Elle promet de regarder" in said and "call_logged" not in said
    assert "Dossier de recouvrement préparé" in text_of(client.get("/journal"))


@pytest.mark.requirement("S4.18")
def test_the_proof_of_deposit_is_counted_in_the_dossier(client, account, latitude, nadia):
    bill = late(latitude)
    letter = factories.make_letter(
        latitude, [bill], state="posted", mode="lrar_counter", posted_on=factories.TODAY, tracking_number="1A2"
    )
    path = f"/factures/{bill.id}/dossier"
    assert "La preuve de dépôt de la mise en demeure manque." in text_of(client.get(path))
    slip = factories.make_document(account, b"\xff\xd8\xff slip", "depot.jpg", mime="image/jpeg")
    type(letter).update(deposit_proof=slip).execute()
    page = text_of(client.get(path))
    assert "Preuve de dépôt, Mise en demeure n° 1A2" in page and "La preuve de dépôt" not in page
    names = zip_of(client, f"{path}.zip").namelist()
    assert [name for name in names if name.endswith("depot.jpg")] == [
        "P5-courriers/02-2026-11-23-Mise-en-demeure-depot.jpg"
    ]


def test_a_person_chooses_the_invoices_of_a_client(client, latitude, nadia):
    one, other = late(latitude, "F-1"), late(latitude, "F-2")
    paid = factories.make_invoice(latitude, "F-3", state="paid", balance_cents=0)
    draft = factories.make_invoice(latitude, "F-4", state="draft")
    path = f"/clients/{latitude.id}/dossier"
    page = text_of(client.get(path))
    assert f'value="{one.id}" checked' in page and f'value="{other.id}" checked' in page  # what is late, by default
    assert f'value="{paid.id}"' in page and f'value="{paid.id}" checked' not in page and "F-4" not in page
    page = text_of(client.get(f"{path}?factures=&factures={one.id}&factures={draft.id}&factures=abc"))
    assert f'value="{other.id}" checked' not in page and f"dossier.zip?factures={one.id}" in page
    manifest = json.loads(zip_of(client, f"{path}.zip?factures={one.id},{paid.id},{draft.id}").read("manifest.json"))
    assert manifest["invoices"] == [one.id, paid.id]
    told = Event.select().where(Event.kind == "case_file_made").order_by(Event.invoice)
    assert [event.invoice_id for event in told] == [one.id, paid.id]
    answer = client.post(f"{path}.zip?factures=", follow_redirects=True)
    assert "Cochez au moins une facture." in text_of(answer) and "Télécharger le dossier" not in text_of(answer)


def test_what_cannot_be_claimed_has_no_case_file(client, latitude, stranger):
    note = factories.make_invoice(latitude, kind="credit_note")
    draft = factories.make_invoice(latitude, state="draft")
    bill = late(latitude)
    for invoice in (note, draft):
        assert client.get(f"/factures/{invoice.id}/dossier").status_code == 404
        assert client.post(f"/factures/{invoice.id}/dossier.zip").status_code == 404
    for path in (f"/factures/{bill.id}/dossier", f"/clients/{latitude.id}/dossier"):
        assert stranger.get(path).status_code == stranger.post(f"{path}.zip").status_code == 404


def test_a_link_to_the_zip_makes_nothing_and_leads_to_the_page(client, latitude):
    bill = late(latitude)
    for path in (f"/factures/{bill.id}/dossier", f"/clients/{latitude.id}/dossier"):
        answer = client.get(f"{path}.zip")
        assert answer.status_code == 303 and answer.location.partition("?")[0] == path
    assert not Event.select().where(Event.kind == "case_file_made").exists()


def test_nobody_asks_for_files_without_end(client, latitude, clock, monkeypatch):
    monkeypatch.setattr(case_files, "stream", lambda *_args, **_more: iter([b"PK"]))
    path = f"/factures/{late(latitude).id}/dossier.zip"
    assert [client.post(path).status_code for _time in range(6)] == [200] * 5 + [429]
    clock.shift(61)
    assert client.post(path).status_code == 200


def test_papers_that_cannot_be_laid_out_send_back_to_the_page_with_the_reason(client, latitude, monkeypatch):
    def broken(*_args, **_kwargs):
        raise PressError("La mise en page a échoué.")

    monkeypatch.setattr(case_files.press, "print_pdf", broken)
    bill = late(latitude)
    answer = client.post(f"/factures/{bill.id}/dossier.zip", follow_redirects=True)
    assert answer.status_code == 200 and "La mise en page a échoué." in text_of(answer)
    assert not Event.select().where(Event.kind == "case_file_made").exists()


def test_the_case_file_is_reached_from_the_invoice_and_the_client(client, latitude, nadia):
    bill = late(latitude)
    for page, link in (
        (f"/factures/{bill.id}", f"/factures/{bill.id}/dossier"),
        (f"/clients/{latitude.id}", f"/clients/{latitude.id}/dossier"),
        (f"/factures/{bill.id}/et-maintenant", f"/factures/{bill.id}/dossier"),
    ):
        assert f'href="{link}"' in client.get(page).get_data(as_text=True), page
