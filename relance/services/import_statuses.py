"""The statuses in the files of an import: what they would do, what was noted, and what was not, with the reason.

Counts and reasons are kept beside each file, so that a page tells them without reading the file again.
"""

import datetime as dt
import json
from collections import Counter
from contextlib import suppress
from typing import Any

from relance.imports.values import RefusedError
from relance.models.accounts import User
from relance.models.imports import ImportFile, ImportRun
from relance.services import platform_statuses
from relance.services.import_lines import STATUSES
from relance.services.status_deciding import StatusItem
from relance.storage import StorageError

KEPT = 200  # lines left aside that are named
SINCE = "L'état de cette facture a changé pendant l'import."
REASONS = {
    "same": "Ce statut était déjà noté sur la facture.",
    "older": "Un statut plus récent est déjà noté sur cette facture.",
    "replaced": "Un statut plus récent suit dans ce fichier.",
}


def files(run: ImportRun) -> list[ImportFile]:
    """Its files of statuses that could be read, in their order."""
    query = ImportFile.select().where(ImportFile.run == run, ImportFile.format.in_(STATUSES), ImportFile.error == "")
    return list(query.order_by(ImportFile.position))


def foresee(run: ImportRun, now: dt.datetime) -> None:
    """Keep how many statuses would be noted, and those that cannot be. ``now``: UTC."""
    for file in files(run):
        with suppress(RefusedError, StorageError):  # told when it is written: its bytes are gone
            planned = platform_statuses.plan_file(file, now)
            left = [_left(item) for item in planned if item.problem]
            count = sum(item.will_apply for item in planned)
            _keep(file, {"to_note": count, "wrong": len(left), "left": left[:KEPT]})


def note(file: ImportFile, by: User | None, now: dt.datetime) -> None:
    """Record the statuses of a file, once, and keep what was noted and what was not. ``now``: UTC.

    RefusedError or StorageError when its bytes can no longer be read.
    """
    if "noted" in told(file):
        return  # written before the work was cut short
    planned = platform_statuses.plan_file(file, now)
    done = platform_statuses.apply(file.run.account, planned, by, now)
    # Two lines of a file may say the very same thing.
    noted = Counter(item.read for item in done)
    left = []
    for item in planned:
        if item.will_apply and noted[item.read]:
            noted[item.read] -= 1
        else:
            left.append(_left(item))
    _keep(file, {"noted": len(done), "wrong": len(left), "left": left[:KEPT]})


def told(file: ImportFile) -> dict[str, Any]:
    """``noted`` once written, ``to_note`` before; ``wrong`` lines are left aside, ``left``: [number, line, reason]."""
    found: dict[str, Any] = json.loads(file.table_json).get("statuses", {})
    return found


def counts(run: ImportRun) -> dict[str, int]:
    """Of all its files: ``to_note``, ``noted`` and ``unnoted``."""
    found = [told(file) for file in files(run)]
    return {
        "to_note": sum(one.get("to_note", 0) for one in found),
        "noted": sum(one.get("noted", 0) for one in found),
        "unnoted": sum(one.get("wrong", 0) for one in found),
    }


def left(run: ImportRun) -> list[tuple[str, int, str, str]]:
    """The statuses left aside: number of the invoice, line (0 when there is none), French reason, file."""
    return [
        (str(number), int(line), str(reason), file.name)
        for file in files(run)
        for number, line, reason in told(file).get("left", [])
    ]


def _left(item: StatusItem) -> list[Any]:
    reason = item.problem or REASONS.get(item.effect, SINCE)
    return [item.read.number, item.read.line or 0, reason]


def _keep(file: ImportFile, found: dict[str, Any]) -> None:
    file.table_json = json.dumps(json.loads(file.table_json) | {"statuses": found}, ensure_ascii=False)
    ImportFile.update(table_json=file.table_json).where(ImportFile.id == file.id).execute()
