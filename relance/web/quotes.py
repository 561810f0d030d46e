"""The list of quotes, the page of one, its answer and the invoice made from it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.services import quoting, quoting_lists, quoting_many
from relance.services.invoice_facts import InvoiceError
from relance.services.quoting import QuoteError
from relance.services.quoting_lists import Filter
from relance.web import quotes_page, scope
from relance.web.forms import Form
from relance.web.forms.quotes import AcceptForm, DeclineForm
from relance.web.htmx import go_to, respond, wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, document_or_404, quote_or_404
from relance.web.spreadsheet import csv_answer, xlsx_answer

blueprint = Blueprint("quotes", __name__)

_ENDPOINTS = {
    "/devis": "quotes.index",
    "/devis/exporter": "quotes.export",
    "/devis/selection": "quotes_many.select",
}
PILLS = {
    "attente": "En attente",
    "a-relancer": "À relancer",
    "acceptes": "Acceptés",
    "refuses": "Refusés",
    "expires": "Expirés",
    "tous": "Tous",
}


@blueprint.get("/devis")
def index() -> ResponseReturnValue:
    """The list, with its pills, search and pages."""
    account, day = current_account(), today()
    page = quoting_lists.page(account, filter_of_request(), day)
    context: dict[str, Any] = {
        "page": page,
        "pills": [(key, _(text), page.counts[key]) for key, text in PILLS.items()],
        "title": _("Devis, {liste}", liste=_(PILLS[page.filter.status]).lower()),
        "link": link_to,
        "badge_of": lambda quote: quotes_page.badge_of(quote, day),
        "most": quoting_many.MOST,
        "delay_of": lambda quote: quotes_page.delay_of(quote, day),
    }
    if wants_fragment() and request.headers.get("HX-Target") == "more":
        return make_response(render_template("quotes/_more.html", **context))
    template = "quotes/list.htmx.html" if wants_fragment() else "quotes/index.html"
    return make_response(render_template(template, **context))


@blueprint.get("/devis/exporter")
def export() -> Response:
    """The same list as a file, every page of it: CSV, or XLSX with ?format=xlsx."""
    answer = xlsx_answer if request.args.get("format") == "xlsx" else csv_answer
    rows = quoting_lists.every(current_account(), filter_of_request(), today())
    return answer(_("devis"), _head(), _rows(rows, today()))


@blueprint.post("/devis/exporter")
def export_chosen() -> Response:
    """The quotes that were ticked, as a CSV file."""
    ids = [row_id(text) for text in request.form.getlist("ids")]
    chosen = quoting_many.chosen(current_account(), [number for number in ids if number])
    return csv_answer(_("devis"), _head(), _rows(chosen, today()))


def _head() -> list[str]:
    return [
        _("Numéro"), _("État"), _("Client"), _("Objet"), _("Date du devis"), _("Valable jusqu'au"), _("Total TTC"),
        _("Devise"), _("Réponse le"), _("Motif"), _("Facture"),
    ]  # fmt: skip


def _rows(quotes: Iterable[Quote], day: date) -> Iterator[list[Any]]:
    for quote in quotes:
        yield [
            quote.number,
            quotes_page.badge_of(quote, day)[2],
            quote.client.name,
            quote.object,
            quote.issued_on,
            quote.valid_until,
            (quote.total_cents,),
            quote.currency,
            quote.decided_on,
            quote.declined_because,
            quote.invoice.number if quote.invoice is not None else "",
        ]


@blueprint.get("/devis/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """The whole story of one quote and the next move."""
    return make_response(render_template("quotes/show.html", **quotes_page.page_context(quote_or_404(id))))


@blueprint.get("/devis/<int:id>/pdf")
def pdf(id: int) -> Response:
    """The quote's file, to download."""
    quote = quote_or_404(id)
    if quote.document_id is None:
        abort(404)
    document = document_or_404(quote.document_id)
    response = Response(storage.get(document.sha256), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.get("/devis/<int:id>/acceptation")
def ask_accept(id: int) -> ResponseReturnValue:
    """The day of the yes, today unless it is said otherwise."""
    return _ask(quote_or_404(id), "accept", AcceptForm(on=today()))


@blueprint.post("/devis/<int:id>/acceptation")
def accept(id: int) -> ResponseReturnValue:
    """The client said yes: nothing more leaves, and the invoice can be made."""
    quote, form = quote_or_404(id), AcceptForm()
    if not form.validate():
        return _ask(quote, "accept", form, 422)
    try:
        quoting.accept(quote, on=form.on.data, by=current_user(), now=clock.now())
    except QuoteError as error:
        return _refused(quote, "accept", form, error)
    notice = _("Devis accepté. Aucune prérelance ne partira plus.")
    return go_to(url_for("quotes.show", id=id), f"{notice} {_('Vous pouvez créer la facture.')}")


@blueprint.get("/devis/<int:id>/refus")
def ask_decline(id: int) -> ResponseReturnValue:
    """What the client said, if anything."""
    return _ask(quote_or_404(id), "decline", DeclineForm())


@blueprint.post("/devis/<int:id>/refus")
def decline(id: int) -> ResponseReturnValue:
    """The client said no: nothing more leaves."""
    quote, form = quote_or_404(id), DeclineForm()
    if not form.validate():
        return _ask(quote, "decline", form, 422)
    try:
        quoting.decline(quote, because=form.because.data or "", by=current_user(), now=clock.now())
    except QuoteError as error:
        return _refused(quote, "decline", form, error)
    return go_to(url_for("quotes.show", id=id), _("Devis refusé. Aucune prérelance ne partira plus."), "info")


@blueprint.post("/devis/<int:id>/reouverture")
def reopen(id: int) -> ResponseReturnValue:
    """Undo an answer."""
    quote = quote_or_404(id)
    try:
        quoting.reopen(quote, by=current_user(), now=clock.now())
    except QuoteError as error:
        return go_to(url_for("quotes.show", id=id), _(str(error)), "warn")
    scope.ring()
    return go_to(url_for("quotes.show", id=id), _("Devis de nouveau en attente."))


@blueprint.get("/devis/<int:id>/suppression")
def ask_delete(id: int) -> ResponseReturnValue:
    """What deleting means, before it is done; a quote with a history is kept."""
    quote = quote_or_404(id)
    reason = quoting.why_kept(quote)
    if reason:
        return go_to(url_for("quotes.show", id=id), _(reason), "warn")
    return _ask(quote, "delete", Form())


@blueprint.post("/devis/<int:id>/suppression")
def delete(id: int) -> ResponseReturnValue:
    """Forget a quote about which nothing was sent."""
    quote = quote_or_404(id)
    try:
        quoting.delete(quote, by=current_user(), now=clock.now())
    except QuoteError as error:
        return go_to(url_for("quotes.show", id=id), _(str(error)), "warn")
    return go_to(url_for("quotes.index"), _("Devis supprimé."), "info")


@blueprint.post("/devis/<int:id>/facture")
def to_invoice(id: int) -> ResponseReturnValue:
    """The draft of its invoice, opened for edition; a second click opens the same one."""
    quote = quote_or_404(id)
    is_new = quote.invoice_id is None
    try:
        invoice = quoting.to_invoice(quote, by=current_user(), now=clock.now())
    except (QuoteError, InvoiceError) as error:
        return go_to(url_for("quotes.show", id=id), _(str(error)), "warn")
    if not is_new:
        return go_to(url_for("invoices.show", id=invoice.id))
    notice = _("Voici le brouillon de la facture, rempli d'après le devis. Vérifiez-le.")
    return go_to(url_for("invoicing.edit", id=invoice.id), notice, "info")


def _ask(quote: Quote, what: str, form: Form, status: int = 200) -> ResponseReturnValue:
    context = {"quote": quote, "what": what, "form": form, "action": url_for(f"quotes.{what}", id=quote.id)}
    return respond("quotes/ask.html", "quotes/_ask.html", status=status, **context)


def _refused(quote: Quote, what: str, form: Form, error: QuoteError) -> ResponseReturnValue:
    for name, sentence in error.errors.items():
        form.refuse(name if name in form else "", sentence)
    return _ask(quote, what, form, 422)


def today() -> date:
    """The account's civil day."""
    return local_date(clock.now(), current_account().time_zone)


def filter_of_request() -> Filter:
    """What the address asks for."""
    args = request.values
    return Filter(args.get("statut", "attente"), args.get("q", ""), args.get("apres", "")).cleaned()


def link_to(known: Filter, path: str = "/devis", **changes: str) -> str:
    """The address of the list with another pill, search or page; the page key is kept only when it is given."""
    values: dict[str, Any] = {
        "statut": known.status if known.status != "attente" else "",
        "q": known.q,
        "apres": "",
        **changes,
    }
    kept = {name: value for name, value in values.items() if value}
    return url_for(_ENDPOINTS[path], **kept)
