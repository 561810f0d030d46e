"""Taking back what waits: in the queue, or for the user's yes."""

import datetime as dt
import json

import pytest

from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import cancelling, queueing
from tests import factories
from tests.making import switch_on
from tests.services.sending import kinds, nine_on

TUESDAY = factories.TODAY + dt.timedelta(1)


@pytest.fixture
def pair(latitude, nadia, camille):
    """Two invoices of one client whose first reminder leaves on Tuesday 24, together."""
    invoices = [factories.make_invoice(latitude, due_on=factories.TODAY) for _ in range(2)]
    for invoice in invoices:
        switch_on(invoice, nadia)
    return invoices


def queue(account, state="queued"):
    """The message of Tuesday, at nine."""
    account.asks_before_sending = state == "proposed"
    account.save()
    queueing.advance_due(nine_on(TUESDAY), domain="relance.example")
    message = Message.get()
    assert message.state == state
    return message


def items(message):
    return {row.invoice_id: row for row in MessageItem.select().where(MessageItem.message == message)}


@pytest.mark.parametrize("state", ["queued", "proposed"])
def test_what_waits_about_one_invoice_is_cancelled_and_gives_its_day_and_its_step_back(account, chased, state):
    message = queue(account, state)
    assert message.slot and items(message)[chased.id].slot
    assert cancelling.cancel_queued(chased, because="pause", now=nine_on(TUESDAY)) == 1
    gone = Message.get_by_id(message.id)
    assert (gone.state, gone.slot, gone.error) == ("cancelled", None, "pause")
    assert not MessageItem.select().exists()
    told = Event.select().where(Event.kind == "reminder_cancelled").get()
    assert (told.invoice_id, told.message_id, json.loads(told.data)["because"]) == (chased.id, message.id, "pause")


@pytest.mark.parametrize("state", ["queued", "proposed"])
def test_of_a_message_about_two_the_other_stays_and_is_written_again(account, pair, state):
    message = queue(account, state)
    assert len(items(message)) == 2
    assert cancelling.cancel_queued(pair[0], because="promise", now=nine_on(TUESDAY)) == 0
    left = Message.get_by_id(message.id)
    assert (left.state, left.facts) == (state, "")  # no facts: rendered anew before it leaves
    assert set(items(message)) == {pair[1].id}
    assert "reminder_cancelled" not in kinds(pair[0])


def test_only_messages_that_carry_the_step_are_taken_back(account, chased):
    message = queue(account)
    step = items(message)[chased.id].step
    assert cancelling.cancel_queued(chased, because="held", now=nine_on(TUESDAY), step=step + 1) == 0
    assert Message.get_by_id(message.id).state == "queued"
    assert cancelling.cancel_queued(chased, because="held", now=nine_on(TUESDAY), step=step) == 1


@pytest.mark.parametrize("state", ["sending", "sent", "uncertain", "refused"])
def test_what_left_or_may_have_left_is_never_taken_back(account, chased, state):
    message = queue(account)
    Message.update(state=state).execute()
    assert cancelling.cancel_queued(chased, because="paid", now=nine_on(TUESDAY)) == 0
    assert Message.get_by_id(message.id).state == state
    assert items(message)[chased.id].slot
    assert "reminder_cancelled" not in kinds(chased)


def test_a_message_by_hand_is_not_of_the_kinds_of_a_sequence(account, chased):
    message = queue(account)
    Message.update(kind="manual").execute()
    assert cancelling.cancel_queued(chased, because="x", now=nine_on(TUESDAY), kinds=("reminder",)) == 0
    assert Message.get_by_id(message.id).state == "queued"
    assert cancelling.cancel_queued(chased, because="x", now=nine_on(TUESDAY)) == 1


def test_the_invoices_of_waiting_reminders_are_each_named_once(account, pair, camille):
    assert cancelling.invoices_with_queued(account) == []
    queue(account)
    assert {row.id for row in cancelling.invoices_with_queued(account)} == {row.id for row in pair}
    Message.update(state="sent").execute()
    assert cancelling.invoices_with_queued(account) == []


def test_what_waits_is_written_again_and_what_left_is_not(account, chased):
    message = queue(account)
    facts = message.facts
    Message.update(state="sent").execute()
    cancelling.render_again(chased)
    assert Message.get_by_id(message.id).facts == facts
    Message.update(state="queued").execute()
    cancelling.render_again(chased)
    assert Message.get_by_id(message.id).facts == ""


def test_a_proposal_of_yesterday_gives_its_steps_back(account, latitude, chased):
    message = queue(account, "proposed")
    cancelling.withdraw_stale_proposals(latitude.id, TUESDAY)
    assert Message.get_by_id(message.id).state == "proposed"
    cancelling.withdraw_stale_proposals(latitude.id, TUESDAY + dt.timedelta(1))
    gone = Message.get_by_id(message.id)
    assert (gone.state, gone.slot, gone.error) == ("cancelled", None, "superseded")
    assert items(gone)[chased.id].slot is None
    assert "reminder_cancelled" not in kinds(chased)  # nothing was decided: it is proposed anew


def test_a_queued_message_of_yesterday_is_no_stale_proposal(account, latitude, chased):
    message = queue(account)
    cancelling.withdraw_stale_proposals(latitude.id, TUESDAY + dt.timedelta(1))
    assert Message.get_by_id(message.id).state == "queued"


def test_asked_every_morning_the_step_is_proposed_anew_and_the_history_says_it_once(account, latitude, chased):
    first = queue(account, "proposed")
    for offset in (1, 2, 3):
        queueing.advance_due(nine_on(TUESDAY + dt.timedelta(offset)), domain="relance.example")
    last = Message.get(Message.state == "proposed")
    assert (last.day_on, Message.get_by_id(first.id).state) == (TUESDAY + dt.timedelta(3), "cancelled")
    assert Message.select().where(Message.state == "proposed").count() == 1
    assert kinds(chased).count("reminder_proposed") == 1
    assert "reminder_queued" not in kinds(chased)
