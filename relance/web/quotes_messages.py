"""One e-mail about a quote, exactly as it was, or will be, sent."""

import json

from flask import Blueprint, Response, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.documents import Document
from relance.models.messages import Message, MessageAttachment
from relance.models.quotes import Quote
from relance.services import outbox, sent_source
from relance.web import names
from relance.web.history_words import REASONS
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, message_or_404, quote_or_404
from relance.web.security import sandboxed

blueprint = Blueprint("quotes_messages", __name__)


@blueprint.get("/devis/<int:id>/messages/<int:message_id>")
def show(id: int, message_id: int) -> ResponseReturnValue:
    """The text, the headers and what travelled with them."""
    quote, message = _message(id, message_id)
    context = {
        "quote": quote,
        "message": message,
        "to": json.loads(message.to_json),
        "cc": json.loads(message.cc_json),
        "refused": json.loads(message.refused_json) or {},
        "documents": _documents(message),
        "headers": _headers(message),
        "because": _why(message),
        "template_name": names.template,
        "now": clock.now(),
    }
    return make_response(render_template("quotes/message.html", **context))


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/html")
def html(id: int, message_id: int) -> Response:
    """The HTML part alone, for the frame of the page: nothing in it runs, nothing is fetched."""
    _quote, message = _message(id, message_id)
    return sandboxed(Response(message.body_html, mimetype="text/html"))


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/eml")
def source(id: int, message_id: int) -> ResponseReturnValue:
    """The very bytes the server received, to keep or to open elsewhere."""
    quote, message = _message(id, message_id)
    try:
        content = sent_source.source_of(message)
    except storage.StorageError:
        page = url_for("quotes_messages.show", id=quote.id, message_id=message.id)
        return go_to(page, _("Une pièce jointe de cet e-mail a disparu du serveur : l'original est incomplet."), "late")
    if content is None:
        abort(404)
    answer = Response(content, mimetype="message/rfc822")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{quote.number}-{message.id}.eml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/pieces/<int:document_id>")
def attachment(id: int, message_id: int, document_id: int) -> Response:
    """A file that travelled with the message."""
    _quote, message = _message(id, message_id)
    document = next((row for row in _documents(message) if row.id == document_id), None)
    if document is None:
        abort(404)
    answer = Response(storage.get(document.sha256), mimetype=document.mime)
    answer.headers.set("Content-Disposition", "attachment", filename=document.name)
    return answer


def _message(id: int, message_id: int) -> tuple[Quote, Message]:
    """A message about that quote; 404 for any other."""
    quote, message = quote_or_404(id), message_or_404(message_id)
    if message.quote_id != quote.id:
        abort(404)
    return quote, message


def _why(message: Message) -> str:
    """Why it was cancelled, when it was not by a person."""
    is_told = message.state == "cancelled" and message.error not in outbox.DECIDED
    return _(REASONS[message.error]) if is_told and message.error in REASONS else ""


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
