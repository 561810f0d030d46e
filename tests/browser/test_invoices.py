"""The list, the payment dialog and the three steps of a new invoice, with and without JavaScript."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from tests import factories
from tests.factories import TODAY


def test_a_pill_a_search_and_the_way_back(page, latitude, nadia, invoice):
    factories.make_invoice(latitude, "SOON", due_on=TODAY + dt.timedelta(days=5))
    page.goto("/factures")
    page.get_by_role("link", name="En retard").click()
    page.wait_for_url("**/factures?statut=retard")
    assert page.locator("#list tr[id]").count() == 1
    assert page.locator("#pills [aria-current]").inner_text().startswith("En retard")
    page.get_by_label("Rechercher une facture").fill("introuvable")
    page.get_by_text("Aucune facture ne correspond").wait_for()
    assert "statut=retard" in page.url
    page.go_back()
    page.locator("#list tr[id]").first.wait_for()
    assert page.url.endswith("?statut=retard")


def test_a_payment_is_recorded_in_a_dialog_that_keeps_what_was_typed(page, nadia, invoice):
    page.goto(f"/factures/{invoice.id}")
    page.get_by_role("link", name="Enregistrer un paiement").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Montant reçu").fill("99999")
    dialog.get_by_role("button", name="Enregistrer le paiement").click()
    dialog.get_by_text("dépasse le reste dû").wait_for()
    assert dialog.get_by_label("Montant reçu").input_value() == "99999"
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("link", name="Enregistrer un paiement").click()
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer le paiement").click()
    page.get_by_text("Facture payée.").first.wait_for()
    assert Payment.get().amount_cents == 120_000


def test_three_steps_make_an_invoice_with_a_new_client(page, nadia):
    page.goto("/factures/nouvelle")
    page.get_by_label("Client", exact=True).fill("Studio Kérity")
    page.get_by_label("Adresse e-mail du contact").fill("yann@kerity.example")
    page.get_by_label("Total TTC").fill("1 920")
    page.get_by_role("button", name="45 j").click()
    expect(page.locator("#due_on")).to_have_value("07/01/2027")
    assert page.get_by_label("Adresse e-mail du contact").input_value() == "yann@kerity.example"
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
    assert page.get_by_label("Total TTC").input_value() == "500"
    page.get_by_role("button", name="Continuer").last.click()
    page.get_by_role("button", name="Continuer").last.click()
    page.get_by_role("button", name="Enregistrer la facture").click()
    assert "Facture enregistrée." in page.content()
    page.get_by_role("link", name="Enregistrer un paiement").click()
    page.get_by_role("button", name="Enregistrer le paiement").click()
    assert "Facture payée." in page.content()
    assert Invoice.get().state == "paid"


def test_a_contact_is_edited_in_its_row(page, latitude, nadia):
    page.goto(f"/clients/{latitude.id}?onglet=contacts")
    page.get_by_role("link", name="Modifier Nadia Benali").click()
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
