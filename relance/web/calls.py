"""Calls made and replies received: dialogs that are also pages."""

import re
from typing import Any

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.rules import call_script
from relance.rules.call_script import Script
from relance.services import calling, disputing, keeping_clients
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

# A shared address has the name of a department: nobody is asked for by it.
DEPARTMENT = re.compile(r"service|compta|factur|accueil|standard|direction|achats", re.IGNORECASE)


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
        form.refuse(_field_of(error, form), str(error))
        return _dialog("call", invoice, form, 422)
    scope.ring()
    notice = _("Appel noté.")
    if facts.promise is not None:
        notice = _("Appel noté, avec sa promesse de paiement.")
    if facts.dispute is not None:
        notice = _("Appel noté, avec son litige.")
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


def _field_of(error: HoldError, form: CallForm) -> str:
    """Where to say what a promise or a dispute is refused for."""
    if form.outcome.data == "disputed":
        return {"text": "claim"}.get(error.field, "contested")
    return error.field if error.field in form else "promised_on"


def _script(invoice: Invoice, contacts: list[Contact]) -> Script:
    """What to say, as plainly as the step that asks for the call, else as the delay of today."""
    account, user = invoice.account, current_user()
    days_late = (today() - invoice.next_due_on).days
    steps = [task.offset_days for task in calling.open_calls(invoice) if task.offset_days is not None]
    named = f"{user.first_name} {user.last_name}".strip() or account.owner_name or account.business_name
    person = next((one for one in contacts if one.id == invoice.contact_id), contacts[0] if contacts else None)
    facts = call_script.CallFacts(
        caller=named,
        business=account.business_name,
        person=person.name if person is not None and not DEPARTMENT.search(person.name) else "",
        number=invoice.number,
        balance_cents=invoice.balance_cents,
        currency=invoice.currency,
        due_on=invoice.next_due_on,
        days_late=days_late,
    )
    # A step before the due date may come up late: what is past is never spoken of as to come.
    tone = call_script.tone_of(max(steps[0], min(days_late, 1)) if steps else days_late)
    return call_script.script(facts, tone, invoice.client.language)


def _dialog(what: str, invoice: Invoice, form: Form, status: int = 200) -> ResponseReturnValue:
    is_call = what == "call"
    contacts = keeping_clients.active_contacts(invoice.client)
    is_owed = invoice.state == "sent" and invoice.balance_cents > 0
    context: dict[str, Any] = {
        "what": what,
        "invoice": invoice,
        "form": form,
        "title": _("Noter un appel") if is_call else _("Noter une réponse reçue"),
        "submit": _("Enregistrer l’appel") if is_call else _("Enregistrer la réponse"),
        "action": url_for("calls.create" if is_call else "calls.create_reply", id=invoice.id),
        "contacts": contacts,
        "grace": invoice.account.promise_grace_days,
        "may_promise": is_owed,
        "may_dispute": is_owed and disputing.current(invoice) is None,
        "script": _script(invoice, contacts) if is_call and is_owed else None,
    }
    template = "calls/_dialog.html" if wants_fragment() else "calls/page.html"
    return make_response(render_template(template, **context), status)
