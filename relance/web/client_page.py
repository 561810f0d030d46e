"""What the page of one client shows, tab by tab, and the table of its contacts."""

from datetime import date
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import client_figures, evidence, keeping_clients, pausing, payment_plans, reading_ahead
from relance.web import followed, holds, names, rate_words, rows
from relance.web.forms.clients import fill, settings_form
from relance.web.forms.evidence import KINDS as PIECES
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.invoice_history import client_context
from relance.web.scope import current_account

TABS = {"factures": "Factures", "contacts": "Contacts", "echanges": "Échanges", "reglages": "Réglages"}
SHOWN_INVOICES = 200


def page(client: Client, tab: str, status: int = 200, **more: Any) -> Response:
    """The page of a client on one of TABS, with ``more`` for its templates."""
    tab = tab if tab in TABS else "factures"
    reading_ahead.of_client(client)
    now = clock.now()
    context: dict[str, Any] = {
        "client": client,
        "tab": tab,
        "tabs": [(key, _(text)) for key, text in TABS.items()],
        "figures": client_figures.figures(client, today()),
        "kind_name": names.client_kind(client.kind),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "is_expecting": Invoice.select().where(Invoice.client == client, Invoice.state == "sent").exists(),
        "hint": payment_hint(),
        "client_pause": pausing.of_client(client, today()),
        "plans": payment_plans.of_client(client),
        "hold_until": holds.until,
        "day": today(),
    }
    if tab == "factures":
        query = Invoice.select(Invoice, Client).join(Client).where(Invoice.client == client)
        invoices = list(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(SHOWN_INVOICES))
        context["rows"] = rows.rows_of(current_account(), invoices, now)
        context |= {"pieces": evidence.of_client(client), "piece_kinds": PIECES, "invoice": None}
    elif tab == "contacts":
        context |= _contacts_context(client)
    elif tab == "echanges":
        context |= client_context(client)
    else:
        form = settings_form()
        fill(form, client)
        context["client_form"] = form
        context["low_rate"] = rate_words.low_rate(current_account(), client.late_rate_bp)
        context |= followed.context(client)
    return make_response(render_template("clients/show.html", **(context | more)), status)


def contacts(client: Client, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The table of contacts, one row of which may be a form: alone for htmx, in its page otherwise."""
    if not wants_fragment():
        return page(client, "contacts", status, **more)
    context = {"client": client, **_contacts_context(client), **more}
    return make_response(render_template("clients/_contacts.html", **context), status)


def contacts_done(client: Client, notice: str) -> ResponseReturnValue:
    """After a change of contacts: the table again, or its page with a notice."""
    if wants_fragment():
        context = {"client": client, **_contacts_context(client), "announcement": notice}
        return make_response(render_template("clients/_contacts.html", **context))
    return go_to(contacts_url(client), notice)


def _contacts_context(client: Client) -> dict[str, Any]:
    archived = Contact.select().where(Contact.client == client, Contact.archived_at.is_null(False))
    return {
        "contacts": keeping_clients.active_contacts(client),
        "archived_contacts": list(archived.order_by(Contact.name)),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "contact_form": None,
        "edited_id": None,
        "announcement": "",
    }


def contacts_url(client: Client) -> str:
    """The tab of the contacts."""
    return url_for("clients.show", id=client.id, onglet="contacts")


def payment_hint() -> str:
    """What an empty delay of payment means."""
    return _("Vide : {n} jours, comme vos autres clients.", n=current_account().payment_days)


def today() -> date:
    """The account's civil day."""
    return local_date(clock.now(), current_account().time_zone)
