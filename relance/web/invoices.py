"""The list of invoices, the page of one invoice, and what is done to it in one click."""

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import bulk, invoicing, listing, reading_ahead, threads
from relance.services.invoice_facts import InvoiceError
from relance.web import invoice_filters, names, rows
from relance.web.htmx import go_to, respond, wants_fragment
from relance.web.i18n import _
from relance.web.invoice_filters import AGES, PILLS, SORTS, filter_of_request, is_shown, link_to, title_of
from relance.web.invoice_history import WHOLE, history_context
from relance.web.invoice_page import page_context
from relance.web.scope import current_account, current_user, document_or_404, invoice_or_404

blueprint = Blueprint("invoices", __name__)


@blueprint.get("/factures")
def index() -> ResponseReturnValue:
    """The list, with its pills, search, filters and pages."""
    account, now = current_account(), clock.now()
    wanted, is_asked = invoice_filters.sensible(filter_of_request())
    page = listing.page(account, wanted, local_date(now, account.time_zone))
    clients, sequences = invoice_filters.client_choices(page.filter), listing.sequences(account)
    client = invoice_filters.client_name(page.filter.client_id)
    sequence = next((one.title for one in sequences if one.id == page.filter.sequence_id), "")
    context: dict[str, Any] = {
        "page": page,
        "rows": rows.rows_of(account, page.invoices, now),
        "pills": [
            (key, _(text), invoice_filters.pill_count(page.counts[key]))
            for key, text in PILLS.items()
            if is_shown(key, page)
        ],
        "ages": AGES,
        "sorts": SORTS,
        "kinds": names.INVOICE_KINDS,
        "clients": clients,
        "client_name": client,
        "sequences": sequences,
        "link": link_to,
        "shown_cents": invoice_filters.shown_cents,
        "hides_client": False,
        "shows_total": page.filter.status in ("payees", "toutes", "brouillons"),
        "title": title_of(page),
        "in_words": invoice_filters.in_words(page, client, sequence),
        "is_asked": is_asked,
        "most": bulk.MOST,
        "counted": invoice_filters.counted,
    }
    if is_asked and wants_fragment() and request.headers.get("HX-Target") == "more":
        return make_response(render_template("invoices/_more.html", **context))
    if not wants_fragment():
        return make_response(render_template("invoices/index.html", **context))
    answer = make_response(render_template("invoices/list.htmx.html", **context))
    # A form sends all of its fields: the address keeps those that say something.
    answer.headers["HX-Push-Url"] = link_to(page.filter)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#list", "outerHTML"
    return answer


@blueprint.get("/factures/clients")
def clients() -> Response:
    """The names that complete what is typed in the filter of a long list of clients."""
    found = invoice_filters.matching_clients(request.args.get("client", ""), 20)
    return make_response(render_template("invoices/_client_options.html", found=found))


@blueprint.get("/factures/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """The whole story of one invoice and the next move."""
    invoice = invoice_or_404(id)
    return make_response(render_template("invoices/show.html", **page_context(invoice)))


@blueprint.get("/factures/<int:id>/historique")
def past(id: int) -> ResponseReturnValue:
    """The history alone, filtered (?h=) and longer (?avant=); whole on a page of its own, to print."""
    invoice = invoice_or_404(id)
    reading_ahead.of_invoice(invoice, local_date(clock.now(), invoice.account.time_zone))
    context = {"invoice": invoice, **history_context(invoice, 0 if wants_fragment() else WHOLE)}
    return respond("invoices/history.html", "invoices/_history.html", **context)


@blueprint.post("/factures/<int:id>/notes")
def add_note(id: int) -> ResponseReturnValue:
    """An internal note in the history."""
    invoice = invoice_or_404(id)
    text, problem = request.form.get("note", ""), ""
    try:
        invoicing.note(invoice, text, by=current_user(), now=clock.now())
    except InvoiceError as error:
        problem = _(error.errors["note"])
    if not wants_fragment() and not problem:
        return go_to(url_for("invoices.show", id=invoice.id), _("Note ajoutée."))
    if wants_fragment():
        context = {"invoice": invoice, **history_context(invoice)}
        context |= {"note_problem": problem, "note_text": text if problem else ""}
        return make_response(render_template("invoices/_history.html", **context), 422 if problem else 200)
    context = page_context(invoice) | {"note_problem": problem, "note_text": text}
    return make_response(render_template("invoices/show.html", **context), 422)


@blueprint.get("/factures/<int:id>/pdf")
def pdf(id: int) -> Response:
    """The invoice as it was received, to download."""
    invoice = invoice_or_404(id)
    if invoice.document_id is None:
        abort(404)
    document = document_or_404(invoice.document_id)
    response = Response(storage.get(document.sha256), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/factures/<int:id>/duplication")
def duplicate(id: int) -> ResponseReturnValue:
    """A draft like this one, opened for edition."""
    try:
        copy = invoicing.duplicate(invoice_or_404(id), by=current_user(), now=clock.now())
    except InvoiceError as error:
        return go_to(url_for("invoices.show", id=id), _(str(error)), "warn")
    return go_to(url_for("invoicing.edit", id=copy.id), _("Voici une copie datée d'aujourd'hui. Vérifiez-la."), "info")


@blueprint.get("/factures/<int:id>/annulation")
def ask_cancel(id: int) -> ResponseReturnValue:
    """What cancelling means, before it is done."""
    return _ask(invoice_or_404(id), "cancel")


@blueprint.post("/factures/<int:id>/annulation")
def cancel(id: int) -> ResponseReturnValue:
    """The invoice is void; its reminders stop."""
    return _do(id, "cancel", _("Facture annulée. Aucune relance ne partira plus."))


@blueprint.get("/factures/<int:id>/perte")
def ask_write_off(id: int) -> ResponseReturnValue:
    """What a loss means, before it is written."""
    return _ask(invoice_or_404(id), "write_off")


@blueprint.post("/factures/<int:id>/perte")
def write_off(id: int) -> ResponseReturnValue:
    """The money will not come; reminders stop."""
    return _do(id, "write_off", _("Facture passée en perte. Aucune relance ne partira plus."))


@blueprint.post("/factures/<int:id>/reouverture")
def reopen(id: int) -> ResponseReturnValue:
    """Undo a cancellation or a loss."""
    return _do(id, "reopen", _("Facture rouverte, de nouveau à encaisser."))


def _ask(invoice: Invoice, what: str) -> ResponseReturnValue:
    context: dict[str, Any] = {
        "invoice": invoice,
        "what": what,
        "chased": threads.of_invoice(invoice, clock.now()).next is not None,
    }
    return respond("invoices/ask.html", "invoices/_ask.html", **context)


def _do(id: int, verb: str, notice: str) -> ResponseReturnValue:
    invoice = invoice_or_404(id)
    try:
        getattr(invoicing, verb)(invoice, by=current_user(), now=clock.now())
    except InvoiceError as error:
        return go_to(url_for("invoices.show", id=id), _(str(error)), "warn")
    return go_to(url_for("invoices.show", id=id), notice, "info" if verb != "reopen" else "paid")
