"""One planned step of an invoice as a person may still change it, and the days to which it may be moved."""

import datetime as dt
from dataclasses import dataclass, replace

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import moves
from relance.rules.calendar import Calendar, local_date
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.rules.wording import long_date
from relance.services import cancelling, situations
from relance.services.situations import Tracked

FARTHEST = dt.timedelta(365)
GONE = "Cette étape est déjà partie, ou ne fait plus partie du calendrier de la facture."

HELD = "Les relances de cette facture sont en attente : reprenez-les d'abord."


class SteppingError(Exception):
    """The step cannot be changed like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Found:
    """A step that may still be decided about, with the instalments it concerns. ``on``: its planned day."""

    chase: Chase
    step: Step
    tracked: tuple[Tracked, ...]
    on: dt.date
    calendar: Calendar


def find(invoice: Invoice, step: int, now: dt.datetime) -> Found:
    """The step with the instalments that have not had it, the client's turn taken. SteppingError without any."""
    account = invoice.account
    Client.get_by_id(invoice.client_id).take_turn()
    today = local_date(now, account.time_zone)
    situation = situations.load(account, [invoice.client_id], today)[invoice.client_id]
    calendar = situation.policy.calendar
    concerned = tuple(
        tracked
        for tracked in situation.tracked.values()
        if tracked.invoice.id == invoice.id and not tracked.item.stop and _is_open(tracked, step, calendar, today)
    )
    if not concerned:
        own = [tracked.item for tracked in situation.tracked.values() if tracked.invoice.id == invoice.id]
        is_held = any(item.is_held(today) and not item.stop for item in own)
        raise SteppingError(HELD if is_held else GONE)
    known = next(one for one in concerned[0].item.steps if one.index == step)
    day = min(moves.planned_on(tracked.item, known, calendar) for tracked in concerned)
    return Found(concerned[0].chase, known, concerned, day, calendar)


def _is_open(tracked: Tracked, step: int, calendar: Calendar, today: dt.date) -> bool:
    """True while the step has not left for this instalment: still to come, or waiting in the queue."""
    if any(one.index == step for one in moves.remaining_steps(tracked.item, calendar, today)):
        return True
    waiting = (
        MessageItem.select()
        .join(Message)
        .where(
            MessageItem.chase == tracked.chase,
            MessageItem.instalment == tracked.instalment,
            MessageItem.step == step,
            Message.kind == "reminder",
            Message.state.in_(cancelling.WAITING),
        )
    )
    return bool(waiting.exists())


def check_day(found: Found, day: dt.date, today: dt.date) -> dt.date:
    """The working day on which the step would leave. SteppingError when it may not be moved there."""
    if day < today:
        raise SteppingError("Choisissez une date à partir d'aujourd'hui.", "day")
    if day > today + FARTHEST:
        raise SteppingError("Choisissez une date dans l'année qui vient.", "day")
    leaves_on = found.calendar.next_working(day)
    last_on = _last_sent_on(found.chase)
    if last_on is not None and leaves_on <= last_on:
        raise SteppingError(
            f"Une relance de cette facture est partie le {long_date(last_on)} : choisissez une date après.", "day"
        )
    concerned = [one for one in found.tracked if moves.may_move(one.item, found.step, day)]
    if not concerned:
        first_due_on = min(tracked.item.due_on for tracked in found.tracked)
        raise SteppingError(
            f"Cette relance part après l'échéance : choisissez une date à partir du {long_date(first_due_on)}.", "day"
        )
    for tracked in concerned:
        _check_order(tracked.item, found.step, day, leaves_on, found.calendar, today)
    return leaves_on


def _check_order(item: Item, step: Step, day: dt.date, leaves_on: dt.date, calendar: Calendar, today: dt.date) -> None:
    if step.offset_days < 0 and leaves_on >= item.base_on:
        raise SteppingError(
            f"Cette relance part avant l'échéance : choisissez une date avant le {long_date(item.base_on)}.", "day"
        )
    moved = replace(item, moved={**item.moved, step.index: day}, done=item.done - {step.index})
    if moves.is_past(moved, step, calendar):
        first = max(one for one in (item.enters_on, item.resumes_on) if one is not None)
        raise SteppingError(f"Choisissez une date à partir du {long_date(first)}.", "day")
    for other in moves.remaining_steps(item, calendar, today):
        if other.index == step.index or other.index in item.held:
            continue
        other_on = moves.planned_on(item, other, calendar)
        if other.offset_days < step.offset_days and other_on >= leaves_on:
            raise SteppingError(
                f"La relance précédente est prévue le {long_date(other_on)} : choisissez une date après.", "day"
            )
        if other.offset_days > step.offset_days and other_on <= leaves_on:
            raise SteppingError(
                f"La relance suivante est prévue le {long_date(other_on)} : choisissez une date avant.", "day"
            )


def _last_sent_on(chase: Chase) -> dt.date | None:
    """The account's day of the last reminder of this chase that left, or may have left."""
    query = (
        Message.select(Message.day_on)
        .join(MessageItem)
        .where(MessageItem.chase == chase, Message.state.in_(("sending", "sent", "uncertain")))
        .order_by(Message.day_on.desc())
        .limit(1)
        .tuples()
    )
    return next((row[0] for row in query), None)
