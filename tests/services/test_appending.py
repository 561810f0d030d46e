"""Which invoices follow a letter, and which are said to be apart."""

import datetime as dt
import io

import pypdf
import pytest

from relance import storage
from relance.letters import joining, pages, press
from relance.letters.facts import Joined
from relance.models import evidence
from relance.models.evidence import Evidence
from relance.services import appending
from tests import factories
from tests.imports import real_data
from tests.letters import made, samples

NOW = dt.datetime(2026, 11, 23, 8)


@pytest.fixture(autouse=True)
def _forget():
    appending._count.cache_clear()


def with_file(client, number, content):
    return factories.make_invoice(client, number, document=factories.make_document(client.account, content))


def test_a_file_that_can_be_drawn_follows_and_an_invoice_without_one_is_in_neither(account, latitude):
    invoice = with_file(latitude, "F-1", made.pdf((595, 842), (595, 842)))
    joined, apart = appending.share_out([invoice, factories.make_invoice(latitude, "F-2")])
    assert joined == (Joined("F-1", invoice.document.sha256, 2),)
    assert apart == ()


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (made.pdf(password="x"), "protégé par un mot de passe"),
        (made.pdf()[:200], "ne peut pas être relu"),
        (b"<html>", "ne peut pas être relu"),
        (made.pdf(*[(50, 50)] * 21), "plus de 20 pages"),
    ],
)
def test_a_file_that_cannot_follow_says_why(account, latitude, content, because):
    joined, (apart,) = appending.share_out([with_file(latitude, "F-1", content)])
    assert joined == ()
    assert apart.number == "F-1"
    assert because in apart.because


def test_a_file_that_vanished_is_said_and_joined_again_when_it_is_back(account, latitude):
    invoice = with_file(latitude, "F-1", made.pdf())
    path = storage._path(invoice.document.sha256)
    content = path.read_bytes()
    path.unlink()
    _joined, (apart,) = appending.share_out([invoice])
    assert "a disparu" in apart.because
    path.write_bytes(content)
    assert len(appending.share_out([invoice])[0]) == 1


def test_an_envelope_holds_only_so_many_pages(account, latitude, monkeypatch):
    monkeypatch.setattr(appending, "MAX_PAGES", 3)
    invoices = [with_file(latitude, f"F-{n}", made.pdf((595, 842), (595, 842), words=f"N{n}")) for n in range(2)]
    joined, (apart,) = appending.share_out(invoices)
    assert [one.number for one in joined] == ["F-0"]
    assert "une seule enveloppe" in apart.because


def test_the_same_bytes_are_drawn_once(account, latitude, monkeypatch):
    invoice = with_file(latitude, "F-1", made.pdf())
    appending.share_out([invoice])
    monkeypatch.setattr(appending.joining, "count_pages", None)  # would fail if it were called again
    assert len(appending.share_out([invoice])[0]) == 1


def test_pieces_of_evidence_follow_the_invoices_and_a_photo_takes_one_sheet(account, latitude):
    def piece(content, **fields):
        document = factories.make_document(account, content)
        return Evidence(account=account, client=latitude, document=document, **fields)

    invoice = with_file(latitude, "F-1", made.pdf())
    pieces = [
        piece(made.photo(), kind="performance"),
        piece(made.pdf(words="BC"), label="Bon de commande signé"),
        piece(b"\x89PNG\r\n\x1a\n torn", label="Photo"),
    ]
    joined, (apart,) = appending.share_out([invoice], pieces)
    assert [(one.number, one.title, one.pages) for one in joined] == [
        ("F-1", "", 1),
        ("", "Preuve d’exécution", 1),
        ("", "Bon de commande signé", 1),
    ]
    assert (apart.title, apart.because) == ("Photo", "cette image ne peut pas être relue")
    assert set(appending.KINDS) == set(evidence.KINDS)

    letter = press.print_pdf(pages.formal_notice(samples.organisation()), created_at=NOW, is_archived=False)
    reader = pypdf.PdfReader(io.BytesIO(appending.follow(letter, joined, "fr")))
    assert len(reader.pages) == 2 + 3
    tags = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
    assert "BC" in reader.pages[4].extract_text()
    assert "Preuve d’exécution, page 1 sur 1" in str(_words_of(tags))


@real_data.needs_data
def test_real_files_follow_a_notice_or_are_named_and_the_letter_is_still_made(account, latitude):
    """Encrypted by its owner only, real and hybrid invoices, a letter-size sheet on its side; and four that cannot."""
    names = {
        "F-1": "invoices/pdf/Facture_FR_EN16931.pdf",
        "F-2": "hostile/pdf_owner_password_only.pdf",
        "F-4": "hostile/pdf_truncated_half.pdf",
        "F-5": "hostile/pdf_user_password_secret.pdf",
        "F-6": "hostile/pdf_zero_bytes.pdf",
        "F-7": "hostile/html_named.pdf",
    }
    invoices = [with_file(latitude, number, real_data.content(name)) for number, name in names.items()]
    invoices.append(with_file(latitude, "F-9", made.pdf((612, 792), rotation=90)))
    joined, apart = appending.share_out(invoices)
    assert [one.number for one in joined] == ["F-1", "F-2", "F-9"]
    assert {one.number: one.because for one in apart} == {
        "F-4": joining.UNREADABLE,
        "F-5": joining.LOCKED,
        "F-6": joining.UNREADABLE,
        "F-7": joining.UNREADABLE,
    }
    letter = press.print_pdf(
        pages.formal_notice(samples.organisation(joined=joined)), created_at=NOW, is_archived=False
    )
    pdf = appending.follow(letter, joined, "fr")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 2 + sum(one.pages for one in joined)
    assert not reader.is_encrypted
    sizes = {tuple(sorted(round(float(side)) for side in sheet.mediabox[2:])) for sheet in reader.pages}
    assert sizes == {(595, 842)}
    assert reader.pages[-1].mediabox.width > reader.pages[-1].mediabox.height
    assert b"/JavaScript" not in pdf
    assert b"/EmbeddedFile" not in pdf


def _words_of(element):
    found = element.get_object()
    if isinstance(found, list):
        return [_words_of(kid) for kid in found]
    if not isinstance(found, dict):
        return []
    return [found.get("/Alt"), _words_of(found["/K"]) if "/K" in found and "/Alt" not in found else ""]
