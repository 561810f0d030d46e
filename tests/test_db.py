"""Migrating a database, empty or filled, gives the tables of the models, on SQLite and on PostgreSQL."""

import datetime as dt
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from playhouse import migrations

from relance import db as relance_db
from relance import models
from relance.db import connection, is_sqlite, migrate, open_database, transaction
from relance.models.accounts import Account, Heartbeat
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.messages import Message
from relance.models.sequences import Sequence, SequenceStep
from relance.services import delivered_sequences, queueing
from tests import factories
from tests.counting import counted
from tests.making import switch_on

MIGRATIONS = ["0001_first_tables", "0002_sequences", "0003_by_hand", "0004_letters", "0005_imports"]
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
    indexes = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name <> 'schema_migration'"
    )
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


# A database of the first part, brought to the second


OLD, *NEW = MIGRATIONS


def furnish():
    """Two accounts with everything the first part knew; written with today's models."""
    for name in ("Atelier Roussel", "Menuiserie Basile"):
        account = factories.make_account(name)
        user = factories.make_user(account, f"{name.split()[0].lower()}@exemple.example")
        client = factories.make_client(account)
        contact = factories.make_contact(client)
        chased = factories.make_invoice(client, due_on=factories.TODAY, paid_cents=20_000)
        factories.make_invoice(client, due_on=factories.TODAY, paid_cents=120_000)
        chase = switch_on(chased, contact, count=3)
        Event.update(user=user).where(Event.account == account).execute()
        queueing.advance_due(factories.NOW + dt.timedelta(days=1), domain="relance.example")
        assert chase.is_active
    assert Message.select().where(Message.state == "queued").count() == 2


def columns_of(handle, table):
    return [column.name for column in handle.get_columns(table)]


def rows_of(handle, table, columns):
    names = ", ".join(f'"{name}"' for name in columns)
    return handle.execute_sql(f'SELECT {names} FROM "{table}" ORDER BY id').fetchall()


def copy_into(handle, old_tables, rows):
    """The rows of the first part's columns, as an instance of that time had them."""
    mark = "?" if is_sqlite() else "%s"
    for table, columns in old_tables.items():
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join([mark] * len(columns))
        for row in rows[table]:
            handle.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)
        if rows[table] and not is_sqlite():
            handle.execute_sql(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), max(id)) FROM \"{table}\"")


@contextmanager
def opened(make_handle, name):
    """A database in use for the block; nothing of it stays open after."""
    handle = make_handle(name)
    with connection():
        yield handle
    if not is_sqlite():
        handle.close_idle()


def check_bringing_up(make_handle, tmp_path):
    """Fill a database under the first migration, apply the others: what was there, before and after."""
    directory = str(Path(relance_db.__file__).parent / "migrations")
    with opened(make_handle, "old") as old:
        assert migrations.Runner(old, directory).up(OLD) == [OLD]
        tables = [model._meta.table_name for model in models.ALL if old.table_exists(model._meta.table_name)]
        old_tables = {table: columns_of(old, table) for table in tables}
    with opened(make_handle, "full") as full:
        full.create_tables(models.ALL)
        furnish()
        before = {table: rows_of(full, table, columns) for table, columns in old_tables.items()}
    with opened(make_handle, "old") as old:
        copy_into(old, old_tables, before)
        assert migrate(tmp_path) == NEW
        check_brought_up(before, {table: rows_of(old, table, columns) for table, columns in old_tables.items()})
        if is_sqlite():
            assert old.execute_sql("PRAGMA foreign_key_check").fetchall() == []


def check_brought_up(before, after):
    assert sum(len(rows) for rows in before.values()) > 30
    assert {table for table, rows in before.items() if rows} >= {"chase", "entry", "message", "message_item", "event"}
    for table, rows in before.items():
        assert after[table] == rows, table
    assert Sequence.select().count() == 2 * len(delivered_sequences.ALL)
    for account in Account.select():
        for delivered in delivered_sequences.ALL:
            sequence = Sequence.get(Sequence.account == account, Sequence.key == delivered.key)
            steps = [(s.kind, s.offset_days, s.template) for s in sequence.steps.order_by(SequenceStep.offset_days)]
            assert steps == [(s.kind, s.offset_days, s.template) for s in delivered.steps]
            assert (sequence.title, sequence.description) == (delivered.title, delivered.description)
            assert (sequence.revision, sequence.has_draft, sequence.is_default) == (1, False, False)
            assert sequence.claims_fees is delivered.claims_fees
        assert (account.promise_grace_days, account.asks_before_sending, account.sends_thanks) == (2, False, False)
        delays = (account.relance_1_days, account.relance_2_days, account.last_reminder_days, account.quote_remind_days)
        assert delays == (7, 7, 8, 7)
    assert not Client.select().where(Client.sequence.is_null(False)).exists()
    assert {(c.is_inherited, c.frozen_revision, c.sequence_id, c.is_active) for c in Chase.select()} == {
        (False, None, None, True)
    }
    assert not Entry.select().where(Entry.is_out).exists()
    # What was chased goes on as before: the second step of each leaves on its day.
    Message.update(state="sent", sent_at=factories.NOW).execute()
    assert len(queueing.advance_due(factories.NOW + dt.timedelta(days=8), domain="relance.example")) == 2


@pytest.mark.requirement("S3.20")
def test_a_filled_database_of_the_first_part_keeps_its_rows_and_gets_the_delivered_sequences(tmp_path):
    def make_handle(name):
        return open_database(f"sqlite:///{tmp_path / name}.db")

    check_bringing_up(make_handle, tmp_path)


@pytest.mark.postgres
@pytest.mark.requirement("S3.20")
def test_the_same_on_postgresql(pg_url, tmp_path):
    made = set()

    def make_handle(name):
        database_name = f"part_one_{name}"
        if name not in made:
            made.add(name)
            server = open_database(pg_url)
            with connection():
                server.connection().autocommit = True
                server.execute_sql(f"CREATE DATABASE {database_name}")
            server.close_idle()
        return open_database(f"{pg_url.rpartition('/')[0]}/{database_name}")

    check_bringing_up(make_handle, tmp_path)


def test_what_is_read_twice_in_a_page_is_asked_once(account):
    with relance_db.remembering(), counted() as queries:
        assert Account.get_by_id(account.id) == Account.get_by_id(account.id)
        assert [row.id for row in Account.select()] == [row.id for row in Account.select()] == [account.id]
    assert len(queries) == 2
    with counted() as queries:
        Account.get_by_id(account.id)
        Account.get_by_id(account.id)
    assert len(queries) == 2


def test_writing_forgets_what_was_read(account):
    with relance_db.remembering():
        assert Account.get().business_name == "Atelier Roussel"
        Account.update(business_name="Atelier R.").execute()
        assert Account.get().business_name == "Atelier R."
        with transaction():
            assert Account.get().business_name == "Atelier R."
            Account.update(business_name="Autre").execute()
            assert Account.get().business_name == "Autre"
        assert Account.get().business_name == "Autre"


def test_what_a_transaction_took_back_was_never_read(account):
    with relance_db.remembering():
        with relance_db.database.atomic() as unit:
            Account.update(business_name="Autre").execute()
            assert Account.get().business_name == "Autre"
            unit.rollback()
        assert Account.get().business_name == "Atelier Roussel"


def test_a_long_answer_is_not_kept(account, monkeypatch):
    monkeypatch.setattr(relance_db, "MOST_REMEMBERED", 0)
    with relance_db.remembering(), counted() as queries:
        assert list(Account.select()) == list(Account.select()) == [account]
    assert len(queries) == 2


def test_two_rows_of_one_answer_are_not_one_object(account):
    with relance_db.remembering():
        first, second = Account.get(), Account.get()
        first.business_name = "Autre"
        assert second.business_name == "Atelier Roussel"


def test_an_answer_read_by_another_way_is_given_to_the_question(account):
    query = Account.select(Account.id).tuples()
    sql, values = query.sql()
    assert relance_db.answer(sql, values) is None
    with relance_db.remembering(), counted() as queries:
        assert relance_db.is_remembering()
        relance_db.remember(sql, values, relance_db.Answer([("id",)], [(7,)]))
        assert list(query) == [(7,)]
        with transaction():
            assert not relance_db.is_remembering()
    assert queries == []
    assert not relance_db.is_remembering()


def test_one_instant_sees_nothing_of_what_others_write_meanwhile(database: object) -> None:
    def write() -> None:
        with connection():
            Heartbeat.beat("worker", dt.datetime(2026, 11, 23))

    with relance_db.one_instant():
        assert Heartbeat.select().count() == 0
        other = threading.Thread(target=write)
        other.start()
        other.join()
        assert Heartbeat.select().count() == 0
    assert Heartbeat.select().count() == 1
    with transaction(), relance_db.one_instant():
        assert Heartbeat.select().count() == 1
