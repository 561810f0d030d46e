"""What crosses the pipes between guard and child: frames of JSON and of raw bytes, and the values made of them.

Never pickle: the child reads what strangers made, and nothing that it answers may be more than data.
"""

import json
import struct
from dataclasses import asdict
from typing import Any

from relance.imports.tables import Column, Recognised, TableHow
from relance.imports.values import MEGABYTE

HEAD = struct.Struct(">II")  # how long the JSON is, and the raw bytes after it
MAX_JSON_BYTES = 64 * MEGABYTE
MAX_RAW_BYTES = 64 * MEGABYTE
ROWS = 500  # rows of a table in a frame
MEMORY_ENDED = 3  # how a child ends that takes too much memory, where the system refuses it none


class GarbageError(Exception):
    """What came is no frame."""


def pack(header: dict[str, Any], raw: bytes = b"") -> bytes:
    """A frame."""
    words = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return HEAD.pack(len(words), len(raw)) + words + raw


def lengths(head: bytes) -> tuple[int, int]:
    """How long the two parts of a frame are; GarbageError when no frame is so long."""
    n_json, n_raw = HEAD.unpack(head)
    if n_json > MAX_JSON_BYTES or n_raw > MAX_RAW_BYTES:
        raise GarbageError(f"a frame of {n_json} and {n_raw} bytes")
    return n_json, n_raw


def unpack(words: bytes) -> dict[str, Any]:
    """The JSON of a frame; GarbageError when it is none."""
    try:
        found = json.loads(words.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise GarbageError("a frame that is not JSON") from error
    if not isinstance(found, dict):
        raise GarbageError("a frame that is not an object")
    return found


def recognised_to_json(found: Recognised) -> dict[str, Any]:
    """How a table was recognised, as JSON can write it."""
    return {
        "how": found.how.to_json(),
        "columns": [asdict(column) for column in found.columns],
        "warnings": list(found.warnings),
    }


def recognised_from_json(found: dict[str, Any]) -> Recognised:
    """The value that ``recognised_to_json`` wrote."""
    return Recognised(
        how=TableHow.from_json(found["how"]),
        columns=tuple(Column(**column) for column in found["columns"]),
        warnings=tuple(found["warnings"]),
    )
