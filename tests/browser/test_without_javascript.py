"""Everything a user needs works where no script runs: forms, links and pages are enough."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.payments import Payment
from tests import factories

CSV = Path(__file__).parents[1] / "data" / "factures.csv"


@pytest.fixture
def plain(sign_in_page, camille) -> Page:
    """Camille's page, signed in, without JavaScript."""
    page = sign_in_page(camille, javascript=False)
    expect(page.locator("html.js")).to_have_count(0)
    return page


def kinds() -> set[str]:
    return {event.kind for event in Event.select()}


def test_a_wrong_password_is_refused_and_the_session_is_closed(open_page, camille):
    page = open_page(javascript=False)
    page.goto("/factures")
    page.get_by_label("Adresse e-mail").fill(camille.email)
    page.get_by_label("Mot de passe", exact=True).fill("pas celui-là")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert").first).to_contain_text("Adresse ou mot de passe incorrect.", use_inner_text=True)
    page.get_by_label("Mot de passe", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/factures$"))
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("À bientôt. Votre session est fermée.")).to_be_visible()
    page.goto("/factures")
    expect(page).to_have_url(re.compile("/connexion"))


def test_a_client_and_its_contact_are_created_and_corrected(plain):
    plain.goto("/clients/nouveau")
    plain.get_by_role("button", name="Ajouter le client").click()
    expect(plain.locator(".error-summary")).to_be_visible()
    plain.get_by_label("Nom ou raison sociale").fill("Studio Kérity")
    plain.get_by_role("button", name="Ajouter le client").click()
    expect(plain.get_by_text("Client ajouté.")).to_be_visible()
    made = Client.get()
    assert made.name == "Studio Kérity"
    plain.goto(f"/clients/{made.id}/contacts/nouveau")
    plain.get_by_role("textbox", name=re.compile("^Nom")).fill("Yann Le Goff")
    plain.get_by_label("Adresse e-mail").fill("yann@kerity.example")
    plain.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(plain.get_by_text("Contact ajouté.")).to_be_visible()
    contact = Contact.get()
    assert (contact.email, contact.is_main) == ("yann@kerity.example", True)
    assert {"client_created", "contact_added"} <= kinds()


@pytest.mark.requirement("S0.5")
def test_an_invoice_with_reminders_is_made_in_three_steps(plain, latitude, nadia, hugo):
    plain.goto("/factures/nouvelle")
    plain.get_by_label("Client", exact=True).fill("Latitude Conseil")
    plain.get_by_label("Total TTC").fill("1 920")
    plain.get_by_role("button", name="45 j").click()
    expect(plain.locator("#due_on")).to_have_value("07/01/2027")
    expect(plain.get_by_label("Total TTC")).to_have_value("1 920")
    plain.get_by_role("button", name="Continuer").last.click()
    plain.wait_for_url("**/relances?etape=2")
    plain.get_by_role("switch").check()
    plain.get_by_role("button", name="Hugo Marchand").click()
    expect(plain.get_by_role("button", name="Retirer Hugo Marchand")).to_be_visible()
    plain.get_by_role("button", name="Retirer Hugo Marchand").click()
    expect(plain.get_by_role("button", name="Retirer Hugo Marchand")).to_have_count(0)
    expect(plain.get_by_role("button", name="Hugo Marchand")).to_be_visible()
    expect(plain.get_by_role("switch")).to_be_checked()
    plain.get_by_role("radio", name="Chaque semaine jusqu’au paiement").check()
    plain.get_by_role("button", name="Continuer").last.click()
    plain.wait_for_url("**/verification")
    plain.get_by_role("button", name="Enregistrer la facture").click()
    expect(plain.get_by_text("Facture enregistrée.").first).to_be_visible()
    invoice, chase = Invoice.get(), Chase.get()
    assert (invoice.state, invoice.total_cents, chase.frequency) == ("sent", 192_000, "until_paid")
    assert [row.contact_id for row in chase.recipients] == [nadia.id]
    assert {"invoice_created", "chase_started"} <= kinds()


@pytest.mark.requirement("S0.5")
def test_reminders_are_switched_on_then_off_again(plain, nadia, invoice):
    plain.goto(f"/factures/{invoice.id}")
    plain.locator("summary[aria-label='Autres actions']").click()
    plain.get_by_role("link", name="Gérer les e-mails de relance").click()
    plain.wait_for_url("**/relances")
    plain.get_by_role("switch").check()
    plain.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(plain.get_by_text("Relances activées.").first).to_be_visible()
    assert Chase.get(Chase.invoice == invoice).ended_at is None
    plain.goto(f"/factures/{invoice.id}")
    plain.get_by_role("switch").uncheck()
    plain.locator("#chase").get_by_role("button", name="Enregistrer").click()
    expect(plain.get_by_text("Relances désactivées.").first).to_be_visible()
    assert Chase.get(Chase.invoice == invoice).ended_because == "switched_off"
    assert {"chase_started", "chase_stopped"} <= kinds()


def test_a_reminder_is_read_then_sent_by_hand_and_undone(plain, nadia, invoice):
    plain.goto(f"/factures/{invoice.id}")
    plain.get_by_role("link", name="Relancer maintenant").click()
    plain.get_by_role("link", name="Relancer par e-mail").click()
    plain.get_by_label("Maintenant").check()
    plain.locator("#send").click()  # « Envoyer », or « Programmer » outside the hours
    plain.wait_for_url(re.compile(r"/messages/\d+$"))
    assert Message.get().state == "queued"
    plain.goto("/envois")
    plain.get_by_role("button", name="Annuler l’envoi").first.click()
    expect(plain.get_by_text("Envoi annulé : votre client ne recevra pas cet e-mail.")).to_be_visible()
    assert Message.get().state == "cancelled"
    assert "reminder_cancelled" in kinds()


def test_a_payment_is_recorded_then_deleted(plain, nadia, invoice):
    plain.goto(f"/factures/{invoice.id}")
    plain.get_by_role("link", name="Enregistrer un paiement").click()
    plain.get_by_label("Montant reçu").fill("500")
    plain.get_by_role("button", name="Enregistrer le paiement").click()
    expect(plain.get_by_text("Paiement enregistré.").first).to_be_visible()
    assert Payment.get().amount_cents == 50_000
    assert Invoice.get_by_id(invoice.id).balance_cents == 70_000
    plain.get_by_role("link", name="Supprimer").first.click()
    plain.wait_for_url("**/suppression")
    plain.get_by_role("button", name="Supprimer").last.click()
    expect(plain.get_by_text("Paiement supprimé.").first).to_be_visible()
    assert Invoice.get_by_id(invoice.id).balance_cents == 120_000
    assert {"payment_recorded", "payment_deleted"} <= kinds()


@pytest.mark.requirement("S2.17")
def test_a_letter_is_prepared_and_downloaded(plain, nadia, invoice):
    plain.goto("/courriers")
    plain.get_by_role("link", name="Préparer une lettre").first.click()
    plain.wait_for_url("**/courriers/nouveau")
    plain.get_by_role("link", name="Mise en demeure Latitude Conseil").click()
    plain.get_by_label("Figer la lettre malgré tout").check()
    plain.get_by_role("button", name="Figer la lettre").first.click()
    plain.wait_for_url(re.compile(r"/courriers/\d+$"))
    with plain.expect_download() as started:
        plain.get_by_role("link", name="Télécharger le PDF").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-1.7")
    letter = Letter.get()
    assert (letter.principal_cents, letter.document_id) == (120_000, Document.get().id)
    assert {"letter_requested", "letter_ready"} <= kinds()


@pytest.mark.requirement("S3.6")
def test_a_file_is_checked_then_imported(plain, camille):
    plain.goto("/factures")
    plain.get_by_role("link", name="Importer").first.click()
    plain.locator("input[type=file]").set_input_files(CSV)
    plain.get_by_role("button", name="Continuer").click()
    plain.wait_for_url("**/verifier")
    assert Invoice.select().count() == 0, "nothing is written before it was seen"
    plain.get_by_role("button", name="Importer 5 factures").last.click()
    expect(plain.get_by_text("5 factures importées").first).to_be_visible()
    assert Invoice.select().count() == 5
    assert Chase.select().count() == 0, "an import writes to nobody"
    assert "invoice_imported" in kinds()


def test_lists_are_searched_sorted_and_paged_by_links(plain, latitude, nadia, invoice):
    for number in range(3):
        factories.make_invoice(latitude, f"F-2026-02{number:02d}", total_cents=10_000 * (number + 1))
    plain.goto("/factures")
    plain.get_by_role("link", name="En retard").click()
    plain.wait_for_url("**/factures?statut=retard")
    plain.get_by_label("Rechercher une facture").fill("F-2026-0201")
    plain.keyboard.press("Enter")
    expect(plain).to_have_url(re.compile("q=F-2026-0201"))
    expect(plain.locator("#list tr[id]")).to_have_count(1)
    plain.goto("/factures?statut=retard")
    plain.get_by_role("link", name="Reste dû").click()
    expect(plain).to_have_url(re.compile("tri=montant"))


def test_settings_are_saved(plain, camille):
    plain.goto("/reglages/affichage")
    plain.get_by_role("radio", name="Sombre").check()
    plain.get_by_role("button", name="Enregistrer").click()
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    expect(plain.get_by_text("C’est enregistré.").first).to_be_visible()
    assert User.get_by_id(camille.id).theme == "dark"
