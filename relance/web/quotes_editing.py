"""A new quote, and its edition. Everything works without JavaScript."""

import datetime as dt
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.models.clients import Client
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.services import listing, quoting, quoting_facts
from relance.services.keeping_clients import ClientError
from relance.services.quoting import QuoteError, StaleFormError
from relance.web import scope
from relance.web.forms.invoices import labels
from relance.web.forms.quotes import QuoteForm, fill
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.invoice_client import chosen, client_of_address, client_to_use, clients_for, keep_document, shown
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, quote_or_404

blueprint = Blueprint("quotes_editing", __name__)

VALID_DAYS = 30  # the usual validity of a quote
_FIELDS = {"document": "file", "state": ""}  # fields of QuoteError that the form calls otherwise


@blueprint.get("/devis/nouveau")
def new() -> ResponseReturnValue:
    """Empty but for what can be guessed; no message will leave unless the switch is turned on."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    form = QuoteForm()
    form.number.data = quoting.suggest_number(account, today)
    form.issued_on.data = today
    form.valid_until.data = today + dt.timedelta(VALID_DAYS)
    form.remind_days.data = account.quote_remind_days
    client = client_of_address()
    if client is not None:
        form.client.data = _label(client)
    return _page(form)


@blueprint.post("/devis/nouveau")
def create() -> ResponseReturnValue:
    """Record it."""
    form = QuoteForm()
    known, is_valid = _validated(form, None)
    if not is_valid:
        return _page(form, status=422)
    try:
        with transaction():  # a client created for a quote that cannot be saved is not kept
            facts = _facts(form, known)
            quote = quoting.create(current_account(), facts, by=current_user(), now=clock.now())
    except (QuoteError, ClientError) as error:
        return _refused(form, error.errors, None)
    scope.ring()
    return go_to(url_for("quotes.show", id=quote.id), _("Devis enregistré."))


@blueprint.get("/devis/nouveau/client")
def client_details() -> ResponseReturnValue:
    """What depends on the client: its contacts, or what is needed to create it."""
    form = QuoteForm(request.args)
    return make_response(render_template("invoices/_client_details.html", **_context(form, None)))


@blueprint.get("/devis/<int:id>/modifier")
def edit(id: int) -> ResponseReturnValue:
    """The quote in the form."""
    quote = quote_or_404(id)
    if quote.state != "pending":
        return go_to(url_for("quotes.show", id=id), _("Rouvrez d'abord ce devis."), "warn")
    form = QuoteForm()
    fill(form, quote)
    form.client.data = _label(quote.client)
    return _page(form, quote)


@blueprint.post("/devis/<int:id>/modifier")
def update(id: int) -> ResponseReturnValue:
    """Save the form. 409 when somebody saved since it was opened: what was typed is kept."""
    quote, form = quote_or_404(id), QuoteForm()
    known, is_valid = _validated(form, quote)
    if not is_valid:
        return _page(form, quote, status=422)
    try:
        with transaction():
            facts = _facts(form, known)
            quoting.change(quote, facts, version=row_id(form.version.data), by=current_user(), now=clock.now())
    except StaleFormError:
        form.refuse("", "Ce devis a changé entre-temps. Vos modifications sont gardées ci-dessous.")
        form.version.data = str(Quote.get_by_id(quote.id).version)
        form.version.raw_data = None
        return _page(form, quote, status=409)
    except (QuoteError, ClientError) as error:
        return _refused(form, error.errors, quote)
    scope.ring()
    return go_to(url_for("quotes.show", id=id), _("Devis modifié."))


def _facts(form: QuoteForm, known: Client | None) -> quoting.QuoteFacts:
    """What the form says, about a client that exists: a new one is created first, with its contact."""
    client, contact_id = client_to_use(form, known)
    facts = form.facts(client.id)
    return quoting.QuoteFacts(**{**vars(facts), "contact_id": contact_id}) if contact_id else facts


def _validated(form: QuoteForm, quote: Quote | None) -> tuple[Client | None, bool]:
    """The client of the form (None for a new one) and whether everything can be read."""
    is_valid = form.validate()
    keep_document(form, quoting_facts.keep_pdf)
    unknown = "Ce client n'existe pas encore. Complétez sa fiche ci-dessous, puis enregistrez."
    client = chosen(form, clients_for(quote), unknown)
    return client, is_valid and not form.all_errors()


def _refused(form: QuoteForm, errors: dict[str, str], quote: Quote | None) -> ResponseReturnValue:
    for name, sentence in errors.items():
        known = _FIELDS.get(name, name)
        form.refuse(known if known in form else "", sentence)
    return _page(form, quote, status=422)


def _label(client: Client) -> str:
    """How the combobox writes a client."""
    known = labels({one.id: one for one in [*listing.open_clients(current_account()), client]}.values())
    return next(text for text, one in known.items() if one == client)


def _page(form: QuoteForm, quote: Quote | None = None, *, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("quotes/form.html", **_context(form, quote)), status)


def _context(form: QuoteForm, quote: Quote | None) -> dict[str, Any]:
    _client, context = shown(form, clients_for(quote))
    form.offer(context["contacts"])
    return context | {
        "quote": quote,
        "action": url_for("quotes_editing.create") if quote is None else url_for("quotes_editing.update", id=quote.id),
    }
