"""Clients and whom to write to."""

import threading

import pytest

from relance import db
from relance.models.clients import Client, Contact
from tests import factories
from tests.factories import NOW


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"email": ""}, False),
        ({"archived_at": NOW}, False),
        ({"rejected_at": NOW}, False),
    ],
)
def test_a_contact_can_be_written_to_or_not(latitude: Client, fields: dict, expected: bool) -> None:
    assert factories.make_contact(latitude, **fields).is_usable is expected


def test_whoever_has_the_client_s_turn_makes_the_others_wait(latitude: Client) -> None:
    """Two transactions about one client follow each other: the second sees what the first wrote."""
    has_turn, seen = threading.Event(), []

    def other() -> None:
        with db.connection(), db.transaction():
            has_turn.wait(5)
            latitude.take_turn()
            seen.append(Client.get_by_id(latitude.id).name)

    thread = threading.Thread(target=other)
    if db.is_sqlite():
        has_turn.set()  # SQLite: its transaction begins by waiting for ours
    with db.transaction():
        latitude.take_turn()
        thread.start()
        has_turn.set()
        thread.join(0.3)
        assert thread.is_alive(), "the second did not wait"
        Client.update(name="Après").where(Client.id == latitude.id).execute()
    thread.join(10)
    assert seen == ["Après"]


def test_a_client_goes_with_its_account_only(latitude: Client, nadia: Contact) -> None:
    latitude.account.delete_instance(recursive=True)
    assert not Client.select().exists()
    assert not Contact.select().exists()
