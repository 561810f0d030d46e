"""One consistent file of everything, taken while Relance runs; ``services.restoring`` puts it back.

The file is a .tar.gz: ``manifest.json``, ``tables/<name>.jsonl`` (a line of column names, then a line per row),
``files/aa/<sha256>`` and ``secret_key``. It reads the same on SQLite and PostgreSQL, so it also moves an
instance from one to the other. It holds secrets: it is written with mode 600.

All tables are read in one transaction that sees one instant and locks nobody out. Documents are written once
and before the row that names them, so copying them after the rows misses none.
"""

import datetime as dt
import io
import json
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from peewee import Field

from relance import __version__, models, storage
from relance.config import Settings
from relance.db import BaseModel, one_instant

FORMAT = 1
PAGE = 2000  # rows read or written at once
IN_MEMORY = 8 * 1024 * 1024  # bytes of a table kept in memory before its copy goes to a temporary file


class BackupError(Exception):
    """The backup cannot be taken or put back; the French sentence says why."""


@dataclass(frozen=True)
class Taken:
    """What a backup holds. ``size`` is in bytes."""

    path: Path
    rows: int
    files: int
    size: int


def backup(settings: Settings, path: Path, now: dt.datetime) -> Taken:
    """Write everything to ``path`` (replaced whole or not at all). BackupError when it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        with part.open("wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            counts = _add_tables(archive, now)
            files = _add_files(archive, settings.data_dir / "files", now)
            _add(archive, "secret_key", settings.secret_key.encode(), now)
            manifest = {"format": FORMAT, "relance": __version__, "taken_at": now.isoformat(), "tables": counts}
            _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode(), now)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BackupError(f"La sauvegarde n'a pas pu être écrite : {error.strerror or error}.") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Taken(path, sum(counts.values()), files, path.stat().st_size)


def _add_tables(archive: tarfile.TarFile, now: dt.datetime) -> dict[str, int]:
    counts = {}
    with one_instant():
        for model in models.ALL:
            name = model._meta.table_name
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
                counts[name] = _write_table(model, copy)
                size = copy.tell()
                copy.seek(0)
                _add_stream(archive, f"tables/{name}.jsonl", copy, size, now)
    return counts


def _write_table(model: type[BaseModel], copy: IO[bytes]) -> int:
    """Write one table as lines of JSON, by pages in the order of ids; return the number of rows."""
    fields: Sequence[Field] = model._meta.sorted_fields
    copy.write(_line([field.column_name for field in fields]))
    count, last = 0, 0
    while True:
        page = list(model.select(*fields).where(model.id > last).order_by(model.id).limit(PAGE).tuples())
        copy.writelines(_line(list(row)) for row in page)
        count += len(page)
        if len(page) < PAGE:
            return count
        last = page[-1][0]


def _line(values: list[Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=lambda moment: moment.isoformat())
    return text.encode() + b"\n"


def _add_files(archive: tarfile.TarFile, folder: Path, now: dt.datetime) -> int:
    count = 0
    for file in sorted(folder.glob("??/*")):
        if storage.SHA256.fullmatch(file.name):
            with file.open("rb") as content:
                _add_stream(archive, f"files/{file.name[:2]}/{file.name}", content, file.stat().st_size, now)
            count += 1
    return count


def _add(archive: tarfile.TarFile, name: str, content: bytes, now: dt.datetime) -> None:
    _add_stream(archive, name, io.BytesIO(content), len(content), now)


def _add_stream(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int, now: dt.datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    entry.mtime = int(now.replace(tzinfo=dt.UTC).timestamp())
    archive.addfile(entry, content)
