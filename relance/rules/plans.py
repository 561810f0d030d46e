"""The steps of a plan of reminders, and how firm each is."""

import datetime as dt
from dataclasses import dataclass

LEVELS = {
    "standard": 0,
    "prerelance": 0,
    "echeance": 0,
    "rappel": 1,
    "relance_1": 2,
    "relance_2": 3,
    "dernier_rappel": 4,
}
WEEK = 7


@dataclass(frozen=True)
class Step:
    """One step of a plan, ``offset_days`` after J (before when negative).

    ``kind``: a mail that leaves on its own, or a letter or a call, which a person does. ``index`` is its place
    in a frequency, or the key of a sequence's block. ``own_level``: of a template that is not delivered.
    ``since_on``: the day its date was published; an instalment for which it was past by then never gets it.
    """

    index: int
    offset_days: int
    template: str
    kind: str = "mail"
    own_level: int | None = None
    since_on: dt.date | None = None

    @property
    def level(self) -> int:
        """How firm its text is: 0 presumes nothing, 4 announces a formal notice."""
        return LEVELS.get(self.template, 1) if self.own_level is None else self.own_level

    @property
    def is_mail(self) -> bool:
        """True for what leaves on its own."""
        return self.kind == "mail"


def plan_steps(frequency: str, count: int, first_offset_days: int = 1) -> tuple[Step, ...]:
    """The steps of a frequency: ``once`` on J; ``weekly`` and ``until_paid`` every 7 days, ``count`` in all.

    The first is a rappel, the last a dernier rappel, those between relance 1 then relance 2.
    """
    if frequency == "once":
        return (Step(0, 0, "echeance"),)
    middle = ["rappel", "relance_1", *["relance_2"] * count]
    templates = [*middle[: count - 1], "dernier_rappel"] if count > 1 else ["rappel"]
    return tuple(Step(n, first_offset_days + WEEK * n, name) for n, name in enumerate(templates))
