import datetime as dt
from dataclasses import replace

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Instalment
from relance.services import chasing, invoicing, paying
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InvoiceError, StaleFormError
from tests.making import NOW, TODAY, events, fresh, make_client, make_invoice


@pytest.mark.requirement("S1.2")
def test_a_new_invoice_has_one_instalment_for_its_total_and_an_event(client):
    invoice = make_invoice(client)
    row = Instalment.get(Instalment.invoice == invoice)
    assert (row.due_on, row.amount_cents, row.balance_cents) == (dt.date(2026, 10, 31), 432_000, 432_000)
    assert (invoice.state, invoice.balance_cents, invoice.next_due_on) == ("sent", 432_000, dt.date(2026, 10, 31))
    assert events(invoice=invoice) == ["invoice_created"]


@pytest.mark.requirement("S3.6")
def test_an_imported_invoice_says_so(client):
    invoice = make_invoice(client, source="csv")
    assert (invoice.source, events(invoice=invoice)) == ("csv", ["invoice_imported"])


def test_a_form_opened_before_another_save_is_stale(client):
    invoice = make_invoice(client)
    facts = invoicing.facts_of(invoice)
    saved = invoicing.update(invoice, replace(facts, object="Un"), version=1, by=None, now=NOW).invoice
    with pytest.raises(StaleFormError):
        invoicing.update(saved, replace(facts, object="Deux"), version=1, by=None, now=NOW)
    assert (fresh(invoice).object, fresh(invoice).version) == ("Un", 2)
    assert events(invoice=invoice) == ["invoice_created", "invoice_changed"]


def test_a_smaller_total_can_settle_a_part_paid_invoice(client):
    invoice = make_invoice(client)
    paying.record(invoice, 400_000, TODAY, by=None, now=NOW)
    facts = replace(invoicing.facts_of(invoice), total_cents=400_000)
    invoicing.update(fresh(invoice), facts, version=1, by=None, now=NOW)
    assert fresh(invoice).state == "paid"
    assert events(invoice=invoice)[-1] == "invoice_paid"


def test_the_client_stays_once_reminders_are_on(client):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=9))
    chasing.start(invoice, ChasePlan(contact_ids=(client.contacts.get().id,)), by=None, now=NOW)
    other = make_client(client.account, name="Autre")
    with pytest.raises(InvoiceError) as caught:
        invoicing.update(
            fresh(invoice), replace(invoicing.facts_of(invoice), client_id=other.id), version=1, by=None, now=NOW
        )
    assert "client" in caught.value.errors


def test_a_duplicate_is_a_draft_dated_today_with_the_same_delay_and_the_next_number(client):
    invoice = make_invoice(client, number="F-2026-0099", object="Maintenance")
    copy = invoicing.duplicate(invoice, by=None, now=NOW)
    assert (copy.state, copy.number, copy.object) == ("draft", "F-2026-0100", "Maintenance")
    assert (copy.issued_on, copy.due_on) == (TODAY, TODAY + dt.timedelta(days=30))


@pytest.mark.requirement("S3.7")
def test_a_draft_becomes_to_process_then_sent_and_says_so(client):
    invoice = make_invoice(client, state="draft")
    invoicing.set_aside(invoice, by=None, now=NOW)
    assert fresh(invoice).state == "to_process"
    invoicing.confirm(invoice, by=None, now=NOW)
    assert fresh(invoice).state == "sent"
    assert events(invoice=invoice) == ["invoice_created", "invoice_changed", "invoice_changed"]


@pytest.mark.parametrize(
    ("move", "state", "kind"),
    [("cancel", "cancelled", "invoice_cancelled"), ("write_off", "written_off", "invoice_written_off")],
)
def test_a_closed_invoice_stops_its_reminders_and_reopening_resumes_them(client, move, state, kind):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=9))
    chasing.start(invoice, ChasePlan(contact_ids=(client.contacts.get().id,)), by=None, now=NOW)
    getattr(invoicing, move)(fresh(invoice), by=None, now=NOW)
    assert (fresh(invoice).state, Chase.get().ended_because) == (state, state)
    assert events(invoice=invoice)[-2:] == [kind, "chase_stopped"]
    invoicing.reopen(fresh(invoice), by=None, now=NOW)
    assert (fresh(invoice).state, Chase.get().is_active) == ("sent", True)
    assert events(invoice=invoice)[-2:] == ["invoice_reopened", "chase_resumed"]


def test_a_state_that_moved_meanwhile_is_refused(client):
    invoice = make_invoice(client)
    invoicing.cancel(invoice, by=None, now=NOW)
    with pytest.raises(InvoiceError, match="changé entre-temps"):
        invoicing.write_off(invoice, by=None, now=NOW)
    with pytest.raises(InvoiceError, match="Rouvrez"):
        invoicing.update(fresh(invoice), invoicing.facts_of(invoice), version=2, by=None, now=NOW)


def test_a_note_is_kept_in_the_history(client):
    invoice = make_invoice(client)
    invoicing.note(invoice, "  Rappeler jeudi. ", by=None, now=NOW)
    assert Event.get(Event.kind == "note_added").facts["text"] == "Rappeler jeudi."
    with pytest.raises(InvoiceError):
        invoicing.note(invoice, "   ", by=None, now=NOW)
