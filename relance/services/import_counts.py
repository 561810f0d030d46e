"""The figures of an import: how many documents would be created, updated, left out, and what they ask for."""

import json
from dataclasses import dataclass

from peewee import fn

from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import import_statuses


@dataclass(frozen=True)
class Figures:
    """What a check found. ``due``: (cents, currency) still to be received of what would be created.

    ``held``: rows that are good, in a file that is imported whole or not at all and has rows to fix: not written.
    ``statuses``: files of statuses, of which ``to_note`` would be noted, ``noted`` were, ``unnoted`` cannot be.
    ``created`` and ``updated``: what was really written. ``done`` of ``total`` in the present state.
    """

    create: int = 0
    update: int = 0
    same: int = 0
    different: int = 0
    fix: int = 0
    aside: int = 0
    held: int = 0
    clients: int = 0
    rows: int = 0
    statuses: int = 0
    to_note: int = 0
    noted: int = 0
    unnoted: int = 0
    created: int = 0
    updated: int = 0
    due: tuple[tuple[int, str], ...] = ()
    done: int = 0
    total: int = 0

    @property
    def will_write(self) -> int:
        """How many invoices a confirmation would write."""
        return self.create + self.update - self.held


def figures(run: ImportRun) -> Figures:
    """The figures as they were last counted."""
    found = json.loads(run.counts_json)
    due = tuple((int(cents), str(currency)) for cents, currency in found.pop("due", []))
    return Figures(**found, due=due, done=run.n_done, total=run.n_rows)


def count(run: ImportRun) -> Figures:
    """Count again, and keep it on the import: pages read it there."""
    by_action = ImportRow.select(ImportRow.action, fn.COUNT(ImportRow.id)).where(ImportRow.run == run)
    actions = {str(action): int(n) for action, n in by_action.group_by(ImportRow.action).tuples()}
    writes = ImportRow.action.in_(("create", "update"))
    held = 0
    if run.is_whole:
        held = ImportRow.select().where(ImportRow.run == run, writes, ImportRow.file.in_(held_files(run))).count()
    new = ImportRow.select(fn.COUNT(fn.DISTINCT(ImportRow.debtor))).where(
        ImportRow.run == run, ImportRow.action == "create", ImportRow.client.is_null(), ImportRow.debtor != ""
    )
    same = [key for key, reference in json.loads(run.choices_json).items() if reference.startswith("nom:")]
    if same:
        new = new.where(ImportRow.debtor.not_in(same))
    written = ImportRow.select(ImportRow.written, fn.COUNT(ImportRow.id)).where(ImportRow.run == run)
    done = {str(word): int(n) for word, n in written.group_by(ImportRow.written).tuples()}
    statuses = ImportFile.select().where(ImportFile.run == run, ImportFile.format.in_(("cdar", "statuses"))).count()
    names = ("create", "update", "same", "different", "fix", "aside")
    found = {name: actions.get(name, 0) for name in names} | {
        "held": held,
        "clients": int(new.scalar() or 0),
        "rows": sum(actions.values()),
        "statuses": statuses,
        **import_statuses.counts(run),
        "created": done.get("created", 0),
        "updated": done.get("updated", 0),
        "due": _due(run),
    }
    run.counts_json = json.dumps(found)
    ImportRun.update(counts_json=run.counts_json).where(ImportRun.id == run.id).execute()
    return figures(run)


def held_files(run: ImportRun) -> list[int]:
    """Its files with a row to correct."""
    rows = ImportRow.select(ImportRow.file).where(ImportRow.run == run, ImportRow.action == "fix").distinct()
    return [file_id for (file_id,) in rows.tuples()]


def _due(run: ImportRun) -> list[tuple[int, str]]:
    """What would be asked for, by currency: sent invoices less what was paid, credit notes taken off."""
    left = fn.SUM(ImportRow.total_cents - ImportRow.paid_cents)
    query = ImportRow.select(ImportRow.currency, ImportRow.kind, left).where(
        ImportRow.run == run, ImportRow.action == "create", ImportRow.state == "sent"
    )
    totals: dict[str, int] = {}
    for currency, kind, cents in query.group_by(ImportRow.currency, ImportRow.kind).tuples():
        totals[currency] = totals.get(currency, 0) + (-1 if kind == "credit_note" else 1) * int(cents or 0)
    return sorted((cents, currency) for currency, cents in totals.items() if cents > 0)[::-1]
