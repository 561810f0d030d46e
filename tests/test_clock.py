"""The one reader of the machine's clock."""

import datetime as dt
import subprocess
from pathlib import Path

import time_machine

from relance import clock

ROOT = Path(__file__).resolve().parent.parent


def test_now_is_the_machine_s_instant_in_utc_naive_and_whole_seconds() -> None:
    paris = dt.datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    with time_machine.travel(paris, tick=False):
        assert clock.now() == dt.datetime(2026, 11, 23, 8, 0, 0)
        assert clock.now().tzinfo is None


def test_nothing_else_reads_the_clock() -> None:
    """A command run under a fake clock behaves as on that day only if the day is read in one place."""
    pattern = r"\b(datetime|dt)\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\("
    found = subprocess.run(
        ["git", "grep", "-lE", pattern, "--", "relance", "app.py", "huey_tasks.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.split() == ["relance/clock.py"]
