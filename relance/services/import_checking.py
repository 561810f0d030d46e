"""The dry run, row by row: what each document would become is written beside it, a few hundred at a time."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any

from peewee import fn

from relance.db import transaction
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.rules.calendar import local_date
from relance.services import import_lines
from relance.services.import_lines import Line
from relance.services.import_matching import NEW, Directory
from relance.services.import_planning import ASIDE, Item, Planner, Seen, Wanted, kind_of
from relance.services.invoice_facts import MAX_CENTS

CHUNK = 250
PLACED = ("create", "update", "same", "different")


def check(run: ImportRun, now: dt.datetime, goes_on: Callable[[], bool]) -> bool:
    """Place the rows that are not yet; credit notes last, so that they find what they lower. False: not over."""
    planner = planner_of(run, now)
    files = {file.id: file for file in ImportFile.select().where(ImportFile.run == run)}
    reader = import_lines.Reader(files)
    _meet_again(planner, run, reader)
    while goes_on():
        rows = _next(run)
        if not rows:
            return True
        lines = [reader.line(row) for row in rows]
        planner.learn(lines, seen_by_number(run, lines))
        with transaction():
            for row, line in zip(rows, lines, strict=True):
                item = Item(line, ASIDE) if row.is_aside else planner.place(line, accepts=row.accepts)
                ImportRow.update(**columns(item)).where(ImportRow.id == row.id).execute()
            ImportRun.update(n_done=ImportRun.n_done + len(rows)).where(ImportRun.id == run.id).execute()
    return False


def planner_of(run: ImportRun, now: dt.datetime) -> Planner:
    """What decides about its documents."""
    account = run.account
    return Planner(account, local_date(now, account.time_zone), Directory(account, json.loads(run.choices_json)))


def _meet_again(planner: Planner, run: ImportRun, reader: import_lines.Reader) -> None:
    """Tell the planner the new clients of the rows that were placed before it came."""
    firsts = (
        ImportRow.select(fn.MIN(ImportRow.position))
        .where(ImportRow.run == run, ImportRow.action.in_(PLACED), ImportRow.client.is_null(), ImportRow.debtor != "")
        .group_by(ImportRow.debtor)
    )
    for row in (
        ImportRow.select().where(ImportRow.run == run, ImportRow.position.in_(firsts)).order_by(ImportRow.position)
    ):
        line = reader.line(row)
        planner.directory.find_or_add(line.read.buyer, line.client_kind)


def _next(run: ImportRun) -> list[ImportRow]:
    query = ImportRow.select().where(ImportRow.run == run, ImportRow.action == "")
    rows = list(query.where(ImportRow.kind != "credit_note").order_by(ImportRow.position).limit(CHUNK))
    return rows or list(query.order_by(ImportRow.position).limit(CHUNK))


def seen_by_number(run: ImportRun, lines: Iterable[Line]) -> dict[str, list[Seen]]:
    """The documents of the import that were placed under the numbers of these ones."""
    numbers = sorted({number for line in lines for number in (line.read.number, line.read.credited_number) if number})
    found: dict[str, list[Seen]] = {}
    aliases = {key: ref[len(NEW) :] for key, ref in json.loads(run.choices_json).items() if ref.startswith(NEW)}
    for start in range(0, len(numbers), 500):
        query = (
            ImportRow.select(ImportRow, ImportFile)
            .join(ImportFile)
            .where(
                ImportRow.run == run,
                ImportRow.number.in_(numbers[start : start + 500]),
                ImportRow.action.in_(PLACED),
                ImportRow.issued_on.is_null(False),
                ImportRow.due_on.is_null(False),
            )
        )
        for row in query.order_by(ImportRow.position):
            assert row.issued_on is not None
            assert row.due_on is not None
            wanted = Wanted(
                number=row.number,
                kind=row.kind,
                issued_on=row.issued_on,
                due_on=row.due_on,
                currency=row.currency,
                total_cents=row.total_cents,
                paid_cents=row.paid_cents,
                paid_on=None,
                payment_method="",
            )
            debtor = aliases.get(row.debtor, row.debtor)
            found.setdefault(row.number, []).append(Seen(row.line, row.file.name, wanted, debtor, row.client_id))
    return found


def columns(item: Item) -> dict[str, Any]:
    """What a row keeps of what was decided about it."""
    read, wanted, named, debtor = item.line.read, item.wanted, item.named, item.debtor
    found = {
        "number": read.number[:60],
        "kind": wanted.kind if wanted else kind_of(read),
        "issued_on": read.issued_on,
        "due_on": wanted.due_on if wanted else read.due_on,
        "total_cents": min(abs(read.total_cents or 0), MAX_CENTS),
        "paid_cents": wanted.paid_cents if wanted else 0,
        "currency": read.currency[:3],
        "state": item.line.state,
        "action": item.action,
        "problems_json": _json([[one.column, one.value[:200], one.reason] for one in item.problems]),
        "warnings_json": _json(list(item.warnings)),
        "differences_json": _json(list(item.differences)),
        "client_name": read.buyer.name[:200],
        "debtor": "",
        "client": None,
        "looks_like_json": "[]",
        "invoice": item.existing.id if item.existing else None,
    }
    if named is not None and debtor is not None:
        found["debtor"] = named.key
        found["client"] = debtor.client.id if debtor.client else None
        found["client_name"] = (named.client.name if named.client else named.name)[:200]
        found["looks_like_json"] = _json([[other.who.reference, other.name] for other in named.looks_like])
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
