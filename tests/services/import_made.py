"""Imports given and carried through, for tests."""

import datetime as dt

from relance.imports import canonical_csv, facturx
from relance.models.accounts import Account, User
from relance.models.imports import ImportRow, ImportRun
from relance.services import import_lines, import_runs
from relance.services.import_lines import Line
from relance.services.import_runs import Upload
from tests import factories

NOW = factories.NOW


def given(account: Account, *files: tuple[str, bytes] | bytes, now: dt.datetime = NOW, **options) -> ImportRun:  # type: ignore[no-untyped-def]
    """An import of these files, read and checked."""
    named = [file if isinstance(file, tuple) else ("factures.csv", file) for file in files]
    options = {"by": None} | options
    run = import_runs.start(account, [Upload(name, content) for name, content in named], now=now, **options)
    return went_on(run, now)


def went_on(run: ImportRun, now: dt.datetime = NOW) -> ImportRun:
    """The import after a worker had its turn."""
    import_runs.advance(run.id, now)
    return ImportRun.get_by_id(run.id)


def confirmed(run: ImportRun, *, by: User | None = None, now: dt.datetime = NOW) -> ImportRun:
    """The import after a person confirmed it and a worker wrote it."""
    import_runs.confirm(run, count=import_runs.figures(run).will_write, by=by, now=now)
    return went_on(run, now)


def imported(account: Account, *files: tuple[str, bytes] | bytes, by: User | None = None, **options) -> ImportRun:  # type: ignore[no-untyped-def]
    """An import of these files, written."""
    return confirmed(given(account, *files, by=by, **options), by=by)


def rows(run: ImportRun) -> list[ImportRow]:
    """Its rows in their order."""
    return list(ImportRow.select().where(ImportRow.run == run).order_by(ImportRow.position))


def actions(run: ImportRun) -> list[str]:
    """What becomes of each of its rows."""
    return [row.action for row in rows(run)]


def csv_lines(content: bytes) -> list[Line]:
    """The lines of a canonical CSV."""
    return [import_lines.of_row_read(row, "f.csv") for row in canonical_csv.read(content, "f.csv").rows]


def pdf_line(content: bytes) -> Line:
    """The electronic invoice in a PDF."""
    return import_lines.of_read(facturx.read_pdf(content, "facture.pdf"), "facturx")
