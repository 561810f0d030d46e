"""``due`` and ``tick`` in JSON: the keys that scripts rely on."""

import datetime as dt

import pytest

from relance.models.clients import Contact
from relance.models.messages import Message
from relance.services import disputing, pausing, paying, promising, queueing, reporting, stepping, sweeping
from tests import factories
from tests.making import switch_on

D = dt.date
KEYS = {"account", "client", "instalments", "to", "cc", "subject", "at", "reason"}
INSTALMENT = {"number", "due_on", "balance_cents", "currency", "step", "template"}


@pytest.fixture
def chased(latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 11, 23))
    switch_on(invoice, nadia, copies_user=True)
    return invoice


def test_a_row_has_the_promised_keys(chased, account, camille, post):
    now = factories.NOW + dt.timedelta(days=1)
    [foreseen] = reporting.due_as_json([account], now.date(), now)["send"]
    sweep = reporting.tick_as_json(sweeping.sweep(now, post))
    assert set(sweep) == {"sent", "waiting", "failed", "uncertain"}
    [sent] = sweep["sent"]
    for row in (foreseen, sent):
        assert set(row) == KEYS and set(row["instalments"][0]) == INSTALMENT
        assert row["account"] == camille.email and row["client"] == "Latitude Conseil"
        assert row["instalments"][0] == {
            "number": "F-2026-0098",
            "due_on": "2026-11-23",
            "balance_cents": 120_000,
            "currency": "EUR",
            "step": 0,
            "template": "rappel",
        }
        assert (row["to"], row["cc"]) == (["compta@latitude-conseil.example"], [camille.email])
        assert row["at"] == "2026-11-24T08:00:00Z"


def test_what_waits_says_why_and_until_when(chased, latitude, nadia, account, post):
    other = factories.make_invoice(latitude, "F-2026-0099", due_on=D(2026, 11, 24))
    switch_on(other, nadia)
    sweeping.sweep(factories.NOW + dt.timedelta(days=1), post)
    morning = factories.NOW + dt.timedelta(days=2)
    result = reporting.due_as_json([account], morning.date(), morning)
    assert result["send"] == []
    [row] = result["wait"]
    assert (row["reason"], row["at"], row["instalments"][0]["number"]) == ("gap", "2026-11-30", "F-2026-0099")


def test_a_day_that_is_over_sends_nothing(chased, account):
    assert reporting.due_as_json([account], D(2026, 11, 20), factories.NOW) == {"send": [], "wait": [], "held": []}


def test_a_dry_run_writes_nothing(chased, account):
    from relance.models.events import Event
    from relance.models.messages import Message

    before = Event.select().count()
    reporting.due_as_json([account], D(2026, 12, 1), factories.NOW)
    assert Event.select().count() == before and Message.select().count() == 0


# What is held


TUESDAY = D(2026, 11, 24)
MORNING = factories.NOW + dt.timedelta(days=1)


@pytest.mark.parametrize("kind", ["pause", "client_pause", "account_pause", "promise", "dispute"])
def test_what_is_held_is_told_with_its_reason_on_the_day_of_its_step(chased, account, kind):
    if kind == "pause":
        pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=factories.NOW)
    elif kind == "client_pause":
        pausing.pause_client(chased.client, until_on=None, reason="", by=None, now=factories.NOW)
    elif kind == "account_pause":
        pausing.pause_all(account, until_on=None, reason="", by=None, now=factories.NOW)
    elif kind == "promise":
        facts = promising.PromiseFacts(D(2026, 12, 20), chased.balance_cents)
        promising.promise(chased, facts, by=None, now=factories.NOW)
    else:
        disputing.open_dispute(chased, disputing.DisputeFacts("amount"), by=None, now=factories.NOW)
    found = reporting.due_as_json([account], TUESDAY, MORNING)
    assert (found["send"], found["wait"]) == ([], [])
    assert [(row["reason"], row["instalments"][0]["number"]) for row in found["held"]] == [(kind, "F-2026-0098")]
    quiet = reporting.due_as_json([account], D(2026, 11, 26), MORNING)
    assert quiet == {"send": [], "wait": [], "held": []}


def test_a_step_that_a_person_holds_and_a_message_that_asks_are_held(chased, account, camille):
    stepping.hold(chased, 0, by=camille, now=factories.NOW)
    [row] = reporting.due_as_json([account], TUESDAY, MORNING)["held"]
    assert (row["reason"], row["instalments"][0]["step"]) == ("held_step", 0)
    stepping.release(chased, 0, by=camille, now=factories.NOW)
    account.asks_before_sending = True
    account.save()
    found = reporting.due_as_json([account], TUESDAY, MORNING)
    assert found["send"] == []
    [row] = found["held"]
    assert (row["reason"], row["to"]) == ("asks", ["compta@latitude-conseil.example"]) and row["subject"]


def test_what_is_proposed_today_is_not_said_to_leave(chased, account, camille, post):
    account.asks_before_sending = True
    account.save()
    assert reporting.tick_as_json(sweeping.sweep(MORNING, post))["sent"] == []
    assert reporting.due_as_json([account], TUESDAY, MORNING)["send"] == []


def test_a_queued_message_is_foreseen_with_what_is_owed_by_then_and_nothing_is_written(
    account, camille, latitude, nadia
):
    invoice = factories.make_invoice(latitude, due_on=factories.TODAY, total_cents=100_000)
    switch_on(invoice, nadia, frequency="once")
    [message_id] = queueing.advance_due(factories.NOW, domain="relance.example")
    at = factories.NOW + dt.timedelta(minutes=1)
    paying.record(invoice, 40_000, factories.TODAY, by=None, now=at)
    before = Message.get_by_id(message_id).__data__
    [row] = reporting.due_as_json([account], factories.TODAY, at)["send"]
    assert [line["balance_cents"] for line in row["instalments"]] == [60_000]
    assert Message.get_by_id(message_id).__data__ == before
    Message.update(to_json="[]").where(Message.id == message_id).execute()
    Contact.update(rejected_at=at).where(Contact.id == nadia.id).execute()
    assert reporting.due_as_json([account], factories.TODAY, at)["send"] == [], "nobody to write to"
    assert Message.get_by_id(message_id).state == "queued"
