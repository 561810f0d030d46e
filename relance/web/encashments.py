"""« Encaissement à déclarer »: what the user answers about a payment that her platform wants to know of."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.services import encashments
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_user, invoice_or_404

blueprint = Blueprint("encashments", __name__)

ANSWERS = {"declare": "reported", "sans-objet": "not_needed"}


@blueprint.post("/factures/<int:id>/encaissement")
def settle(id: int) -> ResponseReturnValue:
    """« C'est déclaré », « Sans objet »: the line goes."""
    invoice = invoice_or_404(id)
    because = ANSWERS.get(request.form.get("issue", ""))
    if because is None:
        abort(400)
    encashments.settle(invoice, because=because, by=current_user(), now=clock.now())
    words = _("Encaissement noté comme déclaré.") if because == "reported" else _("Encaissement noté sans objet.")
    from_dashboard = request.form.get("depuis") == "tableau"
    return go_to(url_for("dashboard.index") if from_dashboard else url_for("invoices.show", id=id), words)


@blueprint.post("/factures/<int:id>/encaissement/annuler")
def reopen(id: int) -> ResponseReturnValue:
    """Take that back."""
    done = encashments.reopen(invoice_or_404(id), by=current_user(), now=clock.now())
    words = _("L'encaissement est de nouveau à déclarer.") if done else _("Il est trop tard pour annuler.")
    return go_to(url_for("invoices.show", id=id), words, "info" if done else "warn")
