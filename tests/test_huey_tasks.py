"""The clock and the bell, on SqliteHuey and on a real Redis: tasks carry ids, the rows are the truth."""

import datetime as dt
import importlib
import sys

import pytest
from huey.exceptions import HueyException

from relance.models.letters import Letter
from relance.models.messages import Message
from relance.services import bulk_letters, chasing, letter_batches
from relance.services.chasing import ChasePlan
from tests import factories
from tests.services.notices import late, prepare

D = dt.date


@pytest.fixture(params=["sqlite", "redis"])
def tasks(request, settings, database, smtp_server, monkeypatch, clock):
    """The module as a worker loads it, on the queue of the parameter and the test's database."""
    from relance import db as relance_db

    queue = settings.queue_url if request.param == "sqlite" else request.getfixturevalue("redis_url")
    variables = {
        "DATA_DIR": settings.data_dir,
        "DATABASE_URL": settings.database_url,
        "QUEUE_URL": queue,
        "SECRET_KEY": settings.secret_key,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_server.port}",
        "MAIL_FROM": "relances@relance.example",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"RELANCE_{name}", str(value))
    sys.modules.pop("huey_tasks", None)
    module = importlib.import_module("huey_tasks")
    relance_db.database.initialize(database)
    module.huey.flush()
    yield module
    module.huey.flush()
    module.huey.storage.close()
    sys.modules.pop("huey_tasks", None)


def drain(huey):
    """Run what waits in the queue, as a consumer would; returns how many tasks ran."""
    count = 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
        count += 1
    return count


def due(account, names):
    account.alerts_overdue = False
    account.save()
    for name in names:
        client = factories.make_client(account, name)
        contact = factories.make_contact(client, "Anne Martin", f"{name.lower()}@client.example")
        invoice = factories.make_invoice(client, due_on=D(2026, 11, 22))
        chasing.start(invoice, ChasePlan(contact_ids=(contact.id,)), by=None, now=factories.NOW)


@pytest.mark.requirement("S1.1")
def test_a_ring_does_the_minute_at_once_one_task_per_batch(tasks, account, camille, smtp_server):
    due(account, ["Alpha", "Beta", "Gamma"])
    tasks.ring()
    assert drain(tasks.huey) == 2  # the bell, then one batch of one account
    assert sorted(mail.recipients[0] for mail in smtp_server.received) == [
        "alpha@client.example",
        "beta@client.example",
        "gamma@client.example",
    ]
    assert {message.state for message in Message.select()} == {"sent"}


def test_the_same_batch_given_to_two_workers_leaves_once(tasks, account, camille, smtp_server):
    due(account, ["Alpha"])
    tasks.every_minute.call_local()
    batch = [message.id for message in Message.select()]
    tasks.deliver_messages(batch)
    tasks.deliver_messages(batch)
    drain(tasks.huey)
    assert len(smtp_server.received) == 1


def test_a_lost_bell_costs_a_minute_not_a_message(tasks, account, camille, smtp_server):
    due(account, ["Alpha"])
    tasks.ring()
    tasks.huey.flush()  # the broker restarted
    tasks.every_minute.call_local()
    drain(tasks.huey)
    assert len(smtp_server.received) == 1


def test_a_task_somebody_else_put_in_the_queue_is_not_run(tasks):
    tasks.huey.storage.enqueue(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises((HueyException, ValueError)):
        tasks.huey.dequeue()


def test_a_ring_writes_and_prints_the_letters_of_a_batch(tasks, account, camille):
    account.alerts_overdue = False
    account.save()
    invoices = [factories.make_invoice(factories.make_client(account, f"Client {n}")) for n in range(2)]
    found, _aside = bulk_letters.drafts(account, invoices, now=factories.NOW)
    batch = letter_batches.ask(account, found, kind="notice", delay_days=8, by=camille, now=factories.NOW)
    tasks.ring()
    assert drain(tasks.huey) == 2  # the bell, then the letters
    assert letter_batches.progress(batch).printed == 2


def test_a_letter_that_waits_alone_does_not_queue_behind_a_batch(tasks, account, latitude):
    account.alerts_overdue = False
    account.save()
    letter = prepare(account, latitude, [late(latitude)])
    tasks.ring()
    assert drain(tasks.huey) == 2  # the bell, the letter
    assert Letter.get_by_id(letter.id).state == "ready"
