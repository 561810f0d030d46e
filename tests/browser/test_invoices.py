"""The list, the payment dialog and the three steps of a new invoice, with and without JavaScript."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from tests import factories
from tests.browser.conftest import dialog_opened, settled
from tests.factories import TODAY


def test_a_pill_a_search_and_the_way_back(page, latitude, nadia, invoice):
    factories.make_invoice(latitude, "SOON", due_on=TODAY + dt.timedelta(days=5))
    page.goto("/factures")
    page.get_by_role("link", name="En retard").click()
    page.wait_for_url("**/factures?statut=retard")
    expect(page.locator("#list tr[id]")).to_have_count(1)
    expect(page.locator("#pills [aria-current]")).to_have_text(re.compile("^En retard"), use_inner_text=True)
    settled(page)
    page.get_by_label("Rechercher une facture").fill("introuvable")
    page.get_by_text("Aucune facture ne correspond").wait_for()
    expect(page).to_have_url(re.compile(r"(?=.*statut=retard)(?=.*q=introuvable)"))
    settled(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?statut=retard$"))
    expect(page.locator("#list tr[id]").first).to_be_visible()


def test_a_payment_is_recorded_in_a_dialog_that_keeps_what_was_typed(page, nadia, invoice):
    page.goto(f"/factures/{invoice.id}")
    page.get_by_role("link", name="Enregistrer un paiement").click()
    dialog_opened(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Montant reçu").fill("99999")
    dialog.get_by_role("button", name="Enregistrer le paiement").click()
    dialog.get_by_text("dépasse le reste dû").wait_for()
    expect(dialog.get_by_label("Montant reçu")).to_have_value("99999")
    dialog_opened(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Enregistrer un paiement").click()
    dialog_opened(page)
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer le paiement").click()
    page.get_by_text("Facture payée.").first.wait_for()
    assert Payment.get().amount_cents == 120_000


def test_three_steps_make_an_invoice_with_a_new_client(page, nadia):
    page.goto("/factures/nouvelle")
    page.get_by_label("Client", exact=True).fill("Studio Kérity")
    page.get_by_label("Adresse e-mail du contact").wait_for()
    settled(page)
    page.get_by_label("Adresse e-mail du contact").fill("yann@kerity.example")
    page.get_by_label("Total TTC").fill("1 920")
    page.get_by_role("button", name="45 j").click()
    expect(page.locator("#due_on")).to_have_value("07/01/2027")
    settled(page)
    expect(page.get_by_label("Adresse e-mail du contact")).to_have_value("yann@kerity.example")
    page.get_by_role("button", name="Continuer").last.click()
    page.wait_for_url("**/relances?etape=2")
    page.get_by_role("switch").check()
    page.get_by_role("button", name="Continuer").last.click()
    page.wait_for_url("**/verification")
    page.get_by_text("un premier e-mail partira").wait_for()
    page.get_by_role("button", name="Enregistrer la facture").click()
    page.get_by_text("Facture enregistrée.").first.wait_for()
    made = Invoice.get(Invoice.client_id != nadia.client_id)
    assert (made.state, made.total_cents) == ("sent", 192_000)


def test_everything_works_without_javascript(sign_in_page, camille, latitude, nadia):
    page = sign_in_page(camille, javascript=False)
    page.goto("/factures/nouvelle")
    page.get_by_label("Client", exact=True).fill("Latitude Conseil")
    page.get_by_label("Total TTC").fill("500")
    page.get_by_role("button", name="60 j").click()
    expect(page.locator("#due_on")).to_have_value("22/01/2027")
    expect(page.get_by_label("Total TTC")).to_have_value("500")
    page.get_by_role("button", name="Continuer").last.click()
    page.wait_for_url("**/relances?etape=2")
    page.get_by_role("button", name="Continuer").last.click()
    page.wait_for_url("**/verification")
    page.get_by_role("button", name="Enregistrer la facture").click()
    expect(page.get_by_text("Facture enregistrée.").first).to_be_visible()
    page.get_by_role("link", name="Enregistrer un paiement").click()
    page.get_by_role("button", name="Enregistrer le paiement").click()
    expect(page.get_by_text("Facture payée.").first).to_be_visible()
    assert Invoice.get().state == "paid"


def test_a_contact_is_edited_in_its_row(page, latitude, nadia):
    page.goto(f"/clients/{latitude.id}?onglet=contacts")
    page.get_by_role("link", name="Modifier Nadia Benali").click()
    page.get_by_label("Téléphone").wait_for()
    settled(page)
    page.get_by_label("Téléphone").fill("04 65 71 00 00")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="04 65 71 00 00").wait_for()
    assert Contact.get_by_id(nadia.id).phone == "04 65 71 00 00"


@pytest.mark.parametrize("width", [320, 360, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_scrolls_sideways(sign_in_page, camille, latitude, nadia, invoice, width, dark):
    page = sign_in_page(camille, width=width, dark=dark)
    paths = ("/factures", "/factures/nouvelle", f"/factures/{invoice.id}", f"/factures/{invoice.id}/paiements")
    paths += (
        "/clients",
        f"/clients/{latitude.id}?onglet=contacts",
        f"/clients/{latitude.id}?onglet=reglages",
        "/journal",
    )
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
