import datetime as dt

import pytest

from relance.db import database
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import bulk, bulk_letters, disputing
from relance.services.disputing import DisputeFacts
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def sabatier(account):
    client = factories.make_client(account, "Imprimerie Sabatier")
    factories.make_contact(client, "Paul Sabatier", "paul@sabatier.example")
    return client


def reminded(invoice, times=2):
    for n in range(times):
        day = TODAY - dt.timedelta(days=8 - n)
        at = NOW - dt.timedelta(days=8 - n)
        factories.make_message(invoice.client, [invoice], day_on=day, sent_at=at, template=("rappel", "relance_1")[n])


def chosen(account, *invoices):
    return bulk.chosen(account, [invoice.id for invoice in invoices])[0]


def test_there_is_one_letter_per_client_and_currency(account, invoice, latitude, sabatier):
    second = factories.make_invoice(latitude, "DEUX", total_cents=30_000)
    dollars = factories.make_invoice(latitude, "USD", currency="USD")
    other = factories.make_invoice(sabatier, "TROIS")
    found, aside = bulk_letters.drafts(account, chosen(account, invoice, second, dollars, other), now=NOW)
    assert aside == []
    shown = {one.key: ({row.number for row in one.invoices}, one.balance_cents, one.currency) for one in found}
    assert shown == {
        f"{latitude.id}-EUR": ({invoice.number, "DEUX"}, 150_000, "EUR"),
        f"{latitude.id}-USD": ({"USD"}, 120_000, "USD"),
        f"{sabatier.id}-EUR": ({"TROIS"}, 120_000, "EUR"),
    }
    assert Letter.select().count() == 0


@pytest.mark.requirement("S3.7")
def test_what_is_not_late_or_not_owed_is_set_aside(account, invoice, latitude):
    soon = factories.make_invoice(latitude, "BIENTÔT", due_on=TODAY + dt.timedelta(5))
    today = factories.make_invoice(latitude, "AUJOURDHUI", due_on=TODAY)
    draft = factories.make_invoice(latitude, "BROUILLON", state="draft")
    paid = factories.make_invoice(latitude, "PAYÉE", paid_cents=120_000)
    found, aside = bulk_letters.drafts(account, chosen(account, invoice, soon, today, draft, paid), now=NOW)
    assert [one.invoices for one in found] == [(invoice,)]
    assert {one.invoice.number: one.because for one in aside} == {
        "BIENTÔT": "not_late",
        "AUJOURDHUI": "not_late",
        "BROUILLON": "draft",
        "PAYÉE": "paid",
    }


def test_a_reminder_to_post_is_written_for_what_is_not_late_yet_but_never_for_a_dispute(
    account, camille, invoice, latitude
):
    soon = factories.make_invoice(latitude, "BIENTÔT", due_on=TODAY + dt.timedelta(5))
    contested = factories.make_invoice(latitude, "CONTESTÉE")
    disputing.open_dispute(contested, DisputeFacts("service", "Le travail n'est pas fini."), by=None, now=NOW)
    rows = chosen(account, invoice, soon, contested)
    found, aside = bulk_letters.drafts(account, rows, kind=bulk_letters.AMICABLE, now=NOW)
    assert [({row.number for row in one.invoices}, one.is_early) for one in found] == [
        ({invoice.number, "BIENTÔT"}, False)
    ]
    assert [(one.invoice.number, one.because) for one in aside] == [("CONTESTÉE", "dispute")]
    assert Letter.select().count() == 0


def test_the_same_number_at_two_clients_is_counted_apart(account, invoice, sabatier):
    twin = factories.make_invoice(sabatier, invoice.number, due_on=TODAY - dt.timedelta(20))
    reminded(twin)
    found, _aside = bulk_letters.drafts(account, chosen(account, invoice, twin), now=NOW)
    assert {one.client.id: one.is_early for one in found} == {invoice.client_id: True, sabatier.id: False}


@pytest.mark.parametrize("kind", bulk_letters.KINDS)
def test_many_clients_take_no_more_queries_than_two(account, monkeypatch, kind):
    counted = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(database.obj, "execute_sql", lambda *a, **k: counted.append(a[0]) or execute(*a, **k))

    def queries(clients):
        for _n in range(clients):
            factories.make_invoice(factories.make_client(account))
        rows = chosen(account, *Invoice.select())
        counted.clear()
        assert bulk_letters.drafts(account, rows, kind=kind, now=NOW)[1] == []
        return len(counted)

    assert queries(2) == queries(20)
