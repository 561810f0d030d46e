import datetime as dt

import pytest

from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import chasing, keeping_clients
from relance.services.chasing import ChasePlan
from relance.services.keeping_clients import ClientError, ClientFacts
from tests.making import (
    NOW,
    TODAY,
    events,
    make_account,
    make_client,
    make_contact,
    make_invoice,
    record_client,
    record_contact,
)


def test_a_client_is_recorded_with_its_event(account):
    client = record_client(
        account, name="  Latitude   Conseil ", siren="732 829 320", address="1 rue A\n\n 69001  LYON "
    )
    assert (client.name, client.siren, client.address) == ("Latitude Conseil", "732829320", "1 rue A\n69001 LYON")
    assert events(client=client) == ["client_created"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "friend"}, "kind"),
        ({"siren": "732829321"}, "siren"),
        ({"siren": "12345"}, "siren"),
        ({"address": "\n".join("1234567")}, "address"),
        ({"language": "de"}, "language"),
        ({"country": "France"}, "country"),
        ({"payment_days": 400}, "payment_days"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(account, values, field):
    with pytest.raises(ClientError) as caught:
        record_client(account, **values)
    assert field in caught.value.errors
    assert not Client.select().exists()


def test_a_change_keeps_before_and_after(account):
    client = record_client(account)
    keeping_clients.update(client, ClientFacts(name="Latitude", payment_days=45), by=None, now=NOW)
    changes = Event.get(Event.kind == "client_changed").facts["changes"]
    assert changes == {"name": ["Latitude Conseil", "Latitude"], "payment_days": [None, 45]}
    keeping_clients.update(client, ClientFacts(name="Latitude", payment_days=45), by=None, now=NOW)
    assert events(client=client) == ["client_created", "client_changed"]


def test_a_client_with_open_invoices_cannot_be_archived(account):
    client = record_client(account)
    invoice = make_invoice(client)
    with pytest.raises(ClientError):
        keeping_clients.archive(client, by=None, now=NOW)
    Invoice.update(state="paid").where(Invoice.id == invoice.id).execute()
    keeping_clients.archive(client, by=None, now=NOW)
    assert Client.get_by_id(client.id).archived_at == NOW
    assert events(client=client)[-1] == "client_archived"
    keeping_clients.restore(client, by=None, now=NOW)
    assert Client.get_by_id(client.id).archived_at is None


def test_merging_moves_everything_and_keeps_the_history(account):
    survivor, other = record_client(account, name="Vauquelin"), record_client(account, name="VAUQUELIN SAS")
    kept, twin = record_contact(survivor, email="a@c.fr"), record_contact(other, email="a@c.fr")
    only = record_contact(other, email="b@c.fr")
    invoice = make_invoice(other, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=9))
    chasing.start(invoice, ChasePlan(contact_ids=(twin.id, only.id)), by=None, now=NOW)
    keeping_clients.merge(survivor, other, by=None, now=NOW)
    assert Invoice.get().client_id == survivor.id
    assert Chase.get().client_id == survivor.id
    assert {row.contact_id for row in ChaseContact.select()} == {kept.id, only.id}
    assert {c.email for c in keeping_clients.usable_contacts(survivor)} == {"a@c.fr", "b@c.fr"}
    gone = Client.get_by_id(other.id)
    assert (gone.merged_into_id, gone.archived_at) == (survivor.id, NOW)
    assert "invoice_created" in events(client=survivor)
    assert events(client=survivor)[-1] == "client_merged"
    assert events(client=other) == []
    with pytest.raises(ClientError):
        keeping_clients.restore(gone, by=None, now=NOW)


def test_merging_across_accounts_or_with_itself_is_refused(account):
    client, stranger = record_client(account), record_client(make_account())
    for other in (client, stranger):
        with pytest.raises(ClientError):
            keeping_clients.merge(client, other, by=None, now=NOW)
    assert not Client.select().where(Client.archived_at.is_null(False)).exists()


def test_an_individual_that_survives_a_merge_keeps_its_one_contact(account):
    survivor, other = record_client(account, kind="individual"), make_client(account, name="Autre")
    kept = record_contact(survivor, email="a@c.fr")
    make_contact(other, email="b@c.fr")
    keeping_clients.merge(survivor, other, by=None, now=NOW)
    assert [contact.id for contact in keeping_clients.usable_contacts(survivor)] == [kept.id]
