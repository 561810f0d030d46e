"""A stored e-mail as pages give it back: its text, its headers, the very bytes, and what travelled with it."""

import json
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.documents import Document
from relance.models.messages import Message, MessageAttachment
from relance.services import sent_source
from relance.web import names
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account
from relance.web.security import sandboxed


def context(message: Message) -> dict[str, Any]:
    """What templates/messages/_stored.html shows of it."""
    return {
        "message": message,
        "to": json.loads(message.to_json),
        "cc": json.loads(message.cc_json),
        "refused": json.loads(message.refused_json) or {},
        "documents": _documents(message),
        "headers": _headers(message),
        "template_name": names.template,
        "now": clock.now(),
    }


def html(message: Message) -> Response:
    """The HTML part alone, for the frame of the page: nothing in it runs, nothing is fetched."""
    return sandboxed(Response(message.body_html, mimetype="text/html"))


def source(message: Message, number: str, page: str) -> ResponseReturnValue:
    """The very bytes the server received, named after ``number``; back to ``page`` when a file of it is gone.

    404 when it was never handed over.
    """
    try:
        content = sent_source.source_of(message)
    except storage.StorageError:
        return go_to(page, _("Une pièce jointe de cet e-mail a disparu du serveur : l'original est incomplet."), "late")
    if content is None:
        abort(404)
    answer = Response(content, mimetype="message/rfc822")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{number}-{message.id}.eml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


def attachment(message: Message, document_id: int) -> Response:
    """A file that travelled with the message; 404 for any other."""
    document = next((row for row in _documents(message) if row.id == document_id), None)
    if document is None:
        abort(404)
    answer = Response(storage.get(document.sha256), mimetype=document.mime)
    answer.headers.set("Content-Disposition", "attachment", filename=document.name)
    return answer


def _headers(message: Message) -> str:
    """The headers as the server received them; '' when the message was never handed over."""
    try:
        content = sent_source.source_of(message)
    except storage.StorageError:
        return ""
    return (content or b"").partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\r\n", "\n")


def _documents(message: Message) -> list[Document]:
    links = MessageAttachment.select(MessageAttachment.document).where(MessageAttachment.message == message)
    own = Document.account == current_account()
    return list(Document.select().where(own, Document.id.in_(links)).order_by(Document.id))
