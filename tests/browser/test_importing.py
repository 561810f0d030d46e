"""Real PDFs and a CSV with errors, in a real browser: chosen, corrected, imported, undone, done again, chased."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from tests.browser.conftest import dialog_opened, settled
from tests.data import making
from tests.imports.real_data import FOLDER, needs_data

PDFS = ("Facture_FR_EN16931.pdf", "Facture_FR_BASICWL.pdf", "Avoir_FR_type381_BASIC.pdf")
CSV = making.csv(
    "V-1;Maison Vauquelin;compta@vauquelin.example;02/10/2026;1 200,00",
    "V-2;Maison Vauquelin;compta@vauquelin.example;31/02/2026;600,00",
    "V-3;Maison Vauquelin;compta@vauquelin.example;02/11/2026;",
    header="numero;client;email;date_emission;montant_ttc",
)


@pytest.fixture
def moulin(account: Account) -> Account:
    """The account is that of the seller of the real invoices."""
    changes = {"business_name": "Au bon moulin", "siret": "", "vat_number": "FR11999999998"}
    Account.update(**changes).where(Account.id == account.id).execute()
    return account


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    sheet = tmp_path / "factures.csv"
    sheet.write_bytes(CSV)
    return [*(FOLDER / "invoices" / "pdf" / name for name in PDFS), sheet]


def imported(page: Page, files: list[Path], corrects: str) -> None:
    """Choose the files, correct a date in place, import; to the result."""
    page.goto("/factures/importer")
    page.get_by_label("Fichiers", exact=True).set_input_files([str(path) for path in files])
    expect(page.get_by_role("list", name="Fichiers choisis").get_by_role("listitem")).to_have_count(len(files))
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/verifier")
    expect(page.get_by_role("heading", name="Lignes à corriger")).to_be_visible()
    wrong = page.locator("#to-fix li", has_text="V-2")
    wrong.get_by_label("Date de facture").fill(corrects)
    settled(page)
    wrong.get_by_role("button", name="Enregistrer la correction").click()
    expect(page.locator("#to-fix li", has_text="V-2")).to_have_count(0)
    settled(page)
    expect(page.locator("#to-fix li", has_text="V-3")).to_have_count(1)
    assert Invoice.select().count() == 0
    page.get_by_role("button", name="Importer 4 factures").click()
    expect(page.get_by_role("heading", name="4 factures importées")).to_be_visible()


@needs_data
@pytest.mark.requirement("S3.6")
def test_real_invoices_and_a_csv_are_corrected_imported_undone_and_chased(page: Page, moulin, files):
    imported(page, files, "28/02/2026")
    numbers = ["AV-2017-0005", "FA-2017-0010", "V-1", "V-2"]
    assert sorted(row.number for row in Invoice.select()) == numbers
    expect(page.get_by_text("Les relances de 3 factures créées sont désactivées")).to_be_visible()

    settled(page)
    page.get_by_role("link", name="Annuler cet import").click()
    dialog_opened(page)
    page.get_by_role("dialog").get_by_role("button", name="Annuler cet import").click()
    expect(page.get_by_role("heading", name="Import annulé")).to_be_visible()
    assert Invoice.select().count() == Client.select().count() == 0
    assert Event.select().where(Event.kind == "import_undone").count() == 1

    imported(page, files, "28/02/2026")
    page.get_by_role("button", name="Activer les relances").click()
    expect(page.get_by_role("heading", name="Activer les relances de 3 factures ?")).to_be_visible()
    page.get_by_label("Pour toutes").select_option("gently")
    page.get_by_role("button", name="Activer les relances").click()
    expect(page.get_by_text("Relances de 3 factures activées.")).to_be_visible()
    chased = {chase.invoice.number for chase in Chase.select() if chase.is_active}
    assert chased == {"FA-2017-0010", "V-1", "V-2"}
    finished = Event.select().where(Event.kind == "import_finished")
    assert [json.loads(event.data)["created"] for event in finished] == [4, 4]


def test_a_file_can_be_taken_out_before_it_leaves_and_a_refusal_keeps_the_others(page: Page, account, tmp_path):
    for name, content in (("bonne.csv", CSV), ("page.pdf", b"<!doctype html><html><body>x</body></html>")):
        (tmp_path / name).write_bytes(content)
    page.goto("/factures/importer")
    field = page.get_by_label("Fichiers", exact=True)
    field.set_input_files(str(tmp_path / "page.pdf"))
    settled(page)
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#files-err")).to_contain_text("page web")
    expect(page.locator(".error-summary")).to_be_focused()
    chosen = page.get_by_role("list", name="Fichiers choisis").get_by_role("listitem")
    expect(chosen).to_have_count(1)
    field.set_input_files(str(tmp_path / "bonne.csv"))  # choosing again adds
    expect(chosen).to_have_count(2)
    page.get_by_role("button", name="Retirer page.pdf").click()
    expect(chosen).to_have_count(1)
    expect(page.get_by_role("button", name="Retirer bonne.csv")).to_be_focused()
    settled(page)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/verifier")
    assert [file.name for file in ImportRun.get().files] == ["bonne.csv"]
