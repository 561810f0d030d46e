"""The ticked invoices: which they are, the bar that acts on them, and the frame of what it asks."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import bulk, listing
from relance.services.bulk import Aside
from relance.services.listing import Total
from relance.web import selection_words
from relance.web.htmx import respond, wants_fragment
from relance.web.invoice_filters import filter_of_request
from relance.web.numbers import row_id
from relance.web.scope import current_account
from relance.web.security import is_own_path

blueprint = Blueprint("selections", __name__)


@dataclass(frozen=True)
class Selection:
    """The invoices asked for, each with its client, the oldest due first.

    ``gone``: how many of the ids are nobody's, or another account's; ``beyond``: how many are over the 1,000.
    """

    invoices: list[Invoice]
    gone: int = 0
    beyond: int = 0

    @property
    def totals(self) -> list[Total]:
        """What is left to pay in each currency."""
        found: dict[str, list[int]] = {}
        for invoice in self.invoices:
            is_owed = invoice.state == "sent" and not invoice.is_credit_note
            found.setdefault(invoice.currency, []).append(invoice.balance_cents if is_owed else 0)
        return [Total(currency, len(cents), sum(cents), 0) for currency, cents in sorted(found.items()) if any(cents)]


def asked_ids() -> list[int]:
    """The ids asked for, each once: ``ids``, or with ?tout=1 those of the filter in the address, 1,001 at most."""
    if request.args.get("tout"):
        account = current_account()
        rows = listing.every(account, filter_of_request(), local_date(clock.now(), account.time_zone))
        return [invoice.id for invoice in islice(rows, bulk.MOST + 1)]
    return list(dict.fromkeys(row_id(text) for text in request.values.getlist("ids")))


def asked() -> Selection:
    """The invoices asked for: those of this account, 1,000 at most."""
    ids = asked_ids()
    invoices, gone = bulk.chosen(current_account(), ids[: bulk.MOST])
    beyond = max(0, len(ids) - bulk.MOST)
    if beyond and request.args.get("tout"):
        beyond = max(0, row_id(request.args.get("n")) - bulk.MOST) or beyond
    return Selection(invoices, gone, beyond)


def back() -> str:
    """The list as it was when the act was asked for."""
    wanted = request.values.get("retour", "")
    return wanted if wanted.startswith("/factures") and is_own_path(wanted) else url_for("invoices.index")


@blueprint.route("/factures/selection", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The bar: how many, what is left to pay, and what can be done. A page of its own without JavaScript."""
    selection = asked()
    is_whole = bool(request.args.get("tout"))
    return respond(
        "selections/show.html",
        "selections/bar.htmx.html",
        selection=selection,
        is_whole=is_whole,
        most=bulk.MOST,
        back=back(),
    )


def ask(
    what: str,
    selection: Selection,
    title: str,
    submit: str,
    *,
    action: str,
    aside: tuple[Aside, ...] = (),
    status: int = 200,
    problem: str = "",
    is_possible: bool = True,
    **more: Any,
) -> ResponseReturnValue:
    """The question ``what`` (templates/selections/_<what>.html) as a dialog for htmx, as a page otherwise."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    context: dict[str, Any] = {
        "what": what,
        "selection": selection,
        "title": title,
        "submit": submit,
        "action": action,
        "set_aside": [(one, selection_words.reason(one, today)) for one in aside],
        "problem": problem,
        "is_possible": is_possible,
        "back": back(),
        "most": bulk.MOST,
        **more,
    }
    template = "selections/_dialog.html" if wants_fragment() else "selections/page.html"
    return make_response(render_template(template, **context), status)
