"""What every measure uses: the figure with its target, an instance to measure on, a clock."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import rows
from relance import db, storage, vault
from relance.config import Settings
from tests import factories

SECRET = "a-key-for-the-benchmarks"


@dataclass(frozen=True)
class Measure:
    """A figure, what it is compared with, and the figure it must reach (at least, or at most).

    ``is_relative``: the target bounds the ratio to the baseline.
    """

    value: float
    unit: str
    baseline: float
    target: float
    is_rate: bool = False
    is_relative: bool = False

    @property
    def ratio(self) -> float:
        """Ours over the baseline."""
        return self.value / self.baseline

    @property
    def holds(self) -> bool:
        """Whether the target is met: a rate must reach it, a time or a size must not pass it."""
        found = self.ratio if self.is_relative else self.value
        return found >= self.target if self.is_rate else found <= self.target


@contextmanager
def instance() -> Iterator[Settings]:
    """An empty instance in a folder of its own, its database open."""
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder = Path(name)
        settings = Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder}/relance.db",
            queue_url=f"sqlite:///{folder}/queue.db",
            secret_key=SECRET,
        )
        storage.open_storage(folder)
        vault.open_vault(SECRET)
        handle = db.open_database(settings.database_url)
        with handle.connection_context():
            yield settings


def timed(work: Callable[[], object], repeats: int = 5) -> float:
    """The median duration of ``work``, in milliseconds."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found)


@contextmanager
def list_of_invoices(count: int) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """(the page of the list asked through the application, a bare SELECT of the rows on it), among ``count``."""
    with instance() as settings:
        from relance.web import create_app

        rows.make(count)
        app = create_app(settings)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        answer = browser.post(
            "/connexion", data={"email": "camille@atelier-roussel.example", "password": factories.PASSWORD}
        )
        assert answer.status_code == 303
        query = "SELECT * FROM invoice WHERE account_id = 1 AND state = 'sent' ORDER BY next_due_on, id LIMIT 50"

        def page() -> None:
            got = browser.get("/factures")
            assert got.status_code == 200

        def bare() -> None:
            with sqlite3.connect(settings.data_dir / "relance.db") as connection:
                assert len(connection.execute(query).fetchall()) == 50

        page()
        yield page, bare
