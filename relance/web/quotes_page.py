"""Everything the page of one quote shows: its thread, what comes next, its history and its messages."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for
from peewee import JOIN

from relance import clock
from relance.models.accounts import User
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules import nudges
from relance.rules.calendar import local_date
from relance.services import quoting, quoting_by_hand, quoting_lists, quoting_nudges, quoting_texts, situations
from relance.web import history, names, rows
from relance.web.history import Line
from relance.web.history_words import REASONS
from relance.web.i18n import _

STATES = {
    "pending": ("open", "clock", "En attente"),
    "accepted": ("paid", "check", "Accepté"),
    "declined": ("", "x", "Refusé"),
    "expired": ("warn", "hourglass", "Expiré"),
}
SHOWN = 200  # events of a quote: more than any has
_DRAWN = {"sent": "done", "uncertain": "failed", "refused": "failed"}


@dataclass(frozen=True)
class Coming:
    """The nudges to come. ``days`` are civil days; ``held`` says why the next one waits though it is on."""

    days: tuple[date, ...] = ()
    held: str = ""


def state_of(quote: Quote, today: date) -> str:
    """pending, accepted, declined or expired."""
    return "expired" if quote.is_expired(today) else str(quote.state)


def badge_of(quote: Quote, today: date) -> tuple[str, str, str]:
    """The family, the icon and the words of the badge."""
    family, drawing, words = STATES[state_of(quote, today)]
    return family, drawing, _(words)


def delay_of(quote: Quote, today: date) -> str:
    """« encore 8 jours », « dernier jour », « depuis 3 jours »; '' once it is answered."""
    days = (quote.valid_until - today).days
    if quote.state != "pending":
        return ""
    if days == 0:
        return _("dernier jour")
    if days < 0:
        return _("depuis hier") if days == -1 else _("depuis {n} jours", n=-days)
    return _("encore un jour") if days == 1 else _("encore {n} jours", n=days)


def coming_of(quote: Quote, today: date) -> Coming:
    """The days on which nudges will leave, if nothing else happens."""
    if quote.state != "pending" or not quote.nudges:
        return Coming()
    account = quote.account
    calendar = situations.policy_of(account).calendar
    known = quoting_nudges.nudging_of([quote], today)[quote.id]
    days = nudges.coming(known, calendar, account.min_gap_days, today)
    held = quoting_nudges.why_held(quote, today) if days else ""
    if days and not held and account.suspended_at is not None:
        held = "suspended"
    return Coming(days, held)


def page_context(quote: Quote) -> dict[str, Any]:
    """Everything the page of a quote shows."""
    now = clock.now()
    today = local_date(now, quote.account.time_zone)
    coming = coming_of(quote, today)
    messages = list(Message.select().where(Message.quote == quote, Message.state != "cancelled").order_by(Message.id))
    events = (
        Event.select(Event, User, Invoice)
        .join_from(Event, User, JOIN.LEFT_OUTER)
        .join_from(Event, Invoice, JOIN.LEFT_OUTER)
        .where(Event.quote == quote)
        .order_by(Event.id.desc())
        .limit(SHOWN)
    )
    return {
        "quote": quote,
        "client": quote.client,
        "state": state_of(quote, today),
        "badge": badge_of(quote, today),
        "delay": delay_of(quote, today),
        "points": points_of(quote, messages, coming),
        "coming": coming,
        "held_words": _(REASONS[coming.held]) if coming.held else "",
        "is_to_remind": quoting_lists.is_to_remind(quote, today),
        "may_send": not quoting_by_hand.refusal(quote, now),
        "recipients": quoting_texts.recipients(quote),
        "kept": quoting.why_kept(quote),
        "history": _lines(quote, list(events)),
        "today": today,
        "template_name": names.template,
    }


def _lines(quote: Quote, events: list[Event]) -> list[Line]:
    """The history as its own page shows it: without a link to itself, with one to the invoice."""
    here = url_for("quotes.show", id=quote.id)
    found = []
    for event, line in zip(events, history.lines(events), strict=True):
        links = tuple(link for link in line.links if link[0] != here)
        if event.invoice_id is not None:
            links += ((url_for("invoices.show", id=event.invoice_id), _("Voir la facture")),)
        found.append(replace(line, links=links))
    return found


def points_of(quote: Quote, messages: list[Message], coming: Coming) -> list[dict[str, Any]]:
    """The points of the thread; its red line is the last day of validity."""
    zone = quote.account.time_zone
    found: list[tuple[date, int, str, str]] = [(quote.issued_on, 0, "done", _("Devis"))]
    for message in messages:
        day = local_date(message.sent_at or message.not_before_at, zone)
        found.append((day, 2, _DRAWN.get(message.state, "next"), names.template(message.template)))
    for n, day in enumerate(coming.days):
        first = "held" if coming.held else "next"
        found.append((day, 3, "plan" if n else first, names.template(quoting_texts.TEMPLATE)))
    found.append((quote.valid_until, 4, "due", _("Fin de validité")))
    if quote.decided_on is not None:
        words = _("Accepté") if quote.state == "accepted" else _("Refusé")
        found.append((quote.decided_on, 5, "pay" if quote.state == "accepted" else "failed", words))
    # The answer closes the thread even when it came before the last day.
    found.sort(key=lambda point: (point[1] == 5, point[0], point[1]))
    return [{"kind": kind, "name": name, "day": rows.short_day_inside(day)} for day, _rank, kind, name in found]
