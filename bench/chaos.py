"""The fault suite: workers killed with SIGKILL in the middle of sending, over and over, against a real SMTP server.

A round has a fresh database with one reminder due per client. One or two workers sweep it and are killed at a
random moment; that happens up to three times, on a server that now and then asks to wait. Then a healthy worker
finishes, after the lease of dead claims has run out. Each client must have been written to once, or its message
must be « envoi incertain »: never twice, never silently not at all.
"""

import argparse
import datetime as dt
import json
import multiprocessing
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import workers
from relance import db, models, storage, vault
from relance.models.messages import Message
from relance.services import chasing
from tests import factories, servers

NOW = dt.datetime(2026, 11, 23, 10, 0)  # a Monday, 11:00 in Paris
LATER = (dt.timedelta(minutes=20), dt.timedelta(hours=1), dt.timedelta(hours=2))  # past the lease and the retries
CLIENTS = 12
KILLS = 3
SECRET = "a-key-for-the-fault-suite"


@dataclass
class Tally:
    """What a run of rounds found. ``handed_over`` counts the mails that the server accepted."""

    rounds: int = 0
    duplicates: int = 0
    lost: int = 0
    uncertain: int = 0
    handed_over: int = 0
    kills: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The last line of script/chaos."""
        found = f"{self.duplicates} duplicates, {self.lost} lost, {self.uncertain} uncertain"
        return f"{self.rounds} rounds: {found}"


def run(rounds: int, seed: int, pg_url: str | None) -> Tally:
    """Run ``rounds`` rounds, on SQLite and, when there is one, on PostgreSQL in turn."""
    tally = Tally()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.workers"])
    for number in range(rounds):
        rng = random.Random(f"{seed}-{number}")
        with tempfile.TemporaryDirectory(prefix="relance-chaos-") as folder, servers.smtp_server() as smtp:
            url = pg_url if pg_url and number % 2 else f"sqlite:///{folder}/relance.db"
            addresses = _prepare(Path(folder), url)
            job = workers.Job(Path(folder), url, SECRET, smtp.smtp)
            for _ in range(rng.randint(1, KILLS)):
                tally.kills += _sweep_and_kill(context, job, smtp, rng)
            smtp.answers.clear()
            for later in LATER:
                _finish(context, job, NOW + later)
            _count(tally, url, smtp, addresses)
        tally.rounds += 1
    return tally


def _prepare(folder: Path, url: str) -> list[str]:
    """One account with CLIENTS clients, each with a reminder due now; returns their addresses."""
    storage.open_storage(folder)
    vault.open_vault(SECRET)
    handle = db.open_database(url)
    addresses = []
    with db.connection():
        handle.drop_tables(models.ALL, safe=True)
        handle.create_tables(models.ALL)
        account = factories.make_account()
        user = factories.make_user(account)
        for number in range(CLIENTS):
            client = factories.make_client(account, f"Client {number}")
            contact = factories.make_contact(client, f"Contact {number}")
            invoice = factories.make_invoice(client, due_on=NOW.date() - dt.timedelta(days=1))
            plan = chasing.ChasePlan(contact_ids=(contact.id,))
            chasing.start(invoice, plan, by=user, now=NOW - dt.timedelta(days=5))
            addresses.append(contact.email)
    _close(handle)
    return addresses


def _close(handle: object) -> None:
    close = getattr(handle, "close_all", None) or handle.close  # type: ignore[attr-defined]
    close()


def _sweep_and_kill(
    context: multiprocessing.context.ForkServerContext, job: workers.Job, smtp: servers.SmtpServer, rng: random.Random
) -> int:
    """Let one or two workers send, then kill them when a random number of mails has arrived."""
    smtp.delay = rng.choice((0.0, 0.002, 0.01))
    smtp.answers = {"DATA": "451 4.3.0 plus tard"} if rng.random() < 0.15 else {}
    wanted = len(smtp.received) + rng.randrange(CLIENTS)
    running = [context.Process(target=workers.sweep, args=(job, NOW)) for _ in range(rng.choice((1, 2)))]
    for process in running:
        process.start()
    deadline = time.monotonic() + 10
    while len(smtp.received) < wanted and any(p.is_alive() for p in running) and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(rng.random() * 0.02)
    killed = sum(process.is_alive() for process in running)
    for process in running:
        process.kill()
    for process in running:
        process.join()
    return killed


def _finish(context: multiprocessing.context.ForkServerContext, job: workers.Job, now: dt.datetime) -> None:
    process = context.Process(target=workers.sweep, args=(job, now))
    process.start()
    process.join(60)
    assert process.exitcode == 0, f"the last worker ended with {process.exitcode}"


def _count(tally: Tally, url: str, smtp: servers.SmtpServer, addresses: list[str]) -> None:
    handle = db.open_database(url)
    with db.connection():
        states = {json.loads(message.to_json)[0][1]: message.state for message in Message.select()}
    _close(handle)
    for address in addresses:
        arrived, state = len(smtp.to(address)), states.get(address, "absent")
        tally.handed_over += arrived
        tally.duplicates += max(0, arrived - 1)
        tally.uncertain += state == "uncertain"
        is_lost = arrived == 0 and state != "uncertain"
        tally.lost += is_lost
        if is_lost or arrived > 1:
            tally.details.append(f"round {tally.rounds + 1}, {url.split(':')[0]}: {address} {arrived} times, {state}")


def main() -> int:
    """Run the rounds; the last line is the tally. Exit 1 when something was doubled or lost."""
    parser = argparse.ArgumentParser(prog="script/chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
    parser.add_argument("--sqlite-only", action="store_true", help="leave PostgreSQL out")
    options = parser.parse_args()
    with ExitStack() as stack:
        pg_url = None if options.sqlite_only else stack.enter_context(servers.postgres())
        tally = run(options.rounds, options.seed, pg_url)
    for detail in tally.details:
        print(detail)
    print(f"{tally.kills} workers killed, {tally.handed_over} mails accepted by the server")
    print(tally.line)
    return 1 if tally.duplicates or tally.lost else 0


if __name__ == "__main__":
    sys.exit(main())
