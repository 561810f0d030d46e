"""What is measured, each beside a baseline run in the same process on the same rows, bytes or pages."""

import asyncio
import datetime as dt
import os
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import rows
from bench.editing import publish_wait, sequence_effect
from bench.imports import import_rows, read_rows
from bench.letters import letters_asked, letters_memory, letters_per_second
from bench.lists import filter_100k, last_page_100k, list_100k, search_100k
from bench.measuring import Measure, instance, list_of_invoices, timed
from bench.rows import NOW
from relance.config import Smtp
from relance.mail import mime
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.messages import Message
from relance.rules import schedule
from relance.services import delivering, handing_over, queueing, situations
from relance.services.carrying import Post
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
DUE_CLIENTS = 200
MESSAGES = 400
PAGES = 10


def due_100k() -> Measure:
    """Decide what is due among 100 000 chased invoices, 200 clients having a reminder that day."""
    return _due(100_000, target=1000)


def due_1m() -> Measure:
    """The same among a million: the index makes it cost what is due, not what there is."""
    return _due(1_000_000, target=1000)


def _due(invoices: int, target: float, due_clients: int = DUE_CLIENTS) -> Measure:
    today = NOW.date()
    with instance() as settings:
        account = rows.make(invoices, due_clients)

        def decide() -> int:
            due = Chase.select(Chase.client).where(Chase.next_check_at <= NOW).order_by(Chase.next_check_at)
            ids = list(dict.fromkeys(client_id for (client_id,) in due.tuples()))
            found = situations.load(account, ids, today)
            decisions = [schedule.decide(s.items, s.past, s.policy, today) for s in found.values()]
            return sum(1 for decision in decisions if decision.picks)

        def scan() -> int:
            """Every row that a decision reads, looked at one by one."""
            query = (
                "SELECT * FROM chase JOIN invoice ON invoice.id = chase.invoice_id "
                "JOIN instalment ON instalment.invoice_id = invoice.id"
            )
            with sqlite3.connect(settings.data_dir / "relance.db") as connection:
                day = (today - dt.timedelta(days=1)).isoformat()
                columns = [column[0] for column in connection.execute(query).description]
                position = columns.index("due_on")
                return sum(1 for row in connection.execute(query) if row[position] <= day)

        assert decide() == scan() == due_clients
        return Measure(timed(decide), "ms", timed(scan, 3), target)


def messages_per_second() -> Measure:
    """Claim, render and hand over queued reminders to a real SMTP server, against a bare sendmail of the same bytes."""
    with instance() as settings, _sink() as smtp:
        account = rows.make(MESSAGES * rows.INVOICES_PER_CLIENT, MESSAGES)
        assert isinstance(account, Account)
        post = Post(smtp, "relances@relance.example", settings.data_dir)
        ids = queueing.advance_due(NOW, domain="relance.example")
        assert len(ids) == MESSAGES
        ready = [
            (message, mime.build(handing_over.mail_of(message, post.instance_carrier()), NOW.timestamp()))
            for message in Message.select()
        ]

        def bare() -> None:
            with smtplib.SMTP(smtp.host, smtp.port) as line:
                for message, content in ready:
                    line.sendmail("relances@relance.example", [f"{message.token}@client.example"], content)

        baseline = MESSAGES / timed(bare, 1) * 1000
        start = time.perf_counter()
        report = delivering.deliver(ids, NOW, post)
        value = MESSAGES / (time.perf_counter() - start)
        assert len(report.sent) == MESSAGES
        return Measure(value, "messages/s", baseline, 30, is_rate=True)


@contextmanager
def _sink() -> Iterator[Smtp]:
    """An SMTP server in a process of its own, that takes everything and keeps nothing."""
    port = servers.free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.measures", str(port)], cwd=ROOT)
    try:
        for _ in range(200):
            try:
                smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
                break
            except OSError:
                time.sleep(0.05)
        yield Smtp("127.0.0.1", port)
    finally:
        server.terminate()
        server.wait()


def list_page() -> Measure:
    """The list of invoices among 10 000, through the application, against a bare SELECT of the same fifty rows."""
    with list_of_invoices(10_000) as (page, bare):
        return Measure(timed(page, PAGES), "ms", timed(bare, PAGES), 500)


def startup() -> Measure:
    """From nothing to an application that could answer, against importing Flask."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, RELANCE_DATA_DIR=folder)

        def run(code: str) -> None:
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)

        run("import app")
        return Measure(timed(lambda: run("import app")), "ms", timed(lambda: run("import flask")), 2000)


_MEMORY = """
import os
{setup}
client = app.test_client()
for _ in range(20):
    client.get("{path}")
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * os.sysconf("SC_PAGE_SIZE") / 1048576)
"""


def memory() -> Measure:
    """Resident memory of the web process after its first pages, against a bare Flask application."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, RELANCE_DATA_DIR=folder)

        def run(setup: str, path: str) -> float:
            code = _MEMORY.format(setup=setup, path=path)
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
            )
            return float(done.stdout)

        bare = "import flask\napp = flask.Flask('bare')\napp.get('/')(lambda: 'ok')"
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "migrate"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        )
        return Measure(run("from app import app", "/connexion"), "MiB", run(bare, "/"), 150)


ALL = {
    measure.__name__: measure
    for measure in (
        due_100k,
        due_1m,
        messages_per_second,
        list_page,
        list_100k,
        filter_100k,
        search_100k,
        last_page_100k,
        sequence_effect,
        publish_wait,
        letters_per_second,
        letters_asked,
        letters_memory,
        import_rows,
        read_rows,
        startup,
        memory,
    )
}


def _serve_sink(port: int) -> None:
    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            return "250 OK"

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink()), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    _serve_sink(int(sys.argv[1]))
