"""The messages already written that wait in the queue or for a yes: their queries, and their texts as they stand."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.services import composing_ahead, gathering, situation_rows
from relance.services.composing import Composed


def waiting_read(client_id: int, today: dt.date) -> Any:
    """The query of a client's messages that wait. A proposal of a day that is over will be made anew."""
    return (
        Message.select()
        .where(
            Message.client == client_id,
            Message.kind.in_(("reminder", "manual")),
            Message.state.in_(situation_rows.OUTSTANDING),
            ~((Message.state == "proposed") & (Message.day_on < today)),
        )
        .order_by(Message.not_before_at, Message.id)
    )


def items_read(message_id: int) -> Any:
    """The query of what a message is about, with the invoices."""
    query = MessageItem.select(MessageItem, Invoice).join(Invoice).where(MessageItem.message == message_id)
    return query.order_by(MessageItem.id)


def files_read(message_id: int) -> Any:
    """The query of the ids of the documents attached to a message, as tuples."""
    query = MessageAttachment.select(MessageAttachment.document).where(MessageAttachment.message == message_id)
    return query.order_by(MessageAttachment.id).tuples()


def documents_read(ids: Iterable[int]) -> Any:
    """The query of these documents."""
    return Document.select().where(Document.id.in_(list(ids)))


def read_ahead(client_ids: Iterable[int], today: dt.date) -> list[Any]:
    """Read these clients' messages that wait and what they carry; the queries of their documents, to be read next.

    For a page that is shown: what is read here is found when each message is.
    """
    found = gathering.read(*(waiting_read(client_id, today) for client_id in client_ids))
    ids = [message.id for messages in found for message in messages]
    composing_ahead.at_once(query for key in ids for query in (items_read(key), files_read(key)))
    files = ([row[0] for row in files_read(key)] for key in ids)
    return [documents_read(some) for some in files if some]


def composed(message: Message, document_ids: tuple[int, ...]) -> Composed:
    """A stored message as what is composed, with the documents it carries."""
    return Composed(
        subject=message.subject,
        text=message.body_text,
        html=message.body_html,
        to=tuple((name, email) for name, email in json.loads(message.to_json)),
        cc=tuple((name, email) for name, email in json.loads(message.cc_json)),
        from_name=message.from_name,
        reply_to=message.reply_to,
        template=message.template,
        language=message.language,
        currency=message.currency,
        total_cents=message.total_cents,
        references=message.references,
        document_ids=document_ids,
        facts=message.facts,
    )
