"""The text proposed to someone who chases by hand: one table for the rule, one for the formal notice."""

import datetime as dt

import pytest

from relance.rules.proposal import Sent, propose

DUE = dt.date(2026, 11, 2)


def day(offset):
    return DUE + dt.timedelta(offset)


def history(*entries):
    return [Sent(template, day(offset)) for template, offset in entries]


RAPPEL = ("rappel", 1)
FIRST = ("relance_1", 8)
SECOND = ("relance_2", 15)
LAST = ("dernier_rappel", 23)


@pytest.mark.requirement("S2.2", "S2.3", "S2.4", "S2.5", "S2.6")
@pytest.mark.parametrize(
    ("today", "sent", "was_issued", "expected"),
    [
        (-20, [], False, "standard"),
        (5, [], False, "standard"),
        (-20, [], True, "prerelance"),
        (-3, [("prerelance", -10)], True, "prerelance"),
        (0, [], True, "prerelance"),
        (1, [], True, "rappel"),
        (60, [], True, "rappel"),
        (60, [("standard", -30), ("prerelance", -3), ("echeance", 0)], True, "rappel"),
        (7, [RAPPEL], True, "rappel"),
        (8, [RAPPEL], True, "relance_1"),
        (14, [RAPPEL, FIRST], True, "relance_1"),
        (15, [RAPPEL, FIRST], True, "relance_2"),
        (22, [RAPPEL, FIRST, SECOND], True, "relance_2"),
        (23, [RAPPEL, FIRST, SECOND], True, "dernier_rappel"),
        (90, [RAPPEL, FIRST, SECOND, LAST], True, "dernier_rappel"),
        (90, [FIRST], True, "relance_2"),
        (40, [FIRST, ("rappel", 39)], True, "relance_2"),
    ],
)
def test_the_template_follows_lateness_and_history(today, sent, was_issued, expected):
    assert propose(DUE, history(*sent), day(today), was_issued=was_issued).template == expected


def test_a_level_that_is_not_open_yet_says_when_it_opens():
    proposal = propose(DUE, history(RAPPEL), day(5))
    assert (proposal.template, proposal.next_template, proposal.opens_on) == ("rappel", "relance_1", day(8))
    assert propose(DUE, history(RAPPEL), day(8)).opens_on is None


@pytest.mark.requirement("S2.16")
@pytest.mark.parametrize(
    ("today", "sent", "is_offered"),
    [
        (30, [], False),
        (30, [RAPPEL], False),
        (14, [RAPPEL, FIRST], False),
        (15, [RAPPEL, FIRST], True),
        (22, [RAPPEL, FIRST, SECOND], False),
        (23, [RAPPEL, FIRST, SECOND], True),
        (30, [RAPPEL, FIRST, SECOND, LAST], False),
        (31, [RAPPEL, FIRST, SECOND, LAST], True),
    ],
)
def test_the_formal_notice_is_offered_after_two_reminders_without_effect(today, sent, is_offered):
    assert propose(DUE, history(*sent), day(today)).offers_notice is is_offered
