"""``due`` and ``tick`` in JSON: the keys that scripts rely on."""

import datetime as dt

import pytest

from relance.services import reporting, sweeping
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
