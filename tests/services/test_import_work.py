"""The work that an import does by itself: held by one, given back, and never begun twice."""

import datetime as dt

from relance.models.accounts import Account, Heartbeat
from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from relance.services import import_runs, import_work, import_writing
from tests.data import making
from tests.services.import_made import NOW, given


def test_a_claim_is_given_back_when_the_patience_is_over(account: Account) -> None:
    run = given(account, making.factures())
    import_runs.confirm(run, count=5, by=None, now=NOW)
    assert not import_work.advance(run.id, NOW, patience=0)
    fresh = ImportRun.get_by_id(run.id)
    assert (fresh.state, fresh.claimed_until, Invoice.select().count()) == ("writing", None, 0)


def test_two_workers_at_once_write_one_import(account: Account, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    run = given(account, making.factures())
    import_runs.confirm(run, count=5, by=None, now=NOW)
    write, turns = import_writing.write, []

    def with_a_rival(fresh, now, goes_on):  # type: ignore[no-untyped-def]
        turns.append(import_work.advance(run.id, NOW + dt.timedelta(seconds=30)))
        return write(fresh, now, goes_on)

    monkeypatch.setattr(import_writing, "write", with_a_rival)
    assert import_work.advance(run.id, NOW)
    assert turns == [False]
    assert Invoice.select().count() == 5


def test_a_worker_counts_when_it_was_seen_lately(account: Account) -> None:
    assert not import_work.has_worker(NOW)
    Heartbeat.beat("worker", NOW - dt.timedelta(minutes=1))
    assert import_work.has_worker(NOW)
    assert not import_work.has_worker(NOW + dt.timedelta(minutes=5))


def test_nothing_is_left_to_do_on_what_a_person_must_look_at(account: Account) -> None:
    run = given(account, making.factures())
    assert not import_work.advance(run.id, NOW)
    assert ImportRun.get_by_id(run.id).state == "ready"
