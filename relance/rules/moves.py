"""What one instalment asks for on a day, before its client's other messages are looked at."""

import datetime as dt
from dataclasses import dataclass

from relance.rules.calendar import Calendar
from relance.rules.plans import Step

DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Item:
    """An instalment under chase. ``key`` identifies it; ``recipients`` are addresses.

    ``base_on`` is J, or the day from which offsets count when the user began gently. ``enters_on``:
    steps before it are past. ``entry_step``: the step to send first, from ``enters_on`` on.
    ``done``: steps that were handed over or wait in the queue. ``stop``: why it is never chased, or ''.
    """

    key: int
    due_on: dt.date
    steps: tuple[Step, ...]
    enters_on: dt.date
    recipients: frozenset[str] = frozenset()
    currency: str = "EUR"
    anchor_on: dt.date | None = None
    entry_step: int | None = None
    done: frozenset[int] = frozenset()
    skipped: frozenset[int] = frozenset()
    stop: str = ""
    held_until: dt.date | None = None
    held_because: str = ""

    @property
    def base_on(self) -> dt.date:
        """The day offsets count from."""
        return self.anchor_on or self.due_on


@dataclass(frozen=True)
class Send:
    """This step leaves today. ``overtaken`` are later steps, past too, that will not be sent."""

    step: Step
    planned_on: dt.date
    overtaken: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Wait:
    """Nothing today; look again on ``until``. ``step`` is the next one."""

    until: dt.date
    step: Step
    because: str = ""  # "" (its date has not come), closed, gap, day_taken, other_recipients, held, no_recipient


@dataclass(frozen=True)
class Stop:
    """Nothing more will leave, until a person changes something."""

    because: str


Move = Send | Wait | Stop


def planned_on(item: Item, step: Step, calendar: Calendar) -> dt.date:
    """The day a step is planned for: its offset, moved off closed days (backwards before J)."""
    if item.entry_step == step.index:
        return calendar.next_working(item.enters_on)
    raw = item.base_on + dt.timedelta(step.offset_days)
    if item.entry_step is not None:
        raw = max(raw, item.enters_on)  # nothing leaves before the step the user joined at
    return calendar.previous_working(raw) if step.offset_days < 0 else calendar.next_working(raw)


def remaining_steps(item: Item, calendar: Calendar, today: dt.date) -> tuple[Step, ...]:
    """The steps that may still be sent: not done, not skipped, not past at entry, not dead.

    A step before J dies on J.
    """
    return tuple(
        step
        for step in item.steps
        if step.index not in item.done
        and step.index not in item.skipped
        and not is_past_at_entry(item, step, calendar)
        and not (step.offset_days < 0 and today >= item.base_on)
    )


def is_past_at_entry(item: Item, step: Step, calendar: Calendar) -> bool:
    """True for a step that was already past when reminders were switched on: it is never sent."""
    if item.entry_step is not None:
        return step.index < item.entry_step
    return planned_on(item, step, calendar) < item.enters_on


def next_move(item: Item, calendar: Calendar, today: dt.date) -> Move:
    """What one instalment asks for today, before its client's other messages are looked at."""
    if item.stop:
        return Stop(item.stop)
    steps = remaining_steps(item, calendar, today)
    if not steps:
        return Stop("finished")
    planned = [(planned_on(item, step, calendar), step) for step in steps]
    pending = [(day, step) for day, step in planned if day <= today]
    if not pending:
        day, step = min(planned, key=lambda pair: (pair[0], pair[1].index))
        return _held(item, Wait(day, step), calendar)
    first_on, first = pending[0]
    if item.held_until is not None and item.held_until >= today:
        return _held(item, Wait(today, first), calendar)
    if not item.recipients:
        return Wait(calendar.next_working(today + DAY), first, "no_recipient")
    if not calendar.is_working(today):
        return Wait(calendar.next_working(today), first, "closed")
    return Send(first, first_on, tuple(step for _, step in pending[1:]))


def _held(item: Item, wait: Wait, calendar: Calendar) -> Wait:
    if item.held_until is None or item.held_until < wait.until:
        return wait
    return Wait(calendar.next_working(item.held_until + DAY), wait.step, item.held_because or "held")
