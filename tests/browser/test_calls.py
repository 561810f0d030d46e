"""A call in its dialog, by keyboard; a backlog chosen for in bulk; the texts of a simulation."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Promise
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.factories import TODAY
from tests.making import enrol, make_sequence, switch_on

DAY = dt.timedelta(1)


@pytest.fixture
def chased(latitude, nadia):
    """Due today, three weekly reminders from tomorrow on."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia)
    return invoice


def test_a_promise_is_noted_during_a_call_by_keyboard(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.get_by_role("link", name="Noter un appel").focus()
    page.keyboard.press("Enter")
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Date annoncée")).to_have_count(1)
    expect(dialog.get_by_label("Date annoncée")).to_be_hidden()
    dialog.get_by_label("Promesse de paiement").focus()
    page.keyboard.press("Space")
    dialog.get_by_role("button", name="Enregistrer l’appel").click()
    dialog.get_by_text("Indiquez la date annoncée.").first.wait_for()
    dialog_opened(page)
    dialog.get_by_label("Date annoncée").fill("30/11/2026")
    page.keyboard.press("Enter")
    page.get_by_text("Appel noté, avec sa promesse de paiement.").wait_for()
    assert Promise.get().promised_on == dt.date(2026, 11, 30)
    expect(page.locator("#history").get_by_text("Appel").first).to_be_visible()


@pytest.mark.requirement("S0.4")
def test_the_whole_backlog_is_ticked_and_begun_after_its_texts_were_read(page, account, latitude, nadia):
    for days in (15, 25):
        factories.make_invoice(latitude, f"F-{days}", due_on=TODAY - days * DAY)
    enrol(make_sequence(account, (3, "rappel"), (10, "relance_1"), (20, "relance_2")), latitude)
    page.goto("/relances/reprise")
    page.get_by_label("Cocher toute la page").check()
    page.get_by_label("Les factures cochées, sans choix à elles").select_option("gently")
    page.get_by_role("button", name="Voir les dates et les textes").click()
    expect(page.get_by_role("button", name="Commencer pour 2 factures")).to_be_visible()
    assert Event.select().where(Event.kind == "entry_chosen").count() == 0
    text = page.locator("details.text .mail-text").first
    expect(text).to_be_attached()
    expect(text).to_be_hidden()
    page.locator("details.text summary").first.click()
    expect(text).to_contain_text("F-25", use_inner_text=True)
    page.get_by_role("button", name="Commencer pour 2 factures").click()
    page.get_by_text("2 factures reprises, premier e-mail le mardi 24 novembre.").wait_for()
    assert Chase.select().count() == 2 and Event.select().where(Event.kind == "entry_chosen").count() == 2


def test_a_simulation_is_one_click_from_the_menu_of_the_invoice(page, chased):
    page.goto(f"/factures/{chased.id}")
    page.get_by_label("Autres actions").click()
    page.get_by_role("link", name="Simuler les relances").click()
    page.wait_for_url("**/simulation*")
    page.get_by_role("heading", name="Les soixante prochains jours").wait_for()
    expect(page.locator("details.text")).to_have_count(3)
    page.get_by_role("link", name="Lettres et appels").click()
    page.get_by_text("Rien de prévu").wait_for()
    settled(page)
    expect(page).not_to_have_url(re.compile("type=taches"))
