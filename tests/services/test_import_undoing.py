"""Undoing an import: everything it wrote leaves, the journal stays sealed, and what a person did since is kept."""

import datetime as dt

import pytest

from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Instalment, Invoice
from relance.models.payments import Payment
from relance.services import import_runs, import_undoing, journal, keeping_clients, paying, promising
from relance.services.keeping_clients import ContactFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.data import making
from tests.making import switch_on
from tests.services.import_made import NOW, actions, confirmed, given, imported, rows, went_on

LATER = NOW + dt.timedelta(minutes=10)


def undone(run: ImportRun, now: dt.datetime = LATER) -> ImportRun:
    import_runs.undo(run, by=None, now=now)
    return went_on(run, now)


def counts() -> tuple[int, ...]:
    return tuple(model.select().count() for model in (Client, Contact, Invoice, Instalment, Payment))


def test_an_import_goes_as_it_came_and_may_come_again(account: Account, latitude: Client) -> None:
    before = counts()
    run = imported(account, making.factures())
    after = counts()
    gone = undone(run)
    assert (gone.state, counts()) == ("undone", before)
    assert Event.select().where(Event.kind == "import_undone").count() == 1
    again = imported(account, making.factures())
    assert (again.state, counts()) == ("done", after)


def test_the_journal_keeps_its_events_and_its_seal(account: Account) -> None:
    run = imported(account, making.factures())
    sealed = NOW + dt.timedelta(minutes=5)
    assert journal.seal(sealed) > 5
    told = Event.select().where(Event.kind == "invoice_imported").count()
    undone(run)
    journal.seal(LATER + dt.timedelta(minutes=5))
    assert journal.first_break(account.id) is None
    kept = list(Event.select().where(Event.kind == "invoice_imported"))
    assert len(kept) == told
    assert all(event.invoice_id is None and event.facts["removed_invoice"] for event in kept)


def test_a_forged_event_of_a_removed_invoice_is_found(account: Account) -> None:
    run = imported(account, making.factures())
    journal.seal(NOW + dt.timedelta(minutes=5))
    undone(run)
    event = Event.get(Event.kind == "invoice_imported")
    Event.update(data=event.data.replace('"removed_invoice": ', '"removed_invoice": 9')).where(
        Event.id == event.id
    ).execute()
    assert journal.first_break(account.id) == event.id


def test_a_client_with_something_else_stays(account: Account) -> None:
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    client = Client.get(Client.name == "Vauquelin")
    factories.make_invoice(client, number="F-77")
    undone(run)
    assert [invoice.number for invoice in Invoice.select()] == ["F-77"]
    assert Client.get_by_id(client.id)


def test_a_day_later_it_is_too_late(account: Account) -> None:
    run = imported(account, making.factures())
    assert import_undoing.problem(run, NOW + dt.timedelta(hours=24)) == ""
    assert "24 heures" in import_undoing.problem(run, NOW + dt.timedelta(hours=24, minutes=1))
    with pytest.raises(import_runs.RunError):
        import_runs.undo(run, by=None, now=NOW + dt.timedelta(days=2))
    assert ImportRun.get_by_id(run.id).state == "done"


def test_not_once_a_reminder_left(account: Account) -> None:
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    factories.make_message(Invoice.get().client, [Invoice.get()], sent_at=LATER, created_at=LATER)
    assert "relance est déjà partie" in import_undoing.problem(run, LATER)


def test_not_once_a_person_did_something_with_its_invoices(account: Account, camille: User) -> None:
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    paying.record(Invoice.get(), 500, NOW.date(), by=camille, now=LATER)
    assert "a changé depuis" in import_undoing.problem(run, LATER)


def test_what_was_updated_is_as_before(account: Account) -> None:
    header = "numero;client;date_emission;date_echeance;montant_ttc;deja_regle"
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;02/12/2026;100;", header=header))
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;20/12/2026;150;", header=header))
    import_runs.accept(rows(run)[0], True, now=NOW)
    run = confirmed(went_on(run))
    assert (Invoice.get().total_cents, Invoice.get().due_on) == (15_000, dt.date(2026, 12, 20))
    undone(run)
    assert (Invoice.get().total_cents, Invoice.get().due_on) == (10_000, dt.date(2026, 12, 2))
    paid = confirmed(given(account, making.csv("F-1;Vauquelin;02/11/2026;02/12/2026;100;40", header=header)))
    assert Invoice.get().balance_cents == 6_000
    undone(paid)
    assert (Invoice.get().balance_cents, Payment.select().count()) == (10_000, 0)


def test_contacts_added_to_a_known_client_leave_too(account: Account, latitude: Client) -> None:
    keeping_clients.add_contact(latitude, ContactFacts(email="a@latitude.example"), by=None, now=NOW)
    header = "numero;client;date_emission;montant_ttc;email"
    run = imported(account, making.csv("F-1;Latitude Conseil;02/11/2026;10;b@latitude.example", header=header))
    assert Contact.select().count() == 2
    undone(run)
    assert [contact.email for contact in Contact.select()] == ["a@latitude.example"]
    assert ImportRow.select().where(ImportRow.run == run, ImportRow.written != "").count() == 0
    assert actions(run) == ["create"]


def test_a_promise_made_since_holds_it_back(account: Account) -> None:
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    promising.promise(Invoice.get(), PromiseFacts(dt.date(2026, 12, 1), 1_000), by=None, now=LATER)
    assert "a changé depuis" in import_undoing.problem(run, LATER)


def test_a_client_that_a_person_took_up_stays_with_what_she_added(account: Account) -> None:
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    client = Client.get(Client.name == "Vauquelin")
    keeping_clients.add_contact(client, ContactFacts(email="lea@v.example"), by=None, now=LATER)
    assert undone(run, LATER + dt.timedelta(minutes=1)).state == "undone"
    assert (Invoice.select().count(), Client.get_by_id(client.id).name) == (0, "Vauquelin")
    assert [contact.email for contact in Contact.select()] == ["lea@v.example"]


def test_a_contact_used_since_stays(account: Account) -> None:
    header = "numero;client;date_emission;montant_ttc;email"
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10;a@v.example", header=header))
    contact = Contact.get()
    kept = factories.make_invoice(contact.client, number="F-77", contact=contact)
    undone(run)
    assert Invoice.get().contact == contact
    assert Invoice.get() == kept


def test_a_freed_number_of_invoice_is_never_given_again(account: Account, latitude: Client) -> None:
    run = imported(account, making.factures())
    journal.seal(NOW + dt.timedelta(minutes=5))
    gone = {row.invoice_id for row in rows(run)}
    undone(run)
    invoice = factories.make_invoice(latitude, number="F-77")
    assert invoice.id > max(gone)
    imported(account, making.csv("F-78;Vauquelin;02/11/2026;10", "F-79;Vauquelin;02/11/2026;10"))
    assert not gone & {row.id for row in Invoice.select()}
    journal.seal(LATER + dt.timedelta(hours=1))
    assert journal.first_break(account.id) is None


def test_what_is_paid_while_it_is_undone_stays_and_is_told(account: Account, camille: User) -> None:
    lines = [f"F-{n};Vauquelin;02/11/2026;10" for n in (1, 2)]
    run = imported(account, making.csv(*lines))
    import_runs.undo(run, by=None, now=LATER)
    paying.record(Invoice.get(Invoice.number == "F-1"), 1_000, NOW.date(), by=camille, now=LATER)
    done = went_on(run, LATER)
    assert [invoice.number for invoice in Invoice.select()] == ["F-1"]
    assert Payment.select().count() == 1
    assert (done.state, "ont changé pendant" in done.error) == ("undone", True)


def test_no_reminder_leaves_for_what_is_about_to_go(account: Account) -> None:
    client = factories.make_client(account, "Vauquelin")
    contact = factories.make_contact(client)
    run = imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    switch_on(Invoice.get(), contact, now=NOW)
    assert import_undoing.problem(run, LATER) == ""
    import_runs.undo(run, by=None, now=LATER)
    assert Chase.select().where(Chase.ended_at.is_null()).count() == 0
    assert went_on(run, LATER).state == "undone"
    assert (Invoice.select().count(), Chase.select().count()) == (0, 0)


def test_an_invoice_updated_by_an_import_stays_once_a_letter_names_it(account: Account) -> None:
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;100"))
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;250"))
    import_runs.accept(rows(run)[0], True, now=NOW)
    run = confirmed(went_on(run))
    factories.make_letter(Invoice.get().client, [Invoice.get()], created_at=LATER)
    assert "a changé depuis" in import_undoing.problem(run, LATER)


def test_an_event_hidden_under_a_living_invoice_is_found(account: Account) -> None:
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    journal.seal(NOW + dt.timedelta(minutes=5))
    event = Event.get(Event.kind == "invoice_imported")
    data = event.data[:-1] + f', "removed_invoice": {event.invoice_id}}}'
    Event.update(invoice=None, client=None, data=data).where(Event.id == event.id).execute()
    assert journal.first_break(account.id) == event.id
