"""Filling the form of an invoice: from what a file states, or from a usual delay."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from relance.imports.values import InvoiceRead
from relance.models.clients import Client
from relance.models.invoices import KINDS, PAYMENT_METHODS
from relance.services.listing import plain
from relance.web.forms.fields import MAX_LINE, YEARS
from relance.web.forms.invoices import InvoiceForm, labels
from relance.web.numbers import row_id


def due_date(issued_on: date, term: str) -> date:
    """The date so many days after ``issued_on``, at most a year; « 30fm » is 30 days, then the end of that month.

    « 0 » is the day itself; what is no number of days is the usual 30.
    """
    typed = term.removesuffix("fm")
    days = row_id(typed) or (0 if typed == "0" else 30)
    day = issued_on + timedelta(days=min(days, 365))
    if term.endswith("fm"):
        day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def apply_read(form: InvoiceForm, read: InvoiceRead, clients: Iterable[Client]) -> set[str]:
    """Put what the file states in the form; return the names of the fields it filled."""
    values: dict[str, Any] = {
        "number": read.number,
        "kind": read.kind if read.kind in KINDS else None,
        "issued_on": _plausible(read.issued_on),
        "due_on": _plausible(read.due_on),
        "currency": read.currency,
        "total": read.total_cents if (read.total_cents or 0) > 0 else None,
        "net": read.net_cents,
        "vat": read.vat_cents,
        "already_paid": read.prepaid_cents or None,
        "payment_method": read.payment_means if read.payment_means in PAYMENT_METHODS else None,
        "order_reference": read.order_reference[:MAX_LINE],
        "object": read.object[:MAX_LINE],
        "client": _client_label(read, clients),
    }
    found = set()
    for name, value in values.items():
        if value in (None, ""):
            continue
        form[name].data = value
        form[name].raw_data = None
        found.add(name)
    if "client" in found and read.buyer.email:
        form.contact_email.data = read.buyer.email
        form.contact_email.raw_data = None
    if "issued_on" in found and "due_on" not in found:
        form.due_on.data = due_date(form.issued_on.data, "30")
        form.due_on.raw_data = None
    return found


def _plausible(day: date | None) -> date | None:
    """The day a file states, unless its year is one that the form would refuse: then a person types it."""
    return day if day is not None and day.year in YEARS else None


def _client_label(read: InvoiceRead, clients: Iterable[Client]) -> str:
    """The client the file names: by SIREN, VAT number or name; the name as written when there is none."""
    known = labels(clients)
    buyer = read.buyer
    for label, client in known.items():
        if buyer.siren and client.siren[:9] == buyer.siren:
            return label
        if buyer.vat and client.vat_number == buyer.vat:
            return label
    for label, client in known.items():
        if plain(client.name) == plain(buyer.name):
            return label
    return buyer.name
