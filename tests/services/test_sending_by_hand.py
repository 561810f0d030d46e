"""A reminder sent by hand: once, after its minute, in the place of the planned step, or undone."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.services import paying, queueing, sending_by_hand, sweeping
from tests import factories
from tests.making import switch_on
from tests.services.sending import dates, kinds, text_of

D = dt.date


TODAY = factories.TODAY


MINUTE = dt.timedelta(minutes=1)


@pytest.mark.requirement("S4.12")
def test_a_message_by_hand_waits_a_minute_then_leaves_once(send, invoice, nadia, camille, post, smtp_server, now):
    message = send()
    assert (message.state, message.kind, message.is_automatic, message.slot) == ("queued", "manual", False, None)
    assert message.not_before_at == now + MINUTE and message.day_on == TODAY and message.user == camille
    assert not message.is_edited
    assert kinds(invoice) == ["reminder_queued"]
    assert sweeping.sweep(now + dt.timedelta(seconds=59), post).report.sent == []
    assert smtp_server.to(nadia.email) == []
    assert sweeping.sweep(now + MINUTE, post).report.sent == [message.id]
    assert sweeping.sweep(now + 2 * MINUTE, post).report.sent == []
    [mail] = smtp_server.to(nadia.email)
    assert text_of(mail) == Message.get_by_id(message.id).body_text.strip()
    assert kinds(invoice)[-1] == "reminder_sent"


def test_the_same_form_sent_twice_is_one_message(send, invoice):
    first = send(key="k")
    again = send(key="k")
    other = send(key="another")
    assert first == again != other
    assert Message.select().count() == 2
    assert kinds(invoice) == ["reminder_queued", "reminder_queued"]


def test_a_payment_within_the_minute_stops_it(send, invoice, nadia, camille, post, smtp_server, now):
    message = send()
    paying.record(
        invoice,
        received_on=TODAY,
        amount_cents=120_000,
        method="transfer",
        by=camille,
        now=now + dt.timedelta(seconds=20),
        form_key="p",
    )
    sweeping.sweep(now + MINUTE, post)
    assert Message.get_by_id(message.id).state == "cancelled"
    assert smtp_server.to(nadia.email) == []
    assert "reminder_cancelled" in kinds(invoice)


def test_undoing_cancels_it_and_says_who(send, invoice, camille, post, smtp_server, nadia, now):
    message = send()
    assert sending_by_hand.undo(message, by=camille, now=now + dt.timedelta(seconds=30)) is True
    assert sending_by_hand.undo(message, by=camille, now=now + dt.timedelta(seconds=31)) is False
    assert Message.get_by_id(message.id).state == "cancelled"
    last = Event.select().where(Event.invoice == invoice).order_by(Event.id.desc()).get()
    assert (last.kind, last.facts["because"], last.user) == ("reminder_cancelled", "undone", camille)
    sweeping.sweep(now + 5 * MINUTE, post)
    assert smtp_server.to(nadia.email) == []


def test_a_message_that_left_is_not_undone(send, invoice, camille, post, now):
    message = send()
    sweeping.sweep(now + MINUTE, post)
    assert sending_by_hand.undo(message, by=camille, now=now + 2 * MINUTE) is False
    assert Message.get_by_id(message.id).state == "sent"
    assert kinds(invoice)[-1] == "reminder_sent"


def test_a_reminder_of_the_machine_is_not_undone_here(invoice, nadia, camille, now):
    switch_on(invoice, nadia, start="join", now=now - dt.timedelta(days=4))
    [message_id] = queueing.advance_due(now, domain="relance.example")
    assert sending_by_hand.undo(Message.get_by_id(message_id), by=camille, now=now) is False
    assert Message.get_by_id(message_id).state == "queued"


def test_it_takes_the_place_of_the_step_planned_within_the_gap(send, invoice, nadia, camille, now):
    switch_on(invoice, nadia, start="gently")
    before = dates(invoice, now)
    assert before[0] == D(2026, 11, 24)
    day, [pick] = sending_by_hand.replaceable(invoice, "rappel", now)
    assert (day, pick.step.index) == (before[0], 0)
    message = send()
    item = MessageItem.get(MessageItem.message == message)
    assert (item.step, item.is_on_plan, item.slot) == (0, False, f"{item.chase_id}:{item.instalment_id}:0")
    assert dates(invoice, now) == before[1:]
    queued = Event.get(Event.kind == "reminder_queued")
    assert queued.facts["replaces"] == "2026-11-24"


def test_undoing_plans_the_replaced_step_again(send, invoice, nadia, camille, now):
    switch_on(invoice, nadia, start="gently")
    before = dates(invoice, now)
    message = send()
    sending_by_hand.undo(message, by=camille, now=now)
    assert dates(invoice, now) == before
    assert MessageItem.get(MessageItem.message == message).slot is None


def test_without_replacing_the_step_waits_for_the_gap(send, invoice, nadia, camille, now):
    switch_on(invoice, nadia, start="gently")
    send(replaces_next=False)
    first = dates(invoice, now)[0]
    assert first == D(2026, 11, 30)  # five days later is a Saturday
    assert MessageItem.get().slot is None


def test_a_step_planned_later_than_the_gap_is_left_alone(send, invoice, nadia, camille, now):
    account = invoice.account
    Account.update(min_gap_days=1).where(Account.id == account.id).execute()
    row = Invoice.get_by_id(invoice.id)
    switch_on(row, nadia, start="gently")
    assert sending_by_hand.replaceable(row, "rappel", now) is None
    send(row)
    assert dates(row, now)[0] == D(2026, 11, 24)


@pytest.mark.requirement("S2.7")
def test_another_template_than_the_proposal_is_written_down(send, invoice):
    send(key="a")
    send(key="b", template="dernier_rappel")
    proposed, chosen = Event.select().where(Event.kind == "reminder_queued").order_by(Event.id)
    assert "choice" not in proposed.facts
    assert (chosen.facts["choice"], chosen.facts["template"]) == ("manuel", "dernier_rappel")
