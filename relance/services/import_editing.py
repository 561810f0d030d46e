"""What a person changes in an import before confirming it. Rows that a change touches are checked again."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from peewee import fn

from relance.db import transaction
from relance.imports import cells, tables
from relance.imports.tables import TableHow
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.imports import REMINDERS, ColumnMap, ImportFile, ImportRow, ImportRun
from relance.services import import_lines
from relance.services.import_counts import count
from relance.services.import_planning import SELLER, kind_of

OPEN = ("reading", "checking", "ready")
ALL_AGAIN = 500  # rows; in a bigger import, only those that a correction can touch are checked again
CHANGED = "Cet import a changé depuis que vous l'avez vu. Vérifiez-le à nouveau."
TOO_LONG = "Raccourcissez ce texte : 500 caractères au plus."
MAX_CELL = 500
MAX_ALIKE = 50
_DATES = ("date_emission", "date_echeance", "date_paiement")


class RunError(Exception):
    """Nothing was changed; the sentence says why, in French. ``field``: the cell or the column it is about."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class StaleRunError(RunError):
    """The import changed since the person saw it (answered 409 by the web)."""


@dataclass(frozen=True)
class NewClient:
    """A client that the import would create. ``choices``: who it looks like, as (reference, name); ``chosen``: one."""

    debtor: str
    name: str
    n_invoices: int
    choices: tuple[tuple[str, str], ...]
    chosen: str


def locked(run: ImportRun) -> ImportRun:
    """The import as it is now, held by this transaction: two gestures follow one another."""
    ImportRun.update(version=ImportRun.version + 1).where(ImportRun.id == run.id).execute()
    fresh: ImportRun = ImportRun.get_by_id(run.id)
    return fresh


@contextmanager
def _changing(run: ImportRun, version: int | None = None) -> Iterator[ImportRun]:
    """Change an import that waits for a person. StaleRunError when it is not, or no longer the one she saw."""
    with transaction():
        fresh = locked(run)
        if fresh.state not in OPEN or (version is not None and fresh.version != version + 1):
            raise StaleRunError(CHANGED)
        yield fresh


def set_reminders(run: ImportRun, reminders: str, *, now: dt.datetime) -> None:
    """« off »: the invoices wait for a choice; « sequences »: each follows its client's sequence."""
    if reminders not in REMINDERS:
        raise RunError("Choisissez ce que deviennent les relances.", "reminders")
    with _changing(run):
        ImportRun.update(reminders=reminders).where(ImportRun.id == run.id).execute()


def set_whole(run: ImportRun, is_whole: bool, *, now: dt.datetime) -> None:
    """Import a file only if none of its rows is to correct."""
    with _changing(run):
        ImportRun.update(is_whole=is_whole).where(ImportRun.id == run.id).execute()
        count(ImportRun.get_by_id(run.id))


def set_table(file: ImportFile, how: TableHow, *, version: int | None = None, now: dt.datetime) -> None:
    """Read a table another way, and remember it for the next one with the same titles. Corrections stay, by line."""
    problems = tables.problems(how)
    if problems:
        name, sentence = next(iter(problems.items()))
        raise RunError(sentence, name)
    with _changing(file.run, version) as run:
        fresh = ImportFile.get_by_id(file.id)
        known = json.loads(fresh.table_json)
        titles = tuple(title for title, *_rest in known.get("columns", []))
        if len(titles) == len(how.columns):
            ColumnMap.insert(
                account=run.account_id,
                headers=tables.digest(titles),
                table_json=json.dumps(how.lasting().to_json()),
                used_at=now,
            ).on_conflict(
                conflict_target=[ColumnMap.account, ColumnMap.headers],
                update={ColumnMap.table_json: json.dumps(how.lasting().to_json()), ColumnMap.used_at: now},
            ).execute()
        known["chosen"] = how.to_json()
        ImportFile.update(is_read=False, error="", table_json=json.dumps(known, ensure_ascii=False)).where(
            ImportFile.id == file.id
        ).execute()
        ImportRun.update(state="reading", n_done=0).where(ImportRun.id == run.id).execute()


def correct(row: ImportRow, fixes: Mapping[str, str], *, now: dt.datetime) -> None:
    """Put these cells (by canonical column) in place of what the file says, and check again."""
    for name, text in fixes.items():
        if len(text) > MAX_CELL:
            raise RunError(TOO_LONG, name)
    with _changing(row.run) as run:
        fresh = ImportRow.get_by_id(row.id)
        now_fixed = json.loads(fresh.fixes_json) | {name: _typed(name, text) for name, text in fixes.items()}
        before = fresh.number
        fresh.fixes_json = json.dumps(now_fixed, ensure_ascii=False)
        read = import_lines.Reader({fresh.file_id: fresh.file}).line(fresh).read
        values = {"number": read.number[:60], "kind": kind_of(read), "issued_on": read.issued_on}
        ImportRow.update(fixes_json=fresh.fixes_json, **values).where(ImportRow.id == row.id).execute()
        _again(run, row, before, read.number)


def _typed(name: str, text: str) -> str:
    """A cell as it is kept. A person types the day first whatever the file does: a date is kept as year-month-day."""
    if name in _DATES:
        try:
            return cells.any_day(text, day_first=True).isoformat()
        except ValueError:
            pass  # kept as it was typed: the row stays to correct and says so
    return text.strip()


def set_aside(row: ImportRow, is_aside: bool, *, now: dt.datetime) -> None:
    """Leave a document out of the import, or take it in again."""
    with _changing(row.run) as run:
        ImportRow.update(is_aside=is_aside).where(ImportRow.id == row.id).execute()
        _again(run, row, row.number)


def accept(row: ImportRow, accepts: bool, *, now: dt.datetime) -> None:
    """Take what differs from the file, or keep what Relance has."""
    with _changing(row.run) as run:
        ImportRow.update(accepts=accepts).where(ImportRow.id == row.id).execute()
        _again(run, row)


def accept_all(run: ImportRun, accepts: bool = True, *, now: dt.datetime) -> None:
    """Take everything that differs from the file, or keep everything as Relance has it."""
    with _changing(run):
        differs = (ImportRow.run == run) & ((ImportRow.action == "different") | ImportRow.accepts)
        ImportRow.update(accepts=accepts, action="").where(differs).execute()
        _check_again(run)


def choose_client(run: ImportRun, debtor: str, reference: str, *, now: dt.datetime) -> None:
    """Say who a new client is: one of those it looks like, by reference, or '' for a new one."""
    with _changing(run) as fresh:
        offered = dict(next((one.choices for one in _named(run) if one.debtor == debtor), ()))
        if reference and reference not in offered:
            raise RunError("Choisissez l'un des clients proposés.", "client")
        choices: dict[str, str] = json.loads(fresh.choices_json)
        choices[debtor[:200]] = reference
        ImportRun.update(choices_json=json.dumps(choices, ensure_ascii=False)).where(ImportRun.id == run.id).execute()
        ImportRow.update(action="").where(ImportRow.run == run).execute()
        _check_again(run)


def take_seller(run: ImportRun, name: str, *, by: User | None, now: dt.datetime) -> list[str]:
    """« C'est mon entreprise » : this seller's name, that only was unknown, is the account's from now on."""
    with _changing(run) as fresh:
        files = {file.id: file for file in ImportFile.select().where(ImportFile.run == run)}
        reader = import_lines.Reader(files)
        names = []
        for row in ImportRow.select().where(ImportRow.run == run, ImportRow.action == "fix"):
            if any(column == SELLER for column, _value, _reason in json.loads(row.problems_json)):
                names.append(" ".join(reader.line(row).read.seller.name.split())[:200])
        account: Account = Account.get_by_id(fresh.account_id)
        known = account.trade_names.splitlines()
        wanted = " ".join(name.split())
        added = [one for one in dict.fromkeys(names) if one and one == wanted and one not in known]
        if added:
            both = "\n".join([*known, *added])
            Account.update(trade_names=both).where(Account.id == account.id).execute()
            record("settings_changed", account=account, at=now, user=by, page="entreprise", fields=["trade_names"])
        ImportRow.update(action="").where(ImportRow.run == run, ImportRow.action == "fix").execute()
        _check_again(run)
    return added


def recheck(run: ImportRun, *, now: dt.datetime) -> None:
    """Compare everything again with what is recorded now."""
    with _changing(run):
        ImportRow.update(action="").where(ImportRow.run == run).execute()
        _check_again(run)


def new_clients(run: ImportRun, limit: int = 20) -> list[NewClient]:
    """The clients it would create, those that look like others first; also those a person said are others."""
    found = _named(run)[:limit]
    seen = {one.debtor for one in found}
    return found + [one for one in _new(run, limit) if one.debtor not in seen][: limit - len(found)]


def _new(run: ImportRun, limit: int) -> list[NewClient]:
    first = fn.MIN(ImportRow.position)
    query = (
        ImportRow.select(ImportRow.debtor, fn.MIN(ImportRow.client_name), fn.COUNT(ImportRow.id))
        .where(ImportRow.run == run, ImportRow.action == "create", ImportRow.client.is_null(), ImportRow.debtor != "")
        .group_by(ImportRow.debtor)
        .order_by(first)
        .limit(limit + MAX_ALIKE)
    )
    return [NewClient(debtor, name, int(n), (), "") for debtor, name, n in query.tuples()]


def _named(run: ImportRun) -> list[NewClient]:
    """The clients that are not recorded under their name and look like others, with who they may be."""
    chosen: dict[str, str] = json.loads(ImportRun.get_by_id(run.id).choices_json)
    first = fn.MIN(ImportRow.position)
    query = (
        ImportRow.select(
            ImportRow.debtor, fn.MIN(ImportRow.client_name), fn.COUNT(ImportRow.id), fn.MAX(ImportRow.looks_like_json)
        )
        .where(ImportRow.run == run, ImportRow.debtor != "", ImportRow.looks_like_json != "[]")
        .group_by(ImportRow.debtor)
        .order_by(first)
        .limit(MAX_ALIKE)
    )
    found = []
    for debtor, name, n, looks_like in query.tuples():
        choices = tuple((str(ref), str(other)) for ref, other in json.loads(looks_like))
        found.append(NewClient(debtor, name, int(n), choices, chosen.get(debtor, "")))
    return found


def _again(run: ImportRun, row: ImportRow, *numbers: str) -> None:
    """Have checked again what a change to this row can touch."""
    touched = ImportRow.run == run
    if run.n_rows > ALL_AGAIN or ImportRow.select().where(touched).count() > ALL_AGAIN:
        of_number = ImportRow.number.in_([number for number in numbers if number])
        lowers = (ImportRow.kind == "credit_note") & (ImportRow.action == "fix")
        touched &= (ImportRow.id == row.id) | of_number | lowers
    ImportRow.update(action="").where(touched).execute()
    _check_again(run)


def _check_again(run: ImportRun) -> None:
    left = ImportRow.select().where(ImportRow.run == run, ImportRow.action == "").count()
    values = {"state": "checking", "n_done": 0, "n_rows": left}
    ImportRun.update(**values).where(ImportRun.id == run.id, ImportRun.state == "ready").execute()
