"""Disputes: opened and closed in dialogs that are also pages, with the file that the client sent."""

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.db import transaction
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.services import chasing, disputing, filing, holding
from relance.services.disputing import DisputeFacts
from relance.services.holding import HoldError
from relance.web import names, scope
from relance.web.forms.holds import CloseForm, DisputeForm
from relance.web.hold_dialogs import dialog, invoice_place, refuse
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.pauses import resumed_words
from relance.web.scope import current_account, current_user, document_or_404, invoice_or_404

blueprint = Blueprint("disputes", __name__)


@blueprint.get("/factures/<int:id>/litige")
def ask(id: int) -> ResponseReturnValue:
    """What the client contests."""
    return _dialog(invoice_or_404(id), DisputeForm())


@blueprint.post("/factures/<int:id>/litige")
def create(id: int) -> ResponseReturnValue:
    """Open a dispute: nothing leaves until it is closed."""
    invoice, form = invoice_or_404(id), DisputeForm()
    if not form.validate():
        return _dialog(invoice, form, 422)
    try:
        with transaction():  # a dispute that is refused keeps no file
            facts = DisputeFacts(form.kind.data, form.text.data or "", _kept(form))
            disputing.open_dispute(invoice, facts, by=current_user(), now=clock.now())
    except filing.FileError as error:
        form.refuse("file", str(error))
        return _dialog(invoice, form, 422)
    except HoldError as error:
        return _dialog(invoice, refuse(form, error), 422)
    scope.ring()
    return go_to(invoice_place(invoice), _("Litige noté : aucune relance ne part jusqu'à sa résolution."), "info")


@blueprint.get("/factures/<int:id>/litige/clore")
def ask_close(id: int) -> ResponseReturnValue:
    """How the dispute ended, and at which step reminders go on."""
    return _close_dialog(invoice_or_404(id), CloseForm())


@blueprint.post("/factures/<int:id>/litige/clore")
def close(id: int) -> ResponseReturnValue:
    """Close the open dispute."""
    invoice, form = invoice_or_404(id), CloseForm()
    if not form.validate():
        return _close_dialog(invoice, form, 422)
    try:
        resumed = disputing.close(
            invoice, outcome=form.outcome.data or "", step=form.chosen(), by=current_user(), now=clock.now()
        )
    except HoldError as error:
        return _close_dialog(invoice, refuse(form, error), 422)
    scope.ring()
    return go_to(invoice_place(invoice), resumed_words(resumed, _("Litige clos.")))


@blueprint.get("/factures/<int:id>/litige/piece")
def attachment(id: int) -> Response:
    """The file joined to the open dispute, only ever to download: a client may have made it."""
    row = disputing.current(invoice_or_404(id))
    if row is None or row.document_id is None:
        abort(404)
    document = document_or_404(row.document_id)
    try:
        content = storage.get(document.sha256)
    except storage.StorageError:
        abort(404)
    response = Response(content, mimetype=document.mime)
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _kept(form: DisputeForm) -> Document | None:
    if not form.file_name:
        return None
    return filing.keep_attachment(current_account(), "dispute", form.content(), form.file_name, now=clock.now())


def _dialog(invoice: Invoice, form: DisputeForm, status: int = 200) -> ResponseReturnValue:
    words = (_("Signaler un litige"), _("Signaler le litige"))
    return dialog("dispute", form, status, words, invoice=invoice, route="disputes.create")


def _close_dialog(invoice: Invoice, form: CloseForm, status: int = 200) -> ResponseReturnValue:
    choices = holding.resume_choices(invoice, clock.now())
    form.offer(choices, names.template)
    words = (_("Clore le litige"), _("Clore le litige"))
    chase = chasing.chase_of(invoice)
    is_chased = chase is not None and chase.is_active
    return dialog("close", form, status, words, invoice=invoice, route="disputes.close", is_chased=is_chased)
