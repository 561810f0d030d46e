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
from relance.rules.moves import DAY, SILENT, Item, Send, Stop, Wait, due_tasks, is_past, next_move, passed_steps
from relance.rules.plans import Step


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
    """A step that will never be sent, and why.

    ``missed`` (another went first), ``died`` (before J), ``past`` (its date was published too late), or the hold its
    day fell in (rules.moves.HOLDS).
    """

    key: int
    step: Step
    because: str


@dataclass(frozen=True)
class Due:
    """A letter or a call that a person should see to: it is brought up, never done by the machine."""

    key: int
    step: Step
    planned_on: dt.date


@dataclass(frozen=True)
class Decision:
    """What happens for one client on one day. At most one message: ``picks`` together, or none."""

    day: dt.date
    picks: tuple[Pick, ...] = ()
    skips: tuple[Skipped, ...] = ()
    tasks: tuple[Due, ...] = ()
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
        and not is_past(item, step, calendar)
    ]
    skips += [
        Skipped(item.key, step, because) for item in items for step, because in passed_steps(item, calendar, today)
    ]
    tasks = tuple(Due(item.key, step, day) for item in items for step, day in due_tasks(item, calendar, today))
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
    return Decision(today, tuple(picks), tuple(skips), tasks, moves)


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
    if send.step.index in item.moved or (item.entry is not None and item.entry.index == send.step.index):
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


def after_day(items: Mapping[int, Item], decision: Decision) -> dict[int, Item]:
    """The items once a decision was carried out: steps sent, letters and calls brought up."""
    found = dict(items)
    for pick in decision.picks:
        found[pick.item.key] = after_sending(pick.item, pick, decision.skips, decision.day)
    for due in decision.tasks:
        item = found[due.key]
        found[due.key] = replace(item, done=item.done | {due.step.index})
    return found


def past_of(decision: Decision) -> Past:
    """The message of a decision, as the following days see it."""
    steps = {pick.item.key: (pick.step.offset_days, pick.is_on_plan) for pick in decision.picks}
    return Past(decision.day, decision.picks[0].item.recipients, True, steps)


def preview(
    items: Iterable[Item], past: Iterable[Past], policy: Policy, start: dt.date, end: dt.date
) -> Iterator[Decision]:
    """Run ``decide`` forward from ``start`` to ``end`` included; yield the days on which something leaves or comes up.

    Nothing else is assumed to happen: no payment, no change, the machine never off. What only waits for its date
    is not asked again before that day: the yielded decisions say nothing of it in ``moves``.
    """
    current = {item.key: item for item in items}
    history = list(past)
    asleep: dict[int, dt.date] = {}
    day = start
    while day <= end:
        asleep = {key: until for key, until in asleep.items() if until > day}
        awake = [item for key, item in current.items() if key not in asleep]
        decision = decide(awake, history, policy, day)
        for key, move in decision.moves.items():
            if isinstance(move, Stop):
                asleep[key] = dt.date.max
            elif not move.because:
                asleep[key] = move.until
        for done in (*(pick.item.key for pick in decision.picks), *(due.key for due in decision.tasks)):
            asleep.pop(done, None)
        if decision.picks or (decision.tasks and policy.calendar.is_working(day)):
            current = after_day(current, decision)
            if decision.picks:
                history.append(past_of(decision))
            yield decision
            day += DAY
            continue
        waits = [move.until for move in decision.moves.values() if isinstance(move, Wait)]
        waits += [until for until in asleep.values() if until != dt.date.max]
        if not waits:
            return
        day = max(day + DAY, min(waits))


def next_check(
    items: Iterable[Item], past: Iterable[Past], policy: Policy, after: dt.date
) -> dict[int, dt.date | None]:
    """For each item, the first day after ``after`` on which it asks for something; None when it is over.

    The day on which something keeps a step back is one of them: the history says so that day. So is the day of a
    letter or a call.
    """
    decision = decide(items, past, policy, after + DAY)
    days: dict[int, dt.date | None] = {pick.item.key: after + DAY for pick in decision.picks}
    for key, move in decision.moves.items():
        until = move.until if isinstance(move, Wait) else None
        is_told = isinstance(move, Wait) and move.because not in SILENT
        days[key] = after + DAY if is_told else until
    days |= {due.key: after + DAY for due in decision.tasks}
    # What was passed leaves its line at the next look, not when something else is due.
    days |= {skip.key: after + DAY for skip in decision.skips if skip.because != "missed"}
    return days
