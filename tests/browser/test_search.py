"""The search in a real browser: opened by its key or its box, worked by keyboard, announced, and gone with Escape."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.factories import make_client, make_invoice


@pytest.fixture
def found(latitude, nadia):
    """Seven invoices of Latitude Conseil, and one of somebody else."""
    invoices = [make_invoice(latitude, f"F-2026-010{number}") for number in range(7)]
    make_invoice(make_client(latitude.account, "Les Blés d’Or"), "G-1", total_cents=432_000)
    return invoices


def opened(page):
    """The field of the dialog, once it has the focus."""
    dialog_opened(page)
    field = page.get_by_role("combobox", name="Facture, client, devis, courrier ou réglage")
    expect(field).to_be_focused()
    return field


def test_a_search_is_typed_chosen_with_the_arrows_and_opened(page, found):
    page.goto("/clients")
    page.keyboard.press("/")
    field = opened(page)
    expect(field).to_have_value("")
    expect(page.get_by_role("group", name="Dernières factures").get_by_role("option")).to_have_count(5)
    page.keyboard.type("ble d'or")
    expect(page.locator("#search-said")).to_have_text(
        "Rien ne correspond à « ble d'or ».".replace(" »", "\u00a0»").replace("« ", "«\u00a0")
    )
    field.fill("bles d'or")
    options = page.locator("#search-options").get_by_role("option")
    expect(options).to_have_count(2)
    expect(page.locator("#search-said")).to_have_text("2 résultats")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    page.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Les Blés d’Or")


def test_new_words_forget_what_was_chosen_and_enter_shows_everything(page, found):
    page.goto("/factures/nouvelle")
    page.get_by_role("link", name="Rechercher").click()
    field = opened(page)
    field.fill("latitude")
    expect(page.locator("#search-options").get_by_role("option", name="Voir les 7 résultats")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("option-"))
    field.fill("4320")
    expect(page.locator("#search-options").get_by_role("option")).to_have_count(1)
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=4320")
    expect(page.get_by_role("link", name="Les Blés d’Or G-1")).to_be_visible()


def test_escape_closes_it_and_gives_the_focus_back(page, found):
    page.goto("/clients")
    box = page.get_by_role("link", name="Rechercher")
    box.focus()
    page.keyboard.press("Enter")
    opened(page)
    page.keyboard.type("lat")
    expect(page.locator("#search-said")).to_have_text("8 résultats")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile("/clients$"))


def test_only_the_last_words_are_answered(page, found):
    """A slow answer to the first letters does not come over the answer to the whole word."""
    page.goto("/clients")
    page.keyboard.press("/")
    field = opened(page)
    for words in ("l", "la", "lat", "introuvable"):
        field.fill(words)
    expect(page.locator("#search-said")).to_contain_text("introuvable")
    settled(page)
    expect(page.locator("#search-options").get_by_role("option")).to_have_count(0)


def test_a_phone_has_its_search_and_its_plus_in_the_header(sign_in_page, camille, found):
    page = sign_in_page(camille, width=360, height=740)
    page.goto("/factures")
    expect(page.locator(".topbar").get_by_role("link", name="Nouvelle facture")).to_be_visible()
    page.locator(".topbar").get_by_role("link", name="Rechercher").click()
    field = opened(page)
    field.fill("0104")
    expect(page.locator("#search-options").get_by_role("option")).to_have_count(1)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, "nothing is wider than the phone"
    page.locator("#search-options").get_by_role("option").click()
    page.wait_for_url(f"**/factures/{found[4].id}")


def test_without_javascript_it_is_a_page(sign_in_page, camille, found):
    page = sign_in_page(camille, javascript=False)
    page.get_by_role("link", name="Rechercher").click()
    page.wait_for_url("**/recherche")
    page.get_by_label("Facture, client, devis, courrier ou réglage").fill("F-2026-0103")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Latitude Conseil F-2026-0103").click()
    page.wait_for_url(f"**/factures/{found[3].id}")


def test_what_a_client_is_called_is_text(page, account):
    make_client(account, "<img src=x onerror=alert(1)> & Cie")
    page.goto("/clients")
    page.keyboard.press("/")
    opened(page).fill("<img")
    expect(page.locator("#search-options").get_by_role("option")).to_have_text(re.compile("<img src=x"))
    assert factories.NOW and page.locator("dialog img").count() == 0
