import datetime as dt
from dataclasses import replace

import pytest

from relance.imports.values import InvoiceRead
from relance.web.forms.invoices import InvoiceForm
from relance.web.invoice_reading import apply_read, due_date
from tests import factories

READ = InvoiceRead(
    file="f.pdf",
    number="F-7",
    kind="invoice",
    issued_on=dt.date(2026, 11, 2),
    due_on=dt.date(2026, 12, 2),
    currency="EUR",
    total_cents=192_000,
)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("30", dt.date(2026, 2, 14)),
        ("0", dt.date(2026, 1, 15)),
        ("45fm", dt.date(2026, 3, 31)),
        ("30fm", dt.date(2026, 2, 28)),
        ("99999", dt.date(2027, 1, 15)),
        ("", dt.date(2026, 2, 14)),
        ("²", dt.date(2026, 2, 14)),
    ],
)
def test_a_term_counts_days_and_may_end_at_the_end_of_the_month(term, expected):
    assert due_date(dt.date(2026, 1, 15), term) == expected


def test_what_the_file_states_fills_the_form_and_the_rest_is_left(as_camille, latitude):
    form = InvoiceForm()
    form.object.data = "Logo"
    found = apply_read(form, READ, [latitude])
    assert {"number", "issued_on", "due_on", "total"} <= found
    assert (form.number.data, form.due_on.data, form.total.data) == ("F-7", dt.date(2026, 12, 2), 192_000)
    assert (form.object.data, "object" in found) == ("Logo", False)


def test_without_a_due_date_the_usual_thirty_days_are_proposed(as_camille):
    form = InvoiceForm()
    found = apply_read(form, replace(READ, due_on=None), [])
    assert form.due_on.data == dt.date(2026, 12, 2)
    assert "due_on" not in found  # it was not read: nobody should think the file says so


@pytest.mark.parametrize(
    ("buyer", "label"),
    [
        ({"siren": "552100554", "name": "Autre nom"}, "Latitude Conseil"),
        ({"vat": "FR12552100554", "name": "x"}, "Latitude Conseil"),
        ({"name": "LATITUDE conseil"}, "Latitude Conseil"),
        ({"name": "Studio Kérity"}, "Studio Kérity"),
    ],
)
def test_the_client_is_known_by_its_numbers_then_by_its_name(as_camille, account, buyer, label):
    known = factories.make_client(account, vat_number="FR12552100554")
    form = InvoiceForm()
    apply_read(form, replace(READ, buyer=replace(READ.buyer, **buyer)), [known])
    assert form.client.data == label


def test_a_total_that_is_not_owed_and_an_unknown_kind_are_not_believed(as_camille):
    form = InvoiceForm()
    found = apply_read(form, replace(READ, total_cents=-5, kind="poem"), [])
    assert not {"total", "kind"} & found
