"""The parent of a running instance: it starts everything, says where to go, and stops everything."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers

ROOT = Path(__file__).resolve().parent.parent


class Instance:
    """A running ``python -m relance.serve``, with what it printed."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.port = servers.free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RELANCE_")}
        environment |= {"RELANCE_DATA_DIR": str(folder), "RELANCE_PORT": str(self.port)} | variables
        self.process = subprocess.Popen(
            [sys.executable, "-m", "relance.serve", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self.printed: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self._lines.put(line.rstrip("\n"))

    def wait_for(self, start: str, seconds: float = 60) -> str:
        """The first line that begins with ``start``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.printed.append(self._lines.get(timeout=0.2))
            except queue.Empty:
                assert self.process.poll() is None, self.printed
                continue
            if self.printed[-1].startswith(start):
                return self.printed[-1]
        raise AssertionError(f"« {start} » was not printed: {self.printed}")

    def children(self) -> dict[str, int]:
        """The processes it started, by the module they run."""
        found = {}
        for pid in descendants(self.process.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if words[1:2] == ["-m"]:
                found.setdefault(words[2], pid)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in (int(child), *descendants(int(child)))]


def are_gone(pids: list[int], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(is_running(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def is_running(pid: int) -> bool:
    try:
        # A zombie, left for a parent that was killed, runs no more.
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """A fresh instance that answers."""
    running = Instance(tmp_path / "data")
    running.wait_for("Première installation : ")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


@pytest.mark.slow
def test_a_fresh_instance_says_where_it_is_and_how_to_begin(instance: Instance) -> None:
    address = f"http://127.0.0.1:{instance.port}"
    assert f"Relance : {address}" in instance.printed
    link = instance.printed[-1].removeprefix("Première installation : ")
    assert link.startswith(f"{address}/installation?jeton=")
    with urllib.request.urlopen(link, timeout=10) as page:
        assert page.status == 200
    assert set(instance.children()) == {"gunicorn", "huey.bin.huey_consumer", "relance.mailbox"}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_stops_everything_and_exits_well(instance: Instance, number: int) -> None:
    pids = descendants(instance.process.pid)
    assert len(pids) >= 4  # gunicorn has a process of its own under it
    assert instance.stop(number) == 0
    assert are_gone(pids, 5)


@pytest.mark.slow
def test_killed_it_takes_its_children_with_it(instance: Instance) -> None:
    pids = descendants(instance.process.pid)
    instance.process.kill()
    assert are_gone(pids)


@pytest.mark.slow
def test_when_a_child_dies_everything_stops_and_says_so(instance: Instance) -> None:
    pids = descendants(instance.process.pid)
    os.kill(instance.children()["huey.bin.huey_consumer"], signal.SIGKILL)
    instance.wait_for("Le travailleur s'est arrêté (code -9)", 60)
    assert instance.process.wait(60) == 1
    assert are_gone(pids, 5)


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(instance: Instance, tmp_path: Path) -> None:
    second = Instance(tmp_path / "other", RELANCE_PORT=str(instance.port))
    assert "RELANCE_PORT" in second.wait_for(f"Le port {instance.port} est déjà pris")
    assert second.process.wait(10) == 1


def test_a_bad_variable_stops_the_start_with_a_sentence_that_names_it(tmp_path: Path) -> None:
    running = Instance(tmp_path, RELANCE_WORKERS="beaucoup")
    assert "beaucoup" in running.wait_for("RELANCE_WORKERS")
    assert running.process.wait(10) == 1
    assert running.printed == ["RELANCE_WORKERS doit être un nombre entre 1 et 64, pas 'beaucoup'."]


@pytest.mark.slow
def test_the_demo_prints_an_address_and_a_password_and_is_safe_to_repeat(tmp_path: Path) -> None:
    for _ in range(2):
        running = Instance(tmp_path / "data", "--demo")
        running.wait_for("Relance : ")
        assert any("@" in line and "/" in line for line in running.printed), running.printed
        assert not any(line.startswith("Première installation") for line in running.printed)
        assert running.stop() == 0


@pytest.mark.slow
@pytest.mark.postgres
def test_it_runs_on_postgresql_and_redis(tmp_path: Path, pg_url: str, redis_url: str) -> None:
    import psycopg

    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS relance_serve")
        connection.execute("CREATE DATABASE relance_serve")
    address = pg_url.rpartition("/")[0] + "/relance_serve"
    running = Instance(tmp_path / "data", RELANCE_DATABASE_URL=address, RELANCE_QUEUE_URL=redis_url)
    running.wait_for("Première installation : ")
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/healthz", timeout=10) as answer:
        assert json.load(answer).items() >= {"database": "ok", "queue": "ok"}.items()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM account").fetchone() == (0,)
    assert running.stop() == 0
    assert not (tmp_path / "data" / "relance.db").exists()
