"""Calls made and replies received: dialogs that are also pages."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.services import calling, keeping_clients
from relance.services.calling import CallError
from relance.services.holding import HoldError
from relance.web import scope
from relance.web.forms import Form
from relance.web.forms.calls import CallForm, ReplyForm
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.nav import today
from relance.web.scope import current_user

blueprint = Blueprint("calls", __name__)


@blueprint.get("/factures/<int:id>/appel")
def new(id: int) -> ResponseReturnValue:
    """The call, to the usual person, with all that is left to pay ready to be promised."""
    invoice, form = _invoice(id), CallForm()
    form.who.data = _usual(invoice)
    form.amount.data = invoice.balance_cents or None
    form.offer(invoice)
    form.done.data = [choice.value for choice in form.done.choices or []]
    return _dialog("call", invoice, form)


@blueprint.post("/factures/<int:id>/appel")
def create(id: int) -> ResponseReturnValue:
    """Note the call, the promise it brought and the next one to make."""
    invoice, form = _invoice(id), CallForm()
    form.offer(invoice)
    is_valid = form.validate()
    if form.outcome.data == "promised":
        _require_promise(form)
    if not is_valid or form.errors:
        return _dialog("call", invoice, form, 422)
    facts = form.facts()
    try:
        calling.log_call(invoice, facts, by=current_user(), now=clock.now())
    except CallError as error:
        form.refuse(error.field, str(error))
        return _dialog("call", invoice, form, 422)
    except HoldError as error:
        form.refuse(error.field if error.field in form else "promised_on", str(error))
        return _dialog("call", invoice, form, 422)
    scope.ring()
    notice = _("Appel noté.")
    if facts.promise is not None:
        notice = _("Appel noté, avec sa promesse de paiement.")
    return go_to(url_for("invoices.show", id=invoice.id), notice)


@blueprint.get("/factures/<int:id>/reponse")
def new_reply(id: int) -> ResponseReturnValue:
    """The reply, received today from the usual person."""
    invoice, form = _invoice(id), ReplyForm()
    form.who.data = _usual(invoice)
    form.received_on.data = today()
    return _dialog("reply", invoice, form)


@blueprint.post("/factures/<int:id>/reponse")
def create_reply(id: int) -> ResponseReturnValue:
    """Note what the client answered."""
    invoice, form = _invoice(id), ReplyForm()
    facts = form.facts()
    if not form.validate() or facts is None:
        return _dialog("reply", invoice, form, 422)
    try:
        calling.log_reply(invoice, facts, by=current_user(), now=clock.now())
    except CallError as error:
        form.refuse(error.field, str(error))
        return _dialog("reply", invoice, form, 422)
    return go_to(url_for("invoices.show", id=invoice.id), _("Réponse notée."))


def _invoice(id: int) -> Invoice:
    """An invoice somebody may be called about: not a draft, not a credit note."""
    invoice = scope.invoice_or_404(id)
    if invoice.is_credit_note or invoice.state in ("draft", "to_process"):
        abort(404)
    return invoice


def _usual(invoice: Invoice) -> str:
    """Whom one calls: the contact of the invoice, else the client's main one."""
    contacts = keeping_clients.active_contacts(invoice.client)
    person = next((one for one in contacts if one.id == invoice.contact_id), contacts[0] if contacts else None)
    return str(person.name) if person is not None else ""


def _require_promise(form: CallForm) -> None:
    if form.promised_on.data is None and not form.promised_on.errors:
        form.refuse("promised_on", "Indiquez la date annoncée.")
    if form.amount.data is None and not form.amount.errors:
        form.refuse("amount", "Indiquez le montant annoncé.")


def _dialog(what: str, invoice: Invoice, form: Form, status: int = 200) -> ResponseReturnValue:
    is_call = what == "call"
    context: dict[str, Any] = {
        "what": what,
        "invoice": invoice,
        "form": form,
        "title": _("Noter un appel") if is_call else _("Noter une réponse reçue"),
        "submit": _("Enregistrer l’appel") if is_call else _("Enregistrer la réponse"),
        "action": url_for("calls.create" if is_call else "calls.create_reply", id=invoice.id),
        "contacts": keeping_clients.active_contacts(invoice.client),
        "grace": invoice.account.promise_grace_days,
        "may_promise": invoice.state == "sent" and invoice.balance_cents > 0,
    }
    template = "calls/_dialog.html" if wants_fragment() else "calls/page.html"
    return make_response(render_template(template, **context), status)
