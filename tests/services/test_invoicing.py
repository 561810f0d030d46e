import datetime as dt
from dataclasses import replace

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.invoices import Instalment, Invoice
from relance.services import chasing, invoicing, paying
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InstalmentFacts, InvoiceError, StaleFormError
from tests.making import NOW, TODAY, events, fresh, make_account, make_client, make_contact, make_facts, make_invoice


@pytest.fixture
def client(database):
    client = make_client(make_account())
    make_contact(client)
    return client


def errors_of(client, **values):
    with pytest.raises(InvoiceError) as caught:
        make_invoice(client, **values)
    return caught.value.errors


def warnings_of(client, **values):
    return " ".join(invoicing.create(client.account, make_facts(client, **values), now=NOW).warnings)


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


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": "  "}, "number"),
        ({"number": "F\r\nBcc: x"}, "number"),
        ({"total_cents": 0}, "total"),
        ({"total_cents": -100}, "total"),
        ({"currency": "JPY"}, "currency"),
        ({"kind": "quote"}, "kind"),
        ({"payment_method": "barter"}, "payment_method"),
        ({"already_paid_cents": 500_000}, "already_paid"),
        ({"late_rate_bp": 20_000}, "late_rate"),
        ({"due_on": dt.date(2206, 1, 1)}, "due_on"),
        ({"net_cents": -1}, "net"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(client, values, field):
    assert field in errors_of(client, **values)
    assert not Invoice.select().exists()
    assert not Event.select().exists()


def test_a_client_contact_or_file_of_another_account_is_refused(client):
    stranger = make_client(make_account())
    with pytest.raises(InvoiceError) as caught:
        invoicing.create(client.account, make_facts(stranger), now=NOW)
    assert "client" in caught.value.errors
    assert "contact" in errors_of(client, contact_id=make_contact(stranger).id)
    assert "document" in errors_of(client, document_id=99)


@pytest.mark.requirement("S1.2")
def test_a_number_is_unique_for_its_kind_and_date_and_only_strange_otherwise(client):
    make_invoice(client, number="F-1")
    assert errors_of(client, number="F-1") == {
        "number": "Le numéro F-1 existe déjà. Choisissez-en un autre ou ouvrez la facture existante."
    }
    assert "sert déjà à un document" in warnings_of(client, number="F-1", issued_on=dt.date(2026, 10, 2))
    assert "sert déjà à un document" in warnings_of(client, number="F-1", kind="deposit")


def test_the_same_number_lives_in_two_accounts(client):
    make_invoice(client, number="F-1")
    assert make_invoice(make_client(make_account()), number="F-1").number == "F-1"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due_on": dt.date(2026, 9, 30)}, "précède la date de facture"),
        ({"due_on": dt.date(2026, 12, 1)}, "L. 441-10"),
        ({"issued_on": dt.date(2026, 11, 24), "due_on": dt.date(2026, 12, 1)}, "dans le futur"),
        ({"net_cents": 1, "vat_cents": 1}, "HT et la TVA"),
        ({"kind": "credit_note", "source": "csv"}, "aucune facture"),
    ],
)
def test_what_is_strange_is_saved_with_a_warning(client, values, words):
    assert words in warnings_of(client, **values)
    assert Invoice.select().count() == 1


def test_sixty_days_concern_professionals_only(database):
    person = make_client(make_account(), kind="individual")
    assert warnings_of(person, due_on=dt.date(2026, 12, 31)) == ""


def test_a_credit_note_names_an_invoice_of_the_same_client_and_currency(client):
    invoice = make_invoice(client)
    other = make_client(client.account, name="Autre")
    base = {"kind": "credit_note", "total_cents": 100}
    assert "credited_invoice" in errors_of(client, **base)
    assert "credited_invoice" in errors_of(other, **base, credited_invoice_id=invoice.id)
    assert "credited_invoice" in errors_of(client, **base, credited_invoice_id=invoice.id, currency="CHF")
    assert "credited_invoice" in errors_of(client, credited_invoice_id=invoice.id)
    note = make_invoice(client, **base, credited_invoice_id=invoice.id)
    assert note.credited_invoice_id == invoice.id


@pytest.mark.parametrize(
    ("days", "cents", "words"),
    [
        ((1, 2), (100_000, 300_000), "doivent être égaux"),
        ((2, 1), (100_000, 332_000), "se suivent"),
        ((1, 1), (100_000, 332_000), "se suivent"),
        ((1, 2), (0, 432_000), "positif"),
    ],
)
def test_instalments_follow_each_other_and_make_the_total(client, days, cents, words):
    plan = tuple(InstalmentFacts(dt.date(2026, 12, day), part) for day, part in zip(days, cents, strict=True))
    assert words in errors_of(client, instalments=plan)["instalments"]


def test_several_instalments_are_kept_in_order_and_the_last_date_is_the_due_date(client):
    plan = (InstalmentFacts(dt.date(2026, 11, 1), 132_000), InstalmentFacts(dt.date(2026, 12, 1), 300_000))
    invoice = make_invoice(client, instalments=plan)
    assert (invoice.next_due_on, invoice.due_on) == (dt.date(2026, 11, 1), dt.date(2026, 12, 1))
    assert [row.amount_cents for row in invoice.instalments.order_by(Instalment.position)] == [132_000, 300_000]


def test_a_form_opened_before_another_save_is_stale(client):
    invoice = make_invoice(client)
    facts = invoicing.facts_of(invoice)
    saved = invoicing.update(invoice, replace(facts, object="Un"), version=1, by=None, now=NOW).invoice
    with pytest.raises(StaleFormError):
        invoicing.update(saved, replace(facts, object="Deux"), version=1, by=None, now=NOW)
    assert (fresh(invoice).object, fresh(invoice).version) == ("Un", 2)
    assert events(invoice=invoice) == ["invoice_created", "invoice_changed"]


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


@pytest.mark.parametrize(
    ("last", "suggested"),
    [
        (None, "F-2026-0001"),
        ("F-2026-0099", "F-2026-0100"),
        ("2025/017", "2026/001"),
        ("FA 9", "FA 10"),
        ("SANS", "SANS-2"),
        ("F12-B", "F13-B"),
    ],
)
def test_the_next_number_keeps_the_shape_of_the_last_one(client, last, suggested):
    if last:
        make_invoice(client, number=last)
    assert invoicing.suggest_number(client.account, TODAY) == suggested


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


def test_fewer_instalments_remove_the_rows_and_the_money_moves(client):
    plan = (InstalmentFacts(dt.date(2026, 11, 1), 132_000), InstalmentFacts(dt.date(2026, 12, 1), 300_000))
    invoice = make_invoice(client, instalments=plan)
    facts = replace(invoicing.facts_of(invoice), instalments=(), due_on=dt.date(2026, 12, 5))
    invoicing.update(invoice, facts, version=1, by=None, now=NOW)
    rows = [(row.due_on, row.amount_cents) for row in Instalment.select().where(Instalment.invoice == invoice)]
    assert rows == [(dt.date(2026, 12, 5), 432_000)]
    assert fresh(invoice).next_due_on == dt.date(2026, 12, 5)
