"""``due`` foresees the nudges with the reminders, as the sweep then sends them."""

import datetime as dt

import pytest

from relance.models.clients import Client
from relance.services import pausing, quoting_by_hand, quoting_forecasts, reporting, sweeping
from relance.services.quoting_by_hand import Draft
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.making import switch_on

DAY = dt.timedelta(1)
KEYS = {"account", "client", "instalments", "to", "cc", "subject", "at", "reason", "quote"}


@pytest.fixture
def quote(latitude, nadia, camille):
    return factories.make_quote(latitude, "D-1", nudges=2, valid_until=TODAY + 11 * DAY)


def essence(row):
    number = row["quote"]["number"] if "quote" in row else row["instalments"][0]["number"]
    return (row["client"], number, tuple(row["to"]), row["subject"])


def test_a_row_of_a_quote_has_the_promised_keys_and_no_instalment(quote, account, nadia, camille):
    [row] = reporting.due_as_json([account], dt.date(2026, 11, 27), NOW)["send"]
    assert set(row) == KEYS and row["instalments"] == [] and row["to"] == [nadia.email]
    assert row["quote"] == {"number": "D-1", "valid_until": "2026-12-04", "total_cents": 180_000, "currency": "EUR"}
    assert (row["at"], row["account"]) == ("2026-11-27T08:00:00Z", camille.email)
    assert reporting.due_as_json([account], dt.date(2026, 11, 26), NOW)["send"] == []
    assert reporting.due_as_json([account], TODAY - DAY, NOW)["send"] == []


@pytest.mark.requirement("S2.13")
def test_what_is_foreseen_today_for_thirty_days_is_what_leaves(quote, account, latitude, nadia, post, smtp_server):
    """Reminders and nudges push one another: all of them are foreseen together."""
    account.alerts_overdue = False
    account.save()
    switch_on(factories.make_invoice(latitude, "F-1", due_on=TODAY + 3 * DAY), nadia, count=2)
    factories.make_quote(latitude, "D-2", nudges=1, valid_until=TODAY + 12 * DAY)
    days = [TODAY + n * DAY for n in range(30)]
    foreseen = {day: {essence(row) for row in reporting.due_as_json([account], day, NOW)["send"]} for day in days}
    total = 0
    for day in days:
        swept = sweeping.sweep(dt.datetime.combine(day, dt.time(8)), post)
        sent = reporting.tick_as_json(swept)["sent"]
        assert {essence(row) for row in sent} == foreseen[day], day
        assert len(sent) <= 1
        total += len(sent)
    assert total == len(smtp_server.received) >= 3


def test_what_holds_it_is_said(quote, account, latitude):
    day = dt.date(2026, 11, 27)
    Client.update(is_exempt=True).execute()
    assert [row["reason"] for row in reporting.due_as_json([account], day, NOW)["held"]] == ["exempt"]
    Client.update(is_exempt=False).execute()
    account.asks_before_sending = True
    account.save()
    result = reporting.due_as_json([account], day, NOW)
    assert (result["send"], [row["reason"] for row in result["held"]]) == ([], ["asks"])
    account.suspended_at, account.suspended_because = NOW, "restore"
    assert [row["reason"] for row in reporting.due_as_json([account], day, NOW)["held"]] == ["restore"]


def test_what_waits_by_hand_is_foreseen_as_it_will_leave(latitude, nadia, camille, account):
    quote = factories.make_quote(latitude, "D-1")
    quoting_by_hand.send(quote, Draft((nadia.id,)), key="a", by=camille, now=NOW, domain="relance.example")
    [row] = reporting.due_as_json([account], TODAY, NOW)["send"]
    assert row["quote"]["number"] == "D-1" and quoting_forecasts.of_account(account) == {}


def test_the_nudges_to_come_are_listed_by_day_with_what_holds_them_in_four_queries(quote, account, latitude, camille):
    factories.make_quote(latitude, "D-2", nudges=1, valid_until=TODAY + 40 * DAY)
    until = TODAY + 20 * DAY
    with counted() as made:
        found = quoting_forecasts.coming(account, NOW, until)
    assert [(planned.quote.number, planned.on, planned.held) for planned in found] == [
        ("D-1", dt.date(2026, 11, 27), ""),
        ("D-1", dt.date(2026, 12, 2), ""),
    ]
    assert len(made) <= 6
    pausing.pause_client(latitude, until_on=dt.date(2026, 11, 30), reason="", by=camille, now=NOW)
    assert [planned.held for planned in quoting_forecasts.coming(account, NOW, until)] == ["client_pause", ""]
    assert quoting_forecasts.coming(account, NOW, until, client_id=999) == []


def test_nothing_is_planned_while_sending_is_suspended(quote, account):
    account.suspended_at = NOW
    assert quoting_forecasts.coming(account, NOW, TODAY + 20 * DAY) == []
