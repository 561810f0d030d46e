"""Which invoices are inserted together. That the result is the same: tests/services/test_import_writing.py."""

import datetime as dt

import pytest
from peewee import IntegrityError

from relance.db import transaction
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import delivered_sequences, import_bulk, importing
from tests import factories
from tests.counting import counted
from tests.data import making
from tests.services.import_made import NOW, csv_lines, given, imported, rows

HEADER = "numero;type;client;date_emission;montant_ttc;facture_liee"


def test_only_what_nothing_depends_on_is_plain(account: Account, latitude: Client) -> None:
    content = making.csv(
        "F-1;;Latitude Conseil;02/11/2026;10;", "A-1;avoir;Latitude Conseil;02/11/2026;5;F-1", header=HEADER
    )
    invoice, note = importing.plan(account, csv_lines(content), factories.TODAY)
    assert import_bulk.is_plain(invoice, latitude)
    assert not import_bulk.is_plain(note, latitude)
    delivered_sequences.deliver(account, NOW)
    latitude.sequence = account.sequences.first() if hasattr(account, "sequences") else 1
    assert not import_bulk.is_plain(invoice, latitude)


def test_one_that_is_there_already_stops_them_all(account: Account, latitude: Client) -> None:
    content = making.csv("F-1;;Latitude Conseil;02/11/2026;10;", "F-2;;Latitude Conseil;02/11/2026;20;", header=HEADER)
    run = given(account, content)
    items = importing.plan(account, csv_lines(content), factories.TODAY)
    factories.make_invoice(latitude, "F-2", issued_on=dt.date(2026, 11, 2))
    plain = [(row, item, latitude, None) for row, item in zip(rows(run), items, strict=True)]
    with pytest.raises(IntegrityError), transaction():
        import_bulk.insert(account, plain, {row.id: None for row, *_ in plain}, by=None, now=NOW)
    assert [invoice.number for invoice in Invoice.select()] == ["F-2"]


def test_writing_takes_few_statements_a_row(account: Account) -> None:
    factories.make_client(account, "Vauquelin")
    lines = [f"F-{n};;Vauquelin;02/11/2026;{n};" for n in range(1, 101)]
    with counted() as found:
        imported(account, making.csv(*lines, header=HEADER))
    assert Invoice.select().count() == 100
    assert len(found) < 400
