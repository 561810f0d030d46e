"""Migrating an empty database gives the tables of the models, on SQLite and on PostgreSQL."""

import threading

import pytest

from relance import db as relance_db
from relance import models
from relance.db import connection, is_sqlite, migrate, open_database, transaction
from relance.models.accounts import Heartbeat
from tests import factories

MIGRATIONS = ["0001_first_tables", "0002_sequences"]
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, character_maximum_length
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migration'
    ORDER BY 1, 2
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'schema_migration' ORDER BY 1, 2, 3
"""
INDEXES = """
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migration' ORDER BY 1
"""


def sqlite_schema(handle):
    """Columns, keys and indexes. Not their text: a column added later stands elsewhere in it."""
    rows = handle.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    tables = [name for (name,) in rows if name not in ("schema_migration", "sqlite_sequence")]
    found = {}
    for table in tables:
        columns = handle.execute_sql(f'PRAGMA table_info("{table}")').fetchall()
        keys = handle.execute_sql(f'PRAGMA foreign_key_list("{table}")').fetchall()
        found[table] = (
            sorted((name, kind, is_required, is_key) for _, name, kind, is_required, _, is_key in columns),
            sorted(key[2:] for key in keys),
        )
    indexes = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name <> 'schema_migration'"
    checks = "SELECT name FROM sqlite_master WHERE sql LIKE '%CHECK%' ORDER BY name"
    return found, sorted(handle.execute_sql(indexes).fetchall()), handle.execute_sql(checks).fetchall()


def test_migrating_sqlite_equals_the_models(tmp_path):
    migrated = open_database(f"sqlite:///{tmp_path / 'migrated.db'}")
    with connection():
        assert migrate(tmp_path) == MIGRATIONS
        assert migrate(tmp_path) == []
        found = sqlite_schema(migrated)
    created = open_database(f"sqlite:///{tmp_path / 'created.db'}")
    with connection():
        created.create_tables(models.ALL)
        assert found == sqlite_schema(created)


@pytest.mark.postgres
def test_migrating_postgresql_equals_the_models(pg_url, tmp_path):
    found = []
    for make in ("migrate", "create"):
        server = open_database(pg_url)
        with connection():
            server.connection().autocommit = True
            server.execute_sql(f"CREATE DATABASE schema_by_{make}")
        server.close_idle()
        handle = open_database(f"{pg_url.rpartition('/')[0]}/schema_by_{make}")
        with connection():
            if make == "migrate":
                migrate(tmp_path)
            else:
                handle.create_tables(models.ALL)
            found.append([handle.execute_sql(sql).fetchall() for sql in (COLUMNS, CONSTRAINTS, INDEXES)])
        handle.close_idle()
    assert found[0] == found[1]


def test_two_processes_that_migrate_at_once_migrate_once(tmp_path):
    open_database(f"sqlite:///{tmp_path / 'relance.db'}")
    applied = []

    def run():
        with connection():
            applied.append(migrate(tmp_path))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied, key=len) == [[], [], [], MIGRATIONS]


def test_a_failed_transaction_writes_nothing(database):
    def fail():
        with transaction():
            Heartbeat.beat("worker", factories.NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert Heartbeat.select().count() == 0


def test_the_database_knows_its_engine(database):
    assert is_sqlite() and relance_db.database.obj is database


def test_foreign_keys_are_enforced(database):
    import peewee

    with pytest.raises(peewee.IntegrityError):
        factories.make_client(999_999)
