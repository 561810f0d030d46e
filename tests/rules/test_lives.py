"""Whole lives of instalments at the rules' level: sequences edited, holds, single steps moved, outages, payments.

The promises are checked against what the test itself recorded, never against the rules' own answers.
"""

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.rules.calendar import Calendar
from relance.rules.moves import Item
from relance.rules.plans import Step
from relance.rules.schedule import Policy, after_day, decide, next_check, past_of, preview
from tests.rules.chased import HUGO, NADIA, D

START = D(2026, 11, 16)
DAYS = 90
FOREVER = dt.date.max
TEMPLATES = {-1: "prerelance", 0: "echeance", 1: "rappel", 2: "relance_1", 3: "relance_2", 4: "dernier_rappel"}

OFFSETS = st.lists(st.integers(-12, 60), min_size=1, max_size=7, unique=True).map(sorted)


@st.composite
def a_sequence(draw):
    """Blocks by rising offset; about one in five is a letter or a call."""
    kinds = st.sampled_from(["mail"] * 4 + ["letter", "call"])
    found = []
    for n, offset in enumerate(draw(OFFSETS)):
        template = "prerelance" if offset < 0 else TEMPLATES[min(4, n)]
        found.append(Step(1000 + n, offset, template, draw(kinds)))
    return tuple(found)


@st.composite
def an_item(draw, key):
    return Item(
        key=key,
        due_on=START + dt.timedelta(draw(st.integers(-30, 40))),
        steps=draw(a_sequence()),
        enters_on=START,
        recipients=draw(st.sampled_from([NADIA, NADIA, HUGO])),
    )


ITEMS = st.integers(1, 4).flatmap(lambda n: st.tuples(*[an_item(key) for key in range(1, n + 1)]))
POLICIES = st.builds(
    Policy,
    st.builds(Calendar, st.sampled_from(["12345", "12345", "25"])),
    st.integers(0, 12),
    st.booleans(),
)
DEEDS = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from(["pause", "pause", "pause_forever", "resume", "hold", "release", "move", "edit", "pay", "out"]),
        st.integers(1, 4),  # which instalment
        st.integers(0, 6),  # which of its blocks
        st.integers(0, 20),  # how long, or how far
    ),
    max_size=14,
)


@dataclass
class World:
    """What happens to a client's instalments, day after day, and what left."""

    items: dict[int, Item]
    policy: Policy
    pauses: dict[int, list[tuple[dt.date, dt.date]]] = field(default_factory=dict)
    paid: set[int] = field(default_factory=set)
    out: set[dt.date] = field(default_factory=set)
    past: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    tasks: list = field(default_factory=list)

    def pause(self, key, day, until):
        item = self.items[key]
        self.pauses.setdefault(key, []).append((day, until))
        resumes = FOREVER if until == FOREVER else until + dt.timedelta(1)
        self.items[key] = replace(item, resumes_on=max(resumes, item.resumes_on or dt.date.min), held_because="pause")

    def resume(self, key, day):
        """A person resumes: what still holds it ends that day."""
        ended = [(a, min(b, day - dt.timedelta(1))) for a, b in self.pauses.get(key, [])]
        self.pauses[key] = [(a, b) for a, b in ended if a <= b]
        item = self.items[key]
        if item.resumes_on is not None and item.resumes_on > day:
            self.items[key] = replace(item, resumes_on=day)

    def edit(self, key, block, days, day):
        """One block gets another date, published that day."""
        item = self.items[key]
        chosen = item.steps[block % len(item.steps)]
        offset = chosen.offset_days + days - 10
        if any(step.offset_days == offset for step in item.steps):
            return
        moved = replace(chosen, offset_days=offset, since_on=day)
        steps = sorted((moved if step is chosen else step for step in item.steps), key=lambda step: step.offset_days)
        self.items[key] = replace(item, steps=tuple(steps))

    def do(self, deed):
        offset, kind, key, block, days = deed
        day = START + dt.timedelta(offset)
        if kind == "out":
            self.out |= {day + dt.timedelta(n) for n in range(days // 4 + 1)}
        if key not in self.items:
            return
        item = self.items[key]
        step = item.steps[block % len(item.steps)]
        if kind == "pause":
            self.pause(key, day, day + dt.timedelta(days))
        elif kind == "pause_forever":
            self.pause(key, day, FOREVER)
        elif kind == "resume":
            self.resume(key, day)
        elif kind == "hold":
            self.items[key] = replace(item, held=item.held | {step.index})
        elif kind == "release":
            self.items[key] = replace(item, held=frozenset())
        elif kind == "move":
            self.items[key] = replace(item, moved={**item.moved, step.index: day + dt.timedelta(days)})
        elif kind == "edit":
            self.edit(key, block, days, day)
        elif kind == "pay":
            self.paid.add(key)
            self.items[key] = replace(item, stop="paid")

    def run(self, day):
        """The worker's morning."""
        if day in self.out or not self.policy.calendar.is_working(day):
            return
        decision = decide(self.items.values(), self.past, self.policy, day)
        held = {key: item.held for key, item in self.items.items()}
        self.items = after_day(self.items, decision)
        for skip in decision.skips:
            item = self.items[skip.key]
            if skip.because != "missed" or decision.picks:
                self.items[skip.key] = replace(item, skipped=item.skipped | {skip.step.index})
        self.tasks += [(day, due.key, due.step) for due in decision.tasks]
        if decision.picks:
            self.past.append(past_of(decision))
            self.sent.append((day, decision, held))

    def is_paused(self, key, day):
        return any(first <= day <= last for first, last in self.pauses.get(key, []))


def live(items, policy, deeds):
    world = World({item.key: item for item in items}, policy)
    by_day = {}
    for deed in deeds:
        by_day.setdefault(START + dt.timedelta(deed[0]), []).append(deed)
    for offset in range(DAYS):
        day = START + dt.timedelta(offset)
        for deed in by_day.get(day, []):
            world.do(deed)
        check_what_leaves(world, day)
        world.run(day)
    return world


def check_what_leaves(world, day):
    """The message of the day against what the test knows, before it is sent."""
    if day in world.out or not world.policy.calendar.is_working(day):
        return
    for pick in decide(world.items.values(), world.past, world.policy, day).picks:
        assert pick.item.key not in world.paid, "after full payment"
        assert not world.is_paused(pick.item.key, day), "in a pause"
        assert pick.step.index not in pick.item.held, "a step that a person holds"


@given(ITEMS, POLICIES, DEEDS)
@settings(max_examples=150, deadline=None)
@pytest.mark.requirement("S3.23", "S3.24", "S3.30", "S3.32")
def test_whatever_happens_the_promises_hold(items, policy, deeds):
    world = live(items, policy, deeds)
    days = [day for day, _, _ in world.sent]
    assert len(days) == len(set(days)), "two automatic messages on one day"
    last: dict[int, int] = {}
    sent_steps = set()
    for day, decision, _ in world.sent:
        for pick in decision.picks:
            assert pick.step.is_mail, "a letter or a call was sent"
            assert pick.planned_on <= day, "before its date"
            assert (pick.item.key, pick.step.index) not in sent_steps, "a step sent twice"
            sent_steps.add((pick.item.key, pick.step.index))
            before = last.get(pick.item.key)
            # An edit may move a sent block: what counts is the offset it was sent at.
            assert before is None or _offset_now(world, pick) > before or _was_edited(world, pick), "out of order"
            last[pick.item.key] = pick.step.offset_days
        assert len({(pick.item.recipients, pick.item.currency) for pick in decision.picks}) == 1
    brought = [(key, step.index) for _, key, step in world.tasks]
    assert len(brought) == len(set(brought)), "a task brought up twice"
    assert all(not world.is_paused(key, day) for day, key, _ in world.tasks)
    check_gaps(world)


def _offset_now(world, pick):
    return pick.step.offset_days


def _was_edited(world, pick):
    return any(step.since_on is not None for step in world.items[pick.item.key].steps)


def check_gaps(world):
    """Between two messages to the same people there are ``min_gap_days``, or offsets of one plan that far apart."""
    gap = world.policy.min_gap_days
    for n, (day, decision, _) in enumerate(world.sent):
        near = [
            (other, sent)
            for other, sent, _ in world.sent[:n]
            if (day - other).days < gap and sent.picks[0].item.recipients == decision.picks[0].item.recipients
        ]
        assert not near or any(_is_free(pick, near, gap) for pick in decision.picks), "the gap"


def _is_free(pick, near, gap):
    """True when each message that close carried an earlier step of the same plan, far enough before this one."""
    for _, sent in near:
        own = next((other for other in sent.picks if other.item.key == pick.item.key), None)
        if own is None or not own.is_on_plan or pick.step.offset_days - own.step.offset_days < gap:
            return False
    return True


@given(ITEMS, POLICIES, DEEDS, st.integers(0, DAYS - 1))
@settings(max_examples=80, deadline=None)
@pytest.mark.requirement("S3.3")
def test_the_forecast_of_any_day_comes_true_if_nothing_else_happens(items, policy, deeds, cut):
    """What « Simuler » shows on a day is what leaves from then on."""
    world = live(items, policy, [deed for deed in deeds if deed[0] <= cut])
    day = START + dt.timedelta(DAYS)
    world.out = set()
    foreseen = [
        (found.day, sorted((pick.item.key, pick.step.index) for pick in found.picks))
        for found in preview(world.items.values(), world.past, policy, day, day + dt.timedelta(90))
        if found.picks
    ]
    count = len(world.sent)
    for offset in range(91):
        world.run(day + dt.timedelta(offset))
    happened = [
        (on, sorted((pick.item.key, pick.step.index) for pick in found.picks)) for on, found, _ in world.sent[count:]
    ]
    assert happened == foreseen


@given(ITEMS, POLICIES, DEEDS)
@settings(max_examples=80, deadline=None)
def test_a_worker_that_sleeps_until_the_hint_misses_nothing(items, policy, deeds):
    """From any state, the hint never comes after a message or a task that should have come."""
    world = live(items, policy, deeds)
    day = START + dt.timedelta(DAYS)
    hints = next_check(world.items.values(), world.past, policy, day)
    for decision in preview(world.items.values(), world.past, policy, day + dt.timedelta(1), day + dt.timedelta(200)):
        for pick in decision.picks:
            hint = hints[pick.item.key]
            assert hint is not None and (hint <= decision.day or hint <= decision.picks[0].planned_on)
        for due in decision.tasks:
            hint = hints[due.key]
            assert hint is not None and hint <= decision.day
        break
