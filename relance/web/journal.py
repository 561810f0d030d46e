"""The journal: everything that happened in the account, newest first, never edited."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from peewee import JOIN

from relance import clock
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.rules import anchors
from relance.rules.calendar import local_date, local_datetime, local_instant
from relance.services import anchoring
from relance.web import history
from relance.web.forms.fields import read_date
from relance.web.htmx import wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account
from relance.web.spreadsheet import csv_answer

blueprint = Blueprint("journal", __name__)

PAGE_SIZE = 50
MAX_EXPORT = 100_000


@blueprint.get("/journal")
def index() -> ResponseReturnValue:
    """A page of the journal, filtered by kind (?type=), author (?auteur=) and days (?du=, ?au=)."""
    account = current_account()
    query = _query()
    before = row_id(request.args.get("avant"))
    if before:
        query = query.where(Event.id < before)
    events = list(query.limit(PAGE_SIZE + 1))
    has_more = len(events) > PAGE_SIZE
    events = events[:PAGE_SIZE]
    kept = {name: request.args[name] for name in ("type", "auteur", "du", "au") if request.args.get(name)}
    context: dict[str, Any] = {
        "entries": list(zip(history.lines(events), events, strict=True)),
        "kinds": sorted(history.known_kinds().items(), key=lambda pair: pair[1]),
        "authors": list(User.select().where(User.account == account).order_by(User.id)),
        "kept": kept,
        "chosen": {name: request.args.get(name, "") for name in ("type", "auteur", "du", "au")},
        "before": events[-1].id if has_more else None,
        "anchor": anchors.grouped(anchoring.head(account)),
    }
    template = "journal/index.html"
    if wants_fragment():
        target = request.headers.get("HX-Target")
        template = "journal/_more.html" if target == "more" else "journal/_list.html"
    return make_response(render_template(template, **context))


@blueprint.get("/journal/exporter")
def export() -> Response:
    """The same entries as a CSV file."""
    account = current_account()
    lines = []
    for event in _query().limit(MAX_EXPORT).iterator():
        line = history.line_of(event)
        when = local_datetime(event.at, account.time_zone)
        lines.append(
            [
                when.strftime("%d/%m/%Y %H:%M:%S"),
                line.author or _("Relance, automatique"),
                str(line.sentence.striptags()),
                line.quote or line.detail,
                event.invoice.number if event.invoice is not None else "",
                event.client.name if event.client is not None else "",
            ]
        )
    head = [_("Date"), _("Auteur"), _("Action"), _("Détail"), _("Facture"), _("Client")]
    return csv_answer(_("journal"), head, lines)


def _query() -> Any:
    """The events that the address asks for, newest first, with what they name."""
    account = current_account()
    query = (
        Event.select(Event, User, Invoice, Client)
        .join_from(Event, User, JOIN.LEFT_OUTER)
        .join_from(Event, Invoice, JOIN.LEFT_OUTER)
        .join_from(Event, Client, JOIN.LEFT_OUTER, on=Event.client == Client.id)
        .where(Event.account == account)
        .order_by(Event.id.desc())
    )
    args = request.args
    if args.get("type") in history.known_kinds():
        query = query.where(Event.kind == args["type"])
    author = args.get("auteur", "")
    if author == "relance":
        query = query.where(Event.user.is_null())
    elif row_id(author):
        query = query.where(Event.user == row_id(author))
    since, until = _day("du"), _day("au")
    if since is not None:
        query = query.where(Event.at >= local_instant(since, 0, account.time_zone))
    if until is not None:
        query = query.where(Event.at < local_instant(until + timedelta(days=1), 0, account.time_zone))
    return query


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return read_date(text, local_date(clock.now(), current_account().time_zone)) if text else None
    except ValueError:
        return None
