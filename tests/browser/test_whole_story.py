"""The whole story in a browser, with a real Factur-X invoice and a real SMTP server, in the invoice's own days.

The invoice of the file is dated 13 November 2017 and due on 13 December 2017: the clock follows it.
"""

import datetime as dt
import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import onboarding, sweeping
from relance.services.carrying import Post
from tests.browser.conftest import dialog_opened, settled
from tests.factories import IBAN, PASSWORD

DATA = Path(os.environ.get("RELANCE_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
PDF = DATA / "invoices" / "pdf" / "Facture_FR_EN16931.pdf"
EMAIL = "tony@aubonmoulin.example"
ALEX, COMPTA = "alexandre@majolieboutique.example", "compta@majolieboutique.example"
MM = 72 / 25.4  # points in a millimetre

pytestmark = pytest.mark.skipif(not PDF.exists(), reason=f"no real invoices in {DATA}")


def at(year, month, day, hour=9):
    """An instant in UTC; 09:00 is 10:00 in Paris in winter, within the hours of sending."""
    return dt.datetime(year, month, day, hour)


@pytest.fixture
def run(settings, clock):
    """``run(instant)``: the machine's clock moves there and the worker does its minute."""

    def _run(instant):
        clock.move_to(instant.replace(tzinfo=dt.UTC))
        return sweeping.sweep(instant, Post.of(settings))

    return _run


@pytest.mark.requirement(
    "S0.3", "S0.5", "S0.6", "S0.7", "S0.9", "S0.11", "S0.13", "S0.14", "S1.1", "S1.2", "S1.6", "S1.15", "S1.18",
    "S1.21", "S3.3", "S3.4", "S3.6",
)  # fmt: skip
def test_from_the_first_account_to_the_formal_notice(anonymous_page, settings, smtp_server, clock, run, tmp_path):
    page = anonymous_page
    clock.move_to(dt.datetime(2017, 11, 20, 9, tzinfo=dt.UTC))

    # First account, protected by the token the server prints
    page.goto("/installation")
    page.get_by_text("Copiez le lien affiché").wait_for()
    page.goto(f"/installation?jeton={onboarding.installation_token(settings.data_dir)}")
    page.get_by_label("Nom de l’entreprise").fill("Au bon moulin")
    page.get_by_label("Prénom").fill("Tony")
    page.get_by_label("Nom", exact=True).fill("Dubois")
    page.get_by_label("Adresse e-mail").fill(EMAIL)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    page.wait_for_url("**/bienvenue")

    # The business and its bank
    page.goto("/reglages/entreprise")
    page.get_by_label("Adresse", exact=True).fill("1242 chemin de l'Olive\n84340 MALAUCENE")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("C’est enregistré.").first.wait_for()
    page.goto("/reglages/coordonnees-bancaires")
    page.get_by_label("Titulaire du compte").fill("Tony Dubois")
    page.get_by_label("IBAN").fill(IBAN)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("C’est enregistré.").first.wait_for()

    # A client with two contacts
    page.goto("/clients/nouveau")
    page.get_by_label("Nom ou raison sociale").fill("Ma jolie boutique")
    page.get_by_label("Adresse postale").fill("35 rue de la République\n69001 LYON")
    page.get_by_label("Nom du contact").fill("Alexandre Payet")
    page.get_by_label("Adresse e-mail").fill(ALEX)
    page.get_by_role("button", name="Ajouter").click()
    page.wait_for_url(re.compile(r"/clients/\d+"))

    # The invoice, read from its PDF
    page.goto("/factures/nouvelle")
    page.get_by_label("Facture en PDF").set_input_files(PDF)
    page.get_by_text("lu dans le fichier").first.wait_for()
    settled(page)
    expect(page.get_by_label("Numéro de facture")).to_have_value("FA-2017-0010")
    expect(page.get_by_label("Date d’échéance")).to_have_value("13/12/2017")
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/relances?etape=2")

    # Reminders: off by default; every week, both contacts, a copy to oneself
    switch = page.get_by_label("Envoyer un e-mail de relance en cas de retard de paiement")
    expect(switch).not_to_be_checked()
    expect(page.get_by_text("Fréquence d’envoi")).to_be_hidden()
    switch.check()
    page.get_by_text("Fréquence d’envoi").wait_for()
    page.get_by_label("Contacts à relancer").fill(COMPTA)
    page.get_by_role("button", name="Ajouter un contact").click()
    page.get_by_role("button", name=f"Retirer {COMPTA}").wait_for()
    settled(page)
    page.get_by_label("Chaque semaine jusqu’au paiement").check()
    page.get_by_label("M’ajouter en copie de cet e-mail").check()
    page.locator("#preview .mail-head").get_by_text("Copie").wait_for()
    page.locator("#preview").get_by_text("14 déc.").wait_for()
    settled(page)

    # The test e-mail, before anything is saved
    page.get_by_role("button", name="M’envoyer un e-mail test").click()
    page.get_by_text(f"E-mail test envoyé à {EMAIL}").wait_for()
    [test] = smtp_server.received
    assert test.recipients == [EMAIL] and test.subject.startswith("[TEST] ") and "FA-2017-0010" in test.text
    smtp_server.received.clear()

    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/verification")
    page.get_by_role("button", name="Enregistrer la facture").click()
    page.wait_for_url(re.compile(r"/factures/\d+$"))
    invoice = Invoice.get()
    assert (invoice.state, invoice.total_cents, invoice.balance_cents) == ("sent", 67115, 47015)

    # Nothing before J+1, then one e-mail to both contacts, the user in copy, the PDF attached
    for day in (1, 12, 13):
        run(at(2017, 12, day))
    assert smtp_server.to(ALEX) == []
    run(at(2017, 12, 14))
    run(at(2017, 12, 14, 11))
    [first] = smtp_server.to(ALEX)
    assert set(first.recipients) == {ALEX, COMPTA, EMAIL}
    assert first.message["Cc"] and first.message["Reply-To"] == EMAIL
    assert "470,15\u00a0€" in first.text
    [attached] = list(first.message.iter_attachments())
    assert attached.get_payload(decode=True) == PDF.read_bytes()

    # A part payment; the second one asks for what is left
    page.goto(f"/factures/{invoice.id}")
    page.get_by_role("link", name="Enregistrer un paiement").click()
    dialog_opened(page)
    page.get_by_label("Montant reçu").fill("200,15")
    page.get_by_role("button", name="Enregistrer le paiement").click()
    page.get_by_text("Paiement enregistré.").first.wait_for()
    page.get_by_text("270,00").first.wait_for()
    run(at(2017, 12, 21))
    second = smtp_server.to(ALEX)[1]
    assert "270,00\u00a0€" in second.text and set(second.recipients) == {ALEX, COMPTA, EMAIL}
    assert second.message["In-Reply-To"] == first.message["Message-ID"]

    # The formal notice
    page.goto(f"/factures/{invoice.id}")
    page.get_by_label("Autres actions").click()
    page.get_by_role("link", name="Préparer une lettre").click()
    page.get_by_role("button", name="Figer la lettre").first.click()
    page.wait_for_url(re.compile(r"/courriers/\d+$"))
    run(at(2017, 12, 21, 12))
    with page.expect_download() as started:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert started.value.suggested_filename == "mise-en-demeure-ma-jolie-boutique-2017-12-21.pdf"
    check_letter(started.value.path(), tmp_path)

    # Paid: nothing more
    page.goto(f"/factures/{invoice.id}")
    page.get_by_role("link", name="Enregistrer un paiement").click()
    dialog_opened(page)
    page.get_by_role("button", name="Enregistrer le paiement").click()
    page.get_by_text("Facture payée.").first.wait_for()
    page.get_by_text("Payée", exact=True).first.wait_for()
    count = len(smtp_server.to(ALEX))
    for day in range(22, 32):
        run(at(2017, 12, day))
    for week in range(8):
        run(at(2018, 1, 4) + dt.timedelta(days=7 * week))
    assert len(smtp_server.to(ALEX)) == count == 2
    kinds = [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]
    assert kinds.count("reminder_sent") == 2 and "chase_stopped" in kinds and "letter_ready" in kinds
    assert Message.select().where(Message.kind == "reminder", Message.state != "sent").count() == 0


def check_letter(path, folder):
    """Its words, and its address in the window: 85 × 33 mm at 110 mm and 55 mm."""
    boxes = folder / "letter.html"
    subprocess.run(["pdftotext", "-bbox", "-l", "1", str(path), str(boxes)], check=True)
    words = [
        (float(x0), float(y0), float(x1), float(y1), word)
        for x0, y0, x1, y1, word in re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', boxes.read_text()
        )
    ]
    text = " ".join(word for *_, word in words)
    for expected in ("mise en demeure", "FA-2017-0010", "270,00", "40,00", "L. 441-10", "1344", "10,00"):
        assert expected in text.replace("\u00a0", " "), expected
    zone = [w for w in words if w[0] > 100 * MM and 45 * MM < w[1] < 95 * MM]
    assert " ".join(w[4] for w in zone).startswith("MA JOLIE BOUTIQUE") and "69001 LYON" in " ".join(w[4] for w in zone)
    for x0, y0, x1, y1, word in zone:
        assert x0 >= 110 * MM and x1 <= 195 * MM and y0 >= 55 * MM and y1 <= 88 * MM, word
