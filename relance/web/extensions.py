"""« Délai accordé »: a dialog that is also a page, and its withdrawal."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.services import extending
from relance.services.holding import HoldError
from relance.web import holds, scope
from relance.web.forms.holds import ExtensionForm
from relance.web.hold_dialogs import dialog, invoice_place, refuse
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.nav import today
from relance.web.scope import current_user, invoice_or_404

blueprint = Blueprint("extensions", __name__)


@blueprint.get("/factures/<int:id>/delai")
def ask(id: int) -> ResponseReturnValue:
    """Until when the client may pay."""
    invoice = invoice_or_404(id)
    return _dialog(invoice, ExtensionForm(obj=extending.current(invoice)))


@blueprint.post("/factures/<int:id>/delai")
def create(id: int) -> ResponseReturnValue:
    """Grant it: reminders count from that day, the due date stays."""
    invoice, form = invoice_or_404(id), ExtensionForm()
    granted_on = form.granted_on.data
    if not form.validate() or granted_on is None:
        return _dialog(invoice, form, 422)
    try:
        row = extending.grant(
            invoice, granted_on=granted_on, reason=form.reason.data or "", by=current_user(), now=clock.now()
        )
    except HoldError as error:
        return _dialog(invoice, refuse(form, error), 422)
    scope.ring()
    day = holds.until(row.granted_on, today()).striptags()
    return go_to(invoice_place(invoice), _("Délai accordé jusqu'au {date}.", date=day))


@blueprint.post("/factures/<int:id>/delai/retrait")
def withdraw(id: int) -> ResponseReturnValue:
    """Back to the due date."""
    invoice = invoice_or_404(id)
    place = url_for("invoices.show", id=invoice.id)
    try:
        extending.withdraw(invoice, by=current_user(), now=clock.now())
    except HoldError as error:
        return go_to(place, _(str(error)), "warn")
    scope.ring()
    return go_to(place, _("Délai retiré : les relances comptent de nouveau depuis l'échéance."), "info")


def _dialog(invoice: Invoice, form: ExtensionForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Accorder un délai"), _("Accorder le délai"))
    return dialog("extension", form, status, words, invoice=invoice, route="extensions.create")
