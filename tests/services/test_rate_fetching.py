"""The ECB's rate comes by itself where the host allows it, once a day at most; a failure changes nothing."""

import dataclasses
import datetime as dt
import logging

import pytest

from relance.config import Settings
from relance.models.accounts import Heartbeat
from relance.models.events import Event
from relance.models.legal_rates import LegalRate
from relance.services import rate_fetching, rating, sweeping
from relance.services.carrying import Post
from relance.services.ecb import EcbError
from tests.ecb_server import GOOD, serving

D = dt.date
DAY = dt.timedelta(1)
SECOND = dt.datetime(2027, 1, 2, 8, 0)  # the day after the first one


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (dt.datetime(2026, 11, 22, 9), None),
        (dt.datetime(2026, 12, 31, 23, 30), None),  # 1 January in Frankfurt: its day is not over
        (dt.datetime(2027, 1, 1, 22, 59), None),
        (dt.datetime(2027, 1, 1, 23, 0), (2027, 1)),
        (SECOND, (2027, 1)),
        (dt.datetime(2027, 7, 14), (2027, 2)),
    ],
)
def test_a_half_year_is_wanted_once_its_first_day_is_over(database, now, wanted):
    assert rate_fetching.wanted(now) == wanted


def test_what_was_learnt_serves_every_account_and_the_legal_rate_stays_to_be_typed(account, camille, basile):
    with serving(GOOD) as server:
        assert rate_fetching.fetch(server.url, now=SECOND, account=account, by=camille) == (2027, 1)
        assert rate_fetching.fetch(server.url, now=SECOND) is None
    assert len(server.asked) == 1
    row = LegalRate.get()
    assert (row.account, row.mro_bp, row.legal_professional_bp, row.reviewed_on) == (None, 265, None, D(2027, 1, 2))
    assert "Banque centrale européenne" in row.source and row.source.endswith("01/01/2027")
    for one in (account, basile.account_id):
        assert rating.table_of(one).rate_for("organisation", D(2027, 3, 1)) == 1265
    event = Event.get(Event.kind == "rate_fetched")
    assert (event.account, event.user, event.facts["mro_bp"]) == (account, camille, 265)


def test_a_failure_changes_nothing(account, camille):
    with serving(GOOD, status=503) as server, pytest.raises(EcbError):
        rate_fetching.fetch(server.url, now=SECOND, account=account, by=camille)
    assert LegalRate.select().count() == Event.select().count() == 0


def test_the_sweep_asks_once_a_day_until_it_knows(post, database, caplog):
    with serving(GOOD, status=503) as broken, caplog.at_level(logging.WARNING):
        own = dataclasses.replace(post, ecb_url=broken.url)
        sweeping.sweep(SECOND - 2 * DAY, own)
        assert broken.asked == []
        sweeping.sweep(SECOND, own)
        sweeping.sweep(SECOND + DAY / 2, own)
    assert len(broken.asked) == 1 and "was not fetched" in caplog.text
    assert Heartbeat.get(Heartbeat.name == "ecb").seen_at == SECOND
    with serving(GOOD) as server:
        own = dataclasses.replace(post, ecb_url=server.url)
        sweeping.sweep(SECOND + DAY, own)
        sweeping.sweep(SECOND + 2 * DAY, own)
    assert len(server.asked) == 1 and LegalRate.get().mro_bp == 265


def test_a_host_that_did_not_allow_it_asks_nothing(post, database, tmp_path):
    settings = Settings.from_env({"RELANCE_DATA_DIR": str(tmp_path)})
    assert Post.of(settings).ecb_url == post.ecb_url == ""
    assert Post.of(dataclasses.replace(settings, fetches_ecb_rates=True)).ecb_url == settings.ecb_url
    sweeping.sweep(SECOND, post)
    assert LegalRate.select().count() == 0
    assert Heartbeat.get_or_none(Heartbeat.name == "ecb") is None
