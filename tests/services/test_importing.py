"""Importing for good: everything or nothing, once, and never a reminder."""

import datetime as dt
from pathlib import Path

import pytest

from relance import storage
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.services import importing
from tests import factories
from tests.data import making
from tests.imports import real_data


def run(account: Account, content: bytes, by: User | None = None, **options: bool) -> importing.Imported:
    lines, _ = importing.read_csv(content, "factures.csv")
    return importing.apply(importing.plan(account, lines, factories.TODAY), by=by, now=factories.NOW, **options)


def get(number: str) -> Invoice:
    return Invoice.get(Invoice.number == number)


def counts() -> tuple[int, ...]:
    return tuple(model.select().count() for model in (Client, Contact, Invoice, Payment, Event))


@pytest.mark.requirement("S3.6")
def test_a_file_becomes_clients_contacts_invoices_and_payments(account: Account, camille: User) -> None:
    done = run(account, making.factures(), camille)
    assert (len(done.invoices), done.new_clients) == (5, 3)
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
    told = Event.select().where(Event.kind == "invoice_imported")
    assert {event.facts["number"] for event in told} == {invoice.number for invoice in done.invoices}
    assert {event.user for event in told} == {camille}


@pytest.mark.requirement("S3.6")
def test_importing_never_switches_reminders_on(account: Account) -> None:
    run(account, making.factures())
    assert Chase.select().count() == Message.select().count() == 0


@pytest.mark.requirement("S3.6")
def test_the_same_file_twice_changes_nothing(account: Account) -> None:
    run(account, making.factures())
    before = counts()
    again = run(account, making.factures())
    assert again.invoices == ()
    assert [item.action for item in again.plan.items] == ["same"] * 5
    assert counts() == before


def test_a_plan_made_before_another_import_is_made_again(account: Account) -> None:
    lines, _ = importing.read_csv(making.factures(), "factures.csv")
    stale = importing.plan(account, lines, factories.TODAY)
    run(account, making.factures())
    before = counts()
    assert importing.apply(stale, by=None, now=factories.NOW).invoices == ()
    assert counts() == before


MIXED = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;hier;10", "F-3;Perrin;02/11/2026;30")


def test_with_a_bad_line_nothing_is_written_until_the_user_decides(account: Account) -> None:
    before = counts()
    with pytest.raises(importing.ImportBlockedError, match="rien n'a été enregistré"):
        run(account, MIXED)
    assert counts() == before


def test_the_user_may_import_the_good_lines_only(account: Account) -> None:
    done = run(account, MIXED, skip_bad_rows=True)
    assert [invoice.number for invoice in done.invoices] == ["F-1", "F-3"]
    assert [item.line.line for item in done.plan.of("fix")] == [3]


def test_a_failure_half_way_leaves_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    from relance.services import invoicing

    create = invoicing.create

    def fail_on_the_third(*args, **kwargs):  # type: ignore[no-untyped-def]
        if Invoice.select().count() == 2:
            raise invoicing.InvoiceError({"number": "Le numéro existe déjà."})
        return create(*args, **kwargs)

    monkeypatch.setattr(invoicing, "create", fail_on_the_third)
    before = counts()
    with pytest.raises(importing.ImportBlockedError, match=r"Rien n'a été enregistré : Le numéro existe déjà\."):
        run(account, making.factures())
    assert counts() == before


def test_known_clients_and_contacts_are_used_not_doubled(account: Account, latitude: Client) -> None:
    contact = factories.make_contact(latitude, "Nadia Benali", "Compta@latitude-conseil.example")
    header = "numero;client;date_emission;montant_ttc;email;contact"
    run(account, making.csv(
        "F-1;LATITUDE CONSEIL;02/11/2026;10;compta@latitude-conseil.example;N. Benali",
        "F-2;Latitude Conseil;03/11/2026;20;hugo@latitude-conseil.example;Hugo Marchand",
        header=header,
    ))  # fmt: skip
    assert Client.select().count() == 1
    assert get("F-1").contact == contact
    assert get("F-2").contact.name == "Hugo Marchand"
    assert Contact.get_by_id(contact.id).is_main


def test_an_individual_keeps_one_contact(account: Account) -> None:
    header = "numero;client;client_type;date_emission;montant_ttc;email"
    run(account, making.csv(
        "F-1;Odile Perrin;particulier;02/11/2026;10;odile@perrin.example,autre@perrin.example",
        "F-2;Odile Perrin;particulier;03/11/2026;20;encore@perrin.example",
        header=header,
    ))  # fmt: skip
    assert [contact.email for contact in Contact.select()] == ["odile@perrin.example"]
    assert get("F-2").contact is None


def test_a_contact_without_address_is_kept_by_name(account: Account) -> None:
    run(account, making.csv("F-1;V;02/11/2026;10;Léa Martin", header="numero;client;date_emission;montant_ttc;contact"))
    contact = Contact.get()
    assert (contact.name, contact.email, contact.is_usable) == ("Léa Martin", "", False)


def test_another_account_sees_nothing_of_it(account: Account, basile: User) -> None:
    run(account, making.factures())
    assert Invoice.select().where(Invoice.account == basile.account).count() == 1
    assert Client.select().where(Client.account == basile.account).count() == 1


# PDF


@pytest.mark.requirement("S3.6")
def test_a_facturx_pdf_becomes_an_invoice_with_its_file_attached(account: Account, tmp_path: Path) -> None:
    content = making.facturx()
    (tmp_path / "facture.pdf").write_bytes(content)
    (told,) = importing.import_files(account, [tmp_path / "facture.pdf"], dry_run=False, by=None, now=factories.NOW)
    assert (told["number"], told["result"], told["error"]) == ("F-2026-0101", "create", None)
    invoice = get("F-2026-0101")
    assert (invoice.source, invoice.order_reference, invoice.net_cents) == ("facturx", "BC-77", 150_000)
    assert (invoice.total_cents, invoice.balance_cents) == (180_000, 150_000)
    assert invoice.client.address == "4 cours Vitton\n69006 Lyon"
    document = invoice.document
    assert (document.kind, document.name, document.size) == ("invoice", "facture.pdf", len(content))
    assert storage.get(document.sha256) == content


def test_the_same_pdf_twice_attaches_one_document(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "facture.pdf"
    path.write_bytes(making.facturx())
    importing.import_files(account, [path], dry_run=False, by=None, now=factories.NOW)
    (told,) = importing.import_files(account, [path], dry_run=False, by=None, now=factories.NOW)
    assert told["result"] == "same"
    assert (Invoice.select().count(), Document.select().count()) == (1, 1)


def test_someone_else_s_pdf_is_a_warning_in_a_dry_run_and_refused_for_good(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "facture.pdf"
    path.write_bytes(making.facturx(**{
        "Atelier Roussel": "Hôtel des Cimes", "73282932000074": "55208131766522", "FR44732829320": "FR03552081317",
    }))  # fmt: skip
    (told,) = importing.import_files(account, [path], dry_run=True, by=None, now=factories.NOW)
    assert told["error"] is None
    assert any("Hôtel des Cimes" in warning for warning in told["warnings"])
    (refused,) = importing.import_files(account, [path], dry_run=False, by=None, now=factories.NOW)
    assert "Hôtel des Cimes, pas par Atelier Roussel" in refused["error"]
    assert Invoice.select().count() == Document.select().count() == 0


def test_a_pdf_fills_the_form_and_says_whose_it_is(account: Account) -> None:
    read, problem = importing.from_pdf(account, making.facturx(), "facture.pdf")
    assert (read.number, problem) == ("F-2026-0101", None)
    read, problem = importing.from_pdf(account, making.pdf(), "facture.pdf")
    assert read.error is not None
    assert problem is None


# The command's object

KEYS = [
    *("file", "number", "kind", "issued_on", "due_on", "currency", "total_cents", "due_cents", "prepaid_cents"),
    *("payment_means", "reference", "payee", "ibans", "seller", "buyer", "warnings", "error"),
]


def test_a_dry_run_of_files_writes_nothing_and_says_everything(account: Account, tmp_path: Path) -> None:
    (tmp_path / "factures.csv").write_bytes(making.factures())
    (tmp_path / "facture.pdf").write_bytes(making.facturx(**{"<ram:ID>F-2026-0101<": "<ram:ID>F-2026-0200<"}))
    before = counts()
    paths = [tmp_path / "factures.csv", tmp_path / "facture.pdf", tmp_path / "absent.csv"]
    told = importing.import_files(account, paths, dry_run=True, by=None, now=factories.NOW)
    assert counts() == before
    assert len(told) == 7
    assert all(list(one)[: len(KEYS)] == KEYS for one in told)
    first, pdf, absent = told[0], told[5], told[6]
    assert (first["file"], first["number"], first["total_cents"]) == ("factures.csv", "F-2026-0101", 180_000)
    assert (first["issued_on"], first["payee"], first["due_cents"]) == ("2026-10-02", None, None)
    assert first["buyer"] == {
        "name": "Maison Vauquelin",
        "siren": "552081317",
        "siret": None,
        "vat": None,
        "email": "compta@vauquelin.example",
    }
    assert (pdf["due_cents"], pdf["ibans"]) == (150_000, ["FR7630006000011234567890189"])
    assert pdf["seller"]["siret"] == "73282932000074"
    assert "illisible" in absent["error"]


def test_a_file_with_a_bad_line_is_held_back_whole_and_names_the_line(account: Account, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(MIXED)
    told = importing.import_files(account, [tmp_path / "f.csv"], dry_run=False, by=None, now=factories.NOW)
    assert [one["result"] for one in told] == ["held", "fix", "held"]
    assert told[1]["error"].startswith("Ligne 3, date_emission « hier » : ")
    assert Invoice.select().count() == 0


def test_an_unsafe_or_unknown_file_is_one_object_with_its_error(account: Account, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(making.pdf(script="app.alert(1)"))
    (tmp_path / "b.csv").write_bytes(b"bonjour")
    told = importing.import_files(
        account, [tmp_path / "a.pdf", tmp_path / "b.csv"], dry_run=False, by=None, now=factories.NOW
    )
    assert [(one["file"], one["number"], one["result"]) for one in told] == [
        ("a.pdf", None, "refused"),
        ("b.csv", None, "refused"),
    ]
    assert "JavaScript" in told[0]["error"]
    assert "points-virgules" in told[1]["error"]
    assert Document.select().count() == 0


@real_data.needs_data
@pytest.mark.requirement("S3.6")
def test_every_real_pdf_goes_through_a_dry_run(account: Account) -> None:
    paths = sorted((real_data.FOLDER / "invoices" / "pdf").iterdir())
    told = importing.import_files(account, paths, dry_run=True, by=None, now=factories.NOW)
    assert [one["file"] for one in told] == [path.name for path in paths]
    unread = {one["file"] for one in told if one["error"]}
    assert unread == {
        "EmptyPDFA1.pdf",
        "corrupt-factur-x-waytoosmall.pdf",
        "factur-x-invalid-xml-encoding-attribute.pdf",
    }
    assert all(one["warnings"] for one in told if not one["error"])  # none of them is Camille's
    assert Invoice.select().count() == 0
