"""What happens in the demo besides invoices: it shows what holds a reminder back."""

import datetime as dt

import pytest

from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Dispute, Hold, Promise, Task
from relance.models.sequences import Sequence
from relance.services import seeding

SUNDAY_EVENING = dt.datetime(2026, 11, 22, 20, 0)


@pytest.mark.slow
def test_the_demo_shows_promises_a_dispute_a_held_step_and_a_letter_to_review(database):
    demo = seeding.seed(SUNDAY_EVENING)
    account = User.get(User.email == demo.email).account
    promised = {row.invoice.number[-4:]: row.promised_on for row in Promise.select().where(Promise.state == "open")}
    assert promised == {"0083": dt.date(2026, 11, 27), "0091": dt.date(2026, 11, 30)}
    assert [row.invoice.number[-4:] for row in Dispute.select().where(Dispute.ended_at.is_null())] == ["0071"]
    assert [row.chase.invoice.number[-4:] for row in Hold.select()] == ["0092"]
    assert "0079" in [row.invoice.number[-4:] for row in Task.select().where(Task.kind == "letter")]
    followed = Client.select(Client.name, Sequence.key).join(Sequence).where(Client.account == account)
    assert dict(followed.tuples())["Latitude Conseil"] == "standard_b2b"
    kinds = {event.kind for event in Event.select().where(Event.account == account)}
    assert {"promise_made", "dispute_opened", "step_held", "task_due", "client_enrolled", "note_added"} <= kinds
    assert "recipient_refused" in kinds
