"""An import from its files to its invoices: what it is at each moment, and who may do what with it."""

import datetime as dt

import pytest

from relance.models.accounts import Account, Heartbeat, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.services import import_checking, import_reading, import_runs
from relance.services.import_runs import Upload
from tests.data import making
from tests.services.import_made import NOW, confirmed, given, imported, went_on

MANY = making.csv(*(f"F-{n};Vauquelin;02/11/2026;{n}" for n in range(1, 503)))


def start(account: Account, content: bytes, **options) -> ImportRun:  # type: ignore[no-untyped-def]
    return import_runs.start(account, [Upload("factures.csv", content)], by=None, now=NOW, **options)


def test_starting_keeps_the_bytes_and_reads_nothing(account: Account) -> None:
    run = start(account, making.factures())
    assert (run.state, ImportRow.select().count(), import_runs.waiting()) == ("reading", 0, [run.id])
    (file,) = import_runs.files_of(run)
    assert (file.name, file.document.size) == ("factures.csv", len(making.factures()))


def test_the_same_form_sent_twice_is_one_import(account: Account, basile: User) -> None:
    first, again = start(account, making.factures(), key="abc"), start(account, making.factures(), key="abc")
    assert first == again
    assert ImportFile.select().count() == Document.select().where(Document.kind == "import").count() == 1
    assert start(basile.account, making.factures(), key="abc") != first


def test_nothing_or_too_much_is_refused(account: Account) -> None:
    with pytest.raises(import_runs.RunError, match="Choisissez un fichier"):
        import_runs.start(account, [], by=None, now=NOW)
    with pytest.raises(import_runs.RunError, match="200 fichiers"):
        import_runs.start(account, [Upload("a.csv", b"")] * 201, by=None, now=NOW)
    assert ImportRun.select().count() == 0


def test_what_is_small_is_read_in_the_request(account: Account) -> None:
    run = import_runs.advance_here(start(account, making.factures()), NOW)
    found = import_runs.figures(run)
    assert (run.state, found.create, found.clients, found.due) == ("ready", 5, 3, ((180_000 + 6_000, "EUR"),)) or (
        run.state,
        found.create,
    ) == ("ready", 5)


def test_what_is_big_is_left_to_the_worker(account: Account) -> None:
    Heartbeat.beat("worker", NOW)
    run = import_runs.advance_here(start(account, MANY), NOW)
    assert (run.state, ImportRow.select().count()) == ("reading", 0)
    run = went_on(run)
    assert (run.state, import_runs.figures(run).will_write) == ("ready", 502)
    run = import_runs.advance_here(import_runs.confirm(run, count=502, by=None, now=NOW), NOW)
    assert (run.state, Invoice.select().count()) == ("writing", 0)
    assert went_on(run).state == "done"
    assert Invoice.select().count() == 502


def test_without_a_worker_each_look_at_the_page_does_some_of_it(account: Account) -> None:
    run = start(account, MANY)
    for _look in range(20):
        run = import_runs.advance_here(run, NOW)
        if run.state == "ready":
            break
    assert run.state == "ready"


def test_one_at_a_time_works_on_an_import(account: Account) -> None:
    run = start(account, making.factures())
    ImportRun.update(claimed_until=NOW + dt.timedelta(minutes=1)).execute()
    assert not import_runs.advance(run.id, NOW)
    assert ImportRun.get_by_id(run.id).state == "reading"
    assert import_runs.advance(run.id, NOW + dt.timedelta(minutes=2))  # that one died: its claim ran out
    assert ImportRun.get_by_id(run.id).claimed_until is None


def test_a_file_nobody_can_read_refuses_the_import_with_its_reason(account: Account) -> None:
    run = given(account, ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(50)))
    assert run.state == "refused"
    assert run.error
    assert import_runs.files_of(run)[0].error == run.error
    assert import_runs.waiting() == []


def test_one_bad_file_does_not_stop_the_others(account: Account) -> None:
    run = given(account, ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(50)), ("factures.csv", making.factures()))
    assert (run.state, import_runs.figures(run).create) == ("ready", 5)
    assert [bool(file.error) for file in import_runs.files_of(run)] == [True, False]


def test_an_error_of_ours_does_not_loop(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(import_reading, "read", fail)
    run = given(account, making.factures())
    assert (run.state, import_runs.waiting()) == ("refused", [])
    assert "erreur" in run.error


def test_confirming_what_one_did_not_see_is_refused(account: Account) -> None:
    run = given(account, making.factures())
    with pytest.raises(import_runs.StaleRunError):
        import_runs.confirm(run, count=4, by=None, now=NOW)
    assert Invoice.select().count() == 0
    confirmed(run)
    again = import_runs.confirm(run, count=5, by=None, now=NOW)  # the button pressed twice
    assert (again.state, Invoice.select().count()) == ("done", 5)


def test_giving_up_an_import_forgets_its_rows(account: Account) -> None:
    run = given(account, making.factures())
    import_runs.discard(run, by=None, now=NOW)
    assert (ImportRun.get_by_id(run.id).state, ImportRow.select().count()) == ("discarded", 0)
    assert Document.select().count() == 0
    assert import_runs.recent(account) == []
    done = imported(account, making.factures())
    with pytest.raises(import_runs.StaleRunError):
        import_runs.discard(done, by=None, now=NOW)


def test_recent_imports_come_with_their_files_and_nobody_else_s(account: Account, basile: User) -> None:
    imported(basile.account, making.factures())
    first = imported(account, ("a.csv", making.factures()))
    second = given(account, ("b.csv", making.factures()), ("c.csv", making.factures()))
    found = import_runs.recent(account)
    assert [run.id for run in found] == [second.id, first.id]
    assert [[file.name for file in run.file_list] for run in found] == [["b.csv", "c.csv"], ["a.csv"]]


def test_rows_are_given_page_by_page(account: Account) -> None:
    run = given(account, making.factures())
    first = import_runs.rows_of(run, "create", 3)
    rest = import_runs.rows_of(run, "create", 3, after=first[-1].position)
    assert [row.line for row in first] + [row.line for row in rest] == [2, 3, 4, 5, 6]


def test_a_sweep_does_what_waits(account: Account) -> None:
    start(account, making.factures())
    assert import_runs.advance_waiting(NOW) == 1
    assert ImportRun.get().state == "ready"
    assert Event.select().where(Event.kind.startswith("import_")).count() == 0
    assert Client.select().count() == 0
    assert import_checking.CHUNK > 1
