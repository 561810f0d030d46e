"""Files and folders of the command line, imported: each file whole or not at all, whatever becomes of the others."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from relance.imports import statuses, tables
from relance.imports.archives import MAX_ARCHIVE_BYTES
from relance.imports.guard import Reader
from relance.imports.kinds import TOO_BIG, Found
from relance.imports.statuses import CODES
from relance.imports.values import InvoiceRead, RefusedError
from relance.models.accounts import Account, User
from relance.models.imports import ColumnMap, ImportFile, ImportRow, ImportRun
from relance.rules.calendar import local_date
from relance.services import import_lines, import_runs, importing, platform_statuses
from relance.services.import_lines import STATUSES, TABLES, Line, of_read, of_row_read
from relance.services.import_planning import Item
from relance.services.import_reading import headers_digest
from relance.services.import_runs import Upload
from relance.services.import_work import WORKING
from relance.services.status_deciding import StatusItem
from relance.storage import StorageError

Tell = Callable[[str, int], None]  # the name of a file, and how many of its documents were dealt with
TELLS_EVERY = 1_000
STRETCH = 2.0  # seconds of work between two words of progress
PIECE = 500  # rows read at a time
BAD_ROWS = "Des lignes de ce fichier sont à corriger : rien n'en a été enregistré."
REFUSED, HELD, STATUS = "refused", "held", "status"
EFFECTS = {
    "dispute": "un litige est ouvert, les relances attendent",
    "payment": "l'encaissement est enregistré",
    "record": "noté sur la facture",
    "same": "déjà noté",
    "older": "plus ancien que celui qui est noté, laissé de côté",
    "replaced": "suivi d'un autre dans ce fichier",
}


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among ``paths``, and in those that are folders, in order. In folders, hidden ones are left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for top, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found = (Path(top, name) for name in sorted(files) if not name.startswith("."))
            yield from (file for file in found if file.is_file())  # a FIFO would never end


def import_files(
    account: Account,
    paths: Iterable[Path],
    *,
    dry_run: bool,
    by: User | None,
    now: datetime,
    tell: Tell = lambda _name, _n: None,
) -> Iterator[dict[str, Any]]:
    """Import files and folders, each file whole or not at all; one object per document read. Storage must be open.

    Each object is ``importing.as_json`` of the document, with ``result``: create, update, same, different, fix or
    aside (what was done, or would be), held (good, but in a file with bad rows), refused (nothing could be read) or
    status. In a dry run someone else's invoice is a warning, and nothing is written; otherwise it is refused.
    """
    with Reader() as reader:
        for path in files_in(paths):
            try:
                content = _bytes_of(path)
            except OSError as error:
                yield _refused(path.name, f"Fichier illisible : {error.strerror}.")
            except RefusedError as error:
                yield _refused(path.name, str(error))
            else:
                if dry_run:
                    yield from _foreseen(account, content, path.name, reader, now, tell)
                    continue
                try:
                    yield from _imported(account, Upload(path.name, content), by, now, tell)
                except (import_runs.RunError, StorageError) as error:
                    yield _refused(path.name, str(error))


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_ARCHIVE_BYTES + 1)
    if len(content) > MAX_ARCHIVE_BYTES:
        raise RefusedError(TOO_BIG)
    return content


# A dry run: read and compared here, nothing is kept


def _foreseen(
    account: Account, content: bytes, name: str, reader: Reader, now: datetime, tell: Tell
) -> Iterator[dict[str, Any]]:
    lines: list[Line] = []
    warnings: dict[str, tuple[str, ...]] = {}
    told: list[dict[str, Any]] = []
    for found in reader.find(content, name):
        try:
            if found.error:
                raise RefusedError(found.error)
            if found.format in TABLES:
                recognised = _recognised(account, found, reader)
                if statuses.is_table([column.title for column in recognised.columns]):
                    told += _status_objects(account, replace(found, format="statuses"), reader, now)
                    continue
                warnings[found.name] = recognised.warnings
                _add_rows(lines, found, recognised.how, reader, lambda: tell(name, len(lines)))
            elif found.format in STATUSES:
                told += _status_objects(account, found, reader, now)
            else:
                read = reader.document(found.content, found.name, found.format)
                lines.append(of_read(replace(read, file=found.name), found.format))
        except RefusedError as error:
            told.append(_refused(found.name, str(error)))
    yield from told
    planned = importing.plan(account, lines, local_date(now, account.time_zone), takes_any_seller=True)
    for item in planned:
        yield _foretold(item, warnings.get(item.line.read.file, ()))


def _recognised(account: Account, found: Found, reader: Reader) -> tables.Recognised:
    """How the table is read: as the account read the same titles before, else as it looks."""
    recognised = reader.recognise(found.content, found.format, None)
    headers = headers_digest(recognised.columns)
    known = ColumnMap.get_or_none(ColumnMap.account == account, ColumnMap.headers == headers)
    if known is None:
        return recognised
    return reader.recognise(found.content, found.format, tables.TableHow.from_json(json.loads(known.table_json)))


def _add_rows(lines: list[Line], found: Found, how: tables.TableHow, reader: Reader, tell: Callable[[], None]) -> None:
    missing = tables.problems(how)
    if missing:
        raise RefusedError(" ".join(missing.values()))
    for raw in reader.rows(found.content, found.format, how):
        row = tables.read_row(raw.line, raw.cells, found.name, how)
        lines.append(of_row_read(row, found.name, found.format))
        if len(lines) % TELLS_EVERY == 0:
            tell()


def _foretold(item: Item, file_warnings: tuple[str, ...]) -> dict[str, Any]:
    problems = [(problem.column, problem.value, problem.reason) for problem in item.problems]
    warnings = [*file_warnings, *item.warnings, *item.differences]
    return _told(item.line, item.action, problems, warnings)


def _status_objects(account: Account, found: Found, reader: Reader, now: datetime) -> list[dict[str, Any]]:
    read = reader.statuses(found.content, found.format)
    return [_status(item, found.name) for item in platform_statuses.plan(account, read, now)]


# An import: the same as from the page, which can undo it


def _imported(account: Account, upload: Upload, by: User | None, now: datetime, tell: Tell) -> Iterator[dict[str, Any]]:
    run = import_runs.start(account, [upload], source="command", reminders="sequences", is_whole=True, by=by, now=now)
    run = _worked(run, upload.name, now, tell)
    told = {
        file.id: [_status(item, file.name) for item in platform_statuses.plan_file(file, now)]
        for file in import_runs.files_of(run)
        if file.format in STATUSES and not file.error
    }
    found = import_runs.figures(run)
    is_written = run.state == "ready" and bool(found.will_write or found.to_note)
    if is_written:
        import_runs.confirm(run, count=found.will_write, by=by, now=now)
        run = _worked(run, upload.name, now, tell)
    for file in import_runs.files_of(run):
        if file.error:
            yield _refused(file.name, file.error)
        yield from told.get(file.id, ()) if file.id in told else _rows_told(file)
    if not is_written:
        # Nothing of it was recorded: it asks nobody anything.
        import_runs.discard(run, by=by, now=now)


def _worked(run: ImportRun, name: str, now: datetime, tell: Tell) -> ImportRun:
    """The import once a person is to decide, or once it is over; another worker may have taken it meanwhile."""
    began = time.monotonic()
    while True:
        # As time passes here too: the lease of one who died in the middle ends.
        import_runs.advance(run.id, now + timedelta(seconds=time.monotonic() - began), patience=STRETCH)
        run = ImportRun.get_by_id(run.id)
        if run.state not in WORKING:
            return run
        tell(name, run.n_done)
        time.sleep(0.05)


def _rows_told(file: ImportFile) -> Iterator[dict[str, Any]]:
    """What became of the documents of a file, in their order; a few hundred are read at a time."""
    reader = import_lines.Reader({file.id: file})
    warnings = json.loads(file.warnings_json)
    after = -1
    while rows := _piece(file, after):
        for row in rows:
            line = reader.line(row)
            problems = [(column, value, reason) for column, value, reason in json.loads(row.problems_json)]
            notes = [*warnings, *json.loads(row.warnings_json), *json.loads(row.differences_json)]
            told = _told(line, row.action, problems, notes) | {"file": file.name}
            if row.action in ("create", "update") and not row.written:
                told |= {"result": HELD, "error": BAD_ROWS}
            yield told
        after = rows[-1].position


def _piece(file: ImportFile, after: int) -> list[ImportRow]:
    query = ImportRow.select().where(ImportRow.file == file, ImportRow.position > after)
    return list(query.order_by(ImportRow.position).limit(PIECE))


# What is told


def _told(line: Line, result: str, problems: Iterable[tuple[str, str, str]], warnings: Iterable[str]) -> dict[str, Any]:
    told = importing.as_json(line.read)
    told["result"] = result
    told["warnings"] = list(warnings)
    # A PDF without data: why is worth more than all that is missing.
    told["error"] = line.read.error or " ".join(_sentence(line.line, *problem) for problem in problems) or None
    return told


def _sentence(line: int, column: str, value: str, reason: str) -> str:
    where = f"Ligne {line}" if line else ""
    what = f"{column} « {value} »" if value and value not in reason else column
    head = ", ".join(part for part in (where, what) if part)
    return f"{head} : {reason}" if head else reason


def _status(item: StatusItem, file: str) -> dict[str, Any]:
    """A status, as an object like the others: the invoice it is about, and what it does there."""
    read = InvoiceRead(file=file, number=item.read.number, issued_on=item.read.issued_on, error=item.problem or None)
    word = f"Statut {item.read.code} {CODES.get(item.read.code, '')}".strip()
    effect = EFFECTS.get(item.effect)
    warnings = [f"{word} : {effect}." if effect else f"{word}."]
    return importing.as_json(read) | {"result": STATUS, "warnings": warnings}


def _refused(name: str, sentence: str) -> dict[str, Any]:
    """The object of a file in which nothing could be read."""
    return importing.as_json(InvoiceRead(file=name, error=sentence)) | {"result": REFUSED}
