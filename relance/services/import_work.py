"""What the machine does of an import by itself: reading → checking → ready, writing → done, undoing → undone.

One stretch of work at a time holds an import; what was done stays done, and the next stretch goes on.
"""

import datetime as dt
import json
import logging
import time
from dataclasses import dataclass, field

from peewee import OperationalError

from relance.db import transaction
from relance.models.accounts import Heartbeat
from relance.models.events import record
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import import_checking, import_reading, import_statuses, import_undoing, import_writing
from relance.services.import_counts import count
from relance.services.import_reading import TooBigHereError
from relance.services.printing import SILENCE

log = logging.getLogger(__name__)

SMALL = 500  # rows; beyond, a worker does it and the page shows how far it is
LEASE = dt.timedelta(minutes=3)  # a run of work says every few seconds that it is still there
A_WHILE = 5.0  # seconds of a request, between two files and two slices; what is left is the worker's
A_HAND = 1.5  # seconds of work for each look at the page, when no worker does it
WORKING = ("reading", "checking", "writing", "undoing")

NOTHING = "Ce fichier ne contient rien à importer."
BROKEN = "Cet import s'est arrêté sur une erreur. Réessayez ; si cela recommence, prévenez la personne qui héberge."


def waiting() -> list[int]:
    """The imports on which there is work to do by itself, the oldest first."""
    rows = ImportRun.select(ImportRun.id).where(ImportRun.state.in_(WORKING)).order_by(ImportRun.id)
    return [key for (key,) in rows.tuples()]


def advance_waiting(now: dt.datetime) -> int:
    """Do all the work that waits, in the foreground. Returns how many imports were looked at."""
    ids = waiting()
    for run_id in ids:
        advance(run_id, now)
    return len(ids)


def advance(run_id: int, now: dt.datetime, *, patience: float | None = None, limit: int | None = None) -> bool:
    """Work on an import until a person has to look, or for ``patience`` seconds. True when nothing is left to do.

    ``limit``: leave a table of more rows to a worker. One at a time works on an import; what was done stays done.
    """
    work = _Work(run_id, now, patience)
    if not work.claim():
        return False
    try:
        return _advanced(work, limit)
    except TooBigHereError:
        return False
    except OperationalError:  # a busy database: the next run goes on
        log.warning("import %s waits: the database is busy", run_id)
        return False
    except Exception:
        log.exception("import %s stopped", run_id)
        _give_up(run_id, now)
        return True
    finally:
        work.release()


def _advanced(work: "_Work", limit: int | None) -> bool:
    while True:
        run: ImportRun = ImportRun.get_by_id(work.run_id)
        work.state = run.state
        if run.state == "reading":
            is_over, after = import_reading.read(run, work.goes_on, limit=limit), "checking"
        elif run.state == "checking":
            is_over, after = import_checking.check(run, work.now, work.goes_on), "ready"
        elif run.state == "writing":
            is_over, after = import_writing.write(run, work.now, work.goes_on), "done"
        elif run.state == "undoing":
            is_over, after = import_undoing.remove(run, work.now, work.goes_on), "undone"
        else:
            return True
        if not is_over:
            return False
        if after == "ready":
            import_statuses.foresee(run, work.now)
        _finish(run, after, work.now)


def _finish(run: ImportRun, after: str, now: dt.datetime) -> None:
    """Leave a state for the next; what a person changed meanwhile (a new mapping) is done first."""
    with transaction():
        moved = ImportRun.update(state=after, n_done=0).where(ImportRun.id == run.id, ImportRun.state == run.state)
        if not moved.execute():
            return
        if after == "checking" and not _has_something(run):
            first = ImportFile.select().where(ImportFile.run == run, ImportFile.error != "")
            file = first.order_by(ImportFile.position).first()
            error = file.error if file is not None else NOTHING
            ImportRun.update(state="refused", error=error).where(ImportRun.id == run.id).execute()
        elif after == "ready":
            count(run)
        elif after == "done":
            ImportRun.update(finished_at=now).where(ImportRun.id == run.id).execute()
            found = count(run)
            facts = {"created": found.created, "updated": found.updated, "rows": found.rows, "statuses": found.noted}
            _tell("import_finished", run, now, **facts)
        elif after == "undone":
            ImportRun.update(undone_at=now).where(ImportRun.id == run.id).execute()
            _tell("import_undone", run, now, invoices=json.loads(run.counts_json).get("created", 0))


def _has_something(run: ImportRun) -> bool:
    rows = ImportRow.select().where(ImportRow.run == run).exists()
    statuses = ImportFile.select().where(ImportFile.run == run, ImportFile.format.in_(("cdar", "statuses"))).exists()
    return bool(rows or statuses)


def _tell(kind: str, run: ImportRun, now: dt.datetime, **facts: object) -> None:
    files = ImportFile.select().where(ImportFile.run == run).order_by(ImportFile.position)
    names = [file.name for file in files if "/" not in file.name]  # a ZIP is told, its members are not
    record(kind, account=run.account_id, at=now, user=run.user_id, run=run.id, files=names[:20], **facts)


def _give_up(run_id: int, now: dt.datetime) -> None:
    """An error of ours: nothing loops on it for ever. What was written stays, and can be undone."""
    with transaction():
        run: ImportRun = ImportRun.get_by_id(run_id)
        if run.state in ("reading", "checking"):
            ImportRun.update(state="refused", error=BROKEN).where(ImportRun.id == run_id).execute()
        elif run.state in ("writing", "undoing"):
            values = {"state": "done", "error": BROKEN, "finished_at": run.finished_at or now}
            ImportRun.update(**values).where(ImportRun.id == run_id).execute()
            count(run)


@dataclass
class _Work:
    """One stretch of work on an import, which nobody else does meanwhile."""

    run_id: int
    now: dt.datetime
    patience: float | None
    state: str = ""  # in which this stretch found it
    started: float = field(default_factory=time.monotonic)
    _until: dt.datetime | None = None

    def claim(self) -> bool:
        """Take it, unless somebody works on it and said so less than LEASE ago."""
        self._until = self._instant() + LEASE
        free = ImportRun.claimed_until.is_null() | (ImportRun.claimed_until <= self._instant())
        taken = ImportRun.update(claimed_until=self._until).where(
            ImportRun.id == self.run_id, ImportRun.state.in_(WORKING), free
        )
        return bool(taken.execute())

    def goes_on(self) -> bool:
        """Say that it is still there; False when it is time to stop, or when a person took the import elsewhere."""
        if self._until is not None and self._until - self._instant() < LEASE * 2 / 3:
            self._until = self._instant() + LEASE
            ImportRun.update(claimed_until=self._until).where(ImportRun.id == self.run_id).execute()
        if self.patience is not None and time.monotonic() - self.started >= self.patience:
            return False
        return bool(ImportRun.select().where(ImportRun.id == self.run_id, ImportRun.state == self.state).exists())

    def release(self) -> None:
        """Let others take it."""
        ImportRun.update(claimed_until=None).where(ImportRun.id == self.run_id).execute()

    def _instant(self) -> dt.datetime:
        return self.now + dt.timedelta(seconds=time.monotonic() - self.started)


def advance_here(run: ImportRun, now: dt.datetime) -> ImportRun:
    """Do in the request what is small; what is not is left to the worker (some of it is done when there is none)."""
    if run.state not in WORKING:
        return run
    known: int = run.n_rows if run.state != "reading" else 0
    is_over = False
    if known <= SMALL and _is_small(run):
        is_over = advance(run.id, now, patience=A_WHILE, limit=SMALL)
    if not is_over and not has_worker(now):
        advance(run.id, now, patience=A_HAND)
    found: ImportRun = ImportRun.get_by_id(run.id)
    return found


def has_worker(now: dt.datetime) -> bool:
    """True when a worker was seen lately."""
    seen = Heartbeat.get_or_none(Heartbeat.name == "worker")
    return seen is not None and now - seen.seen_at <= SILENCE


def _is_small(run: ImportRun) -> bool:
    return run.state != "reading" or import_reading.bytes_to_read(run) <= import_reading.SMALL_BYTES
