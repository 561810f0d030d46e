"""What one instalment asks for on a day, before its client's other messages are looked at."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from relance.rules.calendar import Calendar
from relance.rules.plans import Step

DAY = dt.timedelta(1)
HOLDS = ("pause", "client_pause", "account_pause", "promise", "dispute", "letter", "plan")
SILENT = ("", "closed", "held_step")  # waits of which the history says nothing


@dataclass(frozen=True)
class Item:
    """An instalment under chase. ``key`` identifies it; ``recipients`` are addresses; ``steps`` rise by offset.

    ``due_on`` is J: the date of an extension where one was granted. ``anchor_on`` replaces it when the user began
    gently. ``enters_on``: steps before it are past. ``entry_step``: the step to send first, from ``enters_on`` on.
    ``done``: steps that were handed over or wait in the queue. ``stop``: why it is never chased, or ''.
    ``resumes_on``: the first day after what holds it back (``dt.date.max``: nobody knows); steps before it are
    past, and ``held_because`` (one of HOLDS) says why. ``held`` steps wait for a person; ``moved`` ones have
    another day.
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
    resumes_on: dt.date | None = None
    held_because: str = ""
    held: frozenset[int] = frozenset()
    moved: Mapping[int, dt.date] = field(default_factory=dict, hash=False)

    @property
    def base_on(self) -> dt.date:
        """The day offsets count from."""
        return self.anchor_on or self.due_on

    @property
    def entry(self) -> Step | None:
        """The step it joined at, while that step may still be the first: a hold since then makes it past."""
        if self.entry_step is None or (self.resumes_on is not None and self.resumes_on > self.enters_on):
            return None
        return next((step for step in self.steps if step.index == self.entry_step), None)

    def is_held(self, today: dt.date) -> bool:
        """True while a pause, a promise or a dispute holds it."""
        return self.resumes_on is not None and today < self.resumes_on


@dataclass(frozen=True)
class Send:
    """This step leaves today. ``overtaken`` are other steps that will not be sent: past too, or before it."""

    step: Step
    planned_on: dt.date
    overtaken: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Wait:
    """Nothing today; look again on ``until``. ``step`` is the next one.

    ``because``: "" (its date has not come), closed, gap, day_taken, other_recipients, no_recipient, held_step,
    or one of HOLDS.
    """

    until: dt.date
    step: Step
    because: str = ""


@dataclass(frozen=True)
class Stop:
    """Nothing more will leave, until a person changes something."""

    because: str


Move = Send | Wait | Stop


def may_move(item: Item, step: Step, day: dt.date) -> bool:
    """False for a step after J sent before J: of several instalments, a chosen day is not that of one due later."""
    return step.offset_days < 0 or day >= item.due_on


def planned_on(item: Item, step: Step, calendar: Calendar) -> dt.date:
    """The day a step is planned for: its offset, moved off closed days (backwards before J)."""
    if step.index in item.moved:
        return calendar.next_working(item.moved[step.index])
    entry = item.entry
    if entry is not None and step.index == entry.index:
        return calendar.next_working(item.enters_on)
    raw = item.base_on + dt.timedelta(step.offset_days)
    if entry is not None:
        if raw < item.enters_on and not step.is_mail:  # a letter keeps its distance from the last e-mail
            raw = item.enters_on + dt.timedelta(step.offset_days - entry.offset_days)
        raw = max(raw, item.enters_on)  # nothing leaves before the step the user joined at
    return calendar.previous_working(raw) if step.offset_days < 0 else calendar.next_working(raw)


def remaining_steps(item: Item, calendar: Calendar, today: dt.date) -> tuple[Step, ...]:
    """The steps that may still come: not done, not skipped, not past, not before one that was sent, not dead.

    A step before J dies on J.
    """
    return tuple(
        step
        for step in _open_steps(item)
        if not is_past(item, step, calendar) and not (step.offset_days < 0 and today >= item.base_on)
    )


def _open_steps(item: Item) -> list[Step]:
    """Steps neither done nor skipped, nor gentler than one that was sent: the tone never goes down."""
    sent = (step.offset_days for step in item.steps if step.index in item.done and step.is_mail)
    last = max(sent, default=None) if item.done else None
    return [
        step
        for step in item.steps
        if step.index not in item.done
        and step.index not in item.skipped
        and (last is None or step.offset_days > last or not step.is_mail)
    ]


def is_past(item: Item, step: Step, calendar: Calendar) -> bool:
    """True for a step that is never sent: past at entry, during a hold, or when its date was published."""
    if is_past_at_entry(item, step, calendar):
        return True
    return _may_be_passed(item, step) and is_passed(item, step, calendar) != ""


def _may_be_passed(item: Item, step: Step) -> bool:
    # Most instalments were never held nor edited: a page of the list asks this a hundred thousand times.
    return item.resumes_on is not None or step.since_on is not None


def is_past_at_entry(item: Item, step: Step, calendar: Calendar) -> bool:
    """True for a step that was already past when reminders were switched on."""
    entry = item.entry
    if entry is not None and step.index not in item.moved:
        return step.offset_days < entry.offset_days
    return planned_on(item, step, calendar) < item.enters_on


def is_passed(item: Item, step: Step, calendar: Calendar) -> str:
    """Why a step was passed since then: the hold its day fell in, « past » when published too late, or ''."""
    day = planned_on(item, step, calendar)
    if item.resumes_on is not None and day < item.resumes_on:
        return item.held_because or "past"  # back to the legal due date: an extension was withdrawn
    return "past" if step.since_on is not None and day < step.since_on else ""


def passed_steps(item: Item, calendar: Calendar, today: dt.date) -> list[tuple[Step, str]]:
    """The steps whose day is over and that fell in a hold, or were published too late, with the reason."""
    found: list[tuple[Step, str]] = []
    if item.stop or not any(_may_be_passed(item, step) for step in item.steps):
        return found
    for step in _open_steps(item):
        if is_past_at_entry(item, step, calendar) or planned_on(item, step, calendar) >= today:
            continue
        because = is_passed(item, step, calendar)
        if because:
            found.append((step, because))
    return found


def freed(item: Item, today: dt.date) -> Item:
    """The item as if what holds it ended today."""
    is_held = item.resumes_on is not None and item.resumes_on > today
    return replace(item, resumes_on=today) if is_held else item


def entering(item: Item, today: dt.date) -> Item:
    """The item as of today, whatever it did before."""
    return replace(item, enters_on=today, anchor_on=None, entry_step=None)


def unsent_mails(item: Item) -> list[Step]:
    """The e-mails that a person may still choose: not sent, nor gentler than one that was."""
    done = [step.offset_days for step in item.steps if step.index in item.done and step.is_mail]
    return [
        step
        for step in item.steps
        if step.is_mail and step.index not in item.done and (not done or step.offset_days > max(done))
    ]


def due_tasks(item: Item, calendar: Calendar, today: dt.date) -> list[tuple[Step, dt.date]]:
    """The letters and calls that a person should see to today, with the day planned for them."""
    if item.stop or item.is_held(today) or all(step.is_mail for step in item.steps):
        return []
    planned = [
        (step, planned_on(item, step, calendar))
        for step in remaining_steps(item, calendar, today)
        if not step.is_mail and step.index not in item.held
    ]
    return [(step, day) for step, day in planned if day <= today]


def next_move(item: Item, calendar: Calendar, today: dt.date) -> Move:
    """What one instalment asks for today, before its client's other messages are looked at."""
    if item.stop:
        return Stop(item.stop)
    if item.is_held(today):
        return _while_held(item, calendar, today)
    steps = remaining_steps(item, calendar, today)
    if not steps:
        return Stop("finished")
    planned = [(planned_on(item, step, calendar), step) for step in steps if step.index not in item.held]
    pending = [(day, step) for day, step in planned if step.is_mail and day <= today]
    if not pending:
        coming = [(day, step) for day, step in planned if day > today]
        if not coming:
            held = [step for step in steps if step.index in item.held]
            return Wait(calendar.next_working(today + DAY), (held or steps)[0], "held_step" if held else "")
        day, step = min(coming, key=lambda pair: (pair[0], pair[1].offset_days))
        return Wait(day, *_held_today(item, step, steps, calendar, today))
    first_on, first = pending[0]
    if not item.recipients:
        return Wait(calendar.next_working(today + DAY), first, "no_recipient")
    if not calendar.is_working(today):
        return Wait(calendar.next_working(today), first, "closed")
    gentler = [step for step in steps if step.is_mail and step.offset_days < first.offset_days]
    return Send(first, first_on, (*gentler, *(step for _, step in pending[1:])))


def _held_today(
    item: Item, coming: Step, steps: tuple[Step, ...], calendar: Calendar, today: dt.date
) -> tuple[Step, str]:
    """The step to name while the next one is awaited: one a person holds, whose day has come, or the next."""
    for step in steps:
        if step.index in item.held and planned_on(item, step, calendar) <= today:
            return step, "held_step"
    return coming, ""


def _while_held(item: Item, calendar: Calendar, today: dt.date) -> Move:
    """A held instalment is looked at on the days of its steps, so that the history says what did not leave."""
    planned = [
        (planned_on(item, step, calendar), step)
        for step in _open_steps(item)
        if not is_past_at_entry(item, step, calendar) and not (step.offset_days < 0 and today >= item.base_on)
    ]
    current = [step for day, step in planned if day == today]
    if current:
        return Wait(today + DAY, current[0], item.held_because)
    coming = [(day, step) for day, step in planned if day > today]
    if coming:
        day, step = min(coming, key=lambda pair: (pair[0], pair[1].offset_days))
        return Wait(day, step)
    if item.resumes_on is None or item.resumes_on == dt.date.max or not item.steps:
        return Stop(item.held_because)
    return Wait(item.resumes_on, item.steps[-1])
