"""A new invoice in three steps, and its edition. Everything works without JavaScript."""

import datetime as dt
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.rules.calendar import local_date
from relance.services import filing, following, invoicing, listing, reading_ahead, threads
from relance.services.invoice_facts import InvoiceError, StaleFormError
from relance.services.keeping_clients import ClientError
from relance.web import chases, names, rows
from relance.web.forms.invoices import InvoiceForm, fill, labels
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.invoice_client import (
    chosen,
    client_of_address,
    clients_for,
    creditable,
    days_of,
    facts_of,
    keep_document,
    shown,
)
from relance.web.invoice_effect import Effect, effect_of
from relance.web.invoice_reading import apply_read, due_date
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("invoicing", __name__)

# Names of InvoiceError's fields that the form calls otherwise.
_FIELDS = {"document": "file", "already_paid": "already_paid", "instalments": "", "state": ""}


@blueprint.get("/factures/nouvelle")
def new() -> ResponseReturnValue:
    """Step 1, empty but for what can be guessed."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    form = InvoiceForm()
    form.number.data = invoicing.suggest_number(account, today)
    form.issued_on.data = today
    client = client_of_address()
    if client is not None:
        form.client.data = next(text for text, one in labels([client]).items() if one == client)
    form.due_on.data = due_date(today, str(days_of(client)))
    return _page(form)


@blueprint.post("/factures/nouvelle")
def create() -> ResponseReturnValue:
    """Keep step 1 as a draft and go on; a chip of the due date or a file only fills the form."""
    form = InvoiceForm()
    if request.form.get("terme"):
        return _with_term(form, None)
    if request.form.get("action") == "lire" or (form.file.data and not (form.number.data or form.total.data)):
        return read()
    known, is_valid = _validated(form)
    if not is_valid:
        return _page(form, status=422)
    account, user, now = current_account(), current_user(), clock.now()
    try:
        with transaction():  # a client created for an invoice that cannot be saved is not kept
            facts = facts_of(form, known)
            invoice = invoicing.create(account, facts, state="draft", by=user, now=now).invoice
    except (InvoiceError, ClientError) as error:
        return _refused(form, error.errors)
    return _after(invoice)


@blueprint.post("/factures/nouvelle/lecture")
def read() -> ResponseReturnValue:
    """Read a PDF: its Factur-X data fill the form, and the file is kept with the invoice."""
    form = InvoiceForm()
    found: set[str] = set()
    upload, notice = form.file.data, ""
    if not upload:
        form.refuse("file", "Choisissez d'abord un fichier PDF.")
        return _page(form, status=422)
    try:
        filed = filing.keep_invoice_pdf(current_account(), upload.read(), upload.filename or "", now=clock.now())
    except filing.FileError as error:
        form.refuse("file", str(error))
        return _page(form, status=422)
    form.document_id.data = str(filed.document.id)
    form.document_id.raw_data = None
    if filed.read.error:
        notice = _(filed.read.error)
    else:
        found = apply_read(form, filed.read, listing.open_clients(current_account()))
    return _page(form, found=found, notice=notice)


@blueprint.get("/factures/nouvelle/client")
def client_details() -> ResponseReturnValue:
    """What depends on the client: its contacts, or what is needed to create it, and what a credit note may reduce."""
    form = InvoiceForm(request.args)
    return make_response(render_template("invoices/client.htmx.html", **_context(form, None)))


@blueprint.get("/factures/<int:id>/modifier")
def edit(id: int) -> ResponseReturnValue:
    """The invoice in the form; step 1 again for a draft."""
    invoice = invoice_or_404(id)
    if invoice.state in ("cancelled", "written_off"):
        return go_to(url_for("invoices.show", id=id), _("Rouvrez d'abord cette facture."), "warn")
    form = InvoiceForm()
    fill(form, invoice, clients_for(invoice))
    return _page(form, invoice)


@blueprint.post("/factures/<int:id>/modifier")
def update(id: int) -> ResponseReturnValue:
    """Save the form. 409 when somebody saved since it was opened: what was typed is kept."""
    invoice, form = invoice_or_404(id), InvoiceForm()
    if request.form.get("terme"):
        return _with_term(form, invoice)
    client, is_valid = _validated(form)
    if not is_valid:
        return _page(form, invoice, status=422)
    version = row_id(form.version.data)
    try:
        effect = effect_of(invoice, form, client, version)
        if effect is not None and request.form.get("seen") != effect.seal:
            return _page(form, invoice, effect=effect)
        before = threads.of_invoice(invoice, clock.now())
        with transaction():
            facts = facts_of(form, client)
            saved = invoicing.update(invoice, facts, version=version, by=current_user(), now=clock.now())
    except StaleFormError:
        form.refuse("", "Cette facture a changé entre-temps. Vos modifications sont gardées ci-dessous.")
        form.version.data = str(Invoice.get_by_id(invoice.id).version)
        form.version.raw_data = None
        return _page(form, invoice, status=409)
    except (InvoiceError, ClientError) as error:
        return _refused(form, error.errors, invoice)
    if saved.invoice.state == "draft":
        return _after(saved.invoice)
    return go_to(url_for("invoices.show", id=id), _changed(saved, before))


@blueprint.get("/factures/<int:id>/verification")
def check(id: int) -> ResponseReturnValue:
    """Step 3: what will be recorded and what happens next."""
    invoice = invoice_or_404(id)
    now, account = clock.now(), current_account()
    if invoice.state not in ("draft", "to_process"):
        return go_to(url_for("invoices.show", id=id))
    today = local_date(now, account.time_zone)
    reading_ahead.of_invoice(invoice, today)
    checked = invoicing.check(account, invoicing.facts_of(invoice), today=today, invoice=invoice)
    thread = threads.of_invoice(invoice, now, as_sent=True)
    context: dict[str, Any] = {
        "invoice": invoice,
        "warnings": checked.warnings,
        **_summary(invoice),
        **chases.panel_context(invoice),
        "thread": thread,
        "points": rows.full(thread, account),
        "is_out": bool(following.entry_of(invoice, now).of("out")),
    }
    return make_response(render_template("invoices/check.html", **context))


@blueprint.post("/factures/<int:id>/verification")
def confirm(id: int) -> ResponseReturnValue:
    """The draft becomes an invoice that was sent: from now on it can be chased."""
    invoice = invoice_or_404(id)
    verb = invoicing.set_aside if request.form.get("action") == "a_traiter" else invoicing.confirm
    try:
        saved = verb(invoice, by=current_user(), now=clock.now())
    except InvoiceError as error:
        return go_to(url_for("invoices.show", id=id), _(str(error)), "warn")
    notice = _("Facture enregistrée.") if saved.state != "to_process" else _("Facture mise de côté, à traiter.")
    return go_to(url_for("invoices.show", id=id), notice)


def _after(invoice: Invoice) -> ResponseReturnValue:
    """Where the saved draft goes: the reminders (step 2), or its page."""
    if request.form.get("action") == "brouillon":
        return go_to(url_for("invoices.show", id=invoice.id), _("Brouillon enregistré."))
    if invoice.is_credit_note:  # never chased: step 2 would be empty
        return go_to(url_for("invoicing.check", id=invoice.id))
    return go_to(url_for("chases.edit", id=invoice.id, etape=2))


def _validated(form: InvoiceForm) -> tuple[Client | None, bool]:
    """The client of the form (None for a new one) and whether everything can be read."""
    is_valid = form.validate()
    keep_document(form, _keep_pdf)
    unknown = "Ce client n'existe pas encore. Complétez sa fiche ci-dessous, puis continuez."
    client = chosen(form, listing.open_clients(current_account()), unknown)
    return client, is_valid and not form.all_errors()


def _keep_pdf(*given: Any, now: dt.datetime) -> Document:
    return filing.keep_invoice_pdf(*given, now=now).document


def _refused(form: InvoiceForm, errors: dict[str, str], invoice: Invoice | None = None) -> ResponseReturnValue:
    for name, sentence in errors.items():
        if name == "instalments":
            form.parts.error = _(sentence)
        else:
            form.refuse(_FIELDS.get(name, name) if _FIELDS.get(name, name) in form else "", sentence)
    return _page(form, invoice, status=422)


def _with_term(form: InvoiceForm, invoice: Invoice | None) -> ResponseReturnValue:
    """A chip: the due date so many days after the invoice date."""
    today = local_date(clock.now(), current_account().time_zone)
    form.due_on.data = due_date(form.issued_on.data or today, request.form["terme"])
    form.due_on.raw_data = None
    return _page(form, invoice)


def _page(
    form: InvoiceForm,
    invoice: Invoice | None = None,
    *,
    status: int = 200,
    found: set[str] | None = None,
    notice: str = "",
    effect: Effect | None = None,
) -> ResponseReturnValue:
    context = _context(form, invoice) | {"found": found or set(), "read_notice": notice, "effect": effect}
    template = "invoices/_form.html" if wants_fragment() else "invoices/new.html"
    return make_response(render_template(template, **context), status)


def _context(form: InvoiceForm, invoice: Invoice | None) -> dict[str, Any]:
    client, context = shown(form, clients_for(invoice))
    form.offer(context["contacts"], creditable(client, invoice) if client is not None else [])
    return context | {
        "invoice": invoice,
        "is_draft": invoice is None or invoice.state == "draft",
        "action": url_for("invoicing.create") if invoice is None else url_for("invoicing.update", id=invoice.id),
        "found": set(),
        "read_notice": "",
        "effect": None,
    }


def _summary(invoice: Invoice) -> dict[str, Any]:
    return {
        "kind_name": names.invoice_kind(invoice.kind),
        "method_name": names.method(invoice.payment_method),
        "parts": list(Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)),
    }


def _changed(saved: invoicing.Saved, before: threads.Thread) -> str:
    """« Facture modifiée », what is strange, and the new date of the next reminder."""
    sentences = [_("Facture modifiée."), *(_(text) for text in saved.warnings)]
    after = threads.of_invoice(saved.invoice, clock.now())
    if after.next is not None and (before.next is None or before.next.on != after.next.on):
        sentences.append(_("Prochaine relance : {date}.", date=rows.short_day_inside(after.next.on)))
    return " ".join(sentences)
