"""One e-mail about a quote, exactly as it was, or will be, sent."""

from flask import Blueprint, Response, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import outbox
from relance.web import stored_messages
from relance.web.history_words import REASONS
from relance.web.i18n import _
from relance.web.scope import message_or_404, quote_or_404

blueprint = Blueprint("quotes_messages", __name__)


@blueprint.get("/devis/<int:id>/messages/<int:message_id>")
def show(id: int, message_id: int) -> ResponseReturnValue:
    """The text, the headers and what travelled with them."""
    quote, message = _message(id, message_id)
    page = url_for("quotes.show", id=quote.id)
    can_repeat = quote.state == "pending" and message.state in ("refused", "cancelled")
    context = stored_messages.context(message) | {
        "trail": [("/devis", _("Devis")), (page, quote.number)],
        "route": "quotes_messages",
        "about_id": quote.id,
        "about_label": _("Devis"),
        "about": [(page, quote.number)],
        "again": url_for("quotes_sending.new", id=quote.id) if can_repeat else "",
        "because": _why(message),
    }
    return make_response(render_template("messages/show.html", **context))


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/html")
def html(id: int, message_id: int) -> Response:
    """The HTML part alone, for the frame of the page."""
    return stored_messages.html(_message(id, message_id)[1])


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/eml")
def source(id: int, message_id: int) -> ResponseReturnValue:
    """The very bytes the server received, to keep or to open elsewhere."""
    quote, message = _message(id, message_id)
    page = url_for("quotes_messages.show", id=quote.id, message_id=message.id)
    return stored_messages.source(message, quote.number, page)


@blueprint.get("/devis/<int:id>/messages/<int:message_id>/pieces/<int:document_id>")
def attachment(id: int, message_id: int, document_id: int) -> Response:
    """A file that travelled with the message."""
    return stored_messages.attachment(_message(id, message_id)[1], document_id)


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
