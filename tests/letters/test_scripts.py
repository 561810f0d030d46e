"""Names of every script: what our fonts have is printed as it is, the rest in Latin letters, nothing as a box."""

import datetime as dt
import io
import re

import pypdf
import pytest

from relance.letters import pages, press, scripts
from relance.rules.address import compose
from tests.letters import samples
from tests.letters.paper import assert_window_is_clean

# name: (what the letter says, the font that must print it)
NAMES = {
    "شركة النور ١٢": ("شركة النور ١٢", "Relance-Letter-Arabic"),
    "חברת אור": ("חברת אור", "Relance-Letter-Hebrew"),
    "ООО Ромашка, Ёлкин й": ("ООО Ромашка, Ёлкин й", "Relance-Letter-Serif-Cyrillic"),
    "Κώστας Παπαδόπουλος": ("Κώστας Παπαδόπουλος", "Relance-Letter-Serif-Greek"),
    "Łódź Świętokrzyska": ("Łódź Świętokrzyska", "Relance-Letter-Serif-Extended"),
    "Nguyễn Văn Đức": ("Nguyễn Văn Đức", "Relance-Letter-Serif-Vietnamese"),
    "株式会社 ガラス": ("ZhuShiHuiShe garasu", "Relance-Letter-Serif"),
    "한국 회사": ("HanGug HoeSa", "Relance-Letter-Serif"),
    "Café 🎉 → ✓ №\u00a07 ﬁn": ("Café > v №\u00a07 fin", "Relance-Letter-Serif"),
    "a\u202eb\x07c\ufeff\ue000": ("abc", "Relance-Letter-Serif"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_printed_with_our_fonts_and_no_empty_box(name, tmp_path):
    expected, font = NAMES[name]
    recipient = compose(name, "1 rue A\n35000 Rennes").lines
    words = (("courtesy", f"Merci {name}"),)
    facts = samples.organisation(recipient=recipient, invoices=(samples.invoice(object=name),), words=words)
    page = pages.formal_notice(facts)
    assert f"Merci {expected}" in re.sub(r" +", " ", page).replace("&gt;", ">")

    pdf = press.print_pdf(page, created_at=dt.datetime(2026, 11, 23, 8))
    assert_window_is_clean(pdf, pages.window_lines(recipient), tmp_path)
    fonts = set()
    for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for one in sheet["/Resources"]["/Font"].values():
            descendant = one.get_object()["/DescendantFonts"][0].get_object()
            fonts.add(str(descendant["/BaseFont"]).split("+")[-1])
            assert "/FontFile2" in descendant["/FontDescriptor"]
        drawn = b"".join(re.findall(rb"<([0-9a-fA-F]+)>", sheet.get_contents().get_data()))
        assert len(drawn) > 1000
        glyphs = re.findall(rb"<([0-9a-fA-F]+)>", sheet.get_contents().get_data())
        assert all(run[at : at + 4] != b"0000" for run in glyphs for at in range(0, len(run), 4))
    assert font in fonts
    assert all(found.startswith("Relance-Letter") for found in fonts)


def test_what_is_written_otherwise_is_told_and_nothing_else():
    lines = ["Brasserie d’Été, 1 860,00 €", "Cafe\u0301", "Ёлка", "株式会社", "Fête 🎉", "株式会社"]
    assert scripts.rewritten(lines) == (("株式会社", "ZhuShiHuiShe"), ("Fête 🎉", "Fête"))


def test_what_is_put_in_a_page_is_never_markup():
    assert scripts.readable("＜b＞") == "<b>"
    assert scripts.readable_page("<p>＜b＞</p>") == "<p>&lt;b&gt;</p>"


def test_an_ordinary_letter_does_without_the_other_fonts():
    assert not scripts.needs_others(pages.formal_notice(samples.several()))
    assert scripts.needs_others("Łódź")


def test_every_range_of_the_style_has_a_file_that_is_there():
    sheet = scripts.STYLESHEET.read_text()
    files = set(re.findall(r'fonts/([\w-]+)-normal\.woff2"', sheet))
    assert {name for pair in scripts.OTHERS for name in pair} <= files
    assert all((scripts.FONTS / f"{name}-normal.woff2").exists() for name in files | set(scripts.BASE))
