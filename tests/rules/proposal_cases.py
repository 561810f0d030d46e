"""The table of cases of the text proposed by hand: read by its test, and by script/proposals for docs/proposal.md.

Each line is decided by relance/rules/proposal.py; the expectations beside it were written by hand.
"""

import datetime as dt
from dataclasses import dataclass

from relance.rules.proposal import USUAL, Delays, Proposal, Sent, propose

TODAY = dt.date(2026, 11, 23)

RAPPEL, FIRST, SECOND, LAST = "rappel", "relance_1", "relance_2", "dernier_rappel"


@dataclass(frozen=True)
class Case:
    """``late``: days after the due date (before when negative). ``history``: (template, days ago).

    Expected: the template; the next one and in how many days it opens, when it waits; whether the notice is offered.
    """

    late: int
    history: tuple[tuple[str, int], ...]
    template: str
    following: str = ""
    opens_in: int | None = None
    notice: bool = False
    delays: Delays = USUAL
    was_issued: bool = True

    @property
    def decided(self) -> Proposal:
        """What the code decides."""
        sent = [Sent(template, TODAY - dt.timedelta(ago)) for template, ago in self.history]
        due_on = TODAY - dt.timedelta(self.late)
        return propose(due_on, sent, TODAY, was_issued=self.was_issued, delays=self.delays)


SHORT = Delays(3, 4, 5, 6)

CASES = (
    # The client has not received it: the invoice itself goes first, late or not.
    Case(-20, (), "standard", was_issued=False),
    Case(5, (), "standard", was_issued=False),
    # Received, not late.
    Case(-20, (), "prerelance"),
    Case(-3, (("prerelance", 7),), "prerelance"),
    Case(0, (), "prerelance"),
    # Late, never reminded: the gentlest, however late.
    Case(1, (), RAPPEL),
    Case(60, (), RAPPEL),
    Case(60, (("standard", 90), ("prerelance", 63), ("echeance", 60)), RAPPEL),
    # Then the next level, once the one before has had its delay.
    Case(7, ((RAPPEL, 6),), RAPPEL, FIRST, 1),
    Case(8, ((RAPPEL, 7),), FIRST),
    Case(14, ((RAPPEL, 13), (FIRST, 6)), FIRST, SECOND, 1),
    Case(15, ((RAPPEL, 14), (FIRST, 7)), SECOND, notice=True),
    Case(22, ((RAPPEL, 21), (FIRST, 14), (SECOND, 7)), SECOND, LAST, 1),
    Case(23, ((RAPPEL, 22), (FIRST, 15), (SECOND, 8)), LAST, notice=True),
    Case(30, ((RAPPEL, 29), (FIRST, 22), (SECOND, 15), (LAST, 7)), LAST, "formal_notice", 1),
    Case(31, ((RAPPEL, 30), (FIRST, 23), (SECOND, 16), (LAST, 8)), LAST, notice=True),
    # One reminder alone, even a firm one, does not open the formal notice.
    Case(30, ((FIRST, 20),), SECOND),
    Case(30, ((LAST, 20),), LAST),
    # Two gentle ones do not either: relance 1 has not been tried.
    Case(30, ((RAPPEL, 25), (RAPPEL, 10)), FIRST),
    # A gentler text sent since does not go back down, but the formal notice waits for it.
    Case(40, ((FIRST, 32), (RAPPEL, 1)), SECOND),
    # The delays are settings.
    Case(5, ((RAPPEL, 3),), FIRST, delays=SHORT),
    Case(5, ((RAPPEL, 3), (FIRST, 3)), FIRST, SECOND, 1, delays=SHORT),
    Case(20, ((RAPPEL, 15), (FIRST, 9), (SECOND, 5)), LAST, notice=True, delays=SHORT),
    Case(20, ((RAPPEL, 18), (FIRST, 14), (SECOND, 10), (LAST, 5)), LAST, "formal_notice", 1, delays=SHORT),
)
