"""What a ZIP says and what it never says, and what making it costs. On one database: no row is the matter here."""

import io
import json
import random
import re
import tracemalloc
import unicodedata
import zipfile

import pytest

from relance.rules import anchors
from relance.services import case_files
from tests import factories
from tests.casefile import made
from tests.factories import NOW
from tests.services.notices import late, text_of


@pytest.fixture
def case(account, camille, latitude, nadia):
    return made.make(account, camille, latitude, nadia)


def opened(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return archive, archive.namelist()


def test_the_bordereau_numbers_the_pieces_and_breaks_the_debt_down(case):
    archive, names = opened(case.export())
    page = text_of(archive.read("00-bordereau.pdf"))
    for words in (
        "Dossier de recouvrement", "Créancier", "Débiteur", "Latitude Conseil", "SIRET : 732 829 320 00074",
        "F-2026-0077", "1 860,00 €", "40,00 €", "Intérêts simples : base TTC × taux annuel × jours ÷ 365",
        "article L. 441-10", "P5 · Courriers", "Preuve de dépôt, Mise en demeure n° 1A23456789012",
        "Devis n° D-12", "Ce qui n’est pas au dossier Aucun extrait du registre",
    ):  # fmt: skip
        assert words in page, words
    manifest = json.loads(archive.read("manifest.json"))
    head = manifest["journal"]["head"]
    shown = anchors.grouped(head)
    assert len(shown) == 24 and f"Journal : {shown}" in page
    assert shown in archive.read("LISEZMOI.txt").decode()
    assert {entry["path"] for entry in manifest["files"]} == set(names) - {"manifest.json"}
    assert "12,15 %" in text_of(archive.read("P6-decompte/decompte.pdf"))


def test_nothing_of_another_client_is_inside_and_no_name_leaves_its_folder(case):
    archive, names = opened(case.export())
    for name in names:
        content = archive.read(name)
        if name.endswith(".pdf"):
            content = text_of(content).encode() if name.startswith(("00", "P6", "P5")) else b""
        for secret in (made.SECRET, "F-2026-9999", "Chambre 204", "Xyzzy"):
            assert secret.encode() not in content and json.dumps(secret)[1:-1].encode() not in content, (name, secret)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 100 and unicodedata.is_normalized("NFC", name) and name.count("/") <= 1
        assert not re.search(r'\.\.|\\|^/|[:*?"<>|\x00-\x1f]', name), name


def test_the_zip_takes_the_disk_and_not_the_memory(account, latitude, nadia):
    """Thirty megabytes of photographs that do not compress, given by pieces."""
    bill = late(latitude)
    for n in range(6):
        photo = b"\xff\xd8\xff" + random.Random(n).randbytes(5_000_000)
        document = factories.make_document(account, photo, f"{n}.jpg", mime="image/jpeg")
        factories.make_evidence(latitude, bill, document=document, kind="performance", label=f"chantier {n}")
    b"".join(case_files.stream(account, latitude, [late(latitude)], now=NOW))  # what is loaded once does not count
    tracemalloc.start()
    pieces = case_files.stream(account, latitude, [bill], now=NOW)
    size = sum(len(piece) for piece in pieces)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 30_000_000 and peak < 20_000_000, (size, peak)
