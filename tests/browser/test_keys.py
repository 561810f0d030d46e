"""Each key does what its control does, in a real browser, and nothing where the control is absent."""

import re

import pytest
from playwright.sync_api import expect

from relance.models.accounts import User
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from tests.browser.conftest import dialog_opened, settled
from tests.factories import make_invoice
from tests.making import make_sequence, switch_on


@pytest.fixture
def chased(latitude, nadia):
    """An invoice whose reminders are on, among others."""
    for number in range(3):
        make_invoice(latitude, f"F-2026-020{number}")
    invoice = make_invoice(latitude, "F-2026-0087", total_cents=432_000)
    switch_on(invoice, nadia, start="next", count=12)
    return invoice


def keys_were_read(page):
    """Ask the server for something: what the keys asked for before has been asked by then."""
    assert page.evaluate("fetch('/aide-clavier-absente').then((answer) => answer.status)") == 404
    settled(page)


@pytest.mark.parametrize(
    ("keys", "where"),
    [("gt", "tableau-de-bord"), ("gf", "factures"), ("gc", "clients"), ("gs", "sequences"), ("gl", "courriers")]
    + [("n", "factures/nouvelle")],
)
def test_two_keys_go_to_a_page(page, chased, keys, where):
    page.goto("/reglages")
    for key in keys:
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(f"/{where}$"))


@pytest.mark.parametrize(
    ("key", "title"),
    [("p", "Enregistrer un paiement"), ("a", "Noter un appel"), ("m", "Mettre les relances en pause")],
)
def test_a_key_opens_the_dialog_of_its_button_and_gives_the_focus_back(page, chased, key, title):
    page.goto(f"/factures/{chased.id}")
    page.keyboard.press(key)
    dialog_opened(page)
    expect(page.get_by_role("dialog", name=re.compile(title))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(f"[data-key='{key}']:focus, summary:focus")).to_have_count(1)


def test_i_writes_a_note_and_ctrl_enter_adds_it(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.keyboard.press("i")
    expect(page.get_by_label("Ajouter une note")).to_be_focused()
    page.keyboard.type("a n p")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history .quote").get_by_text("a n p")).to_be_visible()
    assert Event.select().where(Event.kind == "note_added").count() == 1


def test_a_point_opens_the_menu_and_escape_closes_it(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.keyboard.press(".")
    menu = page.locator("#head details.menu")
    expect(menu).to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_r_reminds_now_as_its_button_does(page, chased):
    page.goto(f"/factures/{chased.id}")
    button = page.locator("#head [data-key='r']")
    expect(button).to_have_text(re.compile("Relancer"))
    page.keyboard.press("r")
    expect(page.locator("dialog[open], form.composer-form, h1:has-text('elanc')").first).to_be_visible()


def test_u_goes_back_to_the_list_as_it_was_on_the_same_row(page, chased):
    page.goto("/factures?statut=toutes&q=F-2026&tri=montant")
    page.get_by_role("link", name="Latitude Conseil").first.wait_for()
    page.locator(f"#invoice-{chased.id} a.title").click()
    page.wait_for_url(f"**/factures/{chased.id}")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/factures\?statut=toutes&q=F-2026&tri=montant$"))
    expect(page.locator(f"#invoice-{chased.id} a.title")).to_be_focused()


def test_a_key_does_nothing_where_its_control_is_absent(page, chased):
    Invoice.update(state="written_off").where(Invoice.id == chased.id).execute()
    page.goto(f"/factures/{chased.id}")
    for key in "prm":
        page.keyboard.press(key)
    keys_were_read(page)
    expect(page).to_have_url(re.compile(f"/factures/{chased.id}$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto("/reglages")
    for key in ("p", "r", "a", "i", "m", ".", "u", "g", "z"):
        page.keyboard.press(key)
    keys_were_read(page)
    expect(page).to_have_url(re.compile("/reglages$"))


def test_keys_are_letters_in_a_field_a_dialog_and_with_ctrl(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.get_by_label("Ajouter une note").focus()
    page.keyboard.type("pan/")
    expect(page.get_by_label("Ajouter une note")).to_have_value("pan/")
    page.keyboard.press("Shift+Tab")
    page.goto(f"/factures/{chased.id}")
    page.keyboard.press("Control+i")
    page.keyboard.press("Alt+p")
    keys_were_read(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    dialog_opened(page)
    page.keyboard.press("p")
    keys_were_read(page)
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()


def test_the_list_of_keys_leads_to_where_they_are_turned_off(page, camille, chased):
    page.goto("/factures")
    page.keyboard.press("?")
    dialog_opened(page)
    dialog = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(dialog.get_by_role("row", name="u Revenir à la liste, sur la même ligne")).to_be_visible()
    dialog.get_by_role("link", name="Désactiver les raccourcis à une touche").click()
    page.wait_for_url("**/reglages/affichage")
    User.update(has_shortcuts=False).where(User.id == camille.id).execute()
    page.goto(f"/factures/{chased.id}")
    for key in ("p", "n", "/", "?", "g", "c"):
        page.keyboard.press(key)
    keys_were_read(page)
    expect(page).to_have_url(re.compile(f"/factures/{chased.id}$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Ajouter une note").fill("Toujours là")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history .quote").get_by_text("Toujours là")).to_be_visible()


def test_escape_gives_up_the_form_of_a_block(page, account):
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"))
    page.goto(f"/sequences/{sequence.id}")
    page.get_by_role("link", name="Modifier Relance 1, J+10").click()
    expect(page.locator("#days")).to_be_focused()
    settled(page)
    page.locator("#days").fill("12")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Modifier Relance 1, J+10")).to_be_visible()
    expect(page.locator(".block-form")).to_have_count(0)
    settled(page)
    assert Sequence.get_by_id(sequence.id).has_draft is False
