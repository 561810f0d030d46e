"""The worker that the fault suite kills: the sweep of the application, at a given instant, in a process of its own."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from relance import db, storage, vault
from relance.config import Smtp
from relance.services import sweeping
from relance.services.carrying import Post


@dataclass(frozen=True)
class Job:
    """What a worker needs to know of the instance."""

    data_dir: Path
    database_url: str
    secret: str
    smtp: Smtp


def sweep(job: Job, now: dt.datetime) -> None:
    """Send everything due at ``now``, as ``flask tick`` does."""
    db.open_database(job.database_url)
    storage.open_storage(job.data_dir)
    vault.open_vault(job.secret)
    post = Post(job.smtp, "relances@relance.example", job.data_dir, timeout=10)
    with db.connection():
        sweeping.sweep(now, post)
