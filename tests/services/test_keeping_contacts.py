"""Whom reminders are written to."""

import pytest

from relance.models.clients import Contact
from relance.services import keeping_clients, keeping_contacts
from relance.services.keeping_clients import ClientError, ClientFacts
from relance.services.keeping_contacts import ContactFacts
from tests.making import NOW, events, record_client, record_contact


@pytest.mark.parametrize(
    "typed",
    ["sans-arobase", "a@b", "a b@c.fr", "a@c.fr\nBcc: tous@d.fr", "a@c.fr\r\n", "Nadia <a@c.fr>", "a@c..fr"],
)
def test_an_address_that_is_none_or_writes_a_header_is_refused(account, typed):
    client = record_client(account)
    with pytest.raises(ClientError) as caught:
        record_contact(client, email=typed)
    assert "email" in caught.value.errors
    assert not Contact.select().exists()


def test_an_address_keeps_its_local_part_and_lowers_its_domain(account):
    assert record_contact(record_client(account), email=" Nadia.Benali@Latitude-Conseil.EXAMPLE ").email == (
        "Nadia.Benali@latitude-conseil.example"
    )


def test_the_first_contact_is_the_main_one_and_another_can_become_it(account):
    client = record_client(account)
    first, second = record_contact(client, name="A", email="a@c.fr"), record_contact(client, name="B", email="b@c.fr")
    assert (first.is_main, second.is_main) == (True, False)
    keeping_contacts.make_main(second, by=None, now=NOW)
    assert [contact.name for contact in keeping_contacts.active_contacts(client)] == ["B", "A"]
    assert events(client=client)[-1] == "contact_changed"


def test_archiving_the_main_contact_makes_another_one_main(account):
    client = record_client(account)
    first, second = record_contact(client, name="A", email="a@c.fr"), record_contact(client, name="B", email="b@c.fr")
    keeping_contacts.archive_contact(first, by=None, now=NOW)
    assert Contact.get_by_id(second.id).is_main
    assert [contact.id for contact in keeping_contacts.usable_contacts(client)] == [second.id]
    assert events(client=client)[-1] == "contact_archived"


@pytest.mark.requirement("S1.15")
def test_an_individual_has_one_contact(account):
    client = record_client(account, kind="individual")
    record_contact(client, name="A", email="a@c.fr")
    with pytest.raises(ClientError, match="particulier"):
        record_contact(client, name="B", email="b@c.fr")
    organisation = record_client(account)
    record_contact(organisation, email="a@c.fr")
    record_contact(organisation, email="b@c.fr")
    with pytest.raises(ClientError) as caught:
        keeping_clients.update(organisation, ClientFacts(name="X", kind="individual"), by=None, now=NOW)
    assert "kind" in caught.value.errors


def test_the_same_address_is_refused_twice_for_one_client(account):
    client = record_client(account)
    record_contact(client, email="a@c.fr")
    with pytest.raises(ClientError) as caught:
        record_contact(client, email="a@C.FR")
    assert "email" in caught.value.errors


def test_a_corrected_address_is_tried_again(account):
    client = record_client(account)
    contact = record_contact(client, email="a@c.fr")
    Contact.update(rejected_at=NOW, rejected_because="550").execute()
    keeping_contacts.update_contact(contact, ContactFacts(email="b@c.fr"), by=None, now=NOW)
    after = Contact.get_by_id(contact.id)
    assert (after.is_usable, after.rejected_because) == (True, "")


def test_an_archived_contact_cannot_be_the_main_one(account):
    client = record_client(account)
    first, second = record_contact(client, name="A", email="a@c.fr"), record_contact(client, name="B", email="b@c.fr")
    keeping_contacts.archive_contact(second, by=None, now=NOW)
    told = events(client=client)
    with pytest.raises(ClientError, match="archivé"):
        keeping_contacts.make_main(Contact.get_by_id(second.id), by=None, now=NOW)
    assert Contact.get_by_id(first.id).is_main
    assert events(client=client) == told


def test_archiving_twice_is_told_once(account):
    contact = record_contact(record_client(account), email="a@c.fr")
    for _ in range(2):
        keeping_contacts.archive_contact(contact, by=None, now=NOW)
    assert events(client=contact.client).count("contact_archived") == 1
    assert keeping_contacts.active_contacts(contact.client) == []
