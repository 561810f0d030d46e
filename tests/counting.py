"""Count the statements that reach the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import peewee


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL of each statement of this thread inside the block."""
    found: list[str] = []
    # The proxy hands over to a class of its own for each engine, but all of them come through here.
    execute = peewee.Database._execute_cursor

    def listening(self: Any, sql: str, params: Any = None) -> Any:
        found.append(sql)
        return execute(self, sql, params)

    with mock.patch.object(peewee.Database, "_execute_cursor", listening):
        yield found
