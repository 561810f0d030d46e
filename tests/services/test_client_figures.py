import datetime as dt

import pytest

from relance.services import client_figures, invoicing, paying
from tests.making import NOW, TODAY, make_account, make_client, make_contact, make_invoice


@pytest.fixture
def client(database):
    return make_client(make_account())


def test_what_is_owed_is_counted_by_currency_and_lateness(client):
    make_invoice(client)
    make_invoice(client, due_on=TODAY + dt.timedelta(days=3), total_cents=100)
    make_invoice(client, currency="CHF", total_cents=700)
    make_invoice(client, state="draft")
    owed = {one.currency: one for one in client_figures.figures(client, TODAY).owed}
    assert (owed["EUR"].count, owed["EUR"].balance_cents, owed["EUR"].late_count, owed["EUR"].late_cents) == (
        2,
        432_100,
        1,
        432_000,
    )
    assert owed["CHF"].balance_cents == 700


def test_a_habit_needs_two_paid_invoices(client):
    for days in (10, 20):
        invoice = make_invoice(client)
        assert client_figures.figures(client, TODAY).habit_days is None
        paying.record(invoice, 432_000, dt.date(2026, 10, 31) + dt.timedelta(days=days), by=None, now=NOW)
    assert client_figures.figures(client, TODAY).habit_days == 15


def test_the_year_s_invoices_leave_out_credit_notes_drafts_and_older_ones(client):
    make_invoice(client)
    make_invoice(client, state="draft")
    make_invoice(client, kind="credit_note", total_cents=100, source="csv")
    make_invoice(client, issued_on=dt.date(2025, 10, 1), due_on=dt.date(2025, 10, 31))
    assert client_figures.figures(client, TODAY).invoiced == (("EUR", 432_000),)


def test_an_excess_is_the_clients_credit(client):
    paying.record(make_invoice(client), 450_000, TODAY, by=None, now=NOW, allow_excess=True)
    assert client_figures.figures(client, TODAY).excess == (("EUR", 18_000),)


def test_the_list_is_sorted_without_accents_and_says_who_cannot_be_written_to(client):
    other = make_client(client.account, name="Éclair")
    make_contact(other)
    invoicing.note(make_invoice(other), "appel", by=None, now=NOW)
    rows = client_figures.listed(client.account, TODAY)
    assert [(row.client.name, row.has_address) for row in rows] == [("Éclair", True), ("Latitude Conseil", False)]
    assert rows[0].last_exchange_at == NOW
    assert [row.client.name for row in client_figures.listed(client.account, TODAY, "ECLAIR")] == ["Éclair"]
    assert client_figures.listed(client.account, TODAY, is_archived=True) == []
