"""Fifty thousand rows of a CSV: checked, shown, written. And how fast rows alone are read, behind the guard."""

import csv
import datetime as dt
import io
import os
import resource
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.letters import _children, _resident
from bench.measuring import Measure, instance
from bench.rows import NOW
from relance import db, models
from relance.imports import canonical_csv, guard, tables
from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from relance.services import import_runs
from tests import factories

ROWS, CLIENTS = 50_000, 5_000


def made(count: int, clients: int = CLIENTS) -> bytes:
    """A canonical CSV of so many invoices, ten a client: half of them paid, one in four partly."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow(canonical_csv.COLUMNS)
    first = dt.date(2026, 1, 5)
    for number in range(count):
        client, day = number % clients, first + dt.timedelta(number % 300)
        lines.writerow(
            (
                f"F-2026-{number:06}",
                "facture",
                "payee" if number % 2 else "envoyee",
                f"Société {client:05}",
                "organisation",
                "",
                f"compta@societe{client:05}.example",
                "",
                f"{day:%d/%m/%Y}",
                f"{day + dt.timedelta(30):%d/%m/%Y}",
                f"{100 + number % 5000},{number % 100:02}",
                "50,00" if number % 4 == 0 else "",
                "EUR",
                f"Prestation {number}",
                "virement",
                "",
            )
        )
    return out.getvalue().encode()


def import_rows() -> Measure:
    """Dry run, then import, through the service and its child, against the csv module and a bare INSERT of the rows."""
    content = made(ROWS)
    with instance() as settings, _most_memory() as most:
        db.database.create_tables(models.ALL)
        account = factories.make_account()
        user = factories.make_user(account)
        start, began = _spent(), time.perf_counter()
        run = import_runs.start(account, [import_runs.Upload("factures.csv", content)], by=user, now=NOW)
        _work(run)
        checked = _spent()
        run = ImportRun.get_by_id(run.id)
        figures = import_runs.figures(run)
        assert (run.state, figures.create, figures.fix) == ("ready", ROWS, 0), (run.state, run.error, figures)
        import_runs.confirm(run, count=figures.will_write, by=user, now=NOW)
        _work(run)
        end, seconds = _spent(), time.perf_counter() - began
        assert ImportRun.get_by_id(run.id).state == "done"
        assert Invoice.select().count() == ROWS
        bare = _bare(content, settings.data_dir / "bare.db")
    print(
        f"  dry run {ROWS / (checked - start):.0f} rows/s, writing {ROWS / (end - checked):.0f} rows/s, both with what "
        f"else the machine did {ROWS / seconds:.0f} rows/s; most memory: "
        f"this process {most[0]:.0f} MiB, the child {most[1]:.0f} MiB",
        file=sys.stderr,
    )
    return Measure(ROWS / (end - start), "rows/s", ROWS / bare, 0.0015, is_rate=True, is_relative=True)


def read_rows() -> Measure:
    """Rows read in the child, brought here and understood, against the csv module giving the same cells."""
    content = made(ROWS)
    with guard.Reader() as reader:
        how = reader.recognise(content, "csv", None).how
        start = _spent()
        read = [tables.read_row(row.line, row.cells, "x.csv", how) for row in reader.rows(content, "csv", how)]
    seconds = _spent() - start
    assert len(read) == ROWS
    assert not any(row.problems for row in read)
    start = _spent()
    assert sum(1 for _ in _cells(content)) == ROWS
    return Measure(ROWS / seconds, "rows/s", ROWS / (_spent() - start), 0.003, is_rate=True, is_relative=True)


def _spent() -> float:
    """Seconds of processor that this process and its children that ended have taken: what the work costs."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _work(run: ImportRun) -> None:
    """What the worker does, one stretch after the other."""
    while not import_runs.advance(run.id, NOW):
        pass


def _cells(content: bytes) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";")
    next(lines)
    return lines


def _bare(content: bytes, path: Path) -> float:
    """The seconds of processor that the csv module and one executemany take, in a file of SQLite beside ours."""
    start = _spent()
    with sqlite3.connect(path) as connection:
        columns = ", ".join(canonical_csv.COLUMNS)
        connection.execute(f"CREATE TABLE invoice (id INTEGER PRIMARY KEY, {columns})")
        connection.executemany(f"INSERT INTO invoice ({columns}) VALUES ({', '.join('?' * 16)})", _cells(content))
    connection.close()
    return _spent() - start


@contextmanager
def _most_memory() -> Iterator[list[float]]:
    """The most that this process and its largest child come to take meanwhile, in MiB."""
    most = [0.0, 0.0]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            most[0] = max(most[0], _resident(os.getpid()))
            most[1] = max(most[1], *(_resident(pid) for pid in _children()), 0.0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()
