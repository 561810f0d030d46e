"""« Dossier de recouvrement » of an invoice or of a client: what it holds, what is missing, and the ZIP."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import casefile, clock
from relance.letters.casefile import GROUPS
from relance.letters.press import PressError
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import case_files, case_papers, case_parts, throttling
from relance.services.case_files import MOST
from relance.web import filters, history
from relance.web.htmx import go_to
from relance.web.i18n import _, in_french
from relance.web.scope import client_or_404, current_account, current_user, invoice_or_404

blueprint = Blueprint("case_files", __name__)

WINDOW, PER_WINDOW = dt.timedelta(minutes=1), 5  # files that one user may ask for
STATES = ("sent", "paid", "written_off")
ADDED_AS = {"P2": "quote", "P3": "performance", "P7": "registry", "P8": "correspondence"}
TITLES = {
    "P1": "Factures",
    "P2": "Devis, commande, contrat et conditions",
    "P3": "Preuve de la prestation",
    "P4": "E-mails envoyés, avec la réponse du serveur",
    "P5": "Lettres, preuves de dépôt et de réception",
    "P6": "Décompte des intérêts, période par période",
    "P7": "Identité des parties",
    "P8": "Appels, réponses, notes, promesses et litiges",
}


@blueprint.get("/factures/<int:id>/dossier")
def of_invoice(id: int) -> ResponseReturnValue:
    """What the case file of one invoice holds."""
    invoice = _invoice_or_404(id)
    return _page(invoice.client, [invoice], invoice=invoice)


@blueprint.route("/factures/<int:id>/dossier.zip", methods=["GET", "POST"])
def of_invoice_zip(id: int) -> ResponseReturnValue:
    """The case file of one invoice; a link to it leads to the page."""
    invoice = _invoice_or_404(id)
    return _zip(invoice.client, [invoice], url_for("case_files.of_invoice", id=id))


@blueprint.get("/clients/<int:id>/dossier")
def of_client(id: int) -> ResponseReturnValue:
    """The choice of a client's invoices (?factures=…; those that are late by default), and what their file holds."""
    client = client_or_404(id)
    offered = _offered(client)
    return _page(client, _chosen(offered), offered=offered)


@blueprint.route("/clients/<int:id>/dossier.zip", methods=["GET", "POST"])
def of_client_zip(id: int) -> ResponseReturnValue:
    """The case file of the chosen invoices of a client (?factures=…); a link to it leads to the page."""
    client = client_or_404(id)
    chosen = _chosen(_offered(client))
    page = url_for("case_files.of_client", id=id, factures=",".join(str(invoice.id) for invoice in chosen))
    if not chosen:
        return go_to(page, _("Cochez au moins une facture."), "warn")
    return _zip(client, chosen, page)


def _invoice_or_404(id: int) -> Invoice:
    invoice = invoice_or_404(id)
    if invoice.is_credit_note or invoice.state not in STATES:
        abort(404)
    return invoice


def _offered(client: Client) -> list[Invoice]:
    """The invoices of a client that may be claimed, the oldest due date first."""
    query = Invoice.select().where(Invoice.client == client, Invoice.kind != "credit_note", Invoice.state.in_(STATES))
    return list(query.order_by(Invoice.next_due_on.desc(), Invoice.id.desc()).limit(MOST))[::-1]


def _chosen(offered: list[Invoice]) -> list[Invoice]:
    if "factures" in request.args:
        asked = {part for value in request.args.getlist("factures") for part in value.split(",")}
        return [invoice for invoice in offered if str(invoice.id) in asked]
    today = local_date(clock.now(), current_account().time_zone)
    return [invoice for invoice in offered if invoice.is_overdue(today)]


def _page(
    client: Client, chosen: list[Invoice], *, invoice: Invoice | None = None, offered: list[Invoice] | None = None
) -> Response:
    today = local_date(clock.now(), current_account().time_zone)
    context: dict[str, Any] = {"claims": (), "is_rate_known": True, "lines": []}
    if chosen:
        file = case_parts.contents(current_account(), client, chosen)
        context["lines"] = [_line(file, order) for order in GROUPS]
        context["claims"], context["is_rate_known"] = case_papers.claims(
            current_account(), client, file.invoices, today, case_papers.imputation_of(file)
        )
    return make_response(
        render_template(
            "case_files/show.html",
            client=client,
            invoice=invoice,
            offered=offered or [],
            chosen={one.id for one in chosen},
            day=today,
            verifier_sha256=casefile.verifier_sha256(),
            **context,
        )
    )


def _line(file: case_parts.Contents, order: str) -> dict[str, Any]:
    """One order of the file as the page shows it. What is made for the file (account, identities) is always there."""
    parts, gaps = file.of(order), file.gaps[order]
    return {
        "title": _(TITLES[order]),
        # Messages often bear the same subject: their days tell them apart.
        "parts": [filters.short_date(part.on) if order == "P4" and part.on else _(part.title) for part in parts],
        "gaps": [_(sentence) for sentence in gaps],
        "is_missing": bool(gaps) and order != "P7",
        "kind": ADDED_AS.get(order, ""),
        "order": order,
    }


def _zip(client: Client, chosen: list[Invoice], page: str) -> ResponseReturnValue:
    """Made at each POST: it takes a while and writes an event, so no link does it, and nobody can ask without end."""
    if request.method != "POST":
        return go_to(page)
    now = clock.now()
    if throttling.count(f"case file:{current_user().id}", window=WINDOW, now=now) > PER_WINDOW:
        abort(429)
    try:
        with in_french():
            content = case_files.stream(current_account(), client, chosen, now=now, by=current_user(), tell=_told)
    except PressError as error:
        return go_to(page, str(error), "late")
    response = Response(content, mimetype="application/zip")
    name = case_files.file_name(client, local_date(now, current_account().time_zone))
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _told(event: Event) -> tuple[str, str]:
    """An event as the history says it, and the words that were noted."""
    line = history.line_of(event)
    detail = f" ({line.detail})" if line.detail else ""
    return f"{line.sentence.striptags()}{detail}", line.quote
