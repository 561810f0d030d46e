"""Invoices and clients to take away: all of a filter, or those that are ticked, as CSV or as a workbook."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Account
from relance.models.clients import Contact
from relance.rules.calendar import local_date
from relance.services import client_figures, exporting, listing, sequencing
from relance.services.client_figures import Listed
from relance.services.exporting import Line
from relance.web import names, selections
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.invoice_filters import filter_of_request
from relance.web.scope import current_account
from relance.web.spreadsheet import csv_answer, xlsx_answer

blueprint = Blueprint("exports", __name__)


@blueprint.route("/factures/exporter", methods=["GET", "POST"])
def export() -> ResponseReturnValue:
    """The invoices of the filter in the address, every page of them; with ``ids``, those alone. ?format=xlsx."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    if "ids" in request.values or request.method == "POST":
        chosen = selections.asked().invoices
        if not chosen:
            return go_to(selections.back(), _("Cochez au moins une facture."), "warn")
        invoices = iter(chosen)
    else:
        invoices = listing.every(account, filter_of_request(), today)
    head = [
        _("Numéro"), _("Type"), _("État"), _("Client"), _("Objet"), _("Date de facture"), _("Échéance"), _("Total TTC"),
        _("Reste dû"), _("Devise"), _("Payée le"), _("Jours de retard"),
    ]  # fmt: skip
    answer = xlsx_answer if request.args.get("format") == "xlsx" else csv_answer
    return answer(_("factures"), head, _cells(exporting.lines(invoices, today)))


@blueprint.get("/clients/exporter")
def clients() -> ResponseReturnValue:
    """The clients of the list's filter, a line for each currency they owe in. ?format=xlsx."""
    account, words = current_account(), " ".join(request.args.get("q", "").split())[:100]
    today = local_date(clock.now(), account.time_zone)
    listed = client_figures.listed(account, today, words, is_archived=request.args.get("archives") == "oui")
    head = [
        _("Client"), _("Type"), _("SIREN ou SIRET"), _("Numéro de TVA"), _("Adresse"), _("Pays"), _("Contact"),
        _("E-mail"), _("Téléphone"), _("Séquence"), _("Dernier échange"), _("Factures en cours"), _("En retard"),
        _("Reste dû"), _("Dont en retard"), _("Devise"),
    ]  # fmt: skip
    answer = xlsx_answer if request.args.get("format") == "xlsx" else csv_answer
    return answer("clients", head, _client_cells(account, listed))


def _client_cells(account: Account, listed: list[Listed]) -> Iterator[list[Any]]:
    titles = {sequence.id: sequence.title for sequence in sequencing.listed(account)}
    mains = {
        contact.client_id: contact
        for contact in Contact.select().where(
            Contact.account == account, Contact.is_main, Contact.archived_at.is_null()
        )
    }
    for row in listed:
        one, main = row.client, mains.get(row.client.id)
        who = [
            one.name, names.client_kind(one.kind), one.siren, one.vat_number, one.address, one.country,
            main.name if main else "", main.email if main else "", main.phone if main else "",
            titles.get(one.sequence_id, ""),
            local_date(row.last_exchange_at, account.time_zone) if row.last_exchange_at else None,
        ]  # fmt: skip
        for owed in row.owed:
            yield [*who, owed.count, owed.late_count, (owed.balance_cents,), (owed.late_cents,), owed.currency]
        if not row.owed:
            yield [*who, 0, 0, None, None, ""]


def _cells(lines: Iterator[Line]) -> Iterator[list[Any]]:
    for line in lines:
        yield [
            line.number,
            names.invoice_kind(line.kind),
            names.state(line.state),
            line.client,
            line.object,
            line.issued_on,
            line.due_on,
            (line.total_cents,),
            (line.balance_cents,),
            line.currency,
            line.paid_on,
            line.days_late or None,
        ]
