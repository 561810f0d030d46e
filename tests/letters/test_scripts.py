"""Names of every script: what our fonts have is printed as it is, the rest in Latin letters, nothing as a box."""

import dataclasses
import datetime as dt
import html
import io
import re
import unicodedata
from html.parser import HTMLParser

import pypdf
import pytest

from relance.letters import amicable, casefile, pages, press, scripts
from relance.rules.address import compose
from tests.letters import samples, test_amicable, test_casefile
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


# Every character that combines with the one before it, or changes shape when it is composed.
MARKS = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")]
CONTEXTS = ("<p>{}x</p>", '<p title="{}x{}">x</p>', "<p>&lt;{}x&gt;{} &amp;{}x &#39;{}</p>", "<b>={}</b>{}", "{}<b>")


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_mark_ever_joins_a_tag_or_an_entity(context):
    def signs(page):
        """The tags, without their values, and the signs of HTML that are text."""
        text = html.unescape(re.sub("<[^>]*>", "", page))
        return [re.sub('".*"', "", tag) for tag in re.findall("<[^>]*>", page)] + re.findall("[<>&]", text)

    holes = context.count("{}")
    expected = signs(context.format(*[""] * holes))
    assert not [
        hex(ord(mark)) for mark in MARKS if signs(scripts.readable_page(context.format(*[mark] * holes))) != expected
    ]


def test_what_is_composed_is_never_markup():
    """No character alone becomes a sign of HTML when it is composed."""
    signs = set("<>&\"'")
    assert not [code for code in range(0x110000) if signs & set(unicodedata.normalize("NFC", chr(code))) - {chr(code)}]


STROKE = "\u0338 style=display:none id=annexe "


def test_words_that_start_with_a_mark_are_printed_in_every_paper():
    words = tuple((key, f"{STROKE}MOT{key} {{total}} {{délai}} mise en demeure") for key in ("opening", "closing"))
    notice = samples.organisation(
        recipient=(f"{STROKE}NOM", "1 rue A", "35000 RENNES"),
        invoices=(samples.invoice(number=f"{STROKE}N", object=f"{STROKE}OBJET"),),
        words=words,
        enclosures=(f"{STROKE}BON",),
    )
    letter = dataclasses.replace(test_amicable.facts(), object=f"{STROKE}OBJET", body=f"{STROKE}CORPS")
    case = dataclasses.replace(
        test_casefile.facts(), gaps=(f"{STROKE}MANQUE",), creditor=casefile.Party(f"{STROKE}NOM", (f"{STROKE}RUE",), ())
    )
    for page, found in {
        pages.formal_notice(notice): ("NOM", "OBJET", "BON", "MOTopening", "MOTclosing"),
        amicable.page(letter): ("OBJET", "CORPS"),
        casefile.list_page(case): ("MANQUE", "NOM", "RUE"),
        casefile.account_page(case): ("NOM",),
    }.items():
        read = _Read()
        read.feed(page)
        text = "".join(read.text).upper()  # the window has capitals for what is not printed as it is written
        assert [word for word in found if f"ID=ANNEXE {word.upper()}" not in text] == []
        assert ("style", "display:none") not in read.attributes


class _Read(HTMLParser):
    """What a reader of HTML takes for text and for attributes."""

    def __init__(self):
        super().__init__()
        self.text, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def test_an_ordinary_letter_does_without_the_other_fonts():
    assert not scripts.needs_others(pages.formal_notice(samples.several()))
    assert scripts.needs_others("Łódź")


def test_every_range_of_the_style_has_a_file_that_is_there():
    sheet = scripts.STYLESHEET.read_text()
    files = set(re.findall(r'fonts/([\w-]+)-normal\.woff2"', sheet))
    assert {name for pair in scripts.OTHERS for name in pair} <= files
    assert all((scripts.FONTS / f"{name}-normal.woff2").exists() for name in files | set(scripts.BASE))
