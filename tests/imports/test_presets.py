"""The exports of tools: invented invoices under documented titles."""

from datetime import date

import pytest

from relance.imports import presets, tables
from relance.imports.row_values import RowRead
from relance.imports.targets import TARGETS
from relance.imports.titles import key

XERO = (
    "ContactName,EmailAddress,POAddressLine1,POAddressLine2,POCity,POPostalCode,POCountry,InvoiceNumber,Reference,"
    "InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,Description,Quantity,UnitAmount,LineAmount,"
    "TaxAmount,Currency,Type,Sent,Status\r\n"
    "Maison Vauquelin,compta@vauquelin.example,3 rue Basse,,Lyon,69001,France,INV-7,PO-1,14/03/2026,13/04/2026,"
    "1200.00,200.00,300.00,900.00,Logo,1,500.00,500.00,100.00,EUR,Sales invoice,Sent,Awaiting Payment\r\n"
    "Maison Vauquelin,compta@vauquelin.example,3 rue Basse,,Lyon,69001,France,INV-7,PO-1,14/03/2026,13/04/2026,"
    "1200.00,200.00,300.00,900.00,Site,1,500.00,500.00,100.00,EUR,Sales invoice,Sent,Awaiting Payment\r\n"
)
ZOHO = (
    "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer Name,Due Date,Currency Code,Item Name,Quantity,"
    "Item Price,Item Total,SubTotal,Total,Balance\n"
    "2026-03-14,91,INV-7,Sent,Maison Vauquelin,2026-04-13,EUR,Logo,1,500,500,1000,1200,900\n"
    "2026-03-14,91,INV-7,Sent,Maison Vauquelin,2026-04-13,EUR,Site,1,500,500,1000,1200,900\n"
)
STRIPE = (
    "id,Amount Due,Billing,Closed,Currency,Customer,Date (UTC),Due Date (UTC),Number,Paid,Subscription,Subtotal,"
    "Total Discount Amount,Applied Coupons,Tax,Tax Percent,Total,Amount Paid,Status,Customer Name\n"
    "in_1,900.00,send_invoice,FALSE,eur,cus_1,2026-03-14 10:22,2026-04-13 10:22,INV-7,FALSE,,1000.00,,,200.00,20,"
    "1200.00,300.00,open,Maison Vauquelin\n"
)
QUADERNO = (
    "document_type,date,number,description,contact_name,due_date,original_currency,original_amount,"
    "accounting_currency,total_amount,gross_amount,state\n"
    "invoice,2026-03-14,INV-7,Logo,Maison Vauquelin,2026-04-13,EUR,1200.00,EUR,1200.00,1000.00,outstanding_x\n"
)
DOLIBARR = (
    "Société;Ref. facture;Date création facture;Date facturation;Date limite règlement;Total HT;Total TTC;"
    "Facture payée;Statut facture\n"
    "Maison Vauquelin;INV-7;2026-03-13;2026-03-14;2026-04-13;1000.00000000;1200.00000000;0;1\n"
)


def read(text: str) -> tuple[str, list[RowRead]]:
    content = text.encode()
    how = tables.recognise(content, "csv", None).how
    assert tables.problems(how) == {}
    return how.preset, [tables.read_row(row.line, row.cells, "f", how) for row in tables.rows(content, "csv", how)]


@pytest.mark.parametrize(
    ("name", "text", "paid_cents"),
    [
        ("Xero", XERO, 30_000),
        ("Zoho", ZOHO, 30_000),
        ("Stripe", STRIPE, 30_000),
        ("Dolibarr", DOLIBARR, 0),
    ],
)
def test_the_export_of_a_tool_is_recognised_and_read_once_for_each_invoice(
    name: str, text: str, paid_cents: int
) -> None:
    preset, rows = read(text)
    assert preset == name
    (row,) = rows
    assert row.problems == ()
    assert row.invoice is not None
    assert (row.invoice.number, row.invoice.buyer.name, row.state) == ("INV-7", "Maison Vauquelin", "sent")
    assert (row.invoice.issued_on, row.invoice.due_on) == (date(2026, 3, 14), date(2026, 4, 13))
    assert (row.invoice.total_cents, row.invoice.currency, row.paid_cents) == (120_000, "EUR", paid_cents)


def test_columns_that_a_preset_does_not_name_are_read_when_their_title_tells() -> None:
    content = QUADERNO.encode()
    found = tables.recognise(content, "csv", None)
    assert found.how.preset == "Quaderno"
    named = {column.title: column.target for column in found.columns}
    assert (named["due_date"], named["state"], named["total_amount"]) == ("date_echeance", "statut", "")
    assert (named["original_amount"], named["contact_name"]) == ("montant_ttc", "contact")


def test_every_preset_says_where_its_titles_come_from_and_names_known_columns() -> None:
    for preset in presets.PRESETS:
        assert preset.source
        assert set(preset.columns.values()) <= {"", *TARGETS}
        assert len({key(title) for title in preset.columns}) == len(preset.columns)
        assert presets.named(preset.name) is preset
        assert presets.find(preset.required) is preset
    assert presets.find(["Numéro", "Client"]) is None
    assert presets.named("") is None
