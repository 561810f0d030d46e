"""The messages that wait, read at once, and what is composed from one."""

import datetime as dt

from relance.db import remembering
from relance.models.messages import MessageAttachment
from relance.services import composing_ahead, stored_messages
from tests.counting import counted
from tests.factories import NOW, TODAY, make_document, make_message


def test_what_waits_is_read_with_what_it_carries(account, latitude, invoice):
    waiting = make_message(latitude, [invoice], state="queued", not_before_at=NOW)
    make_message(latitude, [invoice])  # it left
    make_message(latitude, [invoice], state="proposed", day_on=TODAY - dt.timedelta(1))  # it will be made anew
    document = make_document(account)
    MessageAttachment.create(message=waiting, document=document)
    with remembering(), counted() as queries:
        composing_ahead.at_once(stored_messages.read_ahead([latitude.id], TODAY))
        asked = len(queries)
        assert list(stored_messages.waiting_read(latitude.id, TODAY)) == [waiting]
        assert [item.invoice.number for item in stored_messages.items_read(waiting.id)] == [invoice.number]
        ids = [row[0] for row in stored_messages.files_read(waiting.id)]
        assert list(stored_messages.documents_read(ids)) == [document]
    assert (asked, len(queries)) == (3, 3)


def test_a_stored_message_keeps_its_words(latitude, invoice):
    message = make_message(latitude, [invoice], state="queued")
    composed = stored_messages.composed(message, (3,))
    assert (composed.subject, composed.text, composed.document_ids) == (message.subject, message.body_text, (3,))
    assert composed.to == (("Nadia Benali", "compta@latitude-conseil.example"),)
