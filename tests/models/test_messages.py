"""What the database itself holds about sending: at most one a day, a step once."""

from typing import Any

import peewee
import pytest

from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from tests.factories import NOW


def message(client: Client, number: int, **fields: Any) -> Message:
    """A reminder of the day, waiting to leave."""
    values = {
        "account": client.account_id,
        "client": client,
        "kind": "reminder",
        "to_json": "[]",
        "subject": "Facture",
        "body_text": "",
        "message_id": f"<{number}@x>",
        "token": f"t{number}",
        "not_before_at": NOW,
        "created_at": NOW,
    }
    return Message.create(**values | fields)


def test_a_client_has_one_automatic_reminder_a_day_and_a_cancelled_one_gives_its_place_back(latitude: Client) -> None:
    first = message(latitude, 1, slot="client-1:2026-11-23")
    with pytest.raises(peewee.IntegrityError), Message._meta.database.atomic():
        message(latitude, 2, slot="client-1:2026-11-23")
    Message.update(slot=None, state="cancelled").where(Message.id == first.id).execute()
    assert message(latitude, 3, slot="client-1:2026-11-23").id


def test_messages_by_hand_share_a_day(latitude: Client) -> None:
    message(latitude, 1)
    message(latitude, 2)
    assert Message.select().where(Message.slot.is_null()).count() == 2


def test_a_step_is_never_sent_twice(latitude: Client, invoice: Invoice) -> None:
    values = {"invoice": invoice, "instalment": invoice.instalments.get(), "balance_cents": 1, "slot": "1:1:0"}
    MessageItem.create(message=message(latitude, 1), **values)
    other = message(latitude, 2)
    with pytest.raises(peewee.IntegrityError), Message._meta.database.atomic():
        MessageItem.create(message=other, **values)
