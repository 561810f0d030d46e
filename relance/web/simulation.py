"""« Simuler » : the next sixty days of an account, a client or an invoice, with the exact texts. Nothing is written."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import simulating
from relance.services.simulating import Coming
from relance.web import history, names
from relance.web.history_sentences import strong
from relance.web.htmx import respond
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import client_or_404, current_account, invoice_or_404
from relance.web.security import sandboxed

blueprint = Blueprint("simulation", __name__)

KINDS = {"": "Tout", "e-mails": "E-mails", "taches": "Lettres et appels", "retenus": "Retenus"}
_HELD_BY = {"e-mails": ("mail", "waiting"), "taches": ("letter", "call"), "retenus": ("held",)}
ICONS = {"mail": "calendar-clock", "waiting": "hourglass", "letter": "stamp", "call": "phone", "held": "circle-pause"}


@dataclass(frozen=True)
class Place:
    """What is simulated: an invoice, a client, or the whole account (neither)."""

    client: Client | None = None
    invoice: Invoice | None = None

    @property
    def query(self) -> dict[str, int]:
        """What the address says of it."""
        if self.invoice is not None:
            return {"facture": self.invoice.id}
        return {"client": self.client.id} if self.client is not None else {}


@blueprint.get("/simulation")
def index() -> ResponseReturnValue:
    """The events to come of ?facture=, of ?client= or of the account (?apres= for its next clients)."""
    account, now, place = current_account(), clock.now(), _place()
    kind = request.args.get("type", "")
    kind = kind if kind in KINDS else ""
    if place.invoice is not None:
        page = simulating.Page(((place.invoice.client, simulating.of_invoice(place.invoice, now)),), 0)
        weeks = None
    elif place.client is not None:
        page = simulating.Page(((place.client, simulating.of_client(place.client, now)),), 0)
        weeks = simulating.weeks(account, now, place.client.id)
    else:
        page = simulating.of_account(account, now, row_id(request.args.get("apres")))
        weeks = simulating.weeks(account, now)
    shown = [(client, [event for event in events if _is_shown(event, kind)]) for client, events in page.clients]
    context: dict[str, Any] = {
        "place": place,
        "shown": [(client, events) for client, events in shown if events],
        "after": page.after,
        "weeks": weeks,
        "until": simulating.last_day(account, now),
        "kind": kind,
        "filters": [(key, _(text)) for key, text in KINDS.items()],
        "link": _link,
        "icons": ICONS,
        "strong": strong,
        "offset": history.offset,
        "template_name": names.template,
        "task_name": task_name,
    }
    return respond("simulation/index.html", "simulation/_list.html", **context)


@blueprint.get("/simulation/html")
def html() -> Response:
    """The HTML of the message of ?client= on ?jour=, alone: nothing in it runs, nothing is fetched."""
    client = client_or_404(row_id(request.args.get("client")))
    try:
        day = dt.date.fromisoformat(request.args.get("jour", ""))
    except ValueError:
        abort(404)
    found = next((e for e in simulating.of_client(client, clock.now()) if e.kind == "mail" and e.on == day), None)
    if found is None or found.composed is None:
        abort(404)
    return sandboxed(Response(found.composed.html, mimetype="text/html"))


def _place() -> Place:
    """What the address asks for; 404 for what is not of the account."""
    if request.args.get("facture"):
        invoice = invoice_or_404(row_id(request.args["facture"]))
        return Place(invoice.client, invoice)
    if request.args.get("client"):
        return Place(client_or_404(row_id(request.args["client"])))
    return Place()


def _link(place: Place, **more: Any) -> str:
    """The address of this simulation with something changed."""
    values = {**place.query, "type": request.args.get("type"), **more}
    return url_for("simulation.index", **{key: value for key, value in values.items() if value})


def _is_shown(event: Coming, kind: str) -> bool:
    return not kind or event.kind in _HELD_BY[kind]


def task_name(event: Coming) -> str:
    """« Appel à passer »."""
    return _("Appel à passer") if event.kind == "call" else _("Lettre à valider")
