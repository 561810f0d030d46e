"""What a person decides: an uncertain sending, and what leaves once sending resumes."""

import datetime as dt

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import deciding, queueing, sending_by_hand, writing
from tests import factories
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY


DAY = dt.timedelta(1)


def write(invoice, by, at=NOW, key="k"):
    draft = writing.first_draft(invoice, at.date())
    return sending_by_hand.send(invoice, draft, key=key, by=by, now=at, domain="relance.example")


def uncertain(invoice, nadia):
    switch_on(invoice, nadia, start="join", now=NOW - 4 * DAY, count=2)
    [message_id] = queueing.advance_due(NOW, domain="relance.example")
    Message.update(state="uncertain", claimed_at=NOW).where(Message.id == message_id).execute()
    return Message.get_by_id(message_id)


def told(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def test_it_did_leave_counts_as_sent(account, invoice, nadia, camille):
    message = uncertain(invoice, nadia)
    assert deciding.confirm(message, by=camille, now=NOW + DAY) is True
    assert deciding.confirm(message, by=camille, now=NOW + DAY) is False
    row = Message.get_by_id(message.id)
    assert (row.state, row.sent_at) == ("sent", NOW)
    assert told(invoice)[-1] == "reminder_confirmed" and told(invoice).count("reminder_confirmed") == 1


def test_it_did_not_leave_is_sent_again_by_nobody_but_a_person(account, invoice, nadia, camille):
    message = uncertain(invoice, nadia)
    step = message.items.get()
    assert deciding.deny(message, by=camille, now=NOW) is True
    assert deciding.deny(message, by=camille, now=NOW) is False
    row = Message.get_by_id(message.id)
    assert (row.state, row.slot, row.items.get().slot) == ("cancelled", None, None)
    assert told(invoice)[-1] == "reminder_not_sent"
    for n in range(40):
        ids = queueing.advance_due(NOW + n * DAY, domain="relance.example")
        assert all(item.step != step.step for m in ids for item in Message.get_by_id(m).items)
    again = write(invoice, camille)
    assert again.state == "queued"


def test_resuming_leaves_out_what_may_have_left_before_the_restore(account, invoice, nadia, camille):
    switch_on(invoice, nadia, start="join", now=NOW - 4 * DAY, count=2)
    Account.update(suspended_at=NOW, suspended_because="x").where(Account.id == account.id).execute()
    held = Account.get_by_id(account.id)
    assert queueing.advance_due(NOW, domain="relance.example") == []
    assert deciding.resume(held, skips_past=True, by=camille, now=NOW) == 2
    assert deciding.resume(held, skips_past=True, by=camille, now=NOW) == 0
    assert Account.get_by_id(account.id).suspended_at is None
    assert queueing.advance_due(NOW, domain="relance.example") == []
    assert told(invoice)[-3:] == ["step_skipped", "step_skipped", "chase_finished"]
    event = Event.get(Event.kind == "sending_resumed")
    assert (event.user, event.facts["skipped"]) == (camille, 2)


def test_resuming_may_also_send_what_waits(account, invoice, nadia, camille):
    switch_on(invoice, nadia, start="join", now=NOW - 4 * DAY, count=2)
    Account.update(suspended_at=NOW, suspended_because="x").where(Account.id == account.id).execute()
    assert deciding.resume(Account.get_by_id(account.id), skips_past=False, by=camille, now=NOW) == 0
    assert len(queueing.advance_due(NOW, domain="relance.example")) == 1
