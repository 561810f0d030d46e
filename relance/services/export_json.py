"""Everything of an account as one JSON object, written as it is read. The keys are documented and stay the same."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from relance import __version__
from relance.models.accounts import Account
from relance.services.export_tables import TABLES, Table, rows_of

FORMAT, VERSION = "relance-export", 1


def pieces(account: Account, now: dt.datetime) -> Iterator[bytes]:
    """The JSON by pieces, a page of rows each. ``now`` is UTC. Read it inside db.one_instant to have one instant."""
    head = {"format": FORMAT, "version": VERSION, "relance": __version__, "made_at": f"{now.isoformat()}Z"}
    yield _text(head).encode()[:-1]
    for table in TABLES:
        yield from _table(account, table)
    yield b"\n}\n"


def _table(account: Account, table: Table) -> Iterator[bytes]:
    yield f",\n{_text(table.key)}: [".encode()
    comma = ""
    for page in rows_of(account, table):
        lines = ",\n".join(_text(row.record) for row in page)
        yield f"{comma}\n{lines}".encode() if lines else b""
        comma = ","
    yield b"]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
