"""The message of a line: several invoices of a client, the step it replaces, the dates granted, whom it goes to."""

import datetime as dt
import json

import pytest

from relance.models.batches import Batch, BatchLine
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import batch_review, batches, extending, keeping_clients, sending_many, sweeping
from tests import factories
from tests.making import switch_on
from tests.services.batching import DAY, DOMAIN, NOW, TODAY, confirm, debtor, late, reviewed

SECOND = dt.timedelta(seconds=1)


def line_of(account, invoices, by, **options):
    """A batch of one line, confirmed and not made yet."""
    batch = confirm(account, reviewed(account, invoices, **options), by)
    return BatchLine.get(BatchLine.batch == batch), batch


def test_two_invoices_of_a_client_are_one_message_with_an_item_and_an_event_each(account, camille):
    _client, rows = debtor(account, "Transports Gallois", 3, 30)
    line, batch = line_of(account, rows, camille)
    assert sending_many.send_line(line, batch, now=NOW, domain=DOMAIN) == ""
    message = Message.get()
    assert {item.invoice_id for item in message.items} == {row.id for row in rows}
    for row in rows:
        assert row.number in message.body_text
        [event] = Event.select().where(Event.invoice == row, Event.kind == "reminder_queued")
        assert event.message_id == message.id and event.user_id == camille.id
        assert event.facts["batch"] == batch.id and "choice" not in event.facts
    assert BatchLine.get().message_id == message.id


@pytest.mark.requirement("S2.7")
def test_another_text_than_the_proposed_one_is_told_as_chosen_by_hand(account, camille):
    _client, [invoice] = debtor(account, "Latitude Conseil", 20)
    [line] = reviewed(account, [invoice]).lines
    row, batch = line_of(account, [invoice], camille, templates={line.key: "relance_2"})
    sending_many.send_line(row, batch, now=NOW, domain=DOMAIN)
    event = Event.get(Event.invoice == invoice, Event.kind == "reminder_queued")
    assert (event.facts["choice"], event.facts["template"]) == ("manuel", "relance_2")


def test_the_planned_step_within_the_gap_is_replaced_for_its_own_invoice_only(account, camille):
    client, [free] = debtor(account, "Latitude Conseil", 20)
    chased = factories.make_invoice(client, due_on=TODAY + DAY)
    switch_on(chased, client.contacts.get(), count=3)
    line, batch = line_of(account, [free, chased], camille)
    sending_many.send_line(line, batch, now=NOW, domain=DOMAIN)
    by_invoice = {item.invoice_id: item for item in MessageItem.select()}
    assert by_invoice[free.id].slot is None and by_invoice[chased.id].slot is not None
    told = Event.get(Event.invoice == chased, Event.kind == "reminder_queued").facts
    assert told["replaces"] == (TODAY + 2 * DAY).isoformat()


def test_the_text_speaks_of_the_date_that_was_granted(account, camille):
    _client, [invoice] = debtor(account, "Latitude Conseil", 20)
    extending.grant(invoice, granted_on=late(3), reason="", by=camille, now=NOW - 15 * DAY)
    [line] = reviewed(account, [invoice]).lines
    composed = sending_many.compose(account, [invoice], line.contacts, line.template, NOW, copies_user=False)
    assert "échue le 20\u00a0novembre" in composed.text


def test_what_was_composed_is_not_written_again_at_the_claim(account, camille, post, smtp_server):
    _client, rows = debtor(account, "Latitude Conseil", 20)
    extending.grant(rows[0], granted_on=late(3), reason="", by=camille, now=NOW - 15 * DAY)
    line, batch = line_of(account, rows, camille)
    sending_many.send_line(line, batch, now=NOW, domain=DOMAIN)
    before = Message.get()
    batches.work(batch.id, NOW, domain=DOMAIN)
    sweeping.sweep(batch.not_before_at, post)
    after = Message.get()
    assert after.state == "sent" and (after.facts, after.body_text) == (before.facts, before.body_text)


@pytest.mark.parametrize("change", ["archived", "rejected", "replaced"])
def test_a_recipient_who_changed_since_the_confirmation_stops_the_line(account, camille, change):
    client, [invoice] = debtor(account, "Latitude Conseil", 20)
    line, batch = line_of(account, [invoice], camille)
    contact = client.contacts.get()
    if change == "archived":
        Contact.update(archived_at=NOW).where(Contact.id == contact.id).execute()
    elif change == "rejected":
        Contact.update(rejected_at=NOW).where(Contact.id == contact.id).execute()
    else:
        hugo = factories.make_contact(client, "Hugo Marchand")
        invoice.contact = hugo
        invoice.save()
    reason = sending_many.send_line(line, batch, now=NOW, domain=DOMAIN)
    assert reason in (sending_many.GONE, "no_address") and Message.select().count() == 0


def test_a_deleted_invoice_and_a_suspended_account_stop_it_too(account, camille):
    _client, [invoice] = debtor(account, "Latitude Conseil", 20)
    line, batch = line_of(account, [invoice], camille)
    line.invoice_ids = json.dumps([invoice.id, 999_999])
    assert sending_many.send_line(line, batch, now=NOW, domain=DOMAIN) == "gone"
    account.suspended_at = NOW
    account.save()
    assert sending_many.send_line(BatchLine.get(), Batch.get(), now=NOW, domain=DOMAIN) == "suspended"
    assert Message.select().count() == 0 and batch_review.refusal(account, invoice, TODAY) == ""


def test_an_e_mail_written_after_the_click_sets_the_line_aside(account, camille):
    client, [invoice] = debtor(account, "Latitude Conseil", 20)
    line, batch = line_of(account, [invoice], camille)
    other = factories.make_message(client, [invoice], state="queued", created_at=NOW + SECOND)
    assert sending_many.send_line(line, batch, now=NOW + 2 * SECOND, domain=DOMAIN) == "written"
    assert [message.id for message in Message.select()] == [other.id]


def test_a_client_merged_meanwhile_receives_nothing_under_its_old_name(account, camille):
    client, [invoice] = debtor(account, "Latitude Conseil", 20)
    line, batch = line_of(account, [invoice], camille)
    keeping_clients.merge(factories.make_client(account, "Latitude SAS", siren=""), client, by=camille, now=NOW)
    assert sending_many.send_line(line, batch, now=NOW, domain=DOMAIN) == "contact_gone"
    assert Message.select().count() == 0
