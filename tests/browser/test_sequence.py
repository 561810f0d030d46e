"""A sequence is built and a client enrolled with the keyboard alone; what was not saved is not lost silently."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.browser.test_keyboard import by_keyboard, tab_to

__all__ = ["by_keyboard"]  # the fixture: Camille's page, signed in with the keyboard


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, factories.NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.mark.requirement("S3.2", "S3.18", "S3.24")
def test_a_sequence_is_built_published_and_a_client_enrolled_without_a_mouse(by_keyboard, latitude, nadia):
    page = by_keyboard
    invoice = factories.make_invoice(latitude, "F-2026-0200", due_on=factories.TODAY + dt.timedelta(days=10))
    tab_to(page, "^Séquences$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sequences")
    tab_to(page, "^Nouvelle séquence$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sequences/nouvelle")
    tab_to(page, "^Titre$")
    page.keyboard.type("Relance clients B2B")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sequences/\d+"))
    page.get_by_role("heading", name="Relance clients B2B").wait_for()

    for days in ("5", "15"):
        tab_to(page, "^Ajouter un bloc$")
        page.keyboard.press("Enter")
        page.locator("#days:focus").wait_for()
        settled(page)
        page.keyboard.press("Control+a")
        page.keyboard.type(days)
        page.keyboard.press("Control+Enter")
        page.get_by_role("listitem").filter(has_text=f"J+{days}").wait_for()
        settled(page)
        # The focus stays on the block that was saved
        expect(page.locator(":focus")).to_have_accessible_name(re.compile(rf"J\+{days}$"))
    made = Sequence.get()
    assert [step.offset_days for step in sequencing.steps_of(made)] == [5, 15]
    expect(page.get_by_text("Modifications non publiées")).to_be_visible()

    tab_to(page, "^Ajouter un client$")
    page.keyboard.type("Latitude Conseil")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Inscrire ce client").wait_for()
    settled(page)
    assert Client.get_by_id(latitude.id).sequence_id is None, "nothing is saved by choosing"
    tab_to(page, "^Inscrire ce client$")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Retirer Latitude Conseil").wait_for()
    settled(page)
    assert Client.get_by_id(latitude.id).sequence_id == made.id

    tab_to(page, "^Mettre à jour la séquence$", "Shift+Tab")
    page.keyboard.press("Enter")
    dialog_opened(page)
    tab_to(page, "^Mettre à jour la séquence$")
    page.keyboard.press("Enter")
    page.get_by_text("Séquence mise à jour.").first.wait_for()
    chase = Chase.get(Chase.invoice == invoice)
    assert (chase.sequence_id, chase.is_inherited, chase.is_active) == (made.id, True, True)


def test_a_block_is_edited_in_place_and_given_up(by_keyboard, b2b):
    page = by_keyboard
    page.goto(f"/sequences/{b2b.id}")
    tab_to(page, "^Modifier Relance 1, J\\+10$")
    page.keyboard.press("Enter")
    page.locator("#days:focus").wait_for()
    settled(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.locator("#days-err").wait_for()
    settled(page)
    expect(page.locator("#days-err")).to_contain_text("Un bloc existe déjà à J+30.", use_inner_text=True)
    expect(page.locator("#days")).to_have_value("30")
    tab_to(page, "^Annuler$")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Modifier Relance 1, J+10").wait_for()
    settled(page)
    assert Sequence.get_by_id(b2b.id).has_draft is False


@pytest.mark.requirement("S3.23")
def test_the_bin_is_reached_and_the_focus_goes_on(by_keyboard, b2b):
    page = by_keyboard
    page.goto(f"/sequences/{b2b.id}")
    tab_to(page, "^Supprimer Relance 1, J\\+10$")
    page.keyboard.press("Enter")
    page.get_by_text("Modifications non publiées").wait_for()
    settled(page)
    expect(page.get_by_role("link", name="Modifier Relance 1, J+10")).to_have_count(0)
    expect(page.locator(":focus")).to_have_accessible_name("Ajouter un bloc")
    expect(page.locator("#annonces")).to_have_text("Bloc supprimé.")


@pytest.mark.requirement("S3.18")
def test_a_block_that_was_not_saved_asks_before_it_is_left(page, b2b):
    page.goto(f"/sequences/{b2b.id}")
    page.get_by_role("link", name="Modifier Relance 1, J+10").click()
    page.locator("#days").wait_for()
    settled(page)
    page.locator("#days").fill("12")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/sequences")
    assert asked == ["beforeunload"]


@pytest.mark.requirement("S3.29")
def test_a_client_of_another_sequence_is_warned_about_at_once(page, b2b, latitude):
    douce = Sequence.get(Sequence.key == "douce")
    enrolling.enrol(douce, [latitude.id], by=None, now=factories.NOW)
    page.goto(f"/sequences/{b2b.id}")
    page.get_by_label("Ajouter un client").fill("Latitude Conseil")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.get_by_role("status").filter(has_text="Latitude Conseil suit déjà « Douce ».").wait_for()
    settled(page)
    page.get_by_role("button", name="Inscrire ce client").click()
    page.get_by_role("button", name="Retirer Latitude Conseil").wait_for()
    settled(page)
    assert Client.get_by_id(latitude.id).sequence_id == b2b.id


def test_a_sequence_is_built_without_javascript(sign_in_page, camille, b2b, latitude):
    page = sign_in_page(camille, javascript=False)
    page.goto(f"/sequences/{b2b.id}")
    page.get_by_role("link", name="Modifier Relance 1, J+10").click()
    page.locator("#days").fill("12")
    page.get_by_role("button", name="Enregistrer le bloc").click()
    page.get_by_text("Bloc enregistré.").wait_for()
    page.get_by_label("Ajouter un client").fill("Latitude Conseil")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.get_by_role("button", name="Inscrire ce client").click()
    page.get_by_text("Un client inscrit.").wait_for()
    page.get_by_role("link", name="Mettre à jour la séquence").click()
    page.wait_for_url("**/publication")
    page.get_by_role("button", name="Mettre à jour la séquence").click()
    page.get_by_text("Séquence mise à jour.").wait_for()
    assert [step.offset_days for step in sequencing.steps_of(Sequence.get_by_id(b2b.id))] == [-3, 3, 12, 20, 30, 38]


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_of_a_sequence_runs_out_of_its_page(sign_in_page, camille, b2b, latitude, nadia, width):
    enrolling.enrol(b2b, [latitude.id], by=None, now=factories.NOW)
    page = sign_in_page(camille, width=width, height=800)
    key = sequencing.steps_of(b2b)[0].key
    for path in ("", f"/blocs/{key}", "/blocs/nouveau", "/modifier", "/suppression", "/effet"):
        page.goto(f"/sequences/{b2b.id}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    for path in ("/sequences", "/sequences/nouvelle", "/reglages/relances", "/clients"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
