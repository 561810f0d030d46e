"""The ZIP of a case: every kind of piece, its event, and what becomes of a file that is gone."""

import csv
import hashlib
import io
import json
import zipfile

import pytest

from relance import storage
from relance.models.events import Event
from relance.services import sent_source
from tests.casefile import made
from tests.services.notices import text_of


@pytest.fixture
def case(account, camille, latitude, nadia):
    return made.make(account, camille, latitude, nadia)


def opened(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return archive, archive.namelist()


@pytest.mark.requirement("S4.7")
def test_the_zip_has_every_message_letter_proof_invoice_and_the_calculation(case, camille):
    content = case.export(by=camille)
    archive, names = opened(content)
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {
        "P1-factures", "P2-devis-et-contrat", "P3-prestation", "P4-messages", "P5-courriers", "P6-decompte",
        "P7-identites", "P8-echanges", "journal",
    }  # fmt: skip
    assert {"00-bordereau.pdf", "LISEZMOI.txt", "verifier.py", "manifest.json"} <= set(names)
    [eml] = [name for name in names if name.endswith(".eml")]
    assert archive.read(eml) == sent_source.source_of(case.message)
    table = list(csv.reader(io.StringIO(archive.read("P4-messages/messages.csv").decode("utf-8-sig")), delimiter=";"))
    assert table[1][0] == eml and made.ANSWER in table[1] and case.message.message_id in table[1]
    letters = sorted(name for name in names if name.startswith("P5-"))
    assert [archive.read(name) for name in letters] == [
        storage.get(case.letter.sha256), made.SLIP[0], made.RECEIPT[0],
    ]  # fmt: skip
    assert "Elle promet de regarder" in archive.read("P8-echanges/echanges.csv").decode()
    case_file = Event.get(Event.kind == "case_file_made")
    assert (case_file.invoice_id, case_file.user) == (case.invoice.id, camille)
    assert case_file.facts == {
        "files": len(names),
        "manifest_sha256": hashlib.sha256(archive.read("manifest.json")).hexdigest(),
    }


def test_a_file_that_is_gone_from_the_storage_is_named_and_the_rest_is_made(case, settings):
    sha256 = case.piece.document.sha256
    (settings.data_dir / "files" / sha256[:2] / sha256).unlink()
    archive, names = opened(case.export())
    assert not [name for name in names if name.startswith("P3-")]
    assert "Bon de livraison" in text_of(archive.read("00-bordereau.pdf"))
    assert "Fichiers introuvables" in text_of(archive.read("00-bordereau.pdf"))
    assert json.loads(archive.read("manifest.json"))["absent"] == [sha256]
