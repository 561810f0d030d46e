"""The canonical CSV out of one account and into another: the same invoices, to the cent."""

import csv
import datetime as dt
import io

import pytest

from relance.imports.canonical_csv import COLUMNS
from relance.models.clients import Client
from relance.models.imports import ImportRow
from relance.models.invoices import Invoice
from relance.services import export_canonical, invoicing, paying
from tests import factories, making
from tests.factories import NOW, TODAY
from tests.services.import_made import confirmed, given

AWKWARD = 'L\'« Encrier » ; "fils" & Œuvre, É\u0301t\u00e9 20\u00a0%'


def content_of(account):
    return b"".join(export_canonical.pieces(account))


def rows_of(account):
    return list(csv.DictReader(io.StringIO(content_of(account).decode("utf-8-sig")), delimiter=";"))


def record(client, number, **values):
    state = values.pop("state", "sent")
    return making.make_invoice(client, number=number, state=state, **values)


def furnish(account):
    """Invoices of every kind, state, currency and means, with credit notes, part payments and awkward texts."""
    encrier = making.record_client(account, name=AWKWARD, siren="552081317")
    making.record_contact(encrier, name="-Zoë", email="zoe@encrier.example")
    making.record_contact(encrier, name="Autre", email="autre@encrier.example")
    town = making.record_client(account, name="=cmd|' /C calc'!A0", kind="public")
    person = making.record_client(account, name="@Zoë Ñandú", kind="individual")
    making.record_contact(person, name="Zoë", email="nandu@zoe.example")
    for kind in ("invoice", "deposit", "progress", "final"):
        record(encrier, f"K-{kind}", kind=kind, object="Ligne 1 ; « deux »")
    for state in ("draft", "to_process", "sent"):
        record(town, f"+S-{state}", state=state, object="=1+1")
    for currency in ("CHF", "GBP"):
        record(person, f"C/{currency} 1", currency=currency, total_cents=1)
    for method in ("direct_debit", "card", "cheque", "cash"):
        record(town, f"M-{method}", payment_method=method)
    record(encrier, "'=déjà", already_paid_cents=100, object="'+33")
    record(encrier, "PAYÉE", already_paid_cents=432_000)
    over = record(town, "TROP")
    paying.record(over, amount_cents=500_000, received_on=TODAY, allow_excess=True, by=None, now=NOW)
    lowered = record(encrier, "BAISSÉE", already_paid_cents=400_000)
    record(encrier, "AV-1", kind="credit_note", total_cents=2_000, credited_invoice_id=lowered.id)
    settled = record(encrier, "SOLDÉE", already_paid_cents=400_000)
    record(encrier, "AV-2", kind="credit_note", total_cents=32_000, credited_invoice_id=settled.id)
    invoicing.cancel(record(town, "ANNULÉE"), by=None, now=NOW)
    invoicing.write_off(record(town, "PERDUE"), by=None, now=NOW)


def seen(account):
    """What must be the same on both sides: a written-off invoice has no word of its own in the format."""
    found = {}
    for one in Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account):
        state = "cancelled" if one.state == "written_off" else one.state
        method = "transfer" if one.payment_method == "cash" else one.payment_method
        found[one.number] = (
            one.kind, state, one.issued_on, one.due_on, one.total_cents, one.balance_cents, one.currency, method,
            " ".join(one.object.split()), one.client.kind, one.client.siren, one.credited_invoice and
            one.credited_invoice.number, " ".join(one.client.name.split()),
        )  # fmt: skip
    return found


def take_in(account, content):
    """What an import of this file makes of each line; it is confirmed when there is something to write."""
    run = given(account, ("factures.csv", content))
    rows = list(ImportRow.select().where(ImportRow.run == run).order_by(ImportRow.id))
    assert [row.problems_json for row in rows if row.problems_json != "[]"] == []
    actions = {row.action for row in rows}
    if actions & {"create", "update"}:
        confirmed(run)
    return actions


@pytest.mark.requirement("S3.6")
def test_what_one_account_exports_another_takes_in_as_it_was(account):
    furnish(account)
    content = content_of(account)
    other = factories.make_account("Atelier Neuf", siret="")
    assert take_in(other, content) == {"create"}
    assert seen(other) == seen(account)
    assert Client.select().where(Client.account == other).count() == 3
    assert take_in(other, content) == {"same"}
    assert take_in(account, content) == {"same"}


def test_no_cell_is_a_formula_and_the_columns_are_the_documented_ones(account):
    furnish(account)
    rows = rows_of(account)
    assert tuple(rows[0]) == COLUMNS
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert "'=cmd|' /C calc'!A0" in cells


def test_a_line_says_what_was_received_as_the_format_can(account, latitude):
    paid = factories.make_invoice(latitude, "P", paid_cents=120_000)
    part = factories.make_invoice(latitude, "Q", paid_cents=20_000)
    factories.make_invoice(latitude, "A", kind="credit_note", total_cents=50, credited_invoice=part)
    said = {row["numero"]: (row["statut"], row["deja_regle"], row["facture_liee"]) for row in rows_of(account)}
    assert said == {"P": ("payee", "", ""), "Q": ("envoyee", "200,00", ""), "A": ("envoyee", "", "Q")}
    assert paid.state == "paid"


def test_invoices_are_read_by_pages_and_those_of_others_never(account, latitude, monkeypatch):
    monkeypatch.setattr(export_canonical, "PAGE", 3)
    for number in range(7):
        factories.make_invoice(latitude, f"N-{number}", due_on=TODAY + dt.timedelta(number))
    stranger = factories.make_client(factories.make_account("Basile"), "Autre")
    factories.make_invoice(stranger, "B-1")
    assert [len(page) for page in export_canonical.pages(account)] == [3, 3, 1]
    assert [row["numero"] for row in rows_of(account)] == [f"N-{number}" for number in range(7)]
