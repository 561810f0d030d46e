"""Two workers and a tick at once: real processes, a real queue, a real SMTP server. Nobody is written to twice."""

import datetime as dt
import subprocess
import sys
import time

import pytest

from relance import clock
from relance.models.messages import Message
from relance.services import chasing
from relance.services.chasing import ChasePlan
from tests import factories

REMINDERS = 500
TIMEOUT = 240  # seconds; a run takes about ten


def due_reminders(account, clients):
    """Five hundred invoices whose reminder is due today, whatever the day and the hour of the run."""
    now = clock.now()
    account.send_days, account.skips_holidays, account.alerts_overdue = "1234567", False, False
    account.send_from_minute, account.send_until_minute = 0, 24 * 60
    account.save()
    people = []
    for n in range(clients):
        client = factories.make_client(account, f"Client {n:03}")
        people.append((client, factories.make_contact(client, f"Anne {n}", f"anne-{n}@client.example")))
    today = chasing.today_of(account, now)
    for n in range(REMINDERS):
        client, contact = people[n % clients]
        invoice = factories.make_invoice(client, due_on=today - dt.timedelta(1))
        chasing.start(invoice, ChasePlan(contact_ids=(contact.id,), start="normal"), by=None, now=now)


@pytest.mark.slow
@pytest.mark.requirement("S1.1")
@pytest.mark.parametrize("clients", [500, 50])
def test_each_client_receives_exactly_one_message(account, camille, environment, smtp_server, clients, root):
    due_reminders(account, clients)
    consumer = [sys.executable, "-m", "huey.bin.huey_consumer", "huey_tasks.huey", "-k", "thread", "-w", "2", "-m", "1"]
    ring = [sys.executable, "-c", "import huey_tasks; [huey_tasks.ring() for _ in range(4)]"]
    tick = [sys.executable, "-m", "flask", "--app", "app", "tick", "--json"]
    subprocess.run(ring, cwd=root, env=environment, check=True)
    running = [
        subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in (consumer, consumer, tick)
    ]
    try:
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and Message.select().where(Message.state == "sent").count() < clients:
            time.sleep(0.5)
        running[2].wait(TIMEOUT)
        time.sleep(2)  # time for a second message to betray itself
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)
    recipients = [address for mail in smtp_server.received for address in mail.recipients]
    assert len(recipients) == clients and len(set(recipients)) == clients
    assert {message.state for message in Message.select()} == {"sent"}
    assert sum(mail.text.count("F-2026-") > 0 for mail in smtp_server.received) == clients
