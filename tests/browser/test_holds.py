"""A pause and a dispute in their dialogs: by keyboard, with a file, and without JavaScript."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from relance.models.holds import Dispute, Pause
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.factories import TODAY
from tests.making import switch_on


@pytest.fixture
def chased(latitude, nadia):
    """Due today, three weekly reminders from tomorrow on."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia)
    return invoice


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.requirement("S3.31", "S3.32")
def test_a_pause_is_made_and_ended_by_keyboard_from_the_list(page, chased):
    page.goto("/factures")
    page.get_by_label("Actions pour F-2026-0098").focus()
    press(page, "Enter")
    expect(page.get_by_role("link", name="Mettre en pause")).to_be_visible()
    page.get_by_role("link", name="Mettre en pause").focus()
    press(page, "Enter")
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("Livraison en retard")
    dialog.get_by_role("button", name="15 jours").focus()
    press(page, "Enter")
    expect(dialog.get_by_label("Jusqu’au")).to_have_value("08/12/2026")
    settled(page)
    expect(dialog.get_by_label("Motif")).to_have_value("Livraison en retard")
    dialog.get_by_label("Motif").focus()
    press(page, "Enter")
    page.get_by_text("Relances en pause jusqu’au mardi 8 décembre.").wait_for()
    expect(page.get_by_text("En pause jusqu’au 8 déc.")).to_be_visible()
    page.goto(f"/factures/{chased.id}")
    page.get_by_role("link", name="Reprendre maintenant").focus()
    press(page, "Enter")
    dialog_opened(page)
    page.get_by_role("dialog").get_by_role("button", name="Reprendre").last.click()
    page.get_by_text("Pause terminée.").wait_for()
    assert Pause.get().ended_on == dt.date(2026, 11, 23)


def test_a_dispute_keeps_its_text_when_its_file_is_refused(page, chased):
    page.goto(f"/factures/{chased.id}/litige")
    page.goto(f"/factures/{chased.id}")
    page.get_by_label("Autres actions").click()
    page.get_by_role("link", name="Signaler un litige").click()
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Ce que dit votre client").fill("Deux pages manquent")
    bad = {"name": "photo.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    dialog.get_by_label("Pièce jointe").set_input_files(bad)
    dialog.get_by_role("button", name="Signaler le litige").last.click()
    dialog.get_by_text("Joignez un PDF ou une image").wait_for()
    dialog_opened(page)
    expect(dialog.get_by_label("Ce que dit votre client")).to_have_value("Deux pages manquent")
    dialog.get_by_label("Pièce jointe").set_input_files(bad | {"buffer": b"\x89PNG\r\n\x1a\n"})
    dialog.get_by_role("button", name="Signaler le litige").last.click()
    page.get_by_text("Litige en cours").wait_for()
    assert Dispute.get().document.name == "photo.png"


def test_a_promise_is_noted_and_settled_without_javascript(sign_in_page, camille, chased):
    page = sign_in_page(camille, javascript=False)
    page.goto(f"/factures/{chased.id}")
    page.locator("details.menu summary").last.click()
    page.get_by_role("link", name="Noter une promesse de paiement").click()
    page.get_by_label("Date annoncée").fill("23/11/2026")
    page.get_by_role("button", name="Enregistrer la promesse").last.click()
    page.get_by_text("Paiement annoncé pour lundi 23 novembre").wait_for()
    page.get_by_role("button", name="Promesse non tenue").click()
    page.get_by_text("Promesse non tenue.").first.wait_for()
    page.goto(f"/factures/{chased.id}/pause")
    page.get_by_role("button", name="1 semaine").click()
    expect(page.get_by_label("Jusqu’au")).to_have_value("30/11/2026")
    page.get_by_role("button", name="Mettre en pause").last.click()
    page.get_by_text("Relances en pause jusqu’au lundi 30 novembre.").first.wait_for()
