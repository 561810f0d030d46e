"""Imports as rows, for the tests of what is read of them."""

import json

from relance.models.imports import ImportFile, ImportRow, ImportRun
from tests import factories


def make_run(account, state="done", names=("factures.csv",), **fields):
    run = ImportRun.create(account=account, state=state, created_at=factories.NOW, **fields)
    for position, name in enumerate(names):
        ImportFile.create(run=run, position=position, name=name, format="csv", is_read=True)
    return run


def make_row(run, invoice=None, *, action="create", written="", cells=None, problems=(), **fields):
    file = ImportFile.select().where(ImportFile.run == run).order_by(ImportFile.position).first()
    return ImportRow.create(
        run=run,
        file=file,
        position=ImportRow.select().where(ImportRow.run == run).count(),
        invoice=invoice,
        action=action,
        written=written or ("created" if invoice is not None else ""),
        cells_json=json.dumps(cells or {}),
        problems_json=json.dumps(list(problems)),
        **fields,
    )
