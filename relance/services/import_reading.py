"""Files become rows: what each is, what a ZIP holds, the lines of a table, the values of an electronic invoice.

Whatever a stranger wrote is parsed in a child process that can open nothing (``relance.imports.guard``).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from peewee import fn

from relance import storage
from relance.db import transaction
from relance.imports import serial, statuses, tables
from relance.imports.guard import Reader
from relance.imports.held import TOO_LONG
from relance.imports.kinds import Found
from relance.imports.tables import TableHow
from relance.imports.values import InvoiceRead, RefusedError
from relance.models.documents import Document
from relance.models.imports import ColumnMap, ImportFile, ImportRow, ImportRun
from relance.services import import_lines
from relance.services.import_planning import kind_of
from relance.storage import StorageError

CHUNK = 500
ROWS_PER_FILE = 1_000_000  # positions left to each file
SMALL_BYTES = 300_000  # what is read in a request, in all
MOST_FILES = 2_000  # in one import, what its ZIPs hold included
MOST_TOO_LONG = 3  # files that each held the child for all its seconds: no other is tried
MOST_KEPT = 20  # statuses of a file that are kept as read; a longer file is read again
ZIP = "zip"
TOO_MANY_FILES = "Cet import contiendrait plus de 2 000 fichiers : donnez ce ZIP à part."
TIRED = "Trop de fichiers de cet import sont trop longs à lire : celui-ci n'a pas été ouvert."


class TooBigHereError(Exception):
    """A table with more rows than are read in a request: a worker does it."""


class MovedOnError(Exception):
    """The import is no longer to be read: somebody gave it up meanwhile. Nothing more is kept of it."""


def read(run: ImportRun, goes_on: Callable[[], bool], *, limit: int | None = None) -> bool:
    """Read the files that are not read yet, each whole. False when it had to stop before the end."""
    with Reader() as reader:
        while goes_on():
            unread = ImportFile.select().where(ImportFile.run == run, ~ImportFile.is_read)
            file = unread.order_by(ImportFile.position).first()
            if file is None:
                return True
            if limit is not None and bytes_to_read(run) > SMALL_BYTES:  # a ZIP shows what it holds once it is opened
                raise TooBigHereError
            try:
                _read_file(run, file, reader, goes_on, limit)
            except MovedOnError:
                return False
    return False


def _still_read(run: ImportRun, **values: object) -> None:
    """Hold the import, in the transaction that keeps something of it, and have it say ``values``."""
    here = ImportRun.update(**(values or {"state": "reading"})).where(ImportRun.id == run.id)
    if not here.where(ImportRun.state == "reading").execute():
        raise MovedOnError


def bytes_to_read(run: ImportRun) -> int:
    """The size of its files that are not read yet."""
    unread = (ImportFile.run == run) & ~ImportFile.is_read
    total = Document.select(fn.SUM(Document.size)).join(ImportFile, on=ImportFile.document == Document.id)
    return int(total.where(unread).scalar() or 0)


def _read_file(
    run: ImportRun, file: ImportFile, reader: Reader, goes_on: Callable[[], bool], limit: int | None
) -> None:
    decided = _decisions(file)
    ImportRow.delete().where(ImportRow.file == file).execute()
    try:
        if _too_long(run) >= MOST_TOO_LONG:
            raise RefusedError(TIRED)
        content = storage.get(file.document.sha256) if file.document is not None else b""
        if not file.format:
            found = reader.find(content, file.name)
            if any(one.content != content and not one.error for one in found) or len(found) != 1:
                _add_members(run, file, found)
                return
            if found[0].error:
                raise RefusedError(found[0].error)
            file.format = found[0].format
        _read_as(run, file, content, reader, goes_on, limit)
    except (RefusedError, StorageError) as error:
        ImportRow.delete().where(ImportRow.file == file).execute()
        file.error, file.n_rows = str(error), 0
    with transaction():
        _still_read(run)
        _decide_again(file, decided)
        file.is_read = True
        file.save()


def _too_long(run: ImportRun) -> int:
    """How many of its files took all the time that a file may take."""
    return int(ImportFile.select().where(ImportFile.run == run, ImportFile.error == TOO_LONG).count())


def _decisions(file: ImportFile) -> dict[int, tuple[str, bool]]:
    """What a person corrected or left aside in a table, by line: reading it another way must not lose it."""
    touched = ImportRow.select(ImportRow.line, ImportRow.fixes_json, ImportRow.is_aside).where(
        ImportRow.file == file, ImportRow.line > 0, (ImportRow.fixes_json != "{}") | ImportRow.is_aside
    )
    return {line: (fixes, is_aside) for line, fixes, is_aside in touched.tuples()}


def _decide_again(file: ImportFile, decided: dict[int, tuple[str, bool]]) -> None:
    for line, (fixes, is_aside) in decided.items():
        of_line = (ImportRow.file == file) & (ImportRow.line == line)
        for row in ImportRow.select().where(of_line):
            row.fixes_json, row.is_aside = fixes, is_aside
            read = import_lines.Reader({file.id: file}).line(row).read
            ImportRow.update(
                fixes_json=fixes,
                is_aside=is_aside,
                number=read.number[:60],
                kind=kind_of(read),
                issued_on=read.issued_on,
            ).where(ImportRow.id == row.id).execute()


def _add_members(run: ImportRun, archive: ImportFile, found: list[Found]) -> None:
    """What a ZIP holds stands beside it, each as if it had been given alone."""
    last = ImportFile.select().where(ImportFile.run == run).order_by(ImportFile.position.desc()).first()
    if last.position + len(found) > MOST_FILES:
        raise RefusedError(TOO_MANY_FILES)
    stored = [(member, "" if member.error else storage.put(member.content)) for member in found]
    with transaction():
        _still_read(run)
        for position, (member, sha256) in enumerate(stored, start=last.position + 1):
            document = None
            if sha256:
                document = Document.create(
                    account=run.account_id,
                    kind="import",
                    name=member.name[-200:],
                    mime="application/octet-stream",
                    size=len(member.content),
                    sha256=sha256,
                    created_at=run.created_at,
                )
            ImportFile.create(
                run=run,
                position=position,
                name=member.name[-200:],
                format=member.format,
                document=document,
                error=member.error,
                is_read=bool(member.error),
            )
        archive.format, archive.is_read = ZIP, True
        archive.error = "" if found else "Ce ZIP est vide."
        archive.save()


def _read_as(
    run: ImportRun, file: ImportFile, content: bytes, reader: Reader, goes_on: Callable[[], bool], limit: int | None
) -> None:
    if file.format in import_lines.TABLES:
        _recognise(run, file, content, reader)
    if file.format in import_lines.STATUSES:
        read = reader.statuses(content, file.format)
        file.n_rows = len(read)
        if len(read) <= MOST_KEPT:  # a ZIP of messages holds one in each: none needs a child to be shown and written
            kept = {"read": [statuses.to_json(one) for one in read]}
            file.table_json = json.dumps(json.loads(file.table_json) | kept, ensure_ascii=False)
    elif file.format in import_lines.TABLES:
        _read_table(run, file, content, reader, goes_on, limit)
    else:
        document = reader.document(content, file.name, file.format)
        with transaction():
            _still_read(run)
            _insert([_document_row(run, file, document)])
        file.n_rows = 1


def _recognise(run: ImportRun, file: ImportFile, content: bytes, reader: Reader) -> None:
    """How the table is read: as a person said, else as the account read the same titles before, else as it looks."""
    chosen = json.loads(file.table_json).get("chosen")
    how = TableHow.from_json(chosen) if chosen else None
    found = reader.recognise(content, file.format, how)
    if how is None:
        known = ColumnMap.get_or_none(
            ColumnMap.account == run.account_id, ColumnMap.headers == headers_digest(found.columns)
        )
        if known is not None:
            found = reader.recognise(content, file.format, TableHow.from_json(json.loads(known.table_json)))
    if not chosen and statuses.is_table([column.title for column in found.columns]):
        file.format = "statuses"
        return
    file.table_json = json.dumps(
        {
            "how": found.how.to_json(),
            "columns": [[one.title, one.example, one.target, one.is_recognised] for one in found.columns],
            **({"chosen": chosen} if chosen else {}),
        },
        ensure_ascii=False,
    )
    file.warnings_json = json.dumps(list(found.warnings), ensure_ascii=False)


def headers_digest(columns: Iterable[Any]) -> str:
    """What a table with these titles is known by."""
    return tables.digest(tuple(column.title for column in columns))


def _read_table(
    run: ImportRun, file: ImportFile, content: bytes, reader: Reader, goes_on: Callable[[], bool], limit: int | None
) -> None:
    how = import_lines.how_of(file)
    rows = _table_rows(run, file, how, reader.rows(content, file.format, how))
    count = 0
    while chunk := list(islice(rows, CHUNK)):
        count += len(chunk)
        if limit is not None and count > limit:
            ImportRow.delete().where(ImportRow.file == file).execute()
            raise TooBigHereError
        with transaction():
            _still_read(run, n_done=count)
            _insert(chunk)
        goes_on()
    if not count:
        raise RefusedError("Ce fichier ne contient que des titres de colonnes : aucune facture à importer.")
    file.n_rows = count


def _table_rows(run: ImportRun, file: ImportFile, how: TableHow, raw: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for index, one in enumerate(raw, start=1):
        read_row = tables.read_row(one.line, one.cells, file.name, how)
        read = read_row.invoice or InvoiceRead(file=file.name, number=one.cells.get("numero", ""))
        yield _row(run, file, index, read) | {
            "line": one.line,
            "cells_json": json.dumps(one.cells, ensure_ascii=False),
        }


def _document_row(run: ImportRun, file: ImportFile, read: InvoiceRead) -> dict[str, Any]:
    found = json.dumps(serial.to_json(read), ensure_ascii=False)
    return _row(run, file, 1, read) | {"line": 0, "cells_json": "{}", "read_json": found}


def _row(run: ImportRun, file: ImportFile, index: int, read: InvoiceRead) -> dict[str, Any]:
    """The columns by which rows are found before they are checked."""
    return {
        "run": run.id,
        "file": file.id,
        "position": file.position * ROWS_PER_FILE + index,
        "number": read.number[:60],
        "kind": kind_of(read),
        "issued_on": read.issued_on,
        "client_name": read.buyer.name[:200],
        "read_json": "{}",
    }


def _insert(rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 100):
        ImportRow.insert_many(rows[start : start + 100]).execute()
