"""The dry run as rows: what each document would become, in slices, whatever is checked again."""

import json

from relance.models.accounts import Account
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.services import import_checking, import_runs
from tests import factories
from tests.counting import counted
from tests.data import making
from tests.services.import_made import NOW, actions, given, imported, rows

HEADER = "numero;type;client;date_emission;montant_ttc;facture_liee"


def again_in_slices(run: ImportRun, size: int, monkeypatch) -> list[str]:  # type: ignore[no-untyped-def]
    """The actions when the rows are checked again, ``size`` at a time, each slice by another worker."""
    monkeypatch.setattr(import_checking, "CHUNK", size)
    ImportRow.update(action="", debtor="", client=None).where(ImportRow.run == run).execute()
    for _worker in range(20):
        turns = iter((True, False))
        if import_checking.check(ImportRun.get_by_id(run.id), NOW, lambda turns=turns: next(turns)):
            break
    return actions(run)


LINES = (
    "A-1;avoir;Vauquelin;05/11/2026;5;F-2",
    "F-1;facture;Vauquelin;02/11/2026;10;",
    "F-2;facture;VAUQUELIN;02/11/2026;20;",
    "F-2;facture;Vauquelin;02/11/2026;20;",
    "F-2;facture;Vauquelin;02/11/2026;99;",
    "F-3;facture;Perrin;hier;20;",
    "A-2;avoir;Perrin;05/11/2026;5;F-2",
)


def test_rows_are_placed_the_same_whole_or_in_slices(account: Account, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    run = given(account, making.csv(*LINES, header=HEADER))
    whole = actions(run)
    assert whole == ["create", "create", "create", "same", "fix", "fix", "fix"]
    clients = [row.debtor for row in rows(run)]
    assert again_in_slices(run, 1, monkeypatch) == whole
    assert [row.debtor for row in rows(run)] == clients
    assert again_in_slices(run, 3, monkeypatch) == whole


def test_a_row_tells_why(account: Account) -> None:
    run = given(account, making.csv(*LINES, header=HEADER))
    repeated, other, unread, stray = (rows(run)[n] for n in (3, 4, 5, 6))
    assert "ligne 4" in json.loads(repeated.warnings_json)[-1]
    assert json.loads(other.problems_json)[0][0] == "numero"
    assert json.loads(unread.problems_json)[0][:2] == ["date_emission", "hier"]
    assert "autre client" in json.loads(stray.problems_json)[0][2]


def test_a_row_knows_the_invoice_and_the_client_it_is(account: Account) -> None:
    imported(account, making.csv("F-1;facture;Vauquelin;02/11/2026;10;", header=HEADER))
    (row,) = rows(given(account, making.csv("F-1;facture;Vauquelin;02/11/2026;10;", header=HEADER)))
    assert (row.action, row.invoice, row.client) == ("same", Invoice.get(), Invoice.get().client)


def test_a_row_left_aside_counts_for_nothing(account: Account) -> None:
    run = given(account, making.csv(LINES[2], LINES[4], header=HEADER))
    assert actions(run) == ["create", "fix"]
    import_runs.set_aside(rows(run)[0], True, now=NOW)
    import_runs.advance(run.id, NOW)
    assert actions(run) == ["aside", "create"]


def test_a_check_reads_its_numbers_together(account: Account) -> None:
    factories.make_client(account, "Vauquelin")
    few = given(account, making.csv(*(f"F-{n};Vauquelin;02/11/2026;{n}" for n in range(1, 11))))
    many = given(account, making.csv(*(f"F-{n};Vauquelin;02/11/2026;{n}" for n in range(1, 61))))
    reads = []
    for run in (few, many):
        ImportRow.update(action="").where(ImportRow.run == run).execute()
        with counted() as found:
            import_checking.check(ImportRun.get_by_id(run.id), NOW, lambda: True)
        reads.append(len([sql for sql in found if sql.lstrip().upper().startswith("SELECT")]))
    assert reads[0] == reads[1]
