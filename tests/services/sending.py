"""What the tests of sending say and look at."""

import datetime as dt

from relance.models.events import Event
from relance.models.messages import Message
from relance.services import forecasting, sweeping

PARIS_NINE = dt.time(8, 0)  # UTC, in winter


def nine_on(day):
    return dt.datetime.combine(day, PARIS_NINE)


def sweep(day, post, time=PARIS_NINE):
    return sweeping.sweep(dt.datetime.combine(day, time), post)


def reminders(ids):
    """Those of these messages that went to a client: the user's own mails travel in the same run."""
    return list(Message.select().where(Message.id.in_(ids), Message.client.is_null(False)))


def kinds(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def states():
    return [message.state for message in Message.select().where(Message.kind == "reminder").order_by(Message.id)]


def text_of(mail):
    """The text of a received mail with the line ends of a row."""
    return mail.text.replace("\r\n", "\n").strip()


def dates(invoice, now):
    return [send.on for send in forecasting.for_invoice(invoice, now)]
