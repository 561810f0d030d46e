"""The last look before a message leaves."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import handing_over, queueing, rechecking
from tests import factories
from tests.making import switch_on

D = dt.date
TUESDAY = factories.NOW + dt.timedelta(days=1)


@pytest.fixture
def queued(latitude, nadia, hugo, camille):
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 11, 23))
    switch_on(invoice, nadia, hugo)
    [message_id] = queueing.advance_due(TUESDAY, domain="relance.example")
    return Message.get_by_id(message_id)


def claim(message, post, now=TUESDAY):
    return handing_over.claim(message.id, now, post.instance_carrier())


def test_a_recipient_who_left_since_is_not_written_to(queued, hugo, post):
    Contact.update(archived_at=TUESDAY).where(Contact.id == hugo.id).execute()
    claimed = claim(queued, post)
    assert [address.email for address in claimed.mail.to] == ["compta@latitude-conseil.example"]


def test_nobody_left_to_write_to_cancels_and_says_why(queued, post):
    Contact.update(rejected_at=TUESDAY).execute()
    assert claim(queued, post) is None
    assert Message.get().state == "cancelled"
    assert Event.get(Event.kind == "reminder_cancelled").facts["because"] == "no_recipient"


@pytest.mark.requirement("S0.11")
def test_an_invoice_cancelled_behind_its_back_is_noticed(queued, post):
    invoice = MessageItem.get().invoice
    invoice.state = "cancelled"
    invoice.save()
    assert claim(queued, post) is None
    event = Event.get(Event.kind == "reminder_cancelled")
    assert (event.invoice_id, event.facts["because"]) == (invoice.id, "cancelled")


def test_a_chase_switched_off_behind_its_back_is_noticed(queued, post):
    Chase.update(ended_at=TUESDAY).execute()
    assert claim(queued, post) is None
    assert Message.get().state == "cancelled"


def test_in_the_evening_it_waits_for_the_morning(queued, post):
    evening = TUESDAY + dt.timedelta(hours=10)
    assert claim(queued, post, evening) is None
    assert Message.get().not_before_at == TUESDAY + dt.timedelta(days=1)


def test_on_another_day_it_is_written_again_and_takes_that_day(queued, latitude, post):
    wednesday = TUESDAY + dt.timedelta(days=1)
    claimed = claim(queued, post, wednesday)
    message = Message.get()
    assert message.slot == f"client-{latitude.id}:2026-11-25" and message.day_on == wednesday.date()
    assert claimed.mail.text == message.body_text
    assert message.state == "sending"


def test_a_suspended_account_keeps_it_in_the_queue(queued, account, post):
    account.suspended_at = TUESDAY
    account.save()
    assert claim(queued, post) is None
    assert Message.get().state == "queued"


def test_a_server_that_refuses_at_length_is_quoted_as_far_as_the_column_goes(queued, nadia):
    rechecking.note_refused_addresses(queued, {nadia.email: (550, "no " * 170)}, TUESDAY)
    contact = Contact.get_by_id(nadia.id)
    assert contact.rejected_at == TUESDAY
    assert contact.rejected_because.startswith("550 no no")
    assert len(contact.rejected_because) == rechecking.MAX_ANSWER
