"""Imports in the furnished instance: to check, written, taken back, on their way (see tests/pages.py)."""

import datetime as dt

from relance.models.accounts import Account, User
from relance.models.imports import ImportRun
from relance.services import import_runs
from relance.services.import_runs import Upload
from tests.data import making

PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("imports.new", {}),
    ("imports.show", {"run_id": "@imported"}),
    ("imports.show", {"run_id": "@import_undone"}),
    ("imports.show", {"run_id": "@import_on_its_way"}),
    ("imports.show", {"run_id": "@import_refused"}),
    ("imports.ask_undo", {"run_id": "@imported"}),
    ("imports.ask_undo", {"run_id": "@import_undone"}),
    ("imports.ask_discard", {"run_id": "@to_check"}),
    ("import_check.check", {"run_id": "@to_check"}),
    ("import_check.check", {"run_id": "@pdf_to_complete"}),
)
NOT_PAGES = {"imports.sample": "a file", "imports.rows": "a file"}
TO_FIX = making.csv(
    "F-8001;Latitude Conseil;02/11/2026;10",
    "F-8002;Latitude Conseil SAS;31/02/2026;12",
    "F-2026-0087;Latitude Conseil;01/10/2026;12,50",
)


def furnish(account: Account, user: User, now: dt.datetime) -> dict[str, int]:
    """Imports of each state."""

    def start(*files: tuple[str, bytes]) -> ImportRun:
        uploads = [Upload(name, content) for name, content in files]
        return import_runs.advance_here(import_runs.start(account, uploads, by=user, now=now), now)

    def write(run: ImportRun) -> ImportRun:
        count = import_runs.figures(run).will_write
        assert count
        return import_runs.advance_here(import_runs.confirm(run, count=count, by=user, now=now), now)

    undone = write(start(("annule.csv", making.csv("F-8003;Studio Kérity;02/11/2026;10"))))
    undone = import_runs.advance_here(import_runs.undo(undone, by=user, now=now), now)
    done = write(start(("factures.csv", making.factures()), ("photo.pdf", b"<html>")))
    to_check = start(("a-corriger.csv", TO_FIX))
    pdf = start(("facture.pdf", making.pdf()))
    refused = start(("photo.pdf", b"<html>"))
    on_its_way = start(("grand.csv", making.csv("F-8004;Studio Kérity;02/11/2026;10")))
    # As a worker that stopped in the middle leaves it, and another one still holds it.
    claimed = {"state": "writing", "n_rows": 50_000, "n_done": 12_500, "claimed_until": now + dt.timedelta(days=365)}
    ImportRun.update(**claimed).where(ImportRun.id == on_its_way.id).execute()
    states = [row.state for row in (undone, done, to_check, pdf, refused)]
    assert states == ["undone", "done", "ready", "ready", "refused"]
    return {
        "import_undone": undone.id,
        "imported": done.id,
        "to_check": to_check.id,
        "pdf_to_complete": pdf.id,
        "import_refused": refused.id,
        "import_on_its_way": on_its_way.id,
    }
