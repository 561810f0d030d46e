"""One e-mail to a client: written by hand, or read again exactly as it was sent."""

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.letters.press import PressError
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import outbox, sending_by_hand
from relance.services.carrying import Post
from relance.services.leaving import NOW
from relance.services.writing import BalanceError, WritingError
from relance.web import composer, posting, scope, stored_messages
from relance.web.forms.messages import ComposeForm
from relance.web.history_phrases import reason_of
from relance.web.htmx import go_to, respond
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, invoice_or_404, message_or_404

blueprint = Blueprint("messages", __name__)

UNPRINTED = "Le relevé de compte n'a pas pu être préparé. Réessayez, ou envoyez l'e-mail sans lui."


@blueprint.get("/factures/<int:id>/relancer/e-mail")
def new(id: int) -> ResponseReturnValue:
    """The composer, filled with the proposed text or that of ?modele=."""
    invoice = invoice_or_404(id)
    context = composer.opening(invoice, request.args.get("modele", ""), clock.now())
    return make_response(render_template("messages/new.html", **context))


@blueprint.post("/factures/<int:id>/relancer/e-mail/apercu")
def preview(id: int) -> ResponseReturnValue:
    """The form and its preview after a choice or a word changed; nothing is saved."""
    invoice = invoice_or_404(id)
    context = composer.reading(invoice, ComposeForm(), clock.now())
    if context["refusal"]:  # it was paid, say, while the words were typed: the page tells it
        return go_to(url_for("messages.new", id=invoice.id))
    return respond("messages/new.html", "messages/_composer.html", **context)


@blueprint.post("/factures/<int:id>/relancer/e-mail/test")
def test(id: int) -> ResponseReturnValue:
    """Send the message as it stands to the user alone, now; nothing is saved."""
    invoice, now = invoice_or_404(id), clock.now()
    context = composer.reading(invoice, ComposeForm(), now)
    if context["composed"] is None:
        answer, is_sent = context["problem"], False
    else:
        try:
            answer, is_sent = posting.send_test(composer.with_statement(invoice, context, now))
        except (PressError, storage.StorageError):
            answer, is_sent = _(UNPRINTED), False
    context |= {"test_answer": answer, "is_test_sent": is_sent}
    return respond("messages/new.html", "chases/_test.html", status=200 if is_sent else 422, **context)


@blueprint.post("/factures/<int:id>/relancer/e-mail")
def create(id: int) -> ResponseReturnValue:
    """Queue the message: it leaves after a minute, during which it can be undone, or when it was planned."""
    invoice, form, now = invoice_or_404(id), ComposeForm(), clock.now()
    context = composer.reading(invoice, form, now)
    if form.all_errors() or context["refusal"]:
        return make_response(render_template("messages/new.html", **context), 422)
    account = current_account()
    try:
        message = sending_by_hand.send(
            invoice,
            context["draft"],
            key=form.form_key.data or "",
            by=current_user(),
            now=now,
            domain=Post.of(scope.settings()).carrier_of(account).domain,
            leaves_at=None if form.moment().when == NOW else context["leaves_at"],
        )
    except BalanceError as error:
        # What is shown again tells the new amount; it is that one which is confirmed next.
        form = ComposeForm()
        context = composer.reading(invoice_or_404(id), form, now)
        composer.refuse(form, error)
        return make_response(render_template("messages/new.html", **context), 409)
    except WritingError as error:
        composer.refuse(form, error)
        return make_response(render_template("messages/new.html", **context), 422)
    except (PressError, storage.StorageError):
        form.refuse("attaches_statement", UNPRINTED)
        return make_response(render_template("messages/new.html", **context), 422)
    scope.ring()
    return go_to(url_for("messages.show", id=invoice.id, message_id=message.id))


@blueprint.get("/factures/<int:id>/messages/<int:message_id>")
def show(id: int, message_id: int) -> ResponseReturnValue:
    """A message exactly as it was, or will be, sent."""
    invoice, message = _message(id, message_id)
    page = url_for("invoices.show", id=invoice.id)
    can_repeat = message.state == "refused" or (message.state == "cancelled" and invoice.state == "sent")
    context = stored_messages.context(message) | {
        "trail": [("/factures", _("Factures")), (page, invoice.number)],
        "route": "messages",
        "about_id": invoice.id,
        "about_label": _("Factures"),
        "about": [(url_for("invoices.show", id=key), number) for key, number in outbox.parcel(message).invoices],
        "again": url_for("messages.new", id=invoice.id, modele=message.template)
        if can_repeat and message.kind != "thanks"
        else "",
        "because": "",
    }
    return make_response(render_template("messages/show.html", **context))


@blueprint.get("/factures/<int:id>/messages/<int:message_id>/html")
def html(id: int, message_id: int) -> Response:
    """The HTML part alone, for the frame of the page."""
    return stored_messages.html(_message(id, message_id)[1])


@blueprint.get("/factures/<int:id>/messages/<int:message_id>/eml")
def source(id: int, message_id: int) -> ResponseReturnValue:
    """The very bytes the server received, to keep or to open elsewhere."""
    invoice, message = _message(id, message_id)
    page = url_for("messages.show", id=invoice.id, message_id=message.id)
    return stored_messages.source(message, invoice.number, page)


@blueprint.get("/factures/<int:id>/messages/<int:message_id>/pieces/<int:document_id>")
def attachment(id: int, message_id: int, document_id: int) -> Response:
    """A file that travelled with the message."""
    return stored_messages.attachment(_message(id, message_id)[1], document_id)


@blueprint.app_template_global()
def cancelled_because(reason: str) -> str:
    """« Annulé : facture payée », from what the message holds; a sentence is already one."""
    words = reason_of({"because": reason})
    return words if words == reason else _("Annulé : {raison}", raison=words)


def _message(id: int, message_id: int) -> tuple[Invoice, Message]:
    """A message about that invoice; 404 for any other, and for the mails to the user."""
    invoice, message = invoice_or_404(id), message_or_404(message_id)
    if message.kind not in outbox.REMINDERS or not outbox.is_about(message, invoice):
        abort(404)
    return invoice, message
