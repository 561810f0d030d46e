"""Five hundred reminders by one gesture: the form is posted twice, the browser is closed, the workers are killed."""

import datetime as dt
import signal
import subprocess
import sys
import time

import pytest

from relance import clock
from relance.models.accounts import Heartbeat
from relance.models.batches import Batch, BatchLine
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from tests import factories
from tests.web.reading import fields, parse

CLIENTS = {"sqlite": 500, "postgres": 200}
URL = "/factures/envoyer-relances"
KILLS = 3
LONG_AGO = dt.datetime(2026, 1, 1)
TIMEOUT = 240  # seconds; a run takes about half a minute


@pytest.fixture
def late_invoices(account, camille, engine):
    """A late invoice of each of five hundred clients, whatever the day of the run."""
    account.alerts_overdue = False
    account.save()
    today = clock.now().date()
    for n in range(CLIENTS[engine]):
        client = factories.make_client(account, f"Client {n:03}")
        factories.make_contact(client, f"Anne {n}", f"anne-{n}@client.example")
        factories.make_invoice(client, due_on=today - dt.timedelta(12))


@pytest.mark.slow
@pytest.mark.requirement("S2.9")
def test_each_of_five_hundred_clients_is_written_to_once(
    client, account, late_invoices, environment, smtp_server, root, engine
):
    Heartbeat.beat("worker", clock.now())
    page = parse(client.get(f"{URL}?tout=1&statut=retard"))
    [form] = [form for form in page.forms if form.get("action") == URL]
    data = fields(form) | {"when": "now"}
    for _ in range(2):
        assert client.post(URL, data=data).status_code == 303
    batch = Batch.get()  # one, and from here on nobody looks at the page any more
    assert BatchLine.select().where(BatchLine.state == "waiting").count() > CLIENTS[engine] / 2
    # Its minute has passed, for workers whose clock is the machine's.
    Batch.update(not_before_at=LONG_AGO).execute()
    Message.update(not_before_at=LONG_AGO).execute()
    consumer = [sys.executable, "-m", "huey.bin.huey_consumer", "huey_tasks.huey", "-k", "thread", "-w", "2", "-m", "1"]
    ring = [sys.executable, "-c", "import huey_tasks; huey_tasks.ring()"]
    tick = [sys.executable, "-m", "flask", "--app", "app", "tick", "--json"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for kill in range(KILLS):
        subprocess.run(ring, cwd=root, env=environment, check=True)
        workers = [subprocess.Popen(command, cwd=root, env=environment, **quiet) for command in (consumer, tick)]
        time.sleep(2 + 0.6 * kill)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait(30)
    deadline = time.monotonic() + TIMEOUT
    waiting = ("queued", "sending")
    while time.monotonic() < deadline:
        subprocess.run(tick, cwd=root, env=environment, check=True, **quiet)
        # What a killed worker held is released after its lease: the rows say « sending » until then.
        Message.update(claimed_at=LONG_AGO).where(Message.state == "sending").execute()
        if Batch.get_by_id(batch.id).finished_at and not Message.select().where(Message.state.in_(waiting)).exists():
            break
    assert {line.state for line in BatchLine.select()} == {"queued"}
    recipients = [address for mail in smtp_server.received for address in mail.recipients]
    assert len(recipients) == len(set(recipients)), "nobody is written to twice"
    # A failure notice to the user may be among the messages: a worker was killed.
    states = [message.state for message in Message.select().where(Message.client.is_null(False))]
    assert len(states) == CLIENTS[engine] and set(states) <= {"sent", "uncertain"}
    # Only what a killed worker was handing over may be missing, and it is shown as uncertain.
    assert states.count("sent") <= len(recipients) and CLIENTS[engine] - len(recipients) <= states.count("uncertain")
    assert states.count("uncertain") <= 2 * KILLS * 3
    assert Event.select().where(Event.kind == "reminder_queued").count() == CLIENTS[engine] == Invoice.select().count()
    assert Event.select().where(Event.kind == "batch_queued").count() == 1
