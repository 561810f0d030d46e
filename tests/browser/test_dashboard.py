"""The dashboard with JavaScript: what is dealt with goes, and the keyboard is on what follows."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from relance.models.holds import Task
from tests import factories
from tests.browser.conftest import dialog_opened, settled

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


@pytest.fixture
def calls(account, latitude, nadia):
    """Three calls to make."""
    for number in range(3):
        invoice = factories.make_invoice(latitude, f"F-{number}", due_on=TODAY + 9 * DAY)
        Task.create(account=account, client=latitude, invoice=invoice, kind="call", due_on=TODAY, created_at=NOW)


def test_a_line_dealt_with_goes_and_the_keyboard_is_on_the_next_one(page, calls):
    page.goto("/tableau-de-bord")
    page.evaluate("window.stays = true")
    lines = page.locator("#todo li")
    expect(lines).to_have_count(3)
    lines.nth(1).get_by_role("button", name="Abandonner").focus()
    page.keyboard.press("Enter")
    expect(lines).to_have_count(2)
    settled(page)
    expect(lines.nth(1).locator(":focus")).to_have_text("Noter l’appel")
    expect(page.locator("#annonces")).to_contain_text("Abandonné")
    expect(page.locator('.side-link[href="/tableau-de-bord"] .n')).to_contain_text("2")
    for left in (1, 0):
        lines.last.get_by_role("button", name="Abandonner").focus()
        page.keyboard.press("Enter")
        expect(lines).to_have_count(left)
        settled(page)
    expect(page.locator(":focus")).to_have_text("À traiter")
    expect(page.locator("#todo")).to_contain_text("Rien à traiter.")
    assert page.evaluate("window.stays")
    assert Task.select().where(Task.outcome == "dropped").count() == 3


def test_whom_to_chase_today_opens_the_ways_to_do_it(page, latitude, nadia):
    invoice = factories.make_invoice(latitude, "F-2026-0087")
    page.goto("/tableau-de-bord")
    page.locator("#to-chase").get_by_role("link", name="Relancer").click()
    dialog_opened(page)
    way = page.get_by_role("dialog").get_by_role("link", name="Relancer par e-mail")
    expect(way).to_have_attribute("href", f"/factures/{invoice.id}/relancer/e-mail")
