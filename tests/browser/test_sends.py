"""The outbox with JavaScript: a line is held where it stands, and the keyboard stays on it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from relance.models.accounts import Account
from relance.models.holds import Hold, Reschedule
from relance.models.messages import Message
from relance.services import queueing
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY


@pytest.fixture
def chased(latitude, nadia, account):
    """Two clients with a reminder tomorrow."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia)
    other = factories.make_client(account, "Atelier Zinc")
    switch_on(factories.make_invoice(other, due_on=TODAY), factories.make_contact(other, "Paul Henry"))
    return invoice


@pytest.mark.parametrize("path", ["/tableau-de-bord", "/envois"])
def test_a_line_is_held_and_released_by_keyboard_without_leaving_the_page(page, chased, path):
    page.goto(path)
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Retenir Latitude Conseil").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".agenda .held").first).to_be_visible()
    settled(page)
    expect(page.locator(":focus")).to_have_text("Libérer Latitude Conseil")
    assert Hold.select().count() == 1
    expect(page.locator("#annonces")).to_contain_text("ne partira pas")
    expect(page.locator(".agenda .a").nth(0)).to_have_text("Atelier Zinc")
    expect(page.locator(".agenda .a").nth(1)).to_have_text("Latitude Conseil")
    if path == "/tableau-de-bord":
        expect(page.locator("#day")).to_contain_text("un e-mail est prêt")
    page.keyboard.press("Enter")
    expect(page.locator(".agenda .held")).to_have_count(0)
    expect(page.locator("#annonces")).to_contain_text("Envoi libéré.")
    settled(page)
    assert not Hold.select().exists()
    assert page.evaluate("window.stays")


def test_the_date_of_a_step_is_corrected_in_its_dialog(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.get_by_role("link", name="Changer la date").last.click()
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nouvelle date").fill("01/01/2020")
    page.keyboard.press("Enter")
    dialog.get_by_text("à partir d’aujourd’hui").wait_for()
    dialog_opened(page)
    expect(page.locator(":focus")).to_have_id("day")
    dialog.get_by_label("Nouvelle date").fill("26/11/2026")
    page.keyboard.press("Enter")
    page.get_by_text("Date changée. Elle part jeudi 26 novembre à 9 h.").wait_for()
    assert Reschedule.get().step == 0


def test_an_e_mail_is_read_then_sent_from_the_dashboard(page, latitude, nadia, account):
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    switch_on(factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY - dt.timedelta(1)), nadia)
    queueing.advance_due(NOW, domain="relance.example")
    page.goto("/tableau-de-bord")
    line = page.locator("#todo li", has_text="Rappel à Latitude Conseil")
    line.get_by_text("Lire l’e-mail").click()
    expect(line.locator(".mail-text")).to_contain_text("F-2026-0098")
    line.get_by_role("button", name="Envoyer").click()
    page.get_by_text("Accord donné").wait_for()
    assert [row.state for row in Message.select()] == ["queued"]
