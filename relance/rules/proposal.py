"""Which text is proposed to a person who chases an invoice by hand, and why a later one is not yet.

Pure: the invoice's dates and what was already sent go in, a template key comes out. The person may
choose another; the history then says so.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relance.rules.plans import LEVELS

LADDER = ("rappel", "relance_1", "relance_2", "dernier_rappel")  # levels 1 to 4
NOTICE = "formal_notice"
LEAST_BEFORE_NOTICE = 2  # reminders without effect


@dataclass(frozen=True)
class Delays:
    """Days that must have passed since the reminder before, for each text to be proposed: settings of the account."""

    relance_1: int = 7
    relance_2: int = 7
    last_reminder: int = 8
    notice: int = 8

    def before(self, following: str) -> int:
        """The days before « following », a step of the ladder or the formal notice."""
        return {
            "relance_1": self.relance_1,
            "relance_2": self.relance_2,
            "dernier_rappel": self.last_reminder,
            NOTICE: self.notice,
        }[following]


USUAL = Delays()


@dataclass(frozen=True)
class Sent:
    """A message about the invoice that left: its template and the account's day."""

    template: str
    on: dt.date


@dataclass(frozen=True)
class Proposal:
    """The template to offer. ``next_template`` opens on ``opens_on``, or both are empty.

    ``offers_notice``: two reminders had no effect and the delay of the last one has passed. The rest is why:
    ``days_late`` (0 when not late), how many reminders went, and the day of the last one.
    """

    template: str
    next_template: str = ""
    opens_on: dt.date | None = None
    offers_notice: bool = False
    days_late: int = 0
    reminders: int = 0
    last_on: dt.date | None = None
    is_exhausted: bool = False  # the last reminder went and had its time: only a formal notice is left

    @property
    def warns_of_notice(self) -> bool:
        """True when a formal notice would come before two reminders had a chance (S4.4)."""
        return self.reminders < LEAST_BEFORE_NOTICE


def propose(
    due_on: dt.date, sent: Iterable[Sent], today: dt.date, *, was_issued: bool = True, delays: Delays = USUAL
) -> Proposal:
    """The template proposed by hand (requirements S2.2 to S2.6 and S2.16); late means ``today`` > ``due_on``.

    An invoice its client has not received: standard. Not late: prerelance. Late: rappel, then the
    next level once the highest one sent has had its delay (7 days before relances 1 and 2, 8 before
    the last, unless ``delays`` say otherwise); until then the highest one sent again. After two
    reminders and the delay, the formal notice is offered beside.
    """
    if not was_issued:
        return Proposal("standard")
    if today <= due_on:
        return Proposal("prerelance")
    late = (today - due_on).days
    reminders = [message for message in sent if LEVELS.get(message.template, 0) >= 1]
    if not reminders:
        return Proposal(LADDER[0], days_late=late)
    last = max(reminders, key=lambda message: (LEVELS[message.template], message.on))
    above = LEVELS[last.template]
    following = LADDER[above] if above < len(LADDER) else NOTICE
    opens_on = last.on + dt.timedelta(delays.before(following))
    latest = max(message.on for message in reminders)
    offers_notice = (
        len(reminders) >= LEAST_BEFORE_NOTICE
        and above >= LEVELS["relance_1"]
        and today >= latest + dt.timedelta(delays.before(following))
    )
    template, next_template, opening = following, "", None
    if today < opens_on:
        template, next_template, opening = last.template, following, opens_on
    elif following == NOTICE:
        template = last.template
    return Proposal(
        template,
        next_template,
        opening,
        offers_notice,
        late,
        len(reminders),
        latest,
        following == NOTICE and not next_template,
    )
