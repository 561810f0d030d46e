"""Importing for good: once, in slices that a stop does not break, and never a reminder nobody asked for."""

import datetime as dt

import pytest

from relance import storage
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Entry
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.imports import ImportRow, ImportRun
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.models.sequences import Sequence
from relance.services import delivered_sequences, enrolling, import_bulk, import_runs, import_writing, invoicing
from tests import factories
from tests.data import making
from tests.services.import_made import NOW, actions, confirmed, given, imported, rows, went_on


def get(number: str) -> Invoice:
    return Invoice.get(Invoice.number == number)


def counts() -> tuple[int, ...]:
    return tuple(model.select().count() for model in (Client, Contact, Invoice, Instalment, Payment))


def delivered(account: Account) -> Sequence:
    delivered_sequences.deliver(account, NOW)
    return Sequence.select().where(Sequence.account == account).order_by(Sequence.id).first()


@pytest.mark.requirement("S3.6")
def test_a_file_becomes_clients_contacts_invoices_and_payments(account: Account, camille: User) -> None:
    run = imported(account, making.factures(), by=camille)
    found = import_runs.figures(run)
    assert (run.state, found.created, found.updated, found.rows) == ("done", 5, 0, 5)
    first = get("F-2026-0101")
    assert (first.client.name, first.client.siren, first.source) == ("Maison Vauquelin", "552081317", "csv")
    assert first.contact is not None
    assert (first.contact.email, first.contact.name) == ("compta@vauquelin.example", "Léa Martin")
    assert Contact.select().where(Contact.client == first.client).count() == 2
    # 1 800 − 300 already paid − 150 of credit
    assert (first.total_cents, first.balance_cents, first.state) == (180_000, 135_000, "sent")
    assert (first.object, first.due_on) == ("Refonte du site", dt.date(2026, 11, 1))
    deposit = get("F-2026-0102")
    assert (deposit.kind, deposit.state, deposit.client.kind) == ("deposit", "paid", "public")
    assert deposit.paid_on == dt.date(2026, 11, 4)
    third = get("F-2026-0103")
    assert (third.client.kind, third.payment_method, third.due_on) == ("individual", "cheque", dt.date(2026, 11, 11))
    assert get("A-2026-0007").credited_invoice == first
    assert (get("F-2026-0104").state, get("F-2026-0104").payment_method) == ("draft", "direct_debit")
    told = list(Event.select().where(Event.kind == "invoice_imported"))
    assert {event.facts["number"] for event in told} == {invoice.number for invoice in Invoice.select()}
    assert {event.user for event in told} == {camille}
    (finished,) = Event.select().where(Event.kind == "import_finished")
    assert (finished.facts["created"], finished.facts["files"]) == (5, ["factures.csv"])
    assert {row.invoice_id for row in rows(run)} == {invoice.id for invoice in Invoice.select()}


@pytest.mark.requirement("S3.6")
def test_importing_never_switches_reminders_on(account: Account) -> None:
    imported(account, making.factures())
    assert Chase.select().count() == Message.select().count() == 0


@pytest.mark.requirement("S3.6")
def test_the_same_file_twice_changes_nothing(account: Account) -> None:
    imported(account, making.factures())
    before = counts()
    again = given(account, making.factures())
    assert actions(again) == ["same"] * 5
    with pytest.raises(import_runs.RunError, match="rien à importer"):
        confirmed(again)
    assert counts() == before


def test_a_check_made_before_another_import_is_made_again_when_it_is_written(account: Account) -> None:
    stale = given(account, making.factures())
    imported(account, making.factures())
    before = counts()
    late = confirmed(stale)
    assert (late.state, import_runs.figures(late).created) == ("done", 0)
    assert actions(late) == ["same"] * 5
    assert counts() == before


LINES = (
    "F-1;facture;envoyee;Vauquelin;02/11/2026;02/12/2026;100,00;",
    "F-2;acompte;payee;Vauquelin;02/11/2026;05/11/2026;250,50;",
    "F-3;situation;envoyee;Odile Perrin;02/11/2026;02/10/2027;99,99;40,00",
    "F-4;solde;brouillon;Perrin;03/11/2026;;1 000,00;",
    "F-5;facture;a_traiter;Ville de Sens;04/11/2026;04/12/2026;10;",
    "F-6;facture;annulee;Ville de Sens;04/11/2026;04/12/2026;10;",
    "F-7;facture;envoyee;Ville de Sens;05/11/2026;04/12/2026;12,34;12,34",
)
HEADER = "numero;type;statut;client;date_emission;date_echeance;montant_ttc;deja_regle"


def everything(account: Account) -> tuple[object, ...]:
    """All that an import wrote, without the ids."""
    invoices = Invoice.select().where(Invoice.account == account).order_by(Invoice.number)
    left_out = ("id", "account", "client", "contact", "document", "credited_invoice", "created_at", "updated_at")
    shown = []
    for one in invoices:
        parts = Instalment.select().where(Instalment.invoice == one).order_by(Instalment.position)
        payments = Payment.select().where(Payment.invoice == one)
        events = Event.select().where(Event.invoice == one).order_by(Event.id)
        shown.append((
            {name: value for name, value in one.__data__.items() if name not in left_out},
            one.client.name,
            [(part.position, part.due_on, part.amount_cents, part.balance_cents) for part in parts],
            [(paid.amount_cents, paid.received_on, paid.method, paid.reference) for paid in payments],
            [(event.kind, {k: v for k, v in event.facts.items() if k != "payment_id"}) for event in events],
        ))  # fmt: skip
    return tuple(shown)


@pytest.mark.parametrize("tolerance", [0, 6000])
def test_together_or_one_by_one_the_same_rows_and_events(
    account: Account, basile: User, monkeypatch: pytest.MonkeyPatch, tolerance: int
) -> None:
    Invoice.delete().where(Invoice.account == basile.account).execute()
    Account.update(tolerance_cents=tolerance).execute()
    content = making.csv(*LINES, header=HEADER)
    imported(Account.get_by_id(account.id), content)
    monkeypatch.setattr(import_bulk, "is_plain", lambda item, client: False)
    imported(Account.get_by_id(basile.account_id), content)
    together, alone = everything(account), everything(basile.account)
    assert len(together) == len(LINES)
    assert together == alone


def test_a_worker_that_stops_half_way_goes_on_where_it_was(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"F-{n};Vauquelin;02/11/2026;{n}" for n in range(1, 21)]
    run = given(account, making.csv(*lines))
    monkeypatch.setattr(import_writing, "CHUNK", 6)
    import_runs.confirm(run, count=20, by=None, now=NOW)
    slices = iter((True, True, False))
    import_writing.write(ImportRun.get_by_id(run.id), NOW, lambda: next(slices))
    assert Invoice.select().count() == 12
    done = went_on(run)
    assert (done.state, Invoice.select().count(), import_runs.figures(done).created) == ("done", 20, 20)
    assert Client.select().count() == 1


def test_a_slice_that_fails_leaves_nothing_of_itself(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    run = given(account, making.factures())
    before = counts()

    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(import_bulk, "insert", fail)
    done = confirmed(run)
    assert counts() == before
    assert (done.state, done.error != "") == ("done", True)
    assert import_runs.figures(done).created == 0


def test_an_invoice_recorded_meanwhile_is_left_alone(account: Account) -> None:
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;02/11/2026;20"))
    client = factories.make_client(account, "Vauquelin")
    factories.make_invoice(client, number="F-1", issued_on=dt.date(2026, 11, 2), total_cents=9_900)
    done = confirmed(run)
    assert actions(done) == ["different", "create"]
    assert (get("F-1").total_cents, get("F-2").total_cents, get("F-2").client) == (9_900, 2_000, client)


MIXED = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;hier;10", "F-3;Perrin;02/11/2026;30")


def test_the_good_lines_are_written_and_the_bad_ones_kept_to_correct(account: Account) -> None:
    done = imported(account, MIXED)
    assert {invoice.number for invoice in Invoice.select()} == {"F-1", "F-3"}
    assert actions(done) == ["create", "fix", "create"]


def test_a_file_taken_whole_or_not_at_all_waits_for_its_last_correction(account: Account) -> None:
    other = making.csv("F-9;Perrin;02/11/2026;30")
    run = given(account, ("a.csv", MIXED), ("b.csv", other), is_whole=True)
    found = import_runs.figures(run)
    assert (found.create, found.held, found.will_write) == (3, 2, 1)
    done = confirmed(run)
    assert [invoice.number for invoice in Invoice.select()] == ["F-9"]
    assert import_runs.figures(done).created == 1


def test_known_clients_and_contacts_are_used_not_doubled(account: Account, latitude: Client) -> None:
    contact = factories.make_contact(latitude, "Nadia Benali", "Compta@latitude-conseil.example")
    header = "numero;client;date_emission;montant_ttc;email;contact"
    imported(account, making.csv(
        "F-1;LATITUDE CONSEIL;02/11/2026;10;compta@latitude-conseil.example;N. Benali",
        "F-2;Latitude Conseil;03/11/2026;20;hugo@latitude-conseil.example;Hugo Marchand",
        header=header,
    ))  # fmt: skip
    assert Client.select().count() == 1
    assert get("F-1").contact == contact
    assert get("F-2").contact.name == "Hugo Marchand"
    assert Contact.get_by_id(contact.id).is_main


def test_another_account_sees_nothing_of_it(account: Account, basile: User) -> None:
    imported(account, making.factures())
    assert Invoice.select().where(Invoice.account == basile.account).count() == 1
    assert Client.select().where(Client.account == basile.account).count() == 1


@pytest.mark.requirement("S3.6")
def test_a_facturx_pdf_becomes_an_invoice_with_its_file_attached(account: Account) -> None:
    content = making.facturx()
    imported(account, ("facture.pdf", content))
    invoice = get("F-2026-0101")
    assert (invoice.source, invoice.order_reference, invoice.net_cents) == ("facturx", "BC-77", 150_000)
    assert (invoice.total_cents, invoice.balance_cents) == (180_000, 150_000)
    assert invoice.client.address == "4 cours Vitton\n69006 Lyon"
    document = invoice.document
    assert (document.kind, document.name, document.size) == ("invoice", "facture.pdf", len(content))
    assert storage.get(document.sha256) == content


def test_a_pdf_without_data_becomes_an_invoice_once_completed(account: Account) -> None:
    run = given(account, ("scan.pdf", making.pdf()))
    (row,) = rows(run)
    assert row.action == "fix"
    fixes = {"numero": "F-7", "client": "Vauquelin", "date_emission": "02/11/2026", "montant_ttc": "120,00"}
    import_runs.correct(row, fixes, now=NOW)
    done = confirmed(went_on(run))
    invoice = get("F-7")
    assert (invoice.total_cents, invoice.source, invoice.document.name) == (12_000, "pdf", "scan.pdf")
    assert done.state == "done"
    assert Document.select().where(Document.kind == "invoice").count() == 1


@pytest.mark.requirement("S3.6", "S3.26")
def test_a_client_in_a_sequence_waits_for_a_choice_unless_asked_otherwise(account: Account) -> None:
    sequence = delivered(account)
    client = factories.make_client(account, "Vauquelin")
    enrolling.enrol(sequence, [client.id], by=None, now=NOW)
    line = "{};Vauquelin;20/11/2026;20/12/2026;10"
    header = "numero;client;date_emission;date_echeance;montant_ttc"
    imported(account, making.csv(line.format("F-1"), header=header))
    assert {entry.is_out for entry in Entry.select()} == {True}
    imported(account, making.csv(line.format("F-2"), header=header), reminders="sequences")
    second = Chase.get(Chase.invoice == get("F-2"))
    assert {entry.is_out for entry in Entry.select().where(Entry.chase == second)} == {False}
    assert second.is_inherited
    assert Message.select().count() == 0


def test_more_money_in_the_file_becomes_a_payment(account: Account) -> None:
    header = "numero;client;date_emission;montant_ttc;deja_regle"
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;100;", header=header))
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;100;40", header=header))
    assert actions(run) == ["update"]
    done = confirmed(run)
    assert (get("F-1").balance_cents, import_runs.figures(done).updated) == (6_000, 1)
    assert [paid.amount_cents for paid in Payment.select()] == [4_000]
    assert Event.select().where(Event.kind == "payment_recorded").count() == 1
    assert actions(given(account, making.csv("F-1;Vauquelin;02/11/2026;100;40", header=header))) == ["same"]


def test_a_new_total_is_taken_only_when_a_person_says_so(account: Account) -> None:
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;100"))
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;120"))
    (row,) = rows(run)
    assert (row.action, "120,00" in row.differences_json) == ("different", True)
    import_runs.accept(row, True, now=NOW)
    confirmed(went_on(run))
    assert (get("F-1").total_cents, get("F-1").balance_cents) == (12_000, 12_000)
    assert Event.select().where(Event.kind == "invoice_changed").count() == 1


def test_an_error_of_a_row_is_shown_on_the_row_and_stops_no_other(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = given(account, making.factures())

    def refuse(*args: object, **kwargs: object) -> None:
        raise invoicing.InvoiceError({"number": "Le numéro existe déjà."})

    monkeypatch.setattr(invoicing, "create", refuse)
    done = confirmed(run)
    refused = ImportRow.get(ImportRow.run == run, ImportRow.number == "A-2026-0007")
    assert (refused.action, "existe déjà" in refused.problems_json, done.state) == ("fix", True, "done")
    assert get("F-2026-0101").balance_cents == 150_000


def test_two_imports_of_one_file_at_once_are_one_import(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    content = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Perrin;02/11/2026;20")
    first, second = given(account, content), given(account, content)
    insert, turns = import_bulk.insert, []

    def after_a_rival(*args, **kwargs):  # type: ignore[no-untyped-def]
        if not turns:
            turns.append(True)
            made = insert(*args, **kwargs)
            assert made
            raise import_writing.IntegrityError("the same number, in another transaction")
        return insert(*args, **kwargs)

    monkeypatch.setattr(import_bulk, "insert", after_a_rival)
    assert import_runs.figures(confirmed(first)).created == 2
    assert actions(confirmed(second)) == ["same", "same"]
    assert (Invoice.select().count(), Client.select().count()) == (2, 2)
    assert ImportRun.select().where(ImportRun.error != "").count() == 0
