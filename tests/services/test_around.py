"""What surrounds every page, read in one statement."""

import datetime as dt

from relance.models.accounts import Heartbeat
from relance.services import around, pausing
from tests.counting import counted
from tests.factories import NOW, TODAY, make_invoice


def test_all_of_it_is_one_statement(account, invoice, camille):
    Heartbeat.beat("worker", NOW)
    pause = pausing.pause_all(account, until_on=TODAY + dt.timedelta(3), reason="Congés", by=camille, now=NOW)
    with counted() as queries:
        found = around.read(account, NOW, TODAY)
    assert len(queries) == 1
    assert found == around.Around(to_deal_with=1, to_collect=1, to_post=0, to_answer=0, seen_at=NOW, pause=pause)
    assert found.pause.until_on == TODAY + dt.timedelta(3)


def test_an_empty_account_has_nothing_around(account):
    assert around.read(account, NOW, TODAY) == around.Around(0, 0, 0, 0, None, None)


def test_counting_stops_where_it_says(account, latitude, monkeypatch):
    monkeypatch.setattr(around, "MOST", 2)
    for n in range(5):
        make_invoice(latitude, f"F-{n}")
    assert around.read(account, NOW, TODAY).to_collect == 3


def test_another_account_adds_nothing(account, basile):
    assert around.read(account, NOW, TODAY).to_collect == 0
    assert around.read(basile.account, NOW, TODAY).to_collect == 1
