"""What the ECB's data service says is believed only when it is what was asked; any doubt is a French sentence."""

import datetime as dt
import time

import pytest

from relance.services import ecb
from relance.services.ecb import EcbError
from tests.ecb_server import GOOD, serving

D = dt.date
DAY = D(2027, 1, 1)
HEAD = "KEY,TIME_PERIOD,OBS_VALUE\n"
KEY = ecb.SERIES


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (GOOD, 265),
        (f"{HEAD}{KEY},2026-12-31,2.650\n", 265),  # a working day, of a series by days
        (f"{HEAD}{KEY},2026-09-16,2.65\n{KEY},2026-12-23,2.9\n{KEY},2027-02-10,3\n", 290),
        ("TIME_PERIOD,OBS_VALUE\n2026-12-23,0\n", 0),
    ],
)
def test_the_last_figure_before_the_day_is_the_one_in_force(content, wanted):
    assert ecb.read(content.encode(), DAY) == wanted


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "ne dit rien"),
        (HEAD, "ne dit rien"),
        (f"{HEAD}{KEY},2027-01-02,2.65\n", "ne dit rien"),
        ("<html><body>Maintenance</body></html>\nx\n", "forme attendue"),
        (f"{HEAD}FM.D.US.X,2026-12-31,2.65\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12-31,-0.5\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12-31,2.655\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12-31,NaN\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-13-31,2.65\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12,2.65\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12-31\n", "forme attendue"),
        (f"{HEAD}{KEY},2026-12-31,2.65\n{KEY},2026-12-31,2.40\n", "se contredit"),
        (f"{HEAD}{KEY},2026-07-01,2.65\n", "contredit la table"),  # 2.40 that day, as Relance knows
    ],
)
def test_anything_else_is_refused(content, sentence):
    with pytest.raises(EcbError, match=sentence):
        ecb.read(content.encode(), DAY)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(EcbError, match="lisible"):
        ecb.read(b"\xff\xfe\x00", DAY)


def test_a_real_answer_over_http_is_read_and_asked_for_the_right_day():
    with serving(GOOD) as server:
        assert ecb.mro_on(server.url, DAY) == 265
    assert server.asked == ["/mro?format=csvdata&detail=dataonly&endPeriod=2027-01-01&lastNObservations=400"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"status": 500}, "ne répond pas"),
        ({"status": 404}, "ne répond pas"),
        ({"status": 302}, "ne répond pas"),  # nowhere else than the address the host allowed
        ({"cut": True}, "ne répond pas"),
        ({"slow": True}, "ne répond pas"),
        ({"padding": ecb.MOST_BYTES}, "trop longue"),
    ],
)
def test_a_server_that_fails_teaches_nothing(options, sentence, monkeypatch):
    monkeypatch.setattr(ecb, "SECONDS", 0.3)
    with serving(GOOD, **options) as server, pytest.raises(EcbError, match=sentence):
        ecb.mro_on(server.url, DAY)


@pytest.mark.parametrize("drips", ["head", "body"])
def test_a_server_that_drips_is_left_when_the_time_for_the_whole_answer_is_over(drips, monkeypatch):
    monkeypatch.setattr(ecb, "ALL_SECONDS", 0.4)
    began = time.monotonic()
    with serving(GOOD, drips=drips) as server, pytest.raises(EcbError, match="ne répond pas"):
        ecb.mro_on(server.url, DAY)
    assert 0.3 < time.monotonic() - began < 3


def test_no_server_at_all_teaches_nothing():
    with serving(GOOD) as server:
        url = server.url
    with pytest.raises(EcbError, match="ne répond pas"):
        ecb.mro_on(url, DAY)
    with pytest.raises(EcbError, match="ne répond pas"):
        ecb.mro_on("http://[mauvaise", DAY)
