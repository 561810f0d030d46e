"""An e-mail as the server received it, made again from its row and the files that travelled with it."""

import json
from datetime import UTC

from relance import storage
from relance.mail import mime
from relance.mail.mail import Address, Attachment, Mail
from relance.models.documents import Document
from relance.models.messages import Message, MessageAttachment

HANDED_OVER = ("sent", "uncertain", "refused")


def mail_of(message: Message, from_address: str) -> Mail:
    """The stored message as a mail, dated at the instant of its claim. Raises storage.StorageError for a lost file."""
    links = (
        MessageAttachment.select(MessageAttachment, Document)
        .join(Document)
        .where(MessageAttachment.message == message)
        .order_by(MessageAttachment.id)
    )
    files = [(link.document.name, link.document.mime, link.document.sha256) for link in links]
    return Mail(
        subject=message.subject,
        text=message.body_text,
        html=message.body_html,
        sender=Address(message.from_name, from_address),
        reply_to=Address("", message.reply_to) if message.reply_to else None,
        to=tuple(Address(name, email) for name, email in json.loads(message.to_json)),
        cc=tuple(Address(name, email) for name, email in json.loads(message.cc_json)),
        message_id=message.message_id,
        references=tuple(message.references.split()),
        token=message.token,
        attachments=tuple(Attachment(name, kind, storage.get(sha256)) for name, kind, sha256 in files),
        dated_at=message.claimed_at,
    )


def has_source(message: Message) -> bool:
    """True when the row keeps all that the bytes were made from: it was handed to a server by this program."""
    return message.state in HANDED_OVER and bool(message.from_address) and message.claimed_at is not None


def source_of(message: Message) -> bytes | None:
    """The very bytes handed to the server, headers included; None when it was never handed over.

    Raises storage.StorageError when a file that travelled with it is gone.
    """
    claimed_at = message.claimed_at
    if not has_source(message) or claimed_at is None:
        return None
    return mime.build(mail_of(message, message.from_address), claimed_at.replace(tzinfo=UTC).timestamp())
