"""Rows ticked in a real browser: click, Shift, Ctrl, keyboard; kept while the list changes; acted on."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from relance.models.payments import Payment
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.factories import TODAY
from tests.making import fresh


@pytest.fixture
def rows(latitude, nadia):
    """Eight late invoices, the oldest first in the list."""
    return [
        factories.make_invoice(latitude, f"N-{n}", due_on=TODAY - dt.timedelta(days=40 - n), total_cents=10_000 * n)
        for n in range(1, 9)
    ]


@pytest.fixture
def listed(page: Page, rows):
    page.goto("/factures")
    expect(page.locator("#list tbody tr[id]")).to_have_count(8)
    return page


def row(page: Page, n: int):
    return page.locator("#list tbody tr[id]").nth(n - 1)


def box(page: Page, n: int):
    return row(page, n).locator(".row-check")


def count(page: Page):
    return page.locator("#selection .sum strong")


def ticked(page: Page, *numbers: int) -> None:
    for n in range(1, 9):
        expect(box(page, n)).to_be_checked(checked=n in numbers)


@pytest.mark.requirement("S2.12")
@pytest.mark.parametrize("modifier", ["Control", "Meta"])
@pytest.mark.parametrize("on_box", [True, False])
def test_shift_takes_a_range_and_ctrl_one_row(listed, on_box, modifier):
    box(listed, 2).click()
    expect(count(listed)).to_have_text("une facture")
    place = (lambda n: box(listed, n)) if on_box else (lambda n: row(listed, n).locator(".c-due .date"))
    place(5).click(modifiers=["Shift"])
    ticked(listed, 2, 3, 4, 5)
    expect(count(listed)).to_have_text("4 factures")
    row(listed, 3).locator(".c-due .date").click(modifiers=[modifier])
    ticked(listed, 2, 4, 5)
    expect(count(listed)).to_have_text("3 factures")
    assert listed.evaluate("getSelection().toString()") == ""


@pytest.mark.requirement("S2.9")
def test_five_ticked_documents_make_a_button_that_says_five(listed):
    send = listed.locator("#selection").get_by_role("button", name=re.compile("Envoyer les relances"))
    expect(send).to_be_hidden()
    for n in range(1, 6):
        box(listed, n).click()
    expect(send).to_have_text(re.compile(r"Envoyer les relances\s+5"))
    expect(listed.locator("#selection .sum")).to_contain_text("1 500,00")
    expect(listed.locator("#annonces")).to_contain_text("5 factures")


def test_the_box_of_the_header_takes_and_leaves_the_page(listed):
    head = listed.locator("#all-rows")
    box(listed, 1).click()
    assert head.evaluate("box => box.indeterminate")
    head.click()
    expect(count(listed)).to_have_text("8 factures")
    assert not head.evaluate("box => box.indeterminate")
    head.click()
    expect(listed.locator("#selection")).to_be_hidden()
    ticked(listed)


def test_the_bar_lets_go_of_all_and_gives_the_focus_back(listed):
    box(listed, 1).click()
    box(listed, 4).click()
    expect(count(listed)).to_have_text("2 factures")
    settled(listed)
    listed.get_by_role("button", name="Tout désélectionner").click()
    expect(listed.locator("#selection")).to_be_hidden()
    ticked(listed)
    expect(listed.locator("#all-rows")).to_be_focused()


def test_the_keyboard_does_all_that_the_mouse_does(listed):
    keys = listed.keyboard
    keys.press("j")
    expect(row(listed, 1)).to_be_focused()
    keys.press("ArrowDown")
    expect(row(listed, 2)).to_be_focused()
    keys.press("x")
    ticked(listed, 2)
    for _n in range(3):
        keys.press("j")
    keys.press("Shift+X")
    ticked(listed, 2, 3, 4, 5)
    keys.press("k")
    keys.press("k")
    keys.press("x")
    ticked(listed, 2, 4, 5)
    box(listed, 7).focus()
    keys.press("Space")
    ticked(listed, 2, 4, 5, 7)
    keys.press("ArrowUp")
    expect(row(listed, 6)).to_be_focused()
    expect(count(listed)).to_have_text("4 factures")
    settled(listed)
    keys.press("e")
    dialog_opened(listed)
    keys.press("Escape")
    expect(listed.get_by_role("dialog")).to_have_count(0)
    row(listed, 6).focus()
    keys.press("Enter")
    listed.wait_for_url(re.compile(r"/factures/\d+$"))


def test_space_with_shift_takes_a_range(listed):
    box(listed, 2).focus()
    listed.keyboard.press("Space")
    box(listed, 4).focus()
    listed.keyboard.press("Shift+Space")
    ticked(listed, 2, 3, 4)


def test_single_keys_can_be_turned_off(sign_in_page, camille, rows):
    camille.__class__.update(has_shortcuts=False).execute()
    page = sign_in_page(camille)
    page.goto("/factures")
    box(page, 3).focus()
    for key in ("x", "j", "o", "e"):
        page.keyboard.press(key)
    ticked(page)
    expect(box(page, 3)).to_be_focused()
    expect(page).to_have_url(re.compile("/factures$"))
    page.keyboard.press("ArrowDown")
    expect(row(page, 4)).to_be_focused()


def test_what_is_ticked_stays_while_the_list_is_searched_filtered_and_goes_on(listed, latitude):
    box(listed, 1).click()
    box(listed, 8).click()
    expect(count(listed)).to_have_text("2 factures")
    listed.get_by_label("Rechercher une facture").fill("N-3")
    expect(listed.locator("#list tbody tr[id]")).to_have_count(1)
    settled(listed)
    box(listed, 1).click()
    expect(count(listed)).to_have_text("3 factures")
    settled(listed)
    listed.get_by_label("Rechercher une facture").fill("")
    expect(listed.locator("#list tbody tr[id]")).to_have_count(8)
    settled(listed)
    listed.locator("#filters summary").click()
    listed.get_by_label("Relances", exact=True).select_option("non")
    listed.get_by_role("button", name="Appliquer les filtres").click()
    expect(listed.locator("#list tbody tr[id]")).to_have_count(8)
    expect(listed.locator("#filters-count")).to_have_text(re.compile("1"))
    expect(listed.locator("#filters")).not_to_have_attribute("open", "")
    ticked(listed, 1, 3, 8)
    expect(count(listed)).to_have_text("3 factures")
    expect(listed.locator("#kept-ids input")).to_have_count(0)


def test_the_next_fifty_and_all_of_a_filter_are_one_selection(page, latitude, nadia):
    for number in range(60):
        factories.make_invoice(latitude, f"N-{number:02}")
    page.goto("/factures")
    box(page, 1).click()
    page.get_by_role("link", name="Afficher les 50 suivantes").click()
    expect(page.locator("#list tbody tr[id]")).to_have_count(60)
    settled(page)
    expect(box(page, 1)).to_be_checked()
    box(page, 60).click(modifiers=["Shift"])
    expect(count(page)).to_have_text("60 factures")
    page.goto("/factures")
    whole = page.get_by_role("button", name="Sélectionner les 60 factures de ce filtre")
    expect(whole).to_be_hidden()
    page.locator("#all-rows").click()
    expect(count(page)).to_have_text("50 factures")
    settled(page)
    whole.click()
    expect(count(page)).to_have_text("60 factures")
    expect(page.locator("#kept-ids input")).to_have_count(10)
    settled(page)
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name="Activer les relances").click()
    dialog_opened(page)
    expect(page.get_by_role("dialog")).to_contain_text("Activer les relances de 60 factures")


def test_the_selection_is_marked_paid_in_a_dialog(listed, rows):
    box(listed, 1).click()
    box(listed, 2).click()
    expect(count(listed)).to_have_text("2 factures")
    settled(listed)
    listed.get_by_role("button", name="Marquer payées").first.click()
    dialog_opened(listed)
    dialog = listed.get_by_role("dialog")
    expect(dialog).to_contain_text("Marquer 2 factures payées")
    dialog.get_by_role("button", name="Marquer payées").last.click()
    expect(listed.locator(".notice")).to_contain_text("2 factures marquées payées.")
    expect(listed.locator("#list tbody tr[id]")).to_have_count(6)
    assert {payment.amount_cents for payment in Payment.select()} == {10_000, 20_000}
    assert fresh(rows[0]).state == "paid"


def test_the_selection_is_taken_away_and_it_is_said(listed):
    box(listed, 1).click()
    expect(count(listed)).to_have_text("une facture")
    settled(listed)
    with listed.expect_download() as found:
        listed.locator("#selection").get_by_role("button", name="Exporter", exact=True).click()
    assert found.value.suggested_filename == "factures-2026-11-23.csv"
    expect(listed.locator(".toast")).to_have_text("Une facture exportée")


def test_a_double_click_opens_and_a_plain_one_does_not(listed, rows):
    row(listed, 2).locator(".c-due .date").click()
    ticked(listed)
    row(listed, 2).locator(".c-due").dblclick()
    listed.wait_for_url(f"**/factures/{rows[1].id}")


def test_a_range_works_in_the_list_of_clients_too(page, account, latitude):
    from tests.making import make_sequence

    make_sequence(account, (3, "rappel"))
    for n in range(4):
        factories.make_client(account, f"Z-{n}")
    page.goto("/clients")
    boxes = page.locator("#list tbody .row-check")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#list tbody .row-check:checked")).to_have_count(4)


def test_without_javascript_boxes_and_buttons_are_enough(sign_in_page, camille, rows):
    page = sign_in_page(camille, javascript=False)
    page.goto("/factures")
    expect(page.get_by_text("Pour les factures cochées")).to_be_visible()
    box(page, 1).check()
    box(page, 3).check()
    page.get_by_role("button", name="Marquer payées").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marquer 2 factures payées")
    page.get_by_role("button", name="Marquer payées").last.click()
    expect(page.locator(".notice")).to_contain_text("2 factures marquées payées.")
    assert Payment.select().count() == 2


def test_on_a_phone_the_bar_stands_above_the_tabs_with_one_action_and_the_rest_in_a_menu(sign_in_page, camille, rows):
    page = sign_in_page(camille, width=360, height=760)
    page.goto("/factures")
    box(page, 2).click()
    expect(count(page)).to_have_text("une facture")
    settled(page)
    bar, tabs = page.locator("#selection").bounding_box(), page.locator(".tabbar").bounding_box()
    assert bar and tabs
    assert bar["y"] + bar["height"] <= tabs["y"]
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= 360
    pause = page.locator("#selection").get_by_role("button", name="Mettre en pause")
    expect(pause).to_have_count(0)
    page.locator("#selection summary").click()
    expect(pause).to_have_count(1)
    menu = page.locator("#selection .menu-list").bounding_box()
    assert menu and menu["x"] >= 0 and menu["x"] + menu["width"] <= 360 and menu["y"] >= 0
    pause.click()
    dialog_opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
