"""A template, written in a real browser: at the caret, with its preview beside, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from relance.models.templates import TemplateText
from tests import factories
from tests.browser.conftest import settled


@pytest.mark.requirement("S2.8")
def test_a_variable_is_inserted_at_the_caret_and_the_preview_follows(page, invoice):
    page.goto("/modeles/rappel")
    page.get_by_label("Message", exact=True).fill("Bonjour , merci.\n\n{paiement}")
    page.evaluate("document.getElementById('body').setSelectionRange(8, 8)")
    page.get_by_text("Insérer une variable").click()
    page.get_by_role("button", name="{client}").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile(r"^Bonjour \{client\}, merci\."))
    page.locator("#preview").get_by_text("Bonjour Société Exemple, merci.").first.wait_for()
    settled(page)
    page.get_by_label("Prévisualiser avec").select_option(f"facture-{invoice.id}")
    page.locator("#preview").get_by_text("Bonjour Latitude Conseil, merci.").first.wait_for()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Modèle enregistré.").wait_for()
    assert TemplateText.get().body.startswith("Bonjour {client}, merci.")


def test_without_javascript_the_variables_are_a_list_and_a_button_shows_the_preview(open_page, camille):
    page = open_page(javascript=False)
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill(camille.email)
    page.get_by_label("Mot de passe", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau-de-bord")
    page.goto("/modeles/rappel")
    page.get_by_text("Insérer une variable").click()
    expect(page.locator("#variables code.no-js").first).to_be_visible()
    expect(page.locator("[data-insert]").first).to_be_attached()
    expect(page.locator("[data-insert]").first).to_be_hidden()
    page.get_by_label("Message", exact=True).fill("Sans script. {paiement}")
    page.get_by_role("button", name="Actualiser l’aperçu").click()
    page.locator("#preview").get_by_text("Sans script.").first.wait_for()
    assert not TemplateText.select().exists()


@pytest.mark.parametrize("dark", [False, True])
def test_no_page_of_templates_scrolls_sideways_on_a_phone(sign_in_page, camille, dark):
    page = sign_in_page(camille, width=360, dark=dark)
    for path in ("/modeles", "/modeles/nouveau", "/modeles/dernier_rappel"):
        page.goto(path)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
