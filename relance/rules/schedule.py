"""When a reminder leaves, and why it does not: the one function that previews and sends.

Pure: civil days in the account's time zone go in, decisions come out. ``decide`` says what happens
for one client on one day; ``preview`` runs it forward, day after day, over its own results. What
the user is shown is therefore what the worker does.

The rules are those of « What Relance must do »; where they leave room, docs/scheduling.md says
what was chosen.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from relance.rules.calendar import Calendar

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
DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Step:
    """One message of a plan, ``offset_days`` after J (before when negative)."""

    index: int
    offset_days: int
    template: str

    @property
    def level(self) -> int:
        """How firm its text is: 0 presumes nothing, 4 announces a formal notice."""
        return LEVELS.get(self.template, 1)


def plan_steps(frequency: str, count: int, first_offset_days: int = 1) -> tuple[Step, ...]:
    """The steps of a frequency: ``once`` on J; ``weekly`` and ``until_paid`` every 7 days, ``count`` in all.

    The first is a rappel, the last a dernier rappel, those between relance 1 then relance 2.
    """
    if frequency == "once":
        return (Step(0, 0, "echeance"),)
    middle = ["rappel", "relance_1", *["relance_2"] * count]
    templates = [*middle[: count - 1], "dernier_rappel"] if count > 1 else ["rappel"]
    return tuple(Step(n, first_offset_days + WEEK * n, name) for n, name in enumerate(templates))


@dataclass(frozen=True)
class Item:
    """An instalment under chase. ``key`` identifies it; ``recipients`` are addresses.

    ``base_on`` is J, or the day from which offsets count when the user began gently. ``enters_on``:
    steps before it are past. ``entry_step``: the step to send first, from ``enters_on`` on.
    ``done``: steps that were handed over or wait in the queue. ``stop``: why it is never chased, or ''.
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
    held_until: dt.date | None = None
    held_because: str = ""

    @property
    def base_on(self) -> dt.date:
        """The day offsets count from."""
        return self.anchor_on or self.due_on


@dataclass(frozen=True)
class Past:
    """A message to the client that left, waits to leave, or may have left.

    ``steps`` maps an item's key to the offset it was sent at and whether it left on its own plan.
    """

    on: dt.date
    recipients: frozenset[str] = frozenset()
    is_automatic: bool = True
    steps: Mapping[int, tuple[int, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """The account's days, minimum gap (days) and whether a client's reminders are grouped."""

    calendar: Calendar = Calendar()
    min_gap_days: int = 5
    is_grouping: bool = True


@dataclass(frozen=True)
class Send:
    """This step leaves today. ``overtaken`` are later steps, past too, that will not be sent."""

    step: Step
    planned_on: dt.date
    overtaken: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Wait:
    """Nothing today; look again on ``until``. ``step`` is the next one."""

    until: dt.date
    step: Step
    because: str = ""  # "" (its date has not come), closed, gap, day_taken, other_recipients, held, no_recipient


@dataclass(frozen=True)
class Stop:
    """Nothing more will leave, until a person changes something."""

    because: str


Move = Send | Wait | Stop


def planned_on(item: Item, step: Step, calendar: Calendar) -> dt.date:
    """The day a step is planned for: its offset, moved off closed days (backwards before J)."""
    if item.entry_step == step.index:
        return calendar.next_working(item.enters_on)
    raw = item.base_on + dt.timedelta(step.offset_days)
    if item.entry_step is not None:
        raw = max(raw, item.enters_on)  # nothing leaves before the step the user joined at
    return calendar.previous_working(raw) if step.offset_days < 0 else calendar.next_working(raw)


def remaining_steps(item: Item, calendar: Calendar, today: dt.date) -> tuple[Step, ...]:
    """The steps that may still be sent: not done, not skipped, not past at entry, not dead.

    A step before J dies on J.
    """
    return tuple(
        step
        for step in item.steps
        if step.index not in item.done
        and step.index not in item.skipped
        and not _is_past_at_entry(item, step, calendar)
        and not (step.offset_days < 0 and today >= item.base_on)
    )


def _is_past_at_entry(item: Item, step: Step, calendar: Calendar) -> bool:
    if item.entry_step is not None:
        return step.index < item.entry_step
    return planned_on(item, step, calendar) < item.enters_on


def next_move(item: Item, calendar: Calendar, today: dt.date) -> Move:
    """What one instalment asks for today, before its client's other messages are looked at."""
    if item.stop:
        return Stop(item.stop)
    steps = remaining_steps(item, calendar, today)
    if not steps:
        return Stop("finished")
    planned = [(planned_on(item, step, calendar), step) for step in steps]
    pending = [(day, step) for day, step in planned if day <= today]
    if not pending:
        day, step = min(planned, key=lambda pair: (pair[0], pair[1].index))
        return _held(item, Wait(day, step), calendar)
    first_on, first = pending[0]
    if item.held_until is not None and item.held_until >= today:
        return _held(item, Wait(today, first), calendar)
    if not item.recipients:
        return Wait(calendar.next_working(today + DAY), first, "no_recipient")
    if not calendar.is_working(today):
        return Wait(calendar.next_working(today), first, "closed")
    return Send(first, first_on, tuple(step for _, step in pending[1:]))


def _held(item: Item, wait: Wait, calendar: Calendar) -> Wait:
    if item.held_until is None or item.held_until < wait.until:
        return wait
    return Wait(calendar.next_working(item.held_until + DAY), wait.step, item.held_because or "held")


def free_on(item: Item, step: Step, past: Iterable[Past], gap_days: int, today: dt.date) -> dt.date:
    """The first day on which the minimum gap lets this step go.

    Two steps of one plan compare their offsets, not their moved dates, unless the earlier one left
    off its plan. A message that went to other recipients by itself does not hold this one back:
    it leaves in a message of its own.
    """
    free = dt.date.min
    for message in past:
        if message.on > today or (message.is_automatic and message.recipients != item.recipients):
            continue
        own = message.steps.get(item.key)
        if own is not None and own[1] and step.offset_days - own[0] >= gap_days:
            continue
        free = max(free, message.on + dt.timedelta(gap_days))
    return free


@dataclass(frozen=True)
class Pick:
    """One instalment in the message of the day. ``is_on_plan``: see models.messages.MessageItem."""

    item: Item
    step: Step
    planned_on: dt.date
    is_on_plan: bool


@dataclass(frozen=True)
class Skipped:
    """A step that will never be sent: ``missed`` (another went first) or ``died`` (before J)."""

    key: int
    step: Step
    because: str


@dataclass(frozen=True)
class Decision:
    """What happens for one client on one day. At most one message: ``picks`` together, or none."""

    day: dt.date
    picks: tuple[Pick, ...] = ()
    skips: tuple[Skipped, ...] = ()
    moves: Mapping[int, Wait | Stop] = field(default_factory=dict)

    @property
    def lead(self) -> Pick:
        """The pick that gives the message its tone: the most advanced step."""
        return max(self.picks, key=lambda p: (p.step.level, p.step.offset_days, -p.item.key))


def decide(items: Iterable[Item], past: Iterable[Past], policy: Policy, today: dt.date) -> Decision:
    """Decide for one client and one day. ``past`` is what was sent or queued before."""
    items, past = tuple(items), tuple(past)
    calendar = policy.calendar
    tomorrow = calendar.next_working(today + DAY)
    moves: dict[int, Wait | Stop] = {}
    ready: list[tuple[Item, Send, dt.date]] = []
    skips = [
        Skipped(item.key, step, "died")
        for item in items
        if not item.stop
        for step in item.steps
        if step.offset_days < 0
        and today >= item.base_on
        and step.index not in item.done | item.skipped
        and not _is_past_at_entry(item, step, calendar)
    ]
    for item in items:
        move = next_move(item, calendar, today)
        if isinstance(move, Send):
            ready.append((item, move, free_on(item, move.step, past, policy.min_gap_days, today)))
        else:
            moves[item.key] = move
    is_taken = any(message.is_automatic and message.on >= today for message in past)
    group = [] if is_taken else _choose(ready, policy, today)
    picks = []
    for item, send, free in ready:
        if any(item is chosen for chosen, _, _ in group):
            picks.append(Pick(item, send.step, send.planned_on, _is_on_plan(item, send, past, policy, today)))
            skips.extend(Skipped(item.key, step, "missed") for step in send.overtaken)
        elif free > today:
            moves[item.key] = Wait(calendar.next_working(free), send.step, "gap")
        else:
            moves[item.key] = Wait(tomorrow, send.step, "day_taken" if is_taken else "other_recipients")
    return Decision(today, tuple(picks), tuple(skips), moves)


Ready = tuple[Item, Send, dt.date]


def _choose(ready: list[Ready], policy: Policy, today: dt.date) -> list[Ready]:
    """The instalments of the day's message: one set of recipients and one currency, the oldest first.

    One of them must be free to go; those that only wait for the gap join it.
    """
    free = [entry for entry in ready if entry[2] <= today]
    if not free:
        return []
    first = min(free, key=lambda e: (e[1].planned_on, -e[1].step.level, e[0].key))
    if not policy.is_grouping:
        return [first]
    return [e for e in ready if (e[0].recipients, e[0].currency) == (first[0].recipients, first[0].currency)]


def _is_on_plan(item: Item, send: Send, past: Iterable[Past], policy: Policy, today: dt.date) -> bool:
    if item.entry_step == send.step.index:
        return False
    if send.planned_on == today:
        return True
    return free_on(item, send.step, past, policy.min_gap_days, send.planned_on) <= send.planned_on


def after_sending(item: Item, pick: Pick, skips: Iterable[Skipped], today: dt.date) -> Item:
    """The item once its step has left. Begun gently, the plan's spacing counts from that first sending."""
    anchor = item.anchor_on
    if anchor is not None and not item.done:
        anchor = today - dt.timedelta(pick.step.offset_days)
    overtaken = {skip.step.index for skip in skips if skip.key == item.key}
    return replace(item, anchor_on=anchor, done=item.done | {pick.step.index}, skipped=item.skipped | overtaken)


def past_of(decision: Decision) -> Past:
    """The message of a decision, as the following days see it."""
    steps = {pick.item.key: (pick.step.offset_days, pick.is_on_plan) for pick in decision.picks}
    return Past(decision.day, decision.picks[0].item.recipients, True, steps)


def preview(
    items: Iterable[Item], past: Iterable[Past], policy: Policy, start: dt.date, end: dt.date
) -> Iterator[Decision]:
    """Run ``decide`` forward from ``start`` to ``end`` included; yield the days on which something leaves.

    Nothing else is assumed to happen: no payment, no change, the machine never off.
    """
    current = {item.key: item for item in items}
    history = list(past)
    day = start
    while day <= end:
        decision = decide(current.values(), history, policy, day)
        if decision.picks:
            for pick in decision.picks:
                current[pick.item.key] = after_sending(pick.item, pick, decision.skips, day)
            history.append(past_of(decision))
            yield decision
            day += DAY
            continue
        waits = [move.until for move in decision.moves.values() if isinstance(move, Wait)]
        if not waits:
            return
        day = max(day + DAY, min(waits))


def next_check(
    items: Iterable[Item], past: Iterable[Past], policy: Policy, after: dt.date
) -> dict[int, dt.date | None]:
    """For each item, the first day after ``after`` on which it asks for something; None when it is over."""
    decision = decide(items, past, policy, after + DAY)
    days: dict[int, dt.date | None] = {pick.item.key: after + DAY for pick in decision.picks}
    for key, move in decision.moves.items():
        days[key] = move.until if isinstance(move, Wait) else None
    return days


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
