"""Invoices to take away: all of a filter, or those that are ticked, as CSV or as a workbook."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from relance import clock
from relance.rules.calendar import local_date
from relance.services import exporting, listing
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
