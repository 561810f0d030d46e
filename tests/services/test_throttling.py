import datetime as dt

from relance.models.accounts import Throttle
from relance.services import throttling

WINDOW = dt.timedelta(minutes=15)


def test_attempts_add_up_in_a_window_and_start_again_after_it(database, now):
    counts = [throttling.count("k", window=WINDOW, now=now + dt.timedelta(minutes=m)) for m in (0, 5, 14, 15, 16)]
    assert counts == [1, 2, 3, 1, 2]
    assert Throttle.get().window_started_at == now + dt.timedelta(minutes=15)


def test_keys_are_counted_apart_and_a_success_forgets_its_own(database, now):
    throttling.count("a", window=WINDOW, now=now)
    throttling.count("b", window=WINDOW, now=now)
    throttling.clear("a")
    assert throttling.count("a", window=WINDOW, now=now) == 1
    assert throttling.count("b", window=WINDOW, now=now) == 2


def test_old_windows_are_swept(database, now):
    throttling.count("a", window=WINDOW, now=now - dt.timedelta(days=2))
    throttling.count("b", window=WINDOW, now=now)
    assert throttling.forget_before(now - dt.timedelta(days=1)) == 1
    assert [row.key for row in Throttle.select()] == ["b"]
