"""Promises to pay: a dialog that is also a page, and what became of them."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.services import chasing, promising, upcoming
from relance.services.holding import HoldError
from relance.services.promising import PromiseFacts
from relance.web import holds, scope
from relance.web.forms.holds import PromiseForm, fill_promise
from relance.web.hold_dialogs import dialog, invoice_place, refuse
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.nav import today
from relance.web.scope import current_user, invoice_or_404

blueprint = Blueprint("promises", __name__)


@blueprint.get("/factures/<int:id>/promesse")
def ask(id: int) -> ResponseReturnValue:
    """When the client said they would pay, and how much; the open promise to change when there is one."""
    invoice, form = invoice_or_404(id), PromiseForm()
    fill_promise(form, invoice)
    return _dialog(invoice, form)


@blueprint.post("/factures/<int:id>/promesse")
def create(id: int) -> ResponseReturnValue:
    """Note the promise; it takes the place of an open one."""
    invoice, form = invoice_or_404(id), PromiseForm()
    promised_on, amount_cents = form.promised_on.data, form.amount.data
    if not form.validate() or promised_on is None or amount_cents is None:
        return _dialog(invoice, form, 422)
    facts = PromiseFacts(promised_on, amount_cents, form.given_by.data or "", form.note.data or "")
    try:
        row = promising.promise(invoice, facts, by=current_user(), now=clock.now())
    except HoldError as error:
        return _dialog(invoice, refuse(form, error), 422)
    scope.ring()
    day = holds.until(row.holds_until_on, today()).striptags()
    notice = _("Promesse notée. Aucune relance jusqu'au {date}.", date=day)
    if chasing.chase_of(invoice) and not upcoming.of_invoice(invoice, clock.now()):
        notice = _(
            "Promesse notée. Aucune relance jusqu'au {date}, et plus aucune étape n'est prévue ensuite : "
            "ce sera à vous de décider.",
            date=day,
        )
    return go_to(invoice_place(invoice), notice)


@blueprint.post("/factures/<int:id>/promesse/issue")
def settle(id: int) -> ResponseReturnValue:
    """What a person says of the open promise (``issue``): tenue, non-tenue or retiree."""
    invoice = invoice_or_404(id)
    outcomes = {"tenue": promising.keep, "non-tenue": promising.give_up, "retiree": promising.withdraw}
    outcome = request.form.get("issue", "")
    if outcome not in outcomes:
        abort(400)
    place = url_for("invoices.show", id=invoice.id)
    row = promising.open_of(invoice)
    if row is None or not outcomes[outcome](row, by=current_user(), now=clock.now()):
        return go_to(place, _("Cette promesse n'est plus en cours."), "warn")
    scope.ring()
    return go_to(place, _told(outcome, invoice), "paid" if outcome == "tenue" else "info")


def _told(outcome: str, invoice: Invoice) -> str:
    chase = chasing.chase_of(invoice)
    goes_on = " " + _("Les relances reprennent à leurs prochaines dates.") if chase and chase.is_active else ""
    if outcome == "tenue":
        return _("Promesse tenue. Enregistrez le paiement reçu : les relances s'arrêteront.")
    return (_("Promesse non tenue.") if outcome == "non-tenue" else _("Promesse retirée.")) + goes_on


def _dialog(invoice: Invoice, form: PromiseForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Promesse de paiement"), _("Enregistrer la promesse"))
    grace = invoice.account.promise_grace_days
    return dialog("promise", form, status, words, invoice=invoice, route="promises.create", grace=grace)
