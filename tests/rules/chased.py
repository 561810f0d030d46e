"""An invoice under chase, for the tests of the rules."""

import datetime as dt

from relance.rules.moves import Item
from relance.rules.plans import plan_steps
from relance.rules.schedule import Policy, preview

D = dt.date
POLICY = Policy()
NADIA = frozenset({"nadia@latitude-conseil.example"})
HUGO = frozenset({"hugo@morel.example"})
FAR = D(2028, 1, 1)


def item(**values):
    """An invoice due on Monday 23 November 2026, three weekly reminders, switched on the week before."""
    values.setdefault("due_on", D(2026, 11, 23))
    values.setdefault("steps", plan_steps("weekly", 3))
    return Item(**{"key": 1, "enters_on": D(2026, 11, 16), "recipients": NADIA, **values})


def sends(items, past=(), start=D(2026, 11, 16), end=FAR, policy=POLICY):
    return list(preview(items, past, policy, start, end))


def days(decisions):
    return [decision.day for decision in decisions]
