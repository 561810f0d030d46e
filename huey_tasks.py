"""The clock and the bell: a task takes ids, opens a connection, calls one service. The rows are the queue."""

import os
from urllib.parse import urlsplit

from huey import PriorityRedisHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.serializer import SignedSerializer

from relance import clock
from relance.config import Settings
from relance.db import connection, open_database
from relance.links import open_links
from relance.services import delivering, import_runs, printing, printing_many, sweeping
from relance.services.carrying import Post
from relance.storage import open_storage
from relance.vault import open_vault

PATIENCE = 45  # seconds of one task of letters: mail has its turn before the next


def open_queue(settings: Settings) -> Huey:
    """The queue behind QUEUE_URL: SQLite in a file of its own, or Redis shared by several machines.

    Tasks are signed with the secret key: a broker that others can write to cannot make us run theirs.
    """
    serializer = SignedSerializer(secret=settings.secret_key)
    if urlsplit(settings.queue_url).scheme == "sqlite":
        path = settings.queue_url.removeprefix("sqlite:///")
        return SqliteHuey("relance", filename=path, results=False, serializer=serializer, timeout=15)
    return PriorityRedisHuey("relance", url=settings.queue_url, results=False, serializer=serializer)


settings = Settings.from_env(os.environ)
settings.data_dir.mkdir(parents=True, exist_ok=True)
open_database(settings.database_url)
open_storage(settings.data_dir)
open_links(settings.base_url, settings.secret_key)
open_vault(settings.secret_key)
huey = open_queue(settings)


@huey.periodic_task(crontab(minute="*"))
def every_minute() -> None:
    """Decide what is due, then hand it out: one task per batch of one account's messages."""
    with connection():
        sweeping.prepare(clock.now(), Post.of(settings))
        for batch in delivering.batches(clock.now()):
            deliver_messages(batch)
        alone = printing_many.waiting(clock.now(), printing_many.FEW, alone=True)
        for letter_id in alone:
            render_letter(letter_id)
        if len(printing_many.waiting(clock.now(), printing_many.FEW + 1)) > len(alone):
            make_letters()
        for run_id in import_runs.waiting():
            advance_import(run_id)


@huey.task()
def answer_bell() -> None:
    """Someone waits: the same minute, at once."""
    every_minute.call_local()


@huey.task()
def deliver_messages(message_ids: list[int]) -> None:
    """Hand a batch to SMTP over one connection."""
    with connection():
        delivering.deliver(message_ids, clock.now(), Post.of(settings))


@huey.task()
def render_letter(letter_id: int) -> None:
    """Make the PDF of a letter that a person waits for."""
    with connection():
        printing.render(letter_id, clock.now())


@huey.task()
def make_letters() -> None:
    """Write and print the letters of batches, on every processor, for less than a minute."""
    with connection():
        printed = printing_many.print_waiting(clock.now(), settings.data_dir, patience=PATIENCE)
        # Nothing printed: another task is at it, or the next minute will try again.
        if printed and printing_many.waiting(clock.now(), 1):
            make_letters()


@huey.task()
def advance_import(run_id: int) -> None:
    """Read, check, write or undo an import, for less than a minute."""
    with connection():
        import_runs.advance(run_id, clock.now(), patience=PATIENCE)


def ring() -> None:
    """Wake the worker. Carries nothing: a lost ring costs a minute, never a message."""
    answer_bell()
