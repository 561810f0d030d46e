"""The history of a client on a page of its own, and both histories as files."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Account
from relance.models.events import Event
from relance.rules.calendar import local_datetime
from relance.web import history, history_messages, invoice_history, names
from relance.web.htmx import respond, wants_fragment
from relance.web.i18n import _
from relance.web.scope import client_or_404, current_account, invoice_or_404
from relance.web.spreadsheet import csv_answer

blueprint = Blueprint("histories", __name__)

MAX_EXPORT = 20_000


@blueprint.get("/clients/<int:id>/historique")
def of_client(id: int) -> ResponseReturnValue:
    """Everything about a client and its invoices, filtered (?h=) and longer (?avant=); whole on its page, to print."""
    client = client_or_404(id)
    size = 0 if wants_fragment() else invoice_history.WHOLE
    context = {"client": client, **invoice_history.client_context(client, size)}
    return respond("clients/history.html", "clients/_exchanges.html", **context)


@blueprint.get("/factures/<int:id>/historique/exporter")
def export(id: int) -> Response:
    """The history of an invoice as a CSV file, what is planned first."""
    invoice, account = invoice_or_404(id), current_account()
    context = invoice_history.history_context(invoice)
    planned = [
        [
            _when(send.at, account),
            _("Prévu"),
            names.template(send.template),
            history.offset(send.days_from_due),
            invoice.number,
            context["people"](send.to),
            "",
        ]
        for send in reversed(context["coming"])
    ]
    name = _("historique") + f"-{invoice.number}"
    return _file(name, planned, invoice_history.of_invoice(invoice), account)


@blueprint.get("/clients/<int:id>/historique/exporter")
def export_client(id: int) -> Response:
    """The history of a client as a CSV file, what is planned first."""
    client, account = client_or_404(id), current_account()
    people = invoice_history.namer(client)
    is_whole = invoice_history.asked_family() in ("", "relances")
    planned = [
        [
            _when(mail.at, account),
            _("Prévu"),
            names.template(mail.template),
            "",
            ", ".join(number for _href, number in mail.about),
            people(mail.to),
            "",
        ]
        for mail in reversed(invoice_history.planned_of(client, clock.now()) if is_whole else [])
    ]
    return _file(_("historique") + f"-client-{client.id}", planned, invoice_history.of_client(client), account)


def _file(name: str, planned: list[list[str]], query: Any, account: Account) -> Response:
    family = invoice_history.asked_family()
    kinds = history.kinds_of(family) if family else []
    if kinds:
        query = query.where(Event.kind.in_(kinds))
    head = [_("Date"), _("État"), _("Action"), _("Détail"), _("Facture"), _("Destinataire"), _("Auteur")]
    lines = [*planned, *_past(query, account)]
    return csv_answer(name, head, lines)


def _past(query: Any, account: Account) -> Iterator[list[str]]:
    events = list(query.limit(MAX_EXPORT))
    details = history_messages.details_of(account, events)
    for event in events:
        line = history.line_of(event, details.get(event.id, ""))
        said = [_plain(line.detail), line.quote]
        yield [
            _when(event.at, account),
            _("Passé"),
            _plain(line.sentence),
            " · ".join(part for part in said if part),
            event.invoice.number if event.invoice is not None else "",
            "",
            line.author or _("Relance, automatique"),
        ]


def _plain(text: Any) -> str:
    return str(text.striptags()) if hasattr(text, "striptags") else str(text)


def _when(instant: Any, account: Account) -> str:
    return local_datetime(instant, account.time_zone).strftime("%d/%m/%Y %H:%M")
