"""What the history adds to the line of an e-mail: its place in the plan, why its day moved, who had a copy."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from peewee import JOIN

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.invoices import Instalment
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import WEEKDAYS, Calendar
from relance.services import gathering, situations
from relance.web import filters, history
from relance.web.i18n import _
from relance.web.scope import current_user, is_signed_in

FAR = 7  # days: beyond, the plan counts from another day than the due date (begun gently, extension)


def details_of(account: Account, events: Iterable[Event]) -> dict[int, str]:
    """« J+15, reportée du dimanche · copie à vous » by event, for the e-mails that left. A fixed number of queries."""
    sent = [event for event in events if event.kind == "reminder_sent" and event.message_id is not None]
    if not sent:
        return {}
    ids = {event.message_id for event in sent}
    # Of several instalments of an invoice, the most advanced gave the tone.
    rows, items = gathering.read(
        _choices(ids),
        MessageItem.select(
            MessageItem.message, MessageItem.invoice, MessageItem.offset_days, MessageItem.planned_on, Instalment.due_on
        )
        .join(Instalment)
        .where(MessageItem.message.in_(ids), MessageItem.offset_days.is_null(False))
        .order_by(MessageItem.offset_days)
        .tuples(),
    )
    said = _said(rows)
    places = {(message_id, invoice_id): tuple(place) for message_id, invoice_id, *place in items}
    calendar = situations.policy_of(account).calendar
    found: dict[int, str] = {}
    for event in sent:
        place = places.get((event.message_id, event.invoice_id))
        parts = [_place(calendar, *place)] if place is not None else []
        parts += said.get(event.message_id, [])
        if parts:
            found[event.id] = Markup(" · ").join(parts)
    return found


def _choices(message_ids: set[int]) -> Any:
    """The query of who had a copy and of what was chosen when it was queued, by message."""
    chosen = (Event.message == Message.id) & (Event.kind == "reminder_queued")
    return (
        Message.select(Message.id, Message.cc_json, Event.data)
        .join(Event, JOIN.LEFT_OUTER, on=chosen)
        .where(Message.id.in_(message_ids))
        .tuples()
    )


def _said(rows: Iterable[tuple[int, str, str | None]]) -> dict[int, list[str]]:
    """Who had a copy, and whether a person chose the text themselves, by message."""
    mine = current_user().email if is_signed_in() else ""
    found: dict[int, list[str]] = {}
    for message_id, cc, data in rows:
        parts = [_("choix manuel du modèle")] if json.loads(data or "{}").get("choice") == "manuel" else []
        for name, email in json.loads(cc):
            parts.append(_("copie à vous") if email == mine else _("copie à {nom}", nom=name or email))
        found[message_id] = parts
    return found


def _place(calendar: Calendar, offset_days: int, planned_on: dt.date | None, due_on: dt.date) -> str:
    """« J+15, reportée du dimanche 15 novembre »: the offset, and the closed day it was moved from."""
    offset = history.offset(offset_days)
    raw = due_on + dt.timedelta(offset_days)
    reason = calendar.why_closed(raw)
    if planned_on is None or planned_on == raw or not reason or abs((planned_on - raw).days) > FAR:
        return offset
    day = filters.weekday_date(raw)
    moved = _("reportée du {date}", date=day) if planned_on > raw else _("avancée du {date}", date=day)
    named = "" if reason in WEEKDAYS else _(reason)
    return Markup(", ").join(part for part in (offset, moved, named) if part)
