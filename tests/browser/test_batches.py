"""Reminders sent to a selection, in a real browser: ticked, confirmed, followed, undone; with and without a script."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from relance.models.batches import Batch
from relance.models.messages import Message
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.services.batching import debtor


@pytest.fixture
def debtors(account, camille):
    """Six clients with a late invoice each; the last one was written to yesterday."""
    rows = [debtor(account, f"Client {n}", 40 - n)[1][0] for n in range(6)]
    factories.make_message(rows[5].client, [rows[5]], day_on=factories.TODAY - dt.timedelta(1))
    return rows


@pytest.mark.requirement("S2.9", "S2.10", "S2.12")
def test_a_selection_is_confirmed_in_a_dialog_and_followed(page: Page, debtors):
    page.goto("/factures")
    rows = page.locator("#list tbody tr[id]")
    expect(rows).to_have_count(6)
    rows.nth(0).locator(".row-check").click()
    rows.nth(5).locator(".row-check").click(modifiers=["Shift"])
    expect(page.locator("#selection .sum strong")).to_have_text("6 factures")
    page.get_by_role("button", name="Envoyer les relances").click()
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Envoyer 5 relances ?")).to_be_visible()
    dialog.get_by_role("checkbox", name="Envoyer quand même Client 5").check()
    expect(dialog.get_by_role("heading", name="Envoyer 6 relances ?")).to_be_visible()
    settled(page)
    expect(dialog.get_by_role("checkbox", name="Envoyer quand même Client 5")).to_be_checked()
    expect(dialog.get_by_role("checkbox", name="Envoyer quand même Client 5")).to_be_focused()
    dialog.get_by_label("Modèle pour Client 0").select_option("relance_2")
    dialog.get_by_role("link", name="Aperçu Client 0").click()
    expect(dialog.locator(".mail-text")).to_contain_text(debtors[0].number)
    settled(page)
    dialog.get_by_role("button", name="Envoyer 6 relances").click()
    page.wait_for_url("**/envois/lots/*")
    expect(page.get_by_text("6 relances partent dans une minute.")).to_be_visible()
    assert Message.select().where(Message.kind == "manual").count() == 6
    assert Message.select().where(Message.template == "relance_2").count() == 1
    settled(page)
    page.get_by_role("button", name="Annuler ce qui n’est pas parti").click()
    expect(page.get_by_text("6 e-mails annulés.")).to_be_visible()
    assert Batch.get().undone_at is not None


@pytest.mark.requirement("S2.10")
def test_closing_the_dialog_sends_nothing(page: Page, debtors):
    page.goto("/factures")
    page.locator("#list tbody .row-check").first.click()
    expect(page.locator("#selection .sum strong")).to_have_text("une facture")
    page.get_by_role("button", name="Envoyer les relances").click()
    dialog_opened(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Batch.select().count() == Message.select().where(Message.kind == "manual").count() == 0


def test_it_works_without_a_script(sign_in_page, camille, debtors):
    plain = sign_in_page(camille, javascript=False)
    ids = "&".join(f"ids={row.id}" for row in debtors)
    plain.goto(f"/factures/envoyer-relances?{ids}")
    plain.get_by_label("Envoyer quand même Client 5").check()
    plain.get_by_role("button", name="Mettre à jour la liste").click()
    expect(plain.get_by_role("heading", name="Envoyer 6 relances ?")).to_be_visible()
    plain.get_by_role("button", name="Envoyer 6 relances").click()
    expect(plain.get_by_role("heading", name="Envoi groupé")).to_be_visible()
    expect(plain.get_by_text("6 relances partent dans une minute.")).to_be_visible()
    assert Message.select().where(Message.kind == "manual").count() == 6
