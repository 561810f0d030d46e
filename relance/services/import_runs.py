"""An import from its files to its invoices, as a person sees it: given, checked, changed, confirmed, undone.

``import_work`` does what takes time; ``import_editing`` what is changed before confirming.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from peewee import IntegrityError

from relance import storage
from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.documents import Document
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import import_statuses, import_undoing
from relance.services.import_counts import Figures, figures
from relance.services.import_counts import count as count_again
from relance.services.import_editing import (
    CHANGED,
    OPEN,
    NewClient,
    RunError,
    StaleRunError,
    accept,
    accept_all,
    choose_client,
    correct,
    locked,
    new_clients,
    recheck,
    set_aside,
    set_reminders,
    set_table,
    set_whole,
    take_seller,
)
from relance.services.import_work import advance, advance_here, advance_waiting, has_worker, waiting

__all__ = [
    "Figures",
    "NewClient",
    "RunError",
    "StaleRunError",
    "accept",
    "accept_all",
    "advance",
    "advance_here",
    "advance_waiting",
    "choose_client",
    "correct",
    "figures",
    "has_worker",
    "new_clients",
    "recheck",
    "set_aside",
    "set_reminders",
    "set_table",
    "set_whole",
    "take_seller",
    "waiting",
]

MAX_FILES = 200
NOTHING_TO_WRITE = "Il n'y a rien à importer : corrigez des lignes, ou choisissez un autre fichier."
TOO_MANY = f"Choisissez {MAX_FILES} fichiers au plus à la fois."


@dataclass(frozen=True)
class Upload:
    """A file as it was given."""

    name: str
    content: bytes = field(repr=False)


def start(
    account: Account,
    uploads: Sequence[Upload],
    *,
    source: str = "upload",
    key: str | None = None,
    reminders: str = "off",
    is_whole: bool = False,
    by: User | None,
    now: dt.datetime,
) -> ImportRun:
    """Keep these files as an import to be read; nothing is parsed. The same ``key`` twice is the same import."""
    if not uploads:
        raise RunError("Choisissez un fichier.")
    if len(uploads) > MAX_FILES:
        raise RunError(TOO_MANY)
    stored = [(upload, storage.put(upload.content)) for upload in uploads]
    try:
        with transaction():
            run: ImportRun = ImportRun.create(
                account=account,
                user=by,
                source=source,
                key=f"{account.id}:{key}" if key else None,
                reminders=reminders,
                is_whole=is_whole,
                created_at=now,
            )
            for position, (upload, sha256) in enumerate(stored, start=1):
                document = Document.create(
                    account=account,
                    kind="import",
                    name=upload.name[-200:],
                    mime="application/octet-stream",
                    size=len(upload.content),
                    sha256=sha256,
                    created_at=now,
                )
                ImportFile.create(run=run, position=position, name=upload.name[-200:], document=document)
    except IntegrityError:
        if not key:
            raise
        run = ImportRun.get(ImportRun.key == f"{account.id}:{key}")
    return run


# What a person does


def confirm(run: ImportRun, *, count: int, by: User | None, now: dt.datetime) -> ImportRun:
    """Have it written. StaleRunError when not ``count`` invoices would be; RunError when there is nothing to do."""
    if run.state == "ready" and figures(run).statuses:
        import_statuses.foresee(run, now)  # an invoice may have been recorded since
        count_again(run)
    with transaction():
        fresh = locked(run)
        if fresh.state in ("writing", "done"):
            return fresh
        if fresh.state != "ready":
            raise StaleRunError(CHANGED)
        found = figures(fresh)
        if found.will_write != count:
            raise StaleRunError(CHANGED)
        if not found.will_write and not found.to_note:
            raise RunError(NOTHING_TO_WRITE)
        values = {"state": "writing", "n_done": 0, "n_rows": found.will_write, "confirmed_at": now, "user": by}
        ImportRun.update(**values).where(ImportRun.id == run.id).execute()
    confirmed: ImportRun = ImportRun.get_by_id(run.id)
    return confirmed


def undo_problem(run: ImportRun, now: dt.datetime) -> str:
    """Why it cannot be undone, in French; empty when it can."""
    return import_undoing.problem(run, now)


def undo(run: ImportRun, *, by: User | None, now: dt.datetime) -> ImportRun:
    """Take out of Relance what it wrote. RunError when a reminder left, or something changed since."""
    with transaction():
        fresh = locked(run)
        if fresh.state in ("undoing", "undone"):
            return fresh
        problem = undo_problem(fresh, now)
        if problem:
            raise RunError(problem)
        import_undoing.hold(fresh, by=by, now=now)
        written = ImportRow.select().where(ImportRow.run == run, ImportRow.written.in_(import_undoing.WRITTEN)).count()
        values = {"state": "undoing", "n_done": 0, "n_rows": written, "user": by}
        ImportRun.update(**values).where(ImportRun.id == run.id).execute()
    undone: ImportRun = ImportRun.get_by_id(run.id)
    return undone


def discard(run: ImportRun, *, by: User | None, now: dt.datetime) -> None:
    """Give up an import that was not confirmed: its rows and the files that it was given are no longer kept."""
    with transaction():
        fresh = locked(run)
        if fresh.state not in (*OPEN, "refused"):
            raise StaleRunError(CHANGED)
        values = {"state": "discarded", "finished_at": now, "user": by}
        ImportRun.update(**values).where(ImportRun.id == run.id).execute()
        ImportRow.delete().where(ImportRow.run == run).execute()
        given = [file.document_id for file in ImportFile.select().where(ImportFile.run == run) if file.document_id]
        Document.delete().where(Document.id.in_(given), Document.kind == "import").execute()


# What a person sees


def recent(account: Account, limit: int = 10) -> list[ImportRun]:
    """The last imports of the account, the newest first; ``file_list`` holds the files of each."""
    runs = list(
        ImportRun.select()
        .where(ImportRun.account == account, ImportRun.state != "discarded")
        .order_by(ImportRun.id.desc())
        .limit(limit)
    )
    files = list(ImportFile.select().where(ImportFile.run.in_(runs)).order_by(ImportFile.position)) if runs else []
    for run in runs:
        run.file_list = [file for file in files if file.run_id == run.id]  # type: ignore[attr-defined]
    return runs


def files_of(run: ImportRun) -> list[ImportFile]:
    """Its files in the order in which they were given, members of a ZIP after it."""
    return list(ImportFile.select().where(ImportFile.run == run).order_by(ImportFile.position))


def rows_of(run: ImportRun, action: str, limit: int, after: int = 0) -> list[ImportRow]:
    """Its documents with this action, in their order, after a position."""
    query = ImportRow.select().where(ImportRow.run == run, ImportRow.action == action, ImportRow.position > after)
    return list(query.order_by(ImportRow.position).limit(limit))
