"""The claim on (client, day): one message, whoever asks, however often."""

import datetime as dt

import pytest

from relance.models.messages import Message, MessageItem
from relance.services import queueing
from tests import factories

D = dt.date
TUESDAY = factories.NOW + dt.timedelta(days=1)
DOMAIN = "relance.example"


@pytest.mark.requirement("S1.1")
def test_the_database_holds_one_automatic_message_a_client_and_a_day(chased, account, latitude):
    [message_id] = queueing.advance_due(TUESDAY, domain=DOMAIN)
    message = Message.get_by_id(message_id)
    assert message.slot == f"client-{latitude.id}:2026-11-24"
    values = {
        "account": account,
        "client": latitude,
        "kind": "reminder",
        "slot": message.slot,
        "to_json": "[]",
        "subject": "",
        "body_text": "",
        "not_before_at": TUESDAY,
        "created_at": TUESDAY,
        "message_id": "<autre@relance.example>",
        "token": "autre",
    }
    assert Message.insert(**values).on_conflict_ignore().as_rowcount().execute() == 0


def test_asking_again_the_same_minute_does_nothing(chased, account, latitude):
    assert len(queueing.advance_due(TUESDAY, domain=DOMAIN)) == 1
    assert queueing.advance_due(TUESDAY, domain=DOMAIN) == []
    assert queueing.advance_client(account, latitude.id, TUESDAY, domain=DOMAIN) is None
    assert Message.select().count() == 1 and MessageItem.get().slot.endswith(":0")


def test_a_suspended_account_queues_nothing(chased, account):
    account.suspended_at = factories.NOW
    account.save()
    assert queueing.advance_due(TUESDAY, domain=DOMAIN) == []
    assert Message.select().count() == 0
