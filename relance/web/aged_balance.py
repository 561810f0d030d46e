"""The aged balance: on screen, on paper, as CSV and as a workbook."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.rules.calendar import local_date
from relance.services import aged_balance
from relance.services.aged_balance import PER_PAGE, Line
from relance.web import ageing
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account
from relance.web.spreadsheet import csv_answer, xlsx_answer

blueprint = Blueprint("aged_balance", __name__)

NAME = "balance-agee"
MOST = 1000  # lines of one page to print; beyond, a spreadsheet does better


@blueprint.get("/balance-agee")
def index() -> ResponseReturnValue:
    """A page of clients, those who owe most late first; ``?tout=1``: all of them, for paper."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    totals = aged_balance.totals(account, today)
    count = sum(total.clients for total in totals)
    is_whole = bool(request.args.get("tout")) and count <= MOST
    last_page = max(-(-count // PER_PAGE), 1)
    number = min(max(row_id(request.args.get("page")), 1), last_page)
    lines = aged_balance.every(account, today) if is_whole else aged_balance.page(account, today, number)
    return render_template(
        "aged_balance/index.html",
        lines=lines,
        totals=totals,
        labels=ageing.labels(),
        today=today,
        count=count,
        first=1 if is_whole else (number - 1) * PER_PAGE + 1,
        is_whole=is_whole or count <= PER_PAGE,
        can_be_whole=count <= MOST,
        previous=url_for(".index", page=number - 1) if number > 1 and not is_whole else "",
        following=url_for(".index", page=number + 1) if number < last_page and not is_whole else "",
    )


@blueprint.get("/balance-agee/exporter")
def export() -> Response:
    """Every client: CSV, or a workbook with ``?format=xlsx``."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    answer = xlsx_answer if request.args.get("format") == "xlsx" else csv_answer
    head = [
        _("Client"),
        _("Devise"),
        _("Factures"),
        *ageing.labels(),
        _("Total dû"),
        _("Dont en retard"),
        _("Dont en litige"),
        _("Avoirs et trop-perçus"),
    ]
    return answer(NAME, head, (_row(line) for line in aged_balance.every(account, today)))


def _row(line: Line) -> list[Any]:
    sums = line.sums
    amounts = [*sums.buckets, sums.total_cents, sums.late_cents, sums.disputed_cents, sums.credit_cents]
    return [line.client_name, sums.currency, sums.count, *((cents,) for cents in amounts)]
