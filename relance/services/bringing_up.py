"""Letters and calls of a sequence: on their day they come up in « À traiter ». Nothing is ever sent here."""

import datetime as dt

from relance.models.events import record
from relance.models.holds import Task
from relance.rules.schedule import Decision
from relance.services.situations import Situation


def bring_up(situation: Situation, decision: Decision, now: dt.datetime) -> int:
    """Write the tasks of the day, each once, with a line in the history. Returns how many are new."""
    count = 0
    for due in decision.tasks:
        tracked = situation.tracked[due.key]
        row = Task.insert(
            account=situation.account,
            client=situation.client,
            invoice=tracked.invoice,
            chase=tracked.chase,
            instalment=due.key,
            kind=due.step.kind,
            step=due.step.index,
            offset_days=due.step.offset_days,
            template=due.step.template,
            due_on=decision.day,
            slot=f"{tracked.chase.id}:{due.key}:{due.step.index}",
            created_at=now,
        )
        if not row.on_conflict_ignore().as_rowcount().execute():
            continue
        count += 1
        record(
            "task_due",
            account=situation.account,
            client=situation.client,
            invoice=tracked.invoice,
            at=now,
            channel=due.step.kind,
            template=due.step.template,
            offset_days=due.step.offset_days,
        )
    return count
