"""The outbox with JavaScript: a line is held where it stands, and the keyboard stays on it."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.holds import Hold, Reschedule
from relance.models.messages import Message
from relance.services import queueing
from tests import factories
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
    page.wait_for_selector(".agenda .held")
    assert page.evaluate("document.activeElement.textContent").split() == ["Libérer", "Latitude", "Conseil"]
    assert Hold.select().count() == 1
    assert "ne partira pas" in page.locator("#annonces").text_content()
    assert page.locator(".agenda .a").all_text_contents()[:2] == ["Atelier Zinc", "Latitude Conseil"]
    if path == "/tableau-de-bord":
        assert "un e-mail est prêt" in page.locator("#day").text_content()
    page.keyboard.press("Enter")
    page.wait_for_selector(".agenda .held", state="detached")
    assert not Hold.select().exists()
    assert page.evaluate("window.stays")


def test_the_date_of_a_step_is_corrected_in_its_dialog(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.get_by_role("link", name="Changer la date").last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nouvelle date").fill("01/01/2020")
    page.keyboard.press("Enter")
    dialog.get_by_text("à partir d’aujourd’hui").wait_for()
    assert page.evaluate("document.activeElement.id") == "day"
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
    assert "F-2026-0098" in line.locator(".mail-text").text_content()
    line.get_by_role("button", name="Envoyer").click()
    page.get_by_text("Accord donné").wait_for()
    assert [row.state for row in Message.select()] == ["queued"]
