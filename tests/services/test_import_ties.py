"""What holds an import back: what was recorded about its invoices, clients and contacts since."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.services import import_ties
from tests import factories
from tests.data import making
from tests.services.import_made import NOW, imported

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def imported_invoice(account: Account) -> Invoice:
    header = "numero;client;date_emission;montant_ttc;deja_regle"
    imported(account, making.csv("F-1;Vauquelin;02/11/2026;100;40", header=header))
    return Invoice.get()


def test_what_came_with_it_ties_nothing(imported_invoice: Invoice) -> None:
    assert import_ties.ids_of(import_ties.of_created([imported_invoice.id])) == set()


def test_a_later_payment_a_piece_or_a_credit_note_ties_it(account: Account, imported_invoice: Invoice) -> None:
    client = imported_invoice.client
    others = [factories.make_invoice(client, number=number) for number in ("F-2", "F-3")]
    factories.make_payment(imported_invoice, 1_000, created_at=LATER)
    factories.make_evidence(client, others[0])
    factories.make_invoice(client, number="A-1", kind="credit_note", credited_invoice=others[1])
    ids = [imported_invoice.id, *(one.id for one in others)]
    assert import_ties.ids_of(import_ties.of_created(ids)) == set(ids)


def test_a_client_is_free_until_something_is_about_it(account: Account) -> None:
    client = factories.make_client(account, "Vauquelin")
    assert import_ties.is_free_client(client.id, [], NOW)
    Pause.create(account=account, client=client, starts_on=NOW.date(), made_at=LATER)
    assert not import_ties.is_free_client(client.id, [], NOW)


def test_a_contact_is_free_until_an_invoice_names_it(account: Account, latitude: Client) -> None:
    contact = factories.make_contact(latitude)
    assert import_ties.is_free_contact(contact.id, NOW)
    assert not import_ties.is_free_client(latitude.id, [], NOW)
    factories.make_invoice(latitude, contact=contact)
    assert not import_ties.is_free_contact(contact.id, NOW)
