"""The letter window of an amicable reminder, as a person uses it: the paper follows the words."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from relance.models.letters import Letter
from tests import factories
from tests.browser.conftest import settled
from tests.letters import made


@pytest.fixture
def late(latitude):
    """A late invoice of Latitude Conseil, with its PDF."""
    document = factories.make_document(latitude.account, made.pdf())
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), document=document
    )


@pytest.mark.requirement("S4.13", "S4.14", "S2.20")
def test_the_paper_follows_the_words_and_the_letter_is_prepared(page, late):
    page.goto(f"/factures/{late.id}/relancer/courrier")
    paper = page.frame_locator("#sheet iframe")
    expect(paper.get_by_text("C’est sans doute un simple oubli.")).to_be_visible()
    expect(page.locator("#sheet [role=status]")).to_have_text("Une page")
    assert paper.locator("html").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert "Relance Letter Serif" in paper.locator("p.date").evaluate("node => getComputedStyle(node).fontFamily")

    body = page.get_by_label("Texte")
    body.fill("Madame, Monsieur,\n\n" + "Encore un mot, et un autre.\n\n" * 40 + "{tableau}\n\n{paiement}\n\nMerci,")
    expect(paper.get_by_text("Encore un mot, et un autre.").first).to_be_visible()
    expect(page.locator("#sheet [role=status]")).to_have_text("La lettre passe à 2 pages.")
    expect(body).to_be_focused()
    body.fill("Madame, Monsieur,\n\nDites-moi tout.\n\n{tableau}\n\n{paiement}\n\nMerci,")
    expect(paper.get_by_text("Dites-moi tout.")).to_be_visible()
    expect(page.locator("#sheet [role=status]")).to_have_text("Une page")
    settled(page)

    page.get_by_role("button", name="Figer la lettre").first.click()
    page.wait_for_url(re.compile(r"/courriers/\d+$"))
    expect(page.get_by_role("link", name=re.compile("Imprimer"))).to_have_attribute("target", "_blank")
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible()
    letter = Letter.get()
    assert letter.is_edited
    assert "Dites-moi tout." in letter.facts


def test_another_text_is_chosen_by_keyboard_and_one_s_own_words_come_back(page, late):
    page.goto(f"/factures/{late.id}/relancer/courrier")
    page.get_by_label("Texte").fill("Mes mots.\n\n{tableau}")
    expect(page.frame_locator("#sheet iframe").get_by_text("Mes mots.")).to_be_visible()
    settled(page)
    page.get_by_label("Modèle").select_option("relance_1")
    expect(page.get_by_label("Texte")).to_have_value(re.compile("me dire quand il est prévu"))
    settled(page)
    page.get_by_role("button", name="Reprendre mon texte").click()
    expect(page.get_by_label("Texte")).to_have_value("Mes mots.\n\n{tableau}")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_window_never_scrolls_sideways(page, late, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in (f"/factures/{late.id}/relancer/courrier", "/courriers", "/courriers/nouveau"):
        page.goto(path)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
