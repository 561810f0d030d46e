"""The database behind one URL: SQLite by default, PostgreSQL when one machine is not enough."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import peewee
from playhouse import migrations
from playhouse.pool import PooledPostgresqlDatabase

database = peewee.DatabaseProxy()

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": "normal",
    "busy_timeout": 30000,
    "cache_size": -16000,
    "temp_store": "memory",
}


MIGRATION_LOCK = 7354263  # any number, the same for every process


class BaseModel(peewee.Model):
    """Every table: its database is the proxy, its name is the class name in snake case."""

    class Meta:
        database = database
        legacy_table_names = False

    if TYPE_CHECKING:
        # peewee adds these while the class is made, where no type checker can see them.
        id: Any

        def __getattr__(self, name: str) -> Any: ...

        # Its stubs call a row of .tuples() or .dicts() an instance of the model: let it be unpacked and indexed.
        def __iter__(self) -> Iterator[Any]: ...

        def __getitem__(self, key: Any) -> Any: ...


MOST_REMEMBERED = 2_000  # rows of one answer: what is longer is an export, read once

_answers: ContextVar[dict[Any, tuple[Any, list[Any]]] | None] = ContextVar("answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Ask the database once for what is read twice the same in this block; any writing forgets what was read.

    For a page that is shown: its parts each read what they need, as of one and the same instant.
    """
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


@contextmanager
def forgetting() -> Iterator[None]:
    """Remember nothing in this block: what reads a hundred thousand rows, once, must not hold them."""
    token = _answers.set(None)
    try:
        yield
    finally:
        _answers.reset(token)


class Answer:
    """A cursor over rows that were read before."""

    def __init__(self, description: Any, rows: list[Any]):
        self.description = description
        self.rowcount = len(rows)
        self.rows = rows
        self._rows = iter(rows)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def close(self) -> None:
        """Nothing is open."""


def is_remembering() -> bool:
    """True inside a block of ``remembering``, no transaction being open."""
    return _answers.get() is not None and not database.in_transaction()


def answer(sql: str, params: Iterable[Any]) -> Answer | None:
    """What this statement gave in the block of ``remembering``, or None when it must be asked."""
    found = (_answers.get() or {}).get(_question(database.obj, sql, params))
    return Answer(*found) if found is not None and not database.in_transaction() else None


def remember(sql: str, params: Iterable[Any], given: Answer) -> None:
    """Keep what this statement gave, read by another way, until something is written."""
    answers = _answers.get()
    if answers is not None and not database.in_transaction():
        answers[_question(database.obj, sql, params)] = given.description, given.rows


def _question(handle: Any, sql: str, params: Iterable[Any] | None) -> tuple[int, str, tuple[Any, ...]]:
    return id(handle), sql, tuple(params or ())


class _Remembering(peewee.Database):
    """A database that gives the same answer to the same question, where ``remembering`` asks for it."""

    url = ""

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """A cursor over what the statement gives."""
        answers = _answers.get()
        is_read = sql.startswith(("SELECT", "WITH")) and "FOR UPDATE" not in sql
        if answers is None or not is_read or self.in_transaction():
            if answers:
                answers.clear()
            return super().execute_sql(sql, params)  # type: ignore[no-untyped-call]
        question = _question(self, sql, params)
        if question not in answers:
            cursor: Any = super().execute_sql(sql, params)  # type: ignore[no-untyped-call]
            description, rows = cursor.description, cursor.fetchall()
            if len(rows) > MOST_REMEMBERED:
                return Answer(description, rows)
            answers[question] = description, rows
        return Answer(*answers[question])


class _Sqlite(_Remembering, peewee.SqliteDatabase):
    """SQLite."""


class _Postgres(_Remembering, PooledPostgresqlDatabase):
    """PostgreSQL, by a pool of connections."""


def open_database(url: str, *, max_connections: int = 20) -> peewee.Database:
    """Make the database of ``url`` and point the proxy at it. Nothing is connected yet."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = url.removeprefix("sqlite:///")
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # IMMEDIATE: a transaction that will write takes its lock at the start, so two workers
        # queue up instead of failing half-way with « database is locked ».
        handle: _Sqlite | _Postgres = _Sqlite(path, pragmas=SQLITE_PRAGMAS, lock_type="IMMEDIATE", timeout=30)
    else:
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        handle = _Postgres(
            unquote(parts.path.lstrip("/")),
            host=parts.hostname,
            port=parts.port or 5432,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or "") or None,
            max_connections=max_connections,
            stale_timeout=300,
            timeout=15,
            prefer_psycopg3=True,
            **options,
        )
    handle.url = url
    database.initialize(handle)
    return handle


def url() -> str:
    """The address of the current database, for another process to open the same. It may hold a password."""
    return str(database.obj.url)


def is_sqlite() -> bool:
    """True when the current database is SQLite."""
    return isinstance(database.obj, peewee.SqliteDatabase)


@contextmanager
def connection() -> Iterator[None]:
    """Open a connection for this thread and give it back, unless one is already open."""
    if not database.is_closed():
        yield
        return
    with database.connection_context():
        yield


@contextmanager
def transaction() -> Iterator[None]:
    """One atomic unit. Nested calls are savepoints."""
    with database.atomic():
        yield


@contextmanager
def one_instant() -> Iterator[None]:
    """A read transaction in which every query sees the same instant, and nobody waits. Nothing may be written in it.

    Inside a transaction that is open already, nothing is begun.
    """
    if not database.is_closed() and database.in_transaction():
        yield
        return
    begin = "BEGIN" if is_sqlite() else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection():
        database.execute_sql(begin)
        try:
            yield
        finally:
            database.execute_sql("ROLLBACK")


def migrate(data_dir: Path) -> list[str]:
    """Apply the migrations that are not yet; return their names. One process at a time, the others wait."""
    directory = str(Path(__file__).parent / "migrations")
    if is_sqlite():
        data_dir.mkdir(parents=True, exist_ok=True)
        with (data_dir / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            applied: list[str] = migrations.Runner(database.obj, directory).up()
            return applied
    database.execute_sql("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
    try:
        applied = migrations.Runner(database.obj, directory).up()
        return applied
    finally:
        database.execute_sql("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))
