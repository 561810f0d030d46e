"""Facts written as rows are the facts read back."""

import datetime as dt
from dataclasses import replace

from relance.models.events import Event
from relance.models.invoices import Instalment
from relance.services import invoicing
from relance.services.invoice_facts import InstalmentFacts
from relance.services.invoice_rows import changes, facts_of, plan_of
from tests import factories
from tests.making import NOW, TODAY, events, fresh, make_facts, make_invoice


def test_several_instalments_are_kept_in_order_and_the_last_date_is_the_due_date(client):
    plan = (InstalmentFacts(dt.date(2026, 11, 1), 132_000), InstalmentFacts(dt.date(2026, 12, 1), 300_000))
    invoice = make_invoice(client, instalments=plan)
    assert (invoice.next_due_on, invoice.due_on) == (dt.date(2026, 11, 1), dt.date(2026, 12, 1))
    assert [row.amount_cents for row in invoice.instalments.order_by(Instalment.position)] == [132_000, 300_000]


def test_the_change_says_what_was_and_what_is(client):
    invoice = make_invoice(client)
    facts = replace(invoicing.facts_of(invoice), due_on=dt.date(2026, 11, 15), total_cents=400_000)
    invoicing.update(invoice, facts, version=1, by=None, now=NOW)
    changes = Event.get(Event.kind == "invoice_changed").facts["changes"]
    assert changes["due_on"] == ["2026-10-31", "2026-11-15"]
    assert changes["total_cents"] == [432_000, 400_000]
    row = Instalment.get(Instalment.invoice == invoice)
    assert (row.due_on, row.balance_cents, fresh(invoice).balance_cents) == (dt.date(2026, 11, 15), 400_000, 400_000)


def test_saving_without_a_change_tells_nothing(client):
    invoice = make_invoice(client)
    invoicing.update(invoice, invoicing.facts_of(invoice), version=1, by=None, now=NOW)
    assert events(invoice=invoice) == ["invoice_created"]


def test_fewer_instalments_remove_the_rows_and_the_money_moves(client):
    plan = (InstalmentFacts(dt.date(2026, 11, 1), 132_000), InstalmentFacts(dt.date(2026, 12, 1), 300_000))
    invoice = make_invoice(client, instalments=plan)
    facts = replace(invoicing.facts_of(invoice), instalments=(), due_on=dt.date(2026, 12, 5))
    invoicing.update(invoice, facts, version=1, by=None, now=NOW)
    rows = [(row.due_on, row.amount_cents) for row in Instalment.select().where(Instalment.invoice == invoice)]
    assert rows == [(dt.date(2026, 12, 5), 432_000)]
    assert fresh(invoice).next_due_on == dt.date(2026, 12, 5)


def test_facts_written_are_the_facts_read_back(client):
    facts = make_facts(client, object="Logo", order_reference="BC 12", net_cents=360_000, vat_cents=72_000, note="x")
    invoice = invoicing.create(client.account, facts, now=NOW).invoice
    assert facts_of(invoice) == facts
    assert changes(invoice, facts) == {}


def test_a_date_that_moves_keeps_the_row_and_lets_the_user_be_warned_again(client):
    invoice = make_invoice(client)
    Instalment.update(alerted_on=TODAY).execute()
    kept = Instalment.get().id
    moved = replace(facts_of(invoice), due_on=dt.date(2026, 11, 15))
    invoicing.update(invoice, moved, version=invoice.version, by=None, now=NOW)
    row = Instalment.get_by_id(kept)
    assert (row.due_on, row.alerted_on) == (dt.date(2026, 11, 15), None)
    assert plan_of(invoice) == (InstalmentFacts(dt.date(2026, 11, 15), 432_000),)
    assert events(invoice=invoice)[-1] == "invoice_changed"


def test_the_history_says_the_fingerprint_of_the_invoices_file_so_that_the_journal_vouches_for_it(client):
    def told(kind):
        return Event.select().where(Event.kind == kind).order_by(Event.id.desc()).first().facts

    first, second = (factories.make_document(client.account, content) for content in (b"%PDF-1", b"%PDF-2"))
    invoice = make_invoice(client, document_id=first.id)
    assert told("invoice_created")["document_sha256"] == first.sha256
    facts = replace(facts_of(invoice), document_id=second.id)
    invoicing.update(invoice, facts, version=invoice.version, by=None, now=NOW)
    assert told("invoice_changed")["document_sha256"] == second.sha256
    make_invoice(client)
    assert "document_sha256" not in told("invoice_created")
