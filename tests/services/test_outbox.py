"""The outbox: what waits, what left, page after page, each message with its invoices."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import outbox, sending_by_hand, writing
from tests import factories

NOW, TODAY = factories.NOW, factories.TODAY


@pytest.fixture
def write(invoice, camille):
    def _write(key="k", at=NOW, **values):
        draft = writing.first_draft(invoice, at.date())
        row = sending_by_hand.send(invoice, draft, key=key, by=camille, now=at, domain="relance.example")
        Message.update(**({"state": "sent", "sent_at": at} | values)).where(Message.id == row.id).execute()
        return Message.get_by_id(row.id)

    return _write


def shown(account, before=0):
    return [parcel.message.id for parcel in outbox.page(account, before).parcels]


def test_the_newest_comes_first_with_its_invoices(account, invoice, write):
    first, second = write("a"), write("b")
    assert shown(account) == [second.id, first.id]
    assert outbox.page(account).parcels[0].invoices == ((invoice.id, "F-2026-0087"),)


def test_pages_follow_each_other_by_key_and_none_is_shown_twice(account, write):
    ids = [write(str(n)).id for n in range(outbox.PAGE_SIZE + 3)]
    page = outbox.page(account)
    assert len(page.parcels) == outbox.PAGE_SIZE and page.before
    rest = outbox.page(account, page.before)
    assert rest.before == 0
    assert sorted([parcel.message.id for parcel in (*page.parcels, *rest.parcels)]) == ids


def test_what_a_person_cancelled_is_shown_and_what_a_payment_cancelled_is_not(account, write):
    undone, denied = write("a", state="cancelled", error="undone"), write("b", state="cancelled", error="not_sent")
    write("c", state="cancelled", error="paid")
    assert shown(account) == [denied.id, undone.id]


def test_what_waits_is_apart_the_next_to_leave_first(account, write):
    later = write("a", state="queued", not_before_at=NOW + dt.timedelta(hours=2))
    sooner = write("b", state="queued")
    write("c")
    assert [parcel.message.id for parcel in outbox.waiting(account)] == [sooner.id, later.id]


def test_mails_to_the_user_are_not_there(account, write):
    write("a", kind="overdue_alert")
    assert shown(account) == []


def test_a_message_that_lost_its_items_is_still_about_its_invoice(account, invoice, latitude, write):
    message = write("a", state="cancelled", error="undone")
    MessageItem.delete().execute()
    assert Event.select().where(Event.message == message, Event.invoice == invoice).exists()
    assert outbox.parcel(message).invoices == ((invoice.id, "F-2026-0087"),)
    assert outbox.is_about(message, invoice)
    assert not outbox.is_about(message, factories.make_invoice(latitude))


def test_another_account_sees_none(basile, write):
    write("a")
    assert shown(basile.account) == [] and outbox.waiting(basile.account) == ()


def test_a_page_is_read_by_client_and_by_template(account, invoice, latitude, write):
    mine = write("a", template="rappel")
    other = factories.make_client(account, "Les Blés d’Or")

    def found(**values):
        return [parcel.message.id for parcel in outbox.page(account, **values).parcels]

    assert found(client_id=latitude.id) == found(templates=["rappel", "relance_1"]) == [mine.id]
    assert found(client_id=other.id) == found(templates=["dernier_rappel"]) == []


def test_what_waits_for_a_yes_is_listed_oldest_first_and_a_no_stays_visible(account, write, basile):
    first, second = write("a", state="proposed"), write("b", state="proposed")
    assert [parcel.message.id for parcel in outbox.proposed(account)] == [first.id, second.id]
    assert [parcel.message.id for parcel in outbox.proposed(account, 1)] == [first.id]
    assert outbox.proposed(basile.account) == outbox.waiting(account) == ()
    Message.update(state="cancelled", error="declined").where(Message.id == first.id).execute()
    assert first.id in shown(account)
