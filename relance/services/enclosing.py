"""The statement of account that travels with a message: that of the day it leaves, made outside any transaction."""

import datetime as dt
from dataclasses import dataclass

from relance.letters.statement import StatementFacts
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageAttachment
from relance.services import chasing, statements
from relance.services.writing import Draft


@dataclass(frozen=True)
class Enclosure:
    """A statement and what it tells: if that is no longer so, it must not leave."""

    document: Document
    told: tuple[StatementFacts, ...]


def of_draft(invoice: Invoice, draft: Draft, at: dt.datetime, now: dt.datetime) -> Document | None:
    """The statement a message that leaves ``at`` asks for, or None. PressError or StorageError when it cannot be."""
    if not draft.attaches_statement:
        return None
    return statements.document(invoice.client, today=chasing.today_of(invoice.account, at), now=now)


def enclose(message_id: int, document: Document) -> None:
    """Put the statement in the message, in the place of the one it had."""
    held = of_message(message_id)
    MessageAttachment.delete().where(
        MessageAttachment.message == message_id, MessageAttachment.document.in_([row.id for row in held])
    ).execute()
    MessageAttachment.create(message=message_id, document=document)


def of_message(message_id: int) -> list[Document]:
    """The statements that travel with a message: one, or none."""
    links = MessageAttachment.select(MessageAttachment.document).where(MessageAttachment.message == message_id)
    return list(Document.select().where(Document.id.in_(links), Document.kind == statements.KIND))


def renewed(message_id: int, now: dt.datetime) -> Enclosure | None:
    """The statement of today for a message that carries one; None when it carries none.

    To call before the transaction that claims it: the paper takes up to two seconds to lay out. PressError or
    StorageError when it cannot be made.
    """
    if not of_message(message_id):
        return None
    client = Message.get_by_id(message_id).client
    if client is None:
        return None
    today = chasing.today_of(client.account, now)
    told = statements.statements(client, today)
    return Enclosure(statements.document(client, today=today, now=now), tuple(told))


def renew(message: Message, enclosure: Enclosure, now: dt.datetime) -> bool:
    """Put today's statement in the message; False when a payment came while it was laid out: it tells another account.

    Called in the claiming transaction, with the client's turn taken.
    """
    if message.account is None or message.client is None:
        return False
    told = tuple(statements.statements(message.client, chasing.today_of(message.account, now)))
    if told != enclosure.told:
        return False
    enclose(message.id, enclosure.document)
    return True
