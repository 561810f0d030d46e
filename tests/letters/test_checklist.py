"""What a formal notice must hold (french-law 5.2, eleven points), read back from the PDF of real invoices.

Every kind of debtor, one and five invoices, untouched or lowered by a part payment and a credit note: twelve letters,
each printed once.
"""

import datetime as dt
import io
import re
import subprocess
from decimal import ROUND_HALF_UP, Decimal

import pypdf
import pytest

from relance.models.invoices import Invoice
from relance.rules.wording import long_date
from relance.services import noticing, paying
from tests import factories
from tests.factories import NOW, TODAY
from tests.letters.paper import assert_window_is_clean, placed_words
from tests.services.notices import late, prepare, remind

DUE = dt.date(2026, 5, 20)  # before the half-year changes: two periods, two rates
SENT = (dt.date(2026, 6, 2), dt.date(2026, 7, 1))
NAMES = {"organisation": "Brasserie des Deux Rives", "individual": "Odile Perrin", "public": "Mairie de Brest"}
BUSINESS_ONLY = re.compile(r"441-10|441-5|2192|pénalit|indemnit|40,00|\b40 €|frais|commande publique", re.IGNORECASE)
LINE = re.compile(r"Du .+? 2026 au .+? 2026 +(\d+) +([\d ]+,\d\d) € +(\d+,\d\d) % +([\d ]+,\d\d) €")

LETTERS = [(kind, count, is_lowered) for kind in NAMES for count in (1, 5) for is_lowered in (False, True)]


def cents(amount):
    return int(amount.replace(" ", "").replace(",", ""))


def euros(value):
    return f"{value // 100:,}".replace(",", " ") + f",{value % 100:02d} €"


def written(account, kind, count, is_lowered):
    """The notice about ``count`` invoices of 1 860 €, with what is left of them."""
    client = factories.make_client(
        account, NAMES[kind], kind=kind, siren="", address="8 quai des Bateliers\n67000 Strasbourg"
    )
    invoices = [
        late(
            client, f"F-2026-01{n}", due_on=DUE, object="Carte d'automne", order_reference=f"BC-{n}", late_rate_bp=None
        )
        for n in range(count)
    ]
    for on, template in zip(SENT, ("relance_1", "relance_2"), strict=True):
        for invoice in invoices:
            remind(invoice, template, on)
    if is_lowered:
        first = invoices[0]
        paying.record(first, 50_000, dt.date(2026, 8, 3), by=None, now=NOW)
        factories.make_invoice(
            client, "A-7", kind="credit_note", total_cents=20_000, credited_invoice=first, issued_on=dt.date(2026, 9, 1)
        )
        paying.resettle(Invoice.get_by_id(first.id), by=None, now=NOW)
    letter = prepare(
        account,
        client,
        invoices,
        claims_fee=kind != "individual",
        enclosures=("devis signé du 4 avril 2026",),
    )
    return letter, 186_000 * count - (70_000 if is_lowered else 0)


def read(pdf, folder):
    """The text of the file with plain spaces, as poppler reads it."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


@pytest.mark.requirement("S2.17", "S4.7")
@pytest.mark.parametrize(("kind", "count", "is_lowered"), LETTERS)
def test_every_notice_holds_the_eleven_points_of_the_checklist(account, tmp_path, kind, count, is_lowered):
    account.siret, account.phone, account.email = "73282932000074", "04 65 71 20 20", "camille@atelier.example"
    account.iban, account.bic = "FR7630006000011234567890189", "AGRIFRPP"
    account.save()
    letter, principal = written(account, kind, count, is_lowered)
    facts = noticing.facts_of(letter)
    pdf = noticing.render(letter.id, NOW)
    text = read(pdf, tmp_path)
    day = long_date(TODAY).replace("\u00a0", " ")

    # 1. Sender and recipient. 2. Place, date, registered letter.
    for words in (account.business_name, "SIRET 732 829 320 00074", "04 65 71 20 20", "camille@atelier.example"):
        assert words in text
    for line in facts.recipient:
        assert line in text
    assert f"Lyon, le {day}" in text
    assert "Lettre recommandée" in text
    assert "avec avis de réception" in text
    # 3. The words, in the subject and in the body.
    assert "Objet : mise en demeure de payer" in text
    assert "je vous mets en demeure de me régler" in text
    # 4. Facts: order, what was done, number, dates, amount with VAT, what was received, reminders.
    for n in range(count):
        for words in (f"F-2026-01{n}", f"commande BC-{n}"):
            assert words in text
    for words in ("Carte d’automne", "Émise le 20 avril 2026, échue le 20 mai 2026", "1 860,00 €"):
        assert words in text
    assert "malgré mes relances des 2 juin et 1er juillet 2026" in text
    received = ("Règlement reçu", "−500,00 €", "Avoir n° A-7", "−200,00 €")
    assert [words in text for words in received] == [is_lowered] * 4
    # 5. Principal, interest line by line, flat indemnity of each invoice, total, date of the count, cost of a day.
    lines = LINE.findall(text)
    for days, base, rate, interest in lines:
        exact = Decimal(cents(base)) * int(days) * int(rate.replace(",", "")) / 10_000 / 365
        assert cents(interest) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    interest = sum(cents(line[3]) for line in lines)
    fee = 0 if kind == "individual" else 4000 * count
    # Two half-years, cut again by the payment and by the credit note; the rate of a public body is frozen.
    assert (interest > 0, len(lines)) == {
        "individual": (False, 0),
        "organisation": (True, 2 * count + 2 * is_lowered),
        "public": (True, count + 2 * is_lowered),
    }[kind]
    assert f"Total dû, arrêté au {day} {euros(principal + interest + fee)}" in text
    assert (letter.principal_cents, letter.interest_cents, letter.fee_cents) == (principal, interest, fee)
    # 6. A delay from receipt. 7. How to pay. 8. What follows, without a threat.
    assert "dans un délai de huit jours à compter de la réception de la présente lettre" in text
    for words in ("IBAN FR76 3000 6000 0112 3456 7890 189", "BIC AGRIFRPP", "Référence : "):
        assert words in text
    assert re.search(r"je me réserve la possibilité de saisir (le tribunal compétent|la juridiction compétente)", text)
    assert not re.search(r"saisie|huissier|poursuites|expulsion|fichage", text)
    # 9. The grounds of this kind of debtor, and of no other.
    grounds = {
        "organisation": ("articles L. 441-10 et D. 441-5 du code de commerce", "par jour"),
        "public": ("articles L. 2192-13, D. 2192-35 et R. 2192-31 du code de la commande publique", "par jour"),
        "individual": ("articles 1231-6 et 1344-1 du code civil", "intérêts au taux légal"),
    }
    for other, words in grounds.items():
        assert all(word in text for word in words) if other == kind else words[0] not in text
    assert "articles 1344 et suivants du code civil" in text
    if kind == "individual":
        assert not BUSINESS_ONLY.search(text)
    # 10. Its effects, the closing words, who signs. 11. What is enclosed.
    assert "La présente lettre constitue une mise en demeure" in text
    assert "avec tous les effets qui s’y attachent" in text
    assert "Veuillez agréer, Madame, Monsieur, mes salutations distinguées." in text
    assert f"Fait à Lyon, le {day}" in text
    assert facts.sender.signer in text
    enclosed = re.search(r"Pièces jointes : (.+?)\.", text)[1]
    assert ("copie de la facture" if count == 1 else "copie des 5 factures") in enclosed
    assert "devis signé du 4 avril 2026" in enclosed
    assert ("décompte des intérêts" in enclosed) is (kind != "individual")
    assert "relevé des relances" in enclosed
    assert not re.search(r"[{}\[\]]|None|XXX|undefined|…", text)

    # The paper: the address within a millimetre, one sheet then the annex, tags, fonts, the mark of PDF/A-3a.
    assert_window_is_clean(pdf, facts.recipient, tmp_path)
    top_left = next(word for word in placed_words(pdf, tmp_path) if word[0] == facts.recipient[0].split()[0])
    assert top_left[1] == pytest.approx(114, abs=1)
    assert top_left[2] == pytest.approx(57, abs=1)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 2
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert re.search(r'pdfaid:part(?:="|>)3', xmp)
    assert re.search(r'pdfaid:conformance(?:="|>)A', xmp)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert all("/FontFile2" in one for one in described)
