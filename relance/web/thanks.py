"""A word of thanks by hand, once an invoice is paid."""

from typing import Any

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.services import thanking
from relance.services.carrying import Post
from relance.services.thanking import Draft, ThanksError
from relance.services.writing import WritingError
from relance.web import composer, scope
from relance.web.forms.thanks import ThanksForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("thanks", __name__)


@blueprint.get("/factures/<int:id>/remerciement")
def new(id: int) -> ResponseReturnValue:
    """The word of thanks, to whom the last reminder went, or to the usual contact."""
    invoice = invoice_or_404(id)
    reason = thanking.refusal(invoice)
    if reason:
        return go_to(url_for("invoices.show", id=invoice.id), _(reason), "info")
    chosen = thanking.recipients(invoice) or thanking.usable(invoice)[:1]
    draft = Draft(tuple(contact.id for contact in chosen))
    composed = thanking.compose(invoice, draft, clock.now())
    return _page(invoice, ThanksForm.of(composer.words_of(composed)), draft)


@blueprint.post("/factures/<int:id>/remerciement")
def create(id: int) -> ResponseReturnValue:
    """Queue it: it leaves after a minute, during which it can be undone."""
    invoice, form = invoice_or_404(id), ThanksForm()
    draft = form.draft()
    domain = Post.of(scope.settings()).carrier_of(current_account()).domain
    try:
        message = thanking.send(
            invoice, draft, key=form.form_key.data or "", by=current_user(), now=clock.now(), domain=domain
        )
    except (ThanksError, WritingError) as error:
        form.refuse(error.field if error.field in form else "", str(error))
        return _page(invoice, form, draft, 422)
    scope.ring()
    return go_to(url_for("messages.show", id=invoice.id, message_id=message.id))


def _page(invoice: Invoice, form: ThanksForm, draft: Draft, status: int = 200) -> ResponseReturnValue:
    context: dict[str, Any] = {
        "invoice": invoice,
        "form": form,
        "chosen": draft.contact_ids,
        "contacts": thanking.usable(invoice),
    }
    return make_response(render_template("messages/thanks.html", **context), status)
