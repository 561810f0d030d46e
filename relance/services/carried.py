"""What a person held in a plan, kept when the client moves to another: its next reminder does not leave either."""

import datetime as dt
from collections.abc import Iterable

from relance.models.chases import Chase
from relance.models.events import record
from relance.models.holds import Hold, Reschedule
from relance.rules import calendar as cal
from relance.rules import moves
from relance.rules.moves import Item
from relance.services import situations


def carry_hold(chase: Chase, items: Iterable[Item], now: dt.datetime) -> bool:
    """Hold the first e-mail of the new plan when one of the former was held. True when it was.

    ``items``: the instalments as they enter the new plan. Days chosen by hand do not outlive their plan.
    """
    held = Hold.select().where(Hold.chase == chase).order_by(Hold.id).first()
    Hold.delete().where(Hold.chase == chase).execute()
    Reschedule.delete().where(Reschedule.chase == chase).execute()
    if held is None:
        return False
    calendar = situations.policy_of(chase.account).calendar
    today = cal.local_date(now, chase.account.time_zone)
    coming = [
        (moves.planned_on(item, step, calendar), step.offset_days, step)
        for item in items
        for step in moves.remaining_steps(item, calendar, today)
        if step.is_mail
    ]
    if not coming:
        return False
    day, _, first = min(coming, key=lambda found: found[:2])
    values = {"because": held.because, "made_by": held.made_by, "made_at": held.made_at}
    Hold.create(chase=chase, step=first.index, **values)
    record(
        "step_held",
        account=chase.account_id,
        client=chase.client_id,
        invoice=chase.invoice_id,
        user=held.made_by_id,
        at=now,
        template=first.template,
        offset_days=first.offset_days,
        on=day.isoformat(),
        reason=held.because,
    )
    return True
