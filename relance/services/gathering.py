"""Several reads in one statement: a page pays one round trip for what it needs from many tables.

Each query becomes one JSON array of rows inside a single SELECT, and peewee builds from it the very models or tuples it
would have built from the query alone: types are those of the columns, on SQLite and on PostgreSQL alike.
"""

import datetime as dt
import json
import operator
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from peewee import SQL, DateField, DateTimeField, Field, Function, Node, Select, Value, fn

from relance.db import Answer, answer, database, is_sqlite, remember

# Beyond that many values a statement would pass what a database takes: the reads are then made one by one.
MANY_VALUES = 20_000


def read(*queries: Any) -> list[list[Any]]:
    """The rows of each query (models or tuples, as it was written), all of them read in one statement.

    For reads that do not depend on one another. A BLOB cannot be read so. In a page that is shown, each answer is
    remembered by itself: a part of the page that makes one of these reads later finds it.
    """
    if len(queries) == 1:
        return [list(queries[0])]
    written = [database.get_sql_context().sql(query).query() for query in queries]
    answers = [answer(sql, values) for sql, values in written]
    asked = [n for n, known in enumerate(answers) if known is None]
    if len(asked) == 1 or sum(len(values) for _sql, values in written) > MANY_VALUES:
        return [list(query) for query in queries]
    if asked:
        found = _ask([(_selected(queries[n]), *written[n]) for n in asked])
        for n, given in zip(asked, found, strict=True):
            sql, values = written[n]
            remember(sql, values, given)
            answers[n] = given
    return [list(query._get_cursor_wrapper(known)) for query, known in zip(queries, answers, strict=True)]


def _ask(questions: list[tuple[list[Any], str, Any]]) -> list[Answer]:
    """The answers of several queries, each given by what it selects, its SQL and its values."""
    parts, arrays = [], []
    for n, (nodes, sql, _values) in enumerate(questions):
        names = ", ".join(f"c{i}" for i in range(len(nodes)))
        parts.append(f"q{n} ({names}) AS ({sql})")
        arrays.append(f"(SELECT {_array(names)} FROM q{n})")  # noqa: S608 no value of ours nor of anybody is in it
    values = tuple(value for _nodes, _sql, some in questions for value in some)
    row: Any = database.execute_sql(f"WITH {', '.join(parts)} SELECT {', '.join(arrays)}", values).fetchone()
    return [_answer(nodes, found) for (nodes, _sql, _values), found in zip(questions, row, strict=True)]


def first(rows: list[Any]) -> Any:
    """The only row that matters of what was read, or None."""
    return rows[0] if rows else None


def number(query: Any, most: int | None = None) -> Any:
    """A query of one row, how many rows ``query`` has: never more than ``most``, when it is given."""
    counted = query.order_by().limit(most) if most is not None else query.order_by()
    if counted._count_can_project_one():
        counted = counted.select(Value(1))
    return Select([counted.alias("counted")], [fn.COUNT(SQL("1"))]).bind(database).tuples()


def number_of_all(queries: Iterable[Any], most: int) -> Any:
    """A query of one row: how many rows these queries have together; the counting stops at ``most``.

    Those that come first are counted first: what costs most comes last, and is often not reached.
    """
    arms = [query.order_by().select(Value(1)) for query in queries]
    every = reduce(operator.add, arms).limit(most)
    return Select([every.alias("counted")], [fn.COUNT(SQL("1"))]).bind(database).tuples()


def numbers(queries: Iterable[Any], most: int | None = None) -> list[int]:
    """How many rows each query has, in one statement."""
    return [int(rows[0][0]) for rows in read(*(number(query, most) for query in queries))]


def value(known: Any) -> Any:
    """A query of one row that reads a value known already, or one expression."""
    return Select([], [Value(known) if not isinstance(known, Node) else known]).bind(database).tuples()


def _array(names: str) -> str:
    return f"json_group_array(json_array({names}))" if is_sqlite() else f"json_agg(json_build_array({names}))"


def _selected(query: Any) -> list[Any]:
    while not hasattr(query, "_returning"):
        query = query.lhs
    return list(query._returning)


def _answer(nodes: list[Any], found: Any) -> Answer:
    rows: list[list[Any]] = json.loads(found) if isinstance(found, str) else found or []
    readers = [(n, reader) for n, node in enumerate(nodes) if (reader := _reader(node)) is not None]
    for row in rows:
        for n, reader in readers:
            if row[n] is not None:
                row[n] = reader(row[n])
    return Answer([(_name(n, node),) for n, node in enumerate(nodes)], [tuple(row) for row in rows])


def _reader(node: Any) -> Callable[[str], Any] | None:
    """JSON has no dates; both databases write them in ISO. A function of a date gives a date (MIN, MAX)."""
    node = node.unwrap() if isinstance(node, Node) else node
    inside: Any = node.arguments if isinstance(node, Function) and node.name in ("MIN", "MAX") else None
    node = inside[0] if inside else node
    if isinstance(node, DateTimeField):
        return dt.datetime.fromisoformat
    return dt.date.fromisoformat if isinstance(node, DateField) else None


def _name(n: int, node: Any) -> str:
    if node.is_alias():
        return str(node._alias)
    return str(node.column_name) if isinstance(node, Field) else f"c{n}"
