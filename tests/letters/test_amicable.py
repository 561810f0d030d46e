"""The paper of an amicable letter: what stands where, in French and in English, whatever was typed."""

import dataclasses
import datetime as dt
import io

import pypdf
import pytest

from relance import storage
from relance.letters import amicable, press
from relance.letters.amicable import AmicableFacts, Owed
from relance.letters.facts import Joined
from tests.letters import made, samples
from tests.letters.paper import assert_window_is_clean, placed_words

CREATED_AT = dt.datetime(2026, 11, 23, 8)
BODY = """Madame, Monsieur,

Sauf erreur de ma part, la facture F-2026-0079 n’est pas encore réglée.

{tableau}

Voici de quoi faire le virement :

{paiement}

Merci de ne pas tenir compte de ce courrier.

Veuillez agréer, Madame, Monsieur, mes salutations distinguées."""


def owed(number="F-2026-0079", **fields):
    values = {
        "position": "",
        "issued_on": dt.date(2026, 8, 24),
        "due_on": dt.date(2026, 9, 23),
        "total_cents": 186_000,
        "left_cents": 86_000,
    }
    return Owed(number=number, **values | fields)


def facts(**fields):
    values = {
        "template": "rappel",
        "language": "fr",
        "dated_on": dt.date(2026, 11, 23),
        "currency": "EUR",
        "sender": samples.SENDER,
        "recipient": ("BRASSERIE DES DEUX RIVES", "COMPTABILITE", "8 QUAI DES BATELIERS", "67000 STRASBOURG"),
        "object": "facture F-2026-0079, échue le 23 septembre",
        "body": BODY,
        "lines": (owed(),),
        "bank": samples.BANK,
        "joined": (),
    }
    return AmicableFacts(**values | fields)


def printed(**fields):
    return press.print_pdf(amicable.page(facts(**fields)), created_at=CREATED_AT)


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def test_facts_are_read_back_as_they_were_kept():
    whole = facts(joined=(Joined("F-2026-0079", "a" * 64, 2),))
    assert AmicableFacts.from_json(whole.to_json()) == whole
    assert whole.total_cents == 86_000


@pytest.mark.requirement("S2.21", "S4.2")
def test_the_recipient_stands_alone_in_the_window(tmp_path):
    assert_window_is_clean(printed(), facts().recipient, tmp_path)


def test_everything_that_an_email_does_not_have_is_on_the_paper():
    text = text_of(printed(joined=(Joined("F-2026-0079", "a" * 64, 1),)))
    for words in (
        "Camille Roussel EI Atelier Roussel 14 rue des Capucins 69001 Lyon SIRET 732 829 320 00074",
        "Lyon, le 23 novembre 2026",
        "Objet : facture F-2026-0079, échue le 23 septembre",
        "Facture Émise le Échéance Montant TTC Reste dû",
        "F-2026-0079 24 août 2026 23 sept. 2026 1 860,00 € 860,00 €",
        "IBAN FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP",
        "Titulaire : Camille Roussel Référence à rappeler : F-2026-0079",
        "Veuillez agréer, Madame, Monsieur, mes salutations distinguées. Camille Roussel Graphiste",
        "Pièce jointe : facture n° F-2026-0079.",
    ):
        assert words in text
    assert "{" not in text
    assert "mise en demeure" not in text.lower()
    assert "recommandée" not in text


def test_there_is_room_to_sign_above_the_name(tmp_path):
    words = placed_words(printed(), tmp_path)
    leave = max(bottom for text, *_, bottom in words if text == "distinguées.")
    name = min(top for text, left, top, *_ in words if text == "Camille" and left > 100)
    assert name - leave > 12


def test_several_invoices_have_a_total_and_their_files_are_listed():
    lines = (owed(), owed("F-2026-0081", position="2/3", left_cents=14_000))
    joined = (Joined("F-2026-0079", "a" * 64, 1), Joined("F-2026-0081", "b" * 64, 1))
    text = text_of(printed(lines=lines, joined=joined))
    assert "F-2026-0081 (2/3)" in text
    assert "Total à régler 1 000,00 €" in text
    assert "Pièces jointes : facture n° F-2026-0079, facture n° F-2026-0081." in text
    assert "Total à régler" not in text_of(printed())


def test_the_paper_of_an_english_client_is_in_english():
    pdf = printed(
        language="en", object="Invoice F-1, due on 23 September", body="Dear Sir or Madam,\n\n{tableau}\n\nYours,"
    )
    text = text_of(pdf)
    assert "Lyon, 23 November 2026" in text
    assert "Subject: Invoice F-1" in text
    assert "Invoice Issued on Due date Amount incl. VAT Left to pay" in text
    assert "€1,860.00 €860.00" in text
    assert pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{tableau}",
        "Bonjour\n{paiement}\nmerci",
        "<script>alert(1)</script> & <b>gras</b> {{ facts }} {% raise %}",
        "x" * 9_000,
        "\n".join(["ligne"] * 600),
        "שלום 株式会社 🎉",
    ],
)
def test_any_words_are_printed_and_none_is_read_as_code(body, tmp_path):
    pdf = printed(body=body)
    assert_window_is_clean(pdf, facts().recipient, tmp_path)
    if "<b>" in body:
        assert "<b>gras</b> {{ facts }} {% raise %}" in text_of(pdf)
    words = placed_words(pdf, tmp_path)
    assert all(left >= 20 and right <= 190 for _, left, _, right, _ in words)


def test_a_block_stands_where_its_line_is_and_the_rest_keeps_its_line_breaks():
    page = amicable.page(facts(body="Un\ndeux\n{paiement}\ntrois\n\nAu revoir"))
    assert page.index("Un<br>deux") < page.index('class="bank"') < page.index("trois") < page.index("Au revoir")
    assert '<table class="amounts owed">' not in page


def test_a_place_that_is_not_known_is_not_printed():
    sender = dataclasses.replace(samples.SENDER, place="")
    assert "Le 23 novembre 2026" in amicable.page(facts(sender=sender)).replace("\u00a0", " ")


def test_without_an_iban_only_the_reference_is_given():
    bank = dataclasses.replace(samples.BANK, iban="")
    text = text_of(printed(bank=bank))
    assert "IBAN" not in text
    assert "Référence à rappeler : F-2026-0079" in text


def test_a_long_letter_is_counted_before_it_is_printed():
    assert press.count_pages(amicable.page(facts())) == 1
    assert press.count_pages(amicable.page(facts(body="mot " * 2_000))) > 1


@pytest.mark.requirement("S4.15", "S2.20")
def test_an_amicable_letter_bears_a_signature_what_is_enclosed_and_the_head_of_the_journal(tmp_path):
    storage.open_storage(tmp_path)
    found = facts(
        signature=storage.put(made.photo(600, 200, "PNG")),
        enclosures=("devis signé", "bon de livraison"),
        joined=(Joined("F-2026-0079", "a" * 64, 1), Joined("", "b" * 64, 1, "Photo du chantier")),
        anchor="abcdef0123456789abcdef",
    )
    pdf = press.print_pdf(amicable.page(found), created_at=CREATED_AT)
    sheet = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    assert len(sheet.images) == 1
    text = " ".join(sheet.extract_text().split())
    assert "Pièces jointes : facture n° F-2026-0079, Photo du chantier, devis signé, bon de livraison." in text
    assert "Journal : abcd ef01 2345 6789 abcd" in text
    assert_window_is_clean(pdf, found.recipient, tmp_path)
    by_hand = pypdf.PdfReader(io.BytesIO(press.print_pdf(amicable.page(facts()), created_at=CREATED_AT))).pages[0]
    assert len(by_hand.images) == 0


def test_the_first_of_a_month_is_written_as_printers_write_it():
    page = amicable.page(facts(dated_on=dt.date(2026, 12, 1)))
    assert "le 1<sup>er</sup>\u00a0décembre 2026" in page
    assert "<sup>" not in amicable.page(facts(dated_on=dt.date(2026, 12, 1), language="en"))
