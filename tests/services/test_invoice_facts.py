"""What is wrong stops the saving and is named by field; what is only strange is said."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import invoicing
from relance.services.invoice_facts import InstalmentFacts, InvoiceError
from tests.making import NOW, make_account, make_client, make_contact, make_facts, make_invoice


def errors_of(client, **values):
    with pytest.raises(InvoiceError) as caught:
        make_invoice(client, **values)
    return caught.value.errors


def warnings_of(client, **values):
    return " ".join(invoicing.create(client.account, make_facts(client, **values), now=NOW).warnings)


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
