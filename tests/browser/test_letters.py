"""A formal notice, from the invoice to the file, as a person does it."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from relance.models.accounts import Heartbeat
from relance.models.letters import Letter
from relance.services import noticing
from tests import factories
from tests.browser.conftest import settled
from tests.factories import NOW


@pytest.fixture
def late(latitude):
    """Two late invoices of Latitude Conseil; the first is named in the address."""
    factories.make_invoice(latitude, "F-2026-0085", total_cents=10_000, late_rate_bp=1215)
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), late_rate_bp=1215
    )


@pytest.mark.requirement("S2.17", "S4.6")
def test_a_letter_is_chosen_prepared_awaited_and_downloaded(page, late):
    Heartbeat.beat("worker", NOW)
    page.goto(f"/courriers/nouveau?factures={late.id}")
    page.get_by_text("Total réclamé : 1 937,77 €").wait_for()
    page.get_by_label("F-2026-0085").check()
    page.get_by_text("Total réclamé : 2 078,10 €").wait_for()
    settled(page)
    expect(page.locator(":focus")).to_have_attribute("name", "invoices")
    paper = page.frame_locator("iframe")
    paper.get_by_text("je vous mets en demeure de me régler la somme de 2 078,10 €").wait_for()
    assert paper.locator("html").evaluate("node => node.scrollWidth <= node.clientWidth")

    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("Brouillon enregistré.")).to_be_visible()
    page.get_by_role("button", name="Modifier le texte").click()
    page.get_by_label("La main tendue").fill("Appelez-moi : nous trouverons une solution.")
    page.get_by_role("button", name="Enregistrer le texte").first.click()
    expect(page.frame_locator("iframe").get_by_text("nous trouverons une solution")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Figer la lettre").first.click()
    page.get_by_text("Confirmez que vous voulez une mise en demeure avant deux relances.").first.wait_for()
    page.get_by_label("Figer la lettre malgré tout").check()
    page.get_by_role("button", name="Figer la lettre").first.click()
    page.get_by_text("La lettre est en cours de préparation.").wait_for()

    letter = Letter.get()
    noticing.render(letter.id, NOW)
    with page.expect_download() as started:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert started.value.suggested_filename == "mise-en-demeure-latitude-conseil-2026-11-23.pdf"
    assert started.value.path().read_bytes() == noticing.render(letter.id, NOW)


@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_of_letters_scrolls_sideways(sign_in_page, camille, late, width):
    page = sign_in_page(camille, width=width)
    letter = noticing.prepare(
        camille.account,
        late.client,
        [late],
        choices=noticing.NoticeChoices(dated_on=NOW.date()),
        by=camille,
        now=NOW,
    )
    for path in (
        "/courriers",
        "/courriers/nouveau",
        f"/courriers/nouveau?factures={late.id}",
        f"/courriers/{letter.id}",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_letter_is_prepared_and_downloaded_without_javascript(sign_in_page, camille, late):
    page = sign_in_page(camille, javascript=False)
    page.goto(f"/courriers/nouveau?factures={late.id}")
    page.get_by_label("Figer la lettre malgré tout").check()
    page.get_by_label("Délai accordé").select_option("15")
    page.get_by_role("button", name="Figer la lettre").first.click()
    page.wait_for_url(re.compile(r"/courriers/\d+$"))
    with page.expect_download() as started:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-1.7")
    assert Letter.get().delay_days == 15
