import datetime as dt
import json

from relance.imports import serial
from relance.imports.values import InvoiceRead, Party
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.imports import ImportFile, ImportRun
from relance.services import import_results
from tests import factories, making
from tests.data import making as files
from tests.services.import_made import imported
from tests.services.importing_rows import make_row, make_run


def test_what_the_import_wrote_is_told_and_the_reminders_of_what_is_owed(account, camille, latitude, nadia):
    run, other = make_run(account), make_run(account)
    late, early, chased, paid = (
        factories.make_invoice(latitude, f"F-{n}", due_on=dt.date(2026, 12, n)) for n in range(2, 6)
    )
    making.switch_on(chased, nadia)
    paid.state = "paid"
    paid.save()
    for invoice in (early, late, chased, paid):
        make_row(run, invoice)
    make_row(run, factories.make_invoice(latitude, "F-9"), action="update", written="updated")
    make_row(other, factories.make_invoice(latitude, "F-10"))
    assert [invoice.number for invoice in import_results.invoices(run, 3)] == ["F-3", "F-2", "F-4"]
    assert [invoice.number for invoice in import_results.invoices(run, 9)] == ["F-3", "F-2", "F-4", "F-5", "F-9"]
    assert import_results.reminders(run) == import_results.Reminders(off=2, on=1, waiting=0, unled=2)
    assert import_results.startable(run, 10) == [late.id, early.id]
    assert import_results.startable(run, 1) == [late.id]


def test_what_was_left_out_comes_with_its_file_however_many(account, database, monkeypatch):
    monkeypatch.setattr(import_results, "_PIECE", 2)
    run = make_run(account)
    for n in range(5):
        make_row(run, action="same" if n == 1 else "fix", number=f"F-{n}")
    make_row(run, action="aside", number="F-5")
    found = [(row.number, name) for row, name in import_results.left_out(run)]
    assert found == [(number, "factures.csv") for number in ("F-0", "F-2", "F-3", "F-4", "F-5")]


def test_the_cells_are_those_of_the_table_with_the_corrections_or_those_an_invoice_would_have(account, database):
    run = make_run(account)
    row = make_row(run, action="fix", cells={"numero": "F-1", "montant_ttc": "dix"})
    row.fixes_json = json.dumps({"montant_ttc": "10"})
    assert import_results.cells(row) == {"numero": "F-1", "montant_ttc": "10"}
    read = InvoiceRead(
        file="f.pdf",
        number="F-2",
        kind="credit_note",
        issued_on=dt.date(2026, 11, 2),
        total_cents=-123_405,
        currency="EUR",
        buyer=Party(name="Ma jolie boutique", siren="999999998"),
        payment_means="transfer",
        credited_number="F-1",
    )
    row = make_row(run, action="fix", read_json=json.dumps(serial.to_json(read)))
    found = import_results.cells(row)
    assert {name: value for name, value in found.items() if value} == {
        "numero": "F-2",
        "type": "avoir",
        "client": "Ma jolie boutique",
        "client_siren": "999999998",
        "date_emission": "02/11/2026",
        "montant_ttc": "-1234,05",
        "devise": "EUR",
        "mode_paiement": "virement",
        "facture_liee": "F-1",
    }


def test_an_import_of_which_nothing_could_be_read_is_forgotten_with_its_files(account, database):
    other = make_run(account, "refused")
    run = make_run(account, "refused", ("photo.jpg",))
    kept = factories.make_document(account, kind="import")
    ImportFile.update(document=factories.make_document(account, kind="import")).where(ImportFile.run == run).execute()
    import_results.forget(run)
    assert [one.id for one in ImportRun.select()] == [other.id]
    assert [one.id for one in Document.select()] == [kept.id]


def test_the_good_rows_of_a_file_held_back_are_left_out_too(account: Account) -> None:
    mixed = files.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;hier;10")
    run = imported(account, ("a.csv", mixed), ("b.csv", files.csv("F-9;Perrin;02/11/2026;30")), is_whole=True)
    assert [(row.number, name) for row, name in import_results.left_out(run)] == [("F-1", "a.csv"), ("F-2", "a.csv")]
