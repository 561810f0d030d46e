"""What the stories with real processes share."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def root() -> Path:
    """Where the commands are run."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def queue_url(request, engine, data_dir):
    """The queue shared by the workers: SQLite beside SQLite, Redis beside PostgreSQL."""
    if engine == "postgres":
        return request.getfixturevalue("redis_url")
    return f"sqlite:///{data_dir / 'queue.db'}"


@pytest.fixture
def environment(settings, queue_url, smtp_server):
    """What the host would set."""
    return {
        **os.environ,
        "RELANCE_DATA_DIR": str(settings.data_dir),
        "RELANCE_DATABASE_URL": settings.database_url,
        "RELANCE_QUEUE_URL": queue_url,
        "RELANCE_SECRET_KEY": settings.secret_key,
        "RELANCE_SMTP_URL": f"smtp://127.0.0.1:{smtp_server.port}",
        "RELANCE_MAIL_FROM": "relances@relance.example",
    }
