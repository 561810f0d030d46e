"""Which text is proposed to a person who chases an invoice by hand, and why a later one is not yet.

Pure: the invoice's dates and what was already sent go in, a template key comes out. The person may
choose another; the history then says so.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relance.rules.plans import LEVELS

LADDER = ("rappel", "relance_1", "relance_2", "dernier_rappel")  # levels 1 to 4
DELAYS = {"relance_1": 7, "relance_2": 7, "dernier_rappel": 8, "formal_notice": 8}  # days after the one before
LEAST_BEFORE_NOTICE = 2  # reminders without effect


@dataclass(frozen=True)
class Sent:
    """A message about the invoice that left: its template and the account's day."""

    template: str
    on: dt.date


@dataclass(frozen=True)
class Proposal:
    """The template to offer. ``next_template`` opens on ``opens_on``, or both are empty.

    ``offers_notice``: two reminders had no effect and the delay of the last one has passed.
    """

    template: str
    next_template: str = ""
    opens_on: dt.date | None = None
    offers_notice: bool = False


def propose(due_on: dt.date, sent: Iterable[Sent], today: dt.date, *, was_issued: bool = True) -> Proposal:
    """The template proposed by hand (requirements S2.2 to S2.6 and S2.16); late means ``today`` > ``due_on``.

    An invoice its client has not received: standard. Not late: prerelance. Late: rappel, then the
    next level once the highest one sent has had its delay (7 days before relances 1 and 2, 8 before
    the last); until then the highest one sent again. After two reminders and the delay, the formal
    notice is offered beside.
    """
    if not was_issued:
        return Proposal("standard")
    if today <= due_on:
        return Proposal("prerelance")
    reminders = [message for message in sent if LEVELS.get(message.template, 0) >= 1]
    if not reminders:
        return Proposal(LADDER[0])
    last = max(reminders, key=lambda message: (LEVELS[message.template], message.on))
    above = LEVELS[last.template]
    following = LADDER[above] if above < len(LADDER) else "formal_notice"
    opens_on = last.on + dt.timedelta(DELAYS[following])
    latest = max(message.on for message in reminders)
    offers_notice = (
        len(reminders) >= LEAST_BEFORE_NOTICE
        and above >= LEVELS["relance_1"]
        and today >= latest + dt.timedelta(DELAYS.get(following, DELAYS["formal_notice"]))
    )
    if today < opens_on:
        return Proposal(last.template, following, opens_on, offers_notice)
    if following == "formal_notice":
        return Proposal(last.template, offers_notice=offers_notice)
    return Proposal(following, offers_notice=offers_notice)
