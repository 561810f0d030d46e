"""One file of the watched folder, imported as far as nothing needs a person: what became of it, in French."""

import json
from dataclasses import dataclass
from datetime import datetime

from relance.models.accounts import Account
from relance.models.imports import ImportRow, ImportRun
from relance.rules.money import format_amount
from relance.rules.wording import short_date
from relance.services import import_runs, import_statuses
from relance.services.import_runs import Upload
from relance.services.import_work import WORKING
from relance.services.inbox_files import DONE, REFUSED, TO_FIX

SHOWN = 100  # documents of a note
MENDED_BY_HAND = ("fix", "different", "aside")
WAITS = "Rien n'est encore enregistré : cet import vous attend dans Relance, dans « À traiter »."
AGAIN = "Tout ce qu'il contient était déjà enregistré : rien n'a changé."
PROPOSED = "échéance à confirmer, déduite des conditions de paiement"
GONE = "Cet import a été abandonné ou annulé dans Relance."
STATUSES = "Les statuts qu'il donne sont notés sur vos factures."


@dataclass(frozen=True)
class Outcome:
    """The folder a file goes to, and what its note says."""

    folder: str
    sentences: tuple[str, ...]


def hand_over(
    account: Account, name: str, content: bytes, token: str, *, now: datetime, patience: float
) -> Outcome | None:
    """Import a file as far as nothing needs a person; None when it goes on at the next look. ``now``: UTC.

    ``token`` tells this deposit from any other: the same one again is the same import, which goes on where it was.
    ``patience``: seconds of work, about. Invoices follow the sequence of their client, if it has one.
    """
    upload = Upload(name=name, content=content)
    key = f"folder-{token}"
    run = import_runs.start(account, [upload], source="folder", key=key, reminders="sequences", by=None, now=now)
    run = _worked(run, now, patience)
    if run.state == "ready":
        waits = _why_it_waits(run)
        if waits:
            return Outcome(TO_FIX, (WAITS, "", *waits))
        found = import_runs.figures(run)
        if not found.will_write and not found.to_note:
            told = [AGAIN, "", *_lines(run, "same")]
            import_runs.discard(run, by=None, now=now)
            return Outcome(DONE, tuple(told))
        import_runs.confirm(run, count=found.will_write, by=None, now=now)
        run = _worked(run, now, patience)
    return None if run.state in WORKING else _told(run)


def _worked(run: ImportRun, now: datetime, patience: float) -> ImportRun:
    import_runs.advance(run.id, now, patience=patience)
    found: ImportRun = ImportRun.get_by_id(run.id)
    return found


def _why_it_waits(run: ImportRun) -> list[str]:
    """What a person has to look at before this is written; nothing when all is plain."""
    found = [f"{file.name} : {file.error}" for file in import_runs.files_of(run) if file.error]
    for action in MENDED_BY_HAND:
        found += _lines(run, action)
    found += _statuses_left(run)
    # A date worked out of words is proposed, never taken in silence.
    rows = ImportRow.select().where(ImportRow.run == run, ImportRow.action == "create", ImportRow.read_json != "{}")
    for row in rows.order_by(ImportRow.position):
        read = json.loads(row.read_json)
        if read.get("terms_due_on") and not read.get("due_on"):
            found.append(f"{_title(row)} ; {PROPOSED}")
    return found


def _told(run: ImportRun) -> Outcome:
    """What is to say of an import that is over."""
    if run.state == "refused":
        errors = [file.error for file in import_runs.files_of(run) if file.error]
        return Outcome(REFUSED, tuple(dict.fromkeys([*errors, run.error])))
    if run.state != "done":
        return Outcome(REFUSED, (GONE,))
    if run.error:
        return Outcome(TO_FIX, (run.error,))
    found = import_runs.figures(run)
    told = [f"Factures créées : {found.created} ; mises à jour : {found.updated} ; déjà là : {found.same}."]
    if found.noted:
        told.append(STATUSES)
    told += _statuses_left(run)
    return Outcome(DONE, (*told, "", *_lines(run, "create"), *_lines(run, "update"), *_lines(run, "same")))


def _statuses_left(run: ImportRun) -> list[str]:
    """A line for each status that is not noted, with why."""
    lines = []
    for number, line, reason, _file in import_statuses.left(run)[:SHOWN]:
        where = ", ".join(word for word in (f"Ligne {line}" if line else "", number) if word)
        lines.append(f"{where} ; {reason}" if where else reason)
    return lines


def _lines(run: ImportRun, action: str) -> list[str]:
    """A line for each document of this action, with what is to know about it."""
    rows = import_runs.rows_of(run, action, SHOWN + 1)
    lines = []
    for row in rows[:SHOWN]:
        error = json.loads(row.read_json).get("error")
        # A PDF without data: why is worth more than all that is missing.
        problems = [error] if error else [reason for _column, _value, reason in json.loads(row.problems_json)]
        notes = [*problems, *json.loads(row.differences_json), *json.loads(row.warnings_json)]
        lines.append(" ; ".join([_title(row), *notes]))
    return [*lines, "…"] if len(rows) > SHOWN else lines


def _title(row: ImportRow) -> str:
    """« Ligne 12, F-2026-8, Maison Vauquelin, 1 200,00 €, échéance le 12/12/2026 », as far as it is known."""
    words = [f"Ligne {row.line}" if row.line else "", row.number, row.client_name]
    if row.total_cents and row.currency:
        words.append(format_amount(row.total_cents, row.currency))
    if row.due_on and row.kind != "credit_note":
        words.append(f"échéance le {short_date(row.due_on)}")
    return ", ".join(word for word in words if word) or "Document sans numéro"
