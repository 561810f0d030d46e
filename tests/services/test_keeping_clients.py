import datetime as dt

import pytest

from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import chasing, keeping_clients
from relance.services.chasing import ChasePlan
from relance.services.keeping_clients import ClientError, ClientFacts, ContactFacts
from tests.making import NOW, TODAY, events, make_account, make_client, make_contact, make_invoice


@pytest.fixture
def account(database):
    return make_account()


def new_client(account, **values):
    return keeping_clients.create(account, ClientFacts(**({"name": "Latitude Conseil"} | values)), by=None, now=NOW)


def add(client, **values):
    return keeping_clients.add_contact(client, ContactFacts(**values), by=None, now=NOW)


def test_a_client_is_recorded_with_its_event(account):
    client = new_client(account, name="  Latitude   Conseil ", siren="732 829 320", address="1 rue A\n\n 69001  LYON ")
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
        new_client(account, **values)
    assert field in caught.value.errors
    assert not Client.select().exists()


def test_a_change_keeps_before_and_after(account):
    client = new_client(account)
    keeping_clients.update(client, ClientFacts(name="Latitude", payment_days=45), by=None, now=NOW)
    changes = Event.get(Event.kind == "client_changed").facts["changes"]
    assert changes == {"name": ["Latitude Conseil", "Latitude"], "payment_days": [None, 45]}
    keeping_clients.update(client, ClientFacts(name="Latitude", payment_days=45), by=None, now=NOW)
    assert events(client=client) == ["client_created", "client_changed"]


@pytest.mark.parametrize(
    "typed",
    ["sans-arobase", "a@b", "a b@c.fr", "a@c.fr\nBcc: tous@d.fr", "a@c.fr\r\n", "Nadia <a@c.fr>", "a@c..fr"],
)
def test_an_address_that_is_none_or_writes_a_header_is_refused(account, typed):
    client = new_client(account)
    with pytest.raises(ClientError) as caught:
        add(client, email=typed)
    assert "email" in caught.value.errors
    assert not Contact.select().exists()


def test_an_address_keeps_its_local_part_and_lowers_its_domain(account):
    assert add(new_client(account), email=" Nadia.Benali@Latitude-Conseil.EXAMPLE ").email == (
        "Nadia.Benali@latitude-conseil.example"
    )


def test_the_first_contact_is_the_main_one_and_another_can_become_it(account):
    client = new_client(account)
    first, second = add(client, name="A", email="a@c.fr"), add(client, name="B", email="b@c.fr")
    assert (first.is_main, second.is_main) == (True, False)
    keeping_clients.make_main(second, by=None, now=NOW)
    assert [contact.name for contact in keeping_clients.active_contacts(client)] == ["B", "A"]
    assert events(client=client)[-1] == "contact_changed"


def test_archiving_the_main_contact_makes_another_one_main(account):
    client = new_client(account)
    first, second = add(client, name="A", email="a@c.fr"), add(client, name="B", email="b@c.fr")
    keeping_clients.archive_contact(first, by=None, now=NOW)
    assert Contact.get_by_id(second.id).is_main
    assert [contact.id for contact in keeping_clients.usable_contacts(client)] == [second.id]
    assert events(client=client)[-1] == "contact_archived"


@pytest.mark.requirement("S1.15")
def test_an_individual_has_one_contact(account):
    client = new_client(account, kind="individual")
    add(client, name="A", email="a@c.fr")
    with pytest.raises(ClientError, match="particulier"):
        add(client, name="B", email="b@c.fr")
    organisation = new_client(account)
    add(organisation, email="a@c.fr")
    add(organisation, email="b@c.fr")
    with pytest.raises(ClientError) as caught:
        keeping_clients.update(organisation, ClientFacts(name="X", kind="individual"), by=None, now=NOW)
    assert "kind" in caught.value.errors


def test_the_same_address_is_refused_twice_for_one_client(account):
    client = new_client(account)
    add(client, email="a@c.fr")
    with pytest.raises(ClientError) as caught:
        add(client, email="a@C.FR")
    assert "email" in caught.value.errors


def test_a_corrected_address_is_tried_again(account):
    client = new_client(account)
    contact = add(client, email="a@c.fr")
    Contact.update(rejected_at=NOW, rejected_because="550").execute()
    keeping_clients.update_contact(contact, ContactFacts(email="b@c.fr"), by=None, now=NOW)
    after = Contact.get_by_id(contact.id)
    assert (after.is_usable, after.rejected_because) == (True, "")


def test_a_client_with_open_invoices_cannot_be_archived(account):
    client = new_client(account)
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
    survivor, other = new_client(account, name="Vauquelin"), new_client(account, name="VAUQUELIN SAS")
    kept, twin = add(survivor, email="a@c.fr"), add(other, email="a@c.fr")
    only = add(other, email="b@c.fr")
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
    client, stranger = new_client(account), new_client(make_account())
    for other in (client, stranger):
        with pytest.raises(ClientError):
            keeping_clients.merge(client, other, by=None, now=NOW)
    assert not Client.select().where(Client.archived_at.is_null(False)).exists()


def test_an_individual_that_survives_a_merge_keeps_its_one_contact(account):
    survivor, other = new_client(account, kind="individual"), make_client(account, name="Autre")
    kept = add(survivor, email="a@c.fr")
    make_contact(other, email="b@c.fr")
    keeping_clients.merge(survivor, other, by=None, now=NOW)
    assert [contact.id for contact in keeping_clients.usable_contacts(survivor)] == [kept.id]
