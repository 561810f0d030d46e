"""Calls and replies: one transaction for what was said and what follows."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.models.events import Event
from relance.models.holds import Dispute, Promise, Task
from relance.services import calling
from relance.services.calling import CallError, CallFacts, ReplyFacts
from relance.services.disputing import DisputeFacts
from relance.services.holding import HoldError
from relance.services.promising import PromiseFacts
from tests.making import events

D = dt.date


def test_a_call_its_promise_and_the_next_call_are_noted_together(invoice, camille, now):
    promise = PromiseFacts(D(2026, 11, 30), 120_000, "Nadia")
    facts = CallFacts(" Nadia ", "promised", "Dit oui", D(2026, 12, 1), promise, key="k")
    assert calling.log_call(invoice, facts, by=camille, now=now)
    assert events(invoice=invoice) == ["call_logged", "promise_made"]
    assert Event.select().order_by(Event.id).first().facts["who"] == "Nadia"
    [task] = calling.open_calls(invoice)
    assert (task.due_on, task.note) == (D(2026, 12, 1), "Dit oui")
    assert not calling.log_call(invoice, facts, by=camille, now=now)
    assert (Promise.select().count(), Task.select().count()) == (1, 1)


def test_a_promise_that_is_refused_undoes_the_call(invoice, camille, now):
    facts = CallFacts("Nadia", "promised", promise=PromiseFacts(D(2026, 11, 30), 999_999))
    with pytest.raises(HoldError):
        calling.log_call(invoice, facts, by=camille, now=now)
    assert events(invoice=invoice) == []


def test_a_call_and_the_dispute_it_brought_are_noted_together_or_not_at_all(invoice, camille, now):
    facts = CallFacts("Nadia", "disputed", dispute=DisputeFacts("amount", "Trop cher"), key="d")
    assert calling.log_call(invoice, facts, by=camille, now=now)
    assert not calling.log_call(invoice, facts, by=camille, now=now)
    assert events(invoice=invoice) == ["call_logged", "dispute_opened"]
    assert (Dispute.get().text, Dispute.select().count()) == ("Trop cher", 1)
    with pytest.raises(HoldError):
        calling.log_call(invoice, replace(facts, key="e"), by=camille, now=now)
    assert events(invoice=invoice) == ["call_logged", "dispute_opened"]


def test_only_the_calls_that_were_named_are_done(invoice, camille, now):
    for day in (D(2026, 11, 24), D(2026, 11, 25)):
        calling.log_call(invoice, CallFacts("", "no_answer", again_on=day), by=camille, now=now)
    first, second = calling.open_calls(invoice)
    calling.log_call(invoice, CallFacts("", "talked", task_ids=(first.id,)), by=camille, now=now)
    assert [task.id for task in calling.open_calls(invoice)] == [second.id]
    assert events(invoice=invoice)[-1] == "task_done"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (CallFacts("", "loud"), "outcome"),
        (CallFacts("", "promised"), "promised_on"),
        (CallFacts("", "disputed"), "claim"),
        (CallFacts("x" * 101, "talked"), "who"),
        (CallFacts("", "talked", task_ids=(12345,)), "done"),
        (CallFacts("", "talked", "x" * 5001), "note"),
        (CallFacts("", "talked", again_on=D(2026, 11, 22)), "again_on"),
        (CallFacts("", "talked", again_on=D(2028, 11, 22)), "again_on"),
    ],
)
def test_a_call_that_cannot_be_noted_names_its_field(invoice, camille, now, facts, field):
    with pytest.raises(CallError) as error:
        calling.log_call(invoice, facts, by=camille, now=now)
    assert error.value.field == field and events(invoice=invoice) == []


def test_a_reply_is_noted_once_and_never_for_tomorrow(invoice, camille, now):
    reply = ReplyFacts("Oui", D(2026, 11, 23), "Nadia", key="r")
    assert calling.log_reply(invoice, reply, by=camille, now=now)
    assert not calling.log_reply(invoice, reply, by=camille, now=now)
    for wrong, field in (
        (ReplyFacts("Oui", D(2026, 11, 24)), "received_on"),
        (ReplyFacts(" ", D(2026, 11, 23)), "text"),
    ):
        with pytest.raises(CallError) as error:
            calling.log_reply(invoice, wrong, by=camille, now=now)
        assert error.value.field == field
    assert events(invoice=invoice) == ["reply_logged"]
