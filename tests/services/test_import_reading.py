"""Files become rows: what each is, what a ZIP holds, how a table is read."""

import json

import pytest

from relance.imports import tables
from relance.imports.guard import Reader
from relance.imports.held import TOO_LONG
from relance.imports.values import RefusedError
from relance.models.accounts import Account
from relance.models.documents import Document
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.services import import_lines, import_reading, import_runs, platform_statuses
from relance.services.import_runs import Upload
from tests.data import making
from tests.services.import_made import NOW, actions, confirmed, given, rows


def test_each_file_is_what_it_contains_not_what_it_is_named(account: Account) -> None:
    run = given(
        account,
        ("a.txt", making.facturx()),
        ("b.pdf", making.cii(**{"F-2026-0101": "F-2"})),
        ("c.xml", making.csv("F-3;Vauquelin;02/11/2026;10")),
        ("d.csv", making.pdf()),
    )
    files = import_runs.files_of(run)
    assert [(file.format, file.n_rows, file.is_read) for file in files] == [
        ("facturx", 1, True),
        ("cii", 1, True),
        ("csv", 1, True),
        ("pdf", 1, True),
    ]
    assert actions(run) == ["create", "create", "create", "fix"]
    confirmed(run)
    assert {invoice.source for invoice in Invoice.select()} == {"facturx", "cii", "csv"}


def test_the_members_of_a_zip_stand_beside_it(account: Account) -> None:
    content = making.zipped(
        {"f.pdf": making.facturx(), "x/liste.csv": making.csv("F-3;V;02/11/2026;10"), "n.txt": b"x"}
    )
    run = given(account, ("lot.zip", content), ("autre.csv", making.csv("F-4;V;02/11/2026;10")))
    found = [(file.name, file.format, bool(file.error)) for file in import_runs.files_of(run)]
    assert found[:2] == [("lot.zip", "zip", False), ("autre.csv", "csv", False)]
    assert sorted(found[2:]) == [
        ("lot.zip/f.pdf", "facturx", False),
        ("lot.zip/liste.csv", "csv", False),
        ("lot.zip/n.txt", "", True),
    ]
    assert actions(run) == ["create"] * 3


def test_a_worker_that_died_reads_a_file_from_its_beginning(account: Account) -> None:
    run = import_runs.start(account, [Upload("a.csv", making.factures())], by=None, now=NOW)
    file = ImportFile.get()
    ImportRow.create(run=run, file=file, position=3_000_001, number="HALF")
    import_runs.advance(run.id, NOW)
    assert next(row.number for row in rows(run)) == "F-2026-0101"
    assert ImportRow.select().where(ImportRow.number == "HALF").count() == 0


def test_a_row_keeps_its_cells_as_they_are_written(account: Account) -> None:
    run = given(account, making.csv("F-1;Vauquelin;2/11/2026;1 800,00 €"))
    (row,) = rows(run)
    assert json.loads(row.cells_json)["montant_ttc"] == "1 800,00 €"
    assert (row.line, row.number, row.total_cents) == (2, "F-1", 180_000)


def test_how_a_table_is_read_stays_with_its_file(account: Account) -> None:
    run = given(account, "numero;client;date_emission;montant_ttc\r\nF-1;Hôtel;02/11/2026;10".encode("cp1252"))
    (file,) = import_runs.files_of(run)
    assert import_lines.how_of(file).encoding == "cp1252"
    assert [column[2] for column in json.loads(file.table_json)["columns"]] == [
        *("numero", "client", "date_emission", "montant_ttc"),
    ]


def test_a_table_too_big_for_a_request_leaves_no_row_behind(account: Account) -> None:
    lines = [f"F-{n};Vauquelin;02/11/2026;{n}" for n in range(1, 12)]
    run = import_runs.start(account, [Upload("a.csv", making.csv(*lines))], by=None, now=NOW)
    assert not import_runs.advance(run.id, NOW, limit=10)
    assert ImportRow.select().count() == 0
    assert import_runs.advance(run.id, NOW)
    assert ImportRow.select().count() == 11


def test_a_table_of_statuses_makes_no_invoice(account: Account) -> None:
    run = given(account, ("statuts.csv", "Numéro;Statut;Date\r\nF-1;Refusée;02/11/2026\r\n".encode()))
    (file,) = import_runs.files_of(run)
    assert (run.state, file.format, ImportRow.select().count()) == ("ready", "statuses", 0)
    assert import_runs.figures(run).statuses == 1


def test_a_missing_file_on_the_disk_is_said(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(sha256: str) -> bytes:
        raise import_reading.StorageError("Le fichier de ce document est introuvable sur le disque.")

    monkeypatch.setattr(import_reading.storage, "get", gone)
    run = given(account, making.factures())
    assert (run.state, "introuvable" in run.error) == ("refused", True)


def test_no_other_file_is_tried_after_three_that_take_too_long(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def too_long(_reader, content, format, known):  # type: ignore[no-untyped-def]
        tried.append(content)
        raise RefusedError(TOO_LONG)

    monkeypatch.setattr(Reader, "recognise", too_long)
    lists = {f"{n}.csv": making.csv(f"F-{n};V;02/11/2026;10") for n in range(5)}
    run = given(account, ("lot.zip", making.zipped(lists)))
    assert len(tried) == 3
    members = import_runs.files_of(run)[1:]
    assert [file.error for file in members] == [TOO_LONG] * 3 + [import_reading.TIRED] * 2


def test_an_import_holds_so_many_files_at_most(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_reading, "MOST_FILES", 3)
    lists = {f"{n}.csv": making.csv(f"F-{n};V;02/11/2026;10") for n in range(3)}
    run = given(account, ("lot.zip", making.zipped(lists)), ("seul.csv", making.csv("F-9;V;02/11/2026;10")))
    archive, alone = import_runs.files_of(run)
    assert (archive.error, alone.error, actions(run)) == (import_reading.TOO_MANY_FILES, "", ["create"])


def test_nothing_is_kept_of_an_import_given_up_while_it_is_read(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_reading, "CHUNK", 2)
    read, seen = tables.read_row, []

    def given_up(line, cells, file, how):  # type: ignore[no-untyped-def]
        seen.append(line)
        if len(seen) == 4:  # the second chunk is on its way
            import_runs.discard(ImportRun.get(), by=None, now=NOW)
        return read(line, cells, file, how)

    monkeypatch.setattr(tables, "read_row", given_up)
    lines = [f"F-{n};V;02/11/2026;10" for n in range(1, 9)]
    run = given(account, ("a.csv", making.csv(*lines)), ("b.csv", making.csv("G-1;V;02/11/2026;10")))
    assert (run.state, ImportRow.select().count(), Document.select().count()) == ("discarded", 0, 0)
    assert len(seen) == 4 and run.claimed_until is None


def test_statuses_kept_when_they_are_read_need_no_child_afterwards(account: Account, invoice: Invoice) -> None:
    table = f"Numéro;Statut;Date\r\n{invoice.number};Refusée;20/11/2026\r\n"
    run = given(account, ("statuts.csv", table.encode()))
    (file,) = import_runs.files_of(run)
    file.document = None  # the bytes are not needed
    (item,) = platform_statuses.plan_file(file, NOW)
    assert (item.invoice, item.effect, item.read.code) == (invoice, "dispute", "210")
