"""« Pièces du dossier » of an invoice or of a client: added, downloaded, removed, put back."""

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.clients import Client
from relance.models.evidence import Evidence
from relance.models.invoices import Invoice
from relance.services import evidence
from relance.services.evidence import EvidenceError
from relance.web.forms.evidence import KINDS, EvidenceForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import client_or_404, current_user, evidence_or_404, invoice_or_404
from relance.web.security import takes_files

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/factures/<int:id>/pieces")
def of_invoice(id: int) -> ResponseReturnValue:
    """The pieces of an invoice, and the form that adds one (?type= chooses its type)."""
    invoice = invoice_or_404(id)
    return _page(invoice.client, invoice, _asked())


@blueprint.post("/factures/<int:id>/pieces")
@takes_files
def add_to_invoice(id: int) -> ResponseReturnValue:
    """Add a piece to an invoice."""
    invoice = invoice_or_404(id)
    return _add(invoice.client, invoice)


@blueprint.get("/clients/<int:id>/pieces")
def of_client(id: int) -> ResponseReturnValue:
    """The pieces of a client, those of its invoices too, and the form that adds one to no invoice."""
    return _page(client_or_404(id), None, _asked())


@blueprint.post("/clients/<int:id>/pieces")
@takes_files
def add_to_client(id: int) -> ResponseReturnValue:
    """Add a piece to a client: it is in the case file of each of its invoices."""
    return _add(client_or_404(id), None)


@blueprint.get("/pieces/<int:evidence_id>")
def download(evidence_id: int) -> Response:
    """The file of a piece, only ever to download: a client may have made it."""
    document = evidence_or_404(evidence_id).document
    try:
        content = storage.get(document.sha256)
    except storage.StorageError:
        abort(404)
    response = Response(content, mimetype=document.mime)
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/pieces/<int:evidence_id>/retirer")
def remove(evidence_id: int) -> ResponseReturnValue:
    """Take a piece out of the case file; it can be put back."""
    row = evidence_or_404(evidence_id)
    evidence.remove(row, by=current_user(), now=clock.now())
    return go_to(_place(row), _("Pièce retirée du dossier. Vous pouvez la rétablir plus bas."), "info")


@blueprint.post("/pieces/<int:evidence_id>/retablir")
def restore(evidence_id: int) -> ResponseReturnValue:
    """Put a piece back."""
    row = evidence_or_404(evidence_id)
    evidence.restore(row, by=current_user(), now=clock.now())
    return go_to(_place(row), _("Pièce rétablie."))


def _asked() -> EvidenceForm:
    form = EvidenceForm()
    if request.args.get("type") in KINDS:
        form.kind.data = request.args["type"]
    return form


def _add(client: Client, invoice: Invoice | None) -> ResponseReturnValue:
    form = EvidenceForm()
    if not form.validate():
        return _page(client, invoice, form, 422)
    try:
        row = evidence.add(
            client,
            invoice=invoice,
            kind=form.kind.data,
            label=form.label.data or "",
            content=form.content(),
            name=form.file_name,
            by=current_user(),
            now=clock.now(),
        )
    except EvidenceError as error:
        form.refuse(error.field, str(error))
        return _page(client, invoice, form, 422)
    return go_to(_place(row), _("Pièce ajoutée au dossier."))


def _place(row: Evidence) -> str:
    if row.invoice_id is not None:
        return url_for("evidence.of_invoice", id=row.invoice_id)
    return url_for("evidence.of_client", id=row.client_id)


def _page(client: Client, invoice: Invoice | None, form: EvidenceForm, status: int = 200) -> Response:
    rows = evidence.of_invoice(invoice) if invoice is not None else evidence.of_client(client)
    return make_response(
        render_template(
            "evidence/show.html",
            client=client,
            invoice=invoice,
            form=form,
            pieces=rows,
            removed=evidence.removed(client, invoice),
            piece_kinds=KINDS,
            numbers=_numbers(rows) if invoice is None else {},
        ),
        status,
    )


def _numbers(rows: list[Evidence]) -> dict[int, str]:
    """The number of each invoice that a piece is about."""
    ids = {row.invoice_id for row in rows if row.invoice_id is not None}
    query = Invoice.select(Invoice.id, Invoice.number).where(Invoice.id.in_(list(ids)))
    return {invoice.id: invoice.number for invoice in query} if ids else {}
