"""Where an instalment joins its plan when reminders are switched on, for it alone or through a sequence."""

import datetime as dt
from dataclasses import replace

from relance.rules.calendar import Calendar
from relance.rules.moves import DAY, Item, planned_on, remaining_steps

GRACE = DAY  # how far past the first step of a sequence may be when an instalment enters it (S3.15)


def entry_choices(item: Item, calendar: Calendar, today: dt.date) -> dict[str, Item]:
    """Where an instalment may join its plan today: « normal », or for a late one « gently », « join », « next ».

    Gently: the first step on the next working day, then the plan's spacing. Join: the last e-mail
    whose day has passed, on the next working day. Next: whatever is dated today or later. A choice
    that would send nothing is absent. While a hold with a known end lasts, « today » is the day after it.
    """
    today = first_open_day(item, today)
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    steps = [step for step in item.steps if step.index not in item.done | item.skipped]
    mails = [step for step in steps if step.is_mail]
    passed = [step for step in mails if planned_on(fresh, step, calendar) < today]
    if not passed:
        return {"normal": fresh}
    tomorrow = calendar.next_working(today + DAY)
    choices: dict[str, Item] = {}
    after_due = [step for step in mails if step.offset_days >= 0]
    if today > item.due_on and after_due:
        first = after_due[0]
        anchor = tomorrow - dt.timedelta(first.offset_days)
        choices["gently"] = replace(fresh, enters_on=tomorrow, anchor_on=anchor)
        aged = [step for step in after_due if planned_on(fresh, step, calendar) <= today]
        if aged:
            choices["join"] = replace(fresh, enters_on=tomorrow, entry_step=aged[-1].index)
    if remaining_steps(fresh, calendar, today):
        choices["next"] = fresh
    return choices


def first_open_day(item: Item, today: dt.date) -> dt.date:
    """Today, or the day after the hold when its end is known."""
    is_waiting = item.resumes_on is not None and today < item.resumes_on < dt.date.max
    return item.resumes_on if is_waiting and item.resumes_on is not None else today


def sequence_entry(item: Item, calendar: Calendar, today: dt.date) -> Item | None:
    """The instalment as it enters a sequence when its client is enrolled, or None: it is too late (S3.15).

    Not yet due, it enters at its next step. Late, it enters if the first step after J was planned for yesterday
    at the earliest, and gets it then. A step before J is no first step for a late one: it died on J.
    """
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    if today <= item.due_on:
        return fresh
    after_due = [step for step in item.steps if step.offset_days >= 0]
    first = next((step for step in after_due if step.is_mail), after_due[0] if after_due else None)
    if first is None:
        return None
    first_on = planned_on(fresh, first, calendar)
    return replace(fresh, enters_on=min(today, first_on)) if first_on >= today - GRACE else None


def moved_entry(item: Item, today: dt.date) -> Item:
    """An instalment already under way that its client's move brings to another sequence: its next step there."""
    return replace(item, enters_on=today, anchor_on=None, entry_step=None)
