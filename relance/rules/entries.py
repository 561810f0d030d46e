"""Where an instalment joins its plan when reminders are switched on."""

import datetime as dt
from dataclasses import replace

from relance.rules.calendar import Calendar
from relance.rules.moves import DAY, Item, planned_on, remaining_steps


def entry_choices(item: Item, calendar: Calendar, today: dt.date) -> dict[str, Item]:
    """Where an instalment may join its plan today: « normal », or for a late one « gently », « join », « next ».

    Gently: the first step on the next working day, then the plan's spacing. Join: the last step
    whose day has passed, on the next working day. Next: whatever is dated today or later. A choice
    that would send nothing is absent.
    """
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    steps = [step for step in item.steps if step.index not in item.done | item.skipped]
    passed = [step for step in steps if planned_on(fresh, step, calendar) < today]
    if not passed:
        return {"normal": fresh}
    tomorrow = calendar.next_working(today + DAY)
    choices: dict[str, Item] = {}
    after_due = [step for step in steps if step.offset_days >= 0]
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
