"""Imports, their files and their rows, as rows."""

import json

import peewee
import pytest

from relance.models.accounts import Account
from relance.models.imports import ColumnMap, ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from tests.factories import NOW


def make_run(account: Account, **values: object) -> ImportRun:
    return ImportRun.create(account=account, created_at=NOW, **values)


def test_an_import_takes_its_files_and_rows_with_it_and_leaves_the_invoices(invoice: Invoice) -> None:
    run = make_run(invoice.account)
    file = ImportFile.create(run=run, position=1, name="factures.csv")
    row = ImportRow.create(run=run, file=file, position=1_000_001, total_cents=2**40, invoice=invoice)
    fresh, again = ImportRun.get_by_id(run.id), ImportRow.get_by_id(row.id)
    assert (fresh.state, fresh.reminders, fresh.is_whole, json.loads(fresh.counts_json)) == (
        "reading",
        "off",
        False,
        {},
    )
    assert (again.total_cents, again.action, again.written, again.accepts) == (2**40, "", "", False)
    assert list(run.rows) == [row]
    assert list(run.files) == [file]
    run.delete_instance()
    assert (ImportFile.select().count(), ImportRow.select().count(), Invoice.select().count()) == (0, 0, 1)


def test_a_row_outlives_its_invoice(invoice: Invoice) -> None:
    run = make_run(invoice.account)
    file = ImportFile.create(run=run, position=1, name="factures.csv")
    row = ImportRow.create(run=run, file=file, position=1, invoice=invoice)
    invoice.delete_instance()
    assert ImportRow.get_by_id(row.id).invoice is None


def test_a_form_makes_one_import_and_a_place_holds_one_row(account: Account) -> None:
    run = make_run(account, key="1:abc")
    with pytest.raises(peewee.IntegrityError):
        make_run(account, key="1:abc")
    file = ImportFile.create(run=run, position=1, name="factures.csv")
    ImportRow.create(run=run, file=file, position=1)
    with pytest.raises(peewee.IntegrityError):
        ImportRow.create(run=run, file=file, position=1)


def test_an_account_remembers_one_way_to_read_the_same_titles(account: Account) -> None:
    ColumnMap.create(account=account, headers="abc", table_json="{}", used_at=NOW)
    with pytest.raises(peewee.IntegrityError):
        ColumnMap.create(account=account, headers="abc", table_json="{}", used_at=NOW)
