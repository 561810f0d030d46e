"""The PDF itself: where things stand on the paper, what is embedded, and that it never changes."""

import dataclasses
import datetime as dt
import io
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from relance.letters import pages, press
from relance.letters.facts import NoticeFacts, Sender
from relance.rules.address import compose
from tests.letters import samples
from tests.letters.paper import MM, assert_window_is_clean, placed_words

CREATED_AT = dt.datetime(2026, 11, 23, 8, 0)
ROOT = Path(__file__).resolve().parents[2]


def printed(facts: NoticeFacts) -> bytes:
    return press.print_pdf(pages.formal_notice(facts), created_at=CREATED_AT)


HOSTILE = {
    "markup": compose("<script>alert('x')</script> & Co", "1 rue <b>A</b>\n35000 Rennes"),
    "wide": compose("W" * 38, "\n".join(["M" * 38] * 4 + ["67000 " + "W" * 32])),
    "endless": compose("Anticonstitutionnellement" * 12, "1 rue A\n35000 Rennes"),
    "emoji": compose("Café 🎉🍕", "1 rue A\n35000 Rennes"),
    "greek": compose("Κώστας Παπαδόπουλος", "1 rue A\n35000 Rennes"),
    "arabic": compose("شركة النور", "1 rue A\n35000 Rennes"),
    "abroad": compose("A\nB", "b\nc\nd\n12 rue Haute\nBP 4\n1000 Bruxelles", "BE", "Service"),
}


@pytest.mark.requirement("S2.21")
@pytest.mark.parametrize(
    "facts", [samples.organisation(), samples.individual(), samples.public_body(), samples.several()]
)
def test_the_recipient_stands_alone_in_the_window(facts, tmp_path):
    assert_window_is_clean(printed(facts), facts.recipient, tmp_path)


@pytest.mark.parametrize("case", HOSTILE)
def test_any_recipient_stays_inside_the_window(case, tmp_path):
    recipient = HOSTILE[case].lines
    pdf = printed(samples.organisation(recipient=recipient))
    assert_window_is_clean(pdf, recipient, tmp_path)


def test_a_sender_of_any_length_stays_out_of_the_window_and_of_the_text(tmp_path):
    sender = Sender(
        headline="Société anonyme à participation ouvrière " * 3,
        lines=tuple(["Une ligne d'adresse de trente-huit car."] * 6),
        details=("SIRET 732 829 320 00074", "04 65 71 20 20", f"{'x' * 60}@exemple-tres-long.example"),
        place="Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
        signer="Camille " * 12,
        capacity="Présidente-directrice générale " * 4,
    )
    pdf = printed(samples.organisation(sender=sender))
    assert_window_is_clean(pdf, samples.organisation().recipient, tmp_path)
    words = placed_words(pdf, tmp_path)
    assert all(left >= 20 and right <= 190 for _, left, _, right, _ in words)
    object_top = next(top for text, _, top, *_ in words if text == "Objet")
    assert max(bottom for text, *_, bottom in words if text == "recommandée") < object_top


@pytest.mark.requirement("S2.17")
def test_one_invoice_makes_one_page_and_its_annex(tmp_path):
    reader = pypdf.PdfReader(io.BytesIO(printed(samples.organisation())))
    assert len(reader.pages) == 2
    first, second = (page.extract_text() for page in reader.pages)
    assert "Pièces jointes" in first
    assert "Annexe à la mise en demeure" in second
    assert "Page 2 sur 2" in second.replace("\u00a0", " ")
    assert all(
        [round(float(side) / MM) for side in (page.mediabox.width, page.mediabox.height)] == [210, 297]
        for page in reader.pages
    )


def test_a_notice_without_reminders_nor_interest_has_no_annex():
    facts = samples.individual(reminders=())
    assert len(pypdf.PdfReader(io.BytesIO(printed(facts))).pages) == 1


def test_forty_invoices_make_a_longer_letter_with_numbered_pages():
    facts = samples.organisation(invoices=tuple(samples.invoice(f"F-2026-{n:04d}") for n in range(40)))
    reader = pypdf.PdfReader(io.BytesIO(printed(facts)))
    text = "\n".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")
    assert len(reader.pages) > 3
    assert f"Page 3 sur {len(reader.pages)}" in text
    assert all(f"F-2026-{n:04d}" in text for n in range(40))
    assert "77 510,80 €" in text


def test_the_fold_marks_are_at_99_and_198_millimetres(tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(printed(samples.organisation()))
    subprocess.run(
        ["pdftoppm", "-r", "254", "-f", "1", "-l", "1", "-gray", str(path), str(tmp_path / "page")], check=True
    )
    header, size, _, pixels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
    assert header == b"P5"
    width = int(size.split()[0])
    column = [pixels[row * width + 60] for row in range(2970)]  # 6 mm from the left, 10 dots a millimetre
    dark = [row for row, value in enumerate(column) if value < 220]
    assert {round(row / 10) for row in dark} == {99, 198}


def test_fonts_are_embedded_and_ours():
    fonts = set()
    for page in pypdf.PdfReader(io.BytesIO(printed(samples.several()))).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            fonts.add(str(descendant["/BaseFont"]).split("+")[-1])
            assert "/FontFile2" in descendant["/FontDescriptor"]
    assert fonts == {"Relance-Letter-Serif", "Relance-Letter-Serif-Semi-Bold", "Relance-Letter-Sans-Medium"}


def test_the_file_is_a_tagged_pdf_a3_in_french():
    reader = pypdf.PdfReader(io.BytesIO(printed(samples.organisation())))
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "fr"
    assert 'pdfaid:part="3"' in xmp or "<pdfaid:part>3<" in xmp
    assert 'pdfaid:conformance="A"' in xmp or "<pdfaid:conformance>A<" in xmp
    assert reader.metadata.title.replace("\u00a0", " ") == "Mise en demeure de payer, facture n° F-2026-0079"
    assert reader.metadata.author == "Camille Roussel EI"
    assert reader.metadata.creation_date == CREATED_AT.replace(tzinfo=dt.UTC)
    assert "/OutputIntents" in root


@pytest.mark.requirement("S4.17")
def test_the_same_letter_has_the_same_bytes_in_another_process_at_another_time(tmp_path):
    facts = samples.several()
    script = (
        "import sys, datetime as dt;"
        "from relance.letters import pages, press; from relance.letters.facts import NoticeFacts;"
        "facts = NoticeFacts.from_json(sys.stdin.read());"
        "sys.stdout.buffer.write(press.print_pdf(pages.formal_notice(facts), created_at=dt.datetime(2026, 11, 23, 8)))"
    )
    here = printed(facts)
    there = subprocess.run(
        [sys.executable, "-c", script], input=facts.to_json().encode(), capture_output=True, check=True, cwd=ROOT
    ).stdout
    assert printed(facts) == here
    assert there == here
    assert printed(dataclasses.replace(facts, delay_days=15)) != here


def test_a_page_fetches_nothing_from_the_machine_or_the_network(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    page = (
        f'<html lang="fr"><head><title>x</title><link rel="stylesheet" href="file://{secret}">'
        f'<link rel="attachment" href="file://{secret}"></head>'
        f'<body><img src="file://{secret}" alt="a"><img src="http://127.0.0.1:9/x.png" alt="b">ok</body></html>'
    )
    pdf = press.print_pdf(page, created_at=CREATED_AT)
    assert b"SECRET" not in pdf
    assert not pypdf.PdfReader(io.BytesIO(pdf)).attachments


def test_the_collector_is_given_back_as_it_was():
    import gc

    gc.disable()
    try:
        printed(samples.organisation())
        assert not gc.isenabled()
    finally:
        gc.enable()
    printed(samples.organisation())
    assert gc.isenabled()


def test_missing_system_libraries_are_said_in_french(monkeypatch):
    press._open_press.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setattr("builtins.__import__", _import_without_pango(__import__))
    with pytest.raises(press.PressError, match="libpango"):
        press.print_pdf("<html></html>", created_at=CREATED_AT)
    monkeypatch.undo()
    press._open_press.cache_clear()


def _import_without_pango(real):
    def _import(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    return _import
