"""What becomes of a file of the watched folder: written at once when all is plain, else it waits for a person."""

import datetime as dt

import pytest

from relance.models.documents import Document
from relance.models.events import Event
from relance.models.holds import Dispute
from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from relance.services import import_runs, inbox_importing
from tests import factories
from tests.data import making as made

D = dt.date
DUE = '<ram:DueDateDateTime><udt:DateTimeString format="102">20261101</udt:DateTimeString></ram:DueDateDateTime>'
SELLER = "<ram:Name>Atelier Roussel</ram:Name>"
SIRET = (
    '<ram:SpecifiedLegalOrganization><ram:ID schemeID="0009">73282932000074</ram:ID></ram:SpecifiedLegalOrganization>'
)


@pytest.fixture
def hand_over(account):
    """``hand_over(name, content, token)``: the folder it goes to, and its note."""

    def _hand_over(name, content, token="0123456789abcdef"):
        done = inbox_importing.hand_over(account, name, content, token, now=factories.NOW, patience=20)
        return done.folder, "\n".join(done.sentences)

    return _hand_over


@pytest.mark.requirement("S3.6")
def test_an_electronic_invoice_of_the_account_is_written_with_its_file_and_only_once(hand_over):
    folder, note = hand_over("facture.pdf", made.facturx())
    invoice = Invoice.get()
    assert folder == "importés" and "F-2026-0101, Maison Vauquelin" in note
    assert (invoice.number, invoice.source, invoice.balance_cents) == ("F-2026-0101", "facturx", 150_000)
    assert Document.get_by_id(invoice.document_id).name == "facture.pdf"
    run = ImportRun.get()
    assert (run.source, run.state, run.user_id, run.reminders) == ("folder", "done", None, "sequences")
    assert import_runs.undo_problem(run, factories.NOW) == ""
    # Killed before the file was put away: the same deposit is the same import, and says the same.
    assert hand_over("facture.pdf", made.facturx()) == (folder, note)
    # Left once more: another import, in which nothing is new.
    folder, note = hand_over("facture.pdf", made.facturx(), "f" * 16)
    assert folder == "importés" and inbox_importing.AGAIN in note
    assert Event.select().where(Event.kind == "invoice_imported").count() == 1
    assert sorted(row.state for row in ImportRun.select()) == ["discarded", "done"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (made.cii(**{SELLER: "<ram:Name>Autre Maison</ram:Name>", "73282932000074": "44306184100047"}), "Autre Maison"),
        (made.cii(**{DUE: ""}), "échéance à confirmer"),
        (made.pdf(), "données"),
        (made.csv("F-1;Latitude;2026-10-01;12", "F-2;Latitude;hier;12"), "Ligne 3, F-2"),
        (made.csv("F-2026-0087;Latitude Conseil;2026-10-14;12"), "Total"),
    ],
    ids=["another seller", "a date read in words", "a PDF without data", "a row to fix", "a difference"],
)
def test_what_a_person_has_to_look_at_waits_whole_and_says_why(hand_over, invoice, content, reason):
    if b"F-2026-0087" in content:
        content = content.replace(b"2026-10-14", invoice.issued_on.isoformat().encode())
    folder, note = hand_over("a", content)
    assert folder == "à-corriger" and inbox_importing.WAITS in note and reason in note
    assert [row.number for row in Invoice.select()] == [invoice.number]
    assert ImportRun.get().state == "ready"
    # The person gives it up; the worker, cut short, comes back to the file.
    import_runs.discard(ImportRun.get(), by=None, now=factories.NOW)
    assert hand_over("a", content) == ("refusés", inbox_importing.GONE)


def test_a_file_of_statuses_is_noted_and_what_cannot_be_read_is_refused(hand_over, invoice):
    table = f"Numéro de facture;Statut;Date du statut\n{invoice.number};Refusée;20/11/2026\n".encode()
    assert hand_over("statuts.csv", table) == ("importés", _statuses_note())
    assert Dispute.select().where(Dispute.invoice == invoice, Dispute.ended_at.is_null()).count() == 1
    folder, note = hand_over("page.pdf", b"<!doctype html><html><body>page</body></html>", "e" * 16)
    assert folder == "refusés" and note.endswith(".") and ImportRun.select().where(ImportRun.state == "refused").count()


def _statuses_note():
    return "\n".join(("Factures créées : 0 ; mises à jour : 0 ; déjà là : 0.", inbox_importing.STATUSES, ""))


def test_statuses_that_need_a_person_wait_and_say_why(hand_over, invoice):
    table = f"Numéro de facture;Statut;Date du statut\n{invoice.number};Refusée;20/11/2026\nF-0;Refusée;20/11/2026\n"
    folder, note = hand_over("statuts.csv", table.encode())
    assert folder == "à-corriger" and inbox_importing.WAITS in note and "Ligne 3, F-0 ; Aucune facture" in note
    assert inbox_importing.STATUSES not in note
    run = ImportRun.get()
    assert run.state == "ready" and not Dispute.select().exists()
    # A person who looked notes the one that can be.
    import_runs.confirm(run, count=0, by=None, now=factories.NOW)
    import_runs.advance(run.id, factories.NOW)
    found = import_runs.figures(ImportRun.get())
    assert (found.noted, found.unnoted) == (1, 1) and Dispute.select().count() == 1
