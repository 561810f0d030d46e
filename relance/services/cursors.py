"""The key of the last row shown, in the address of the next page: the value that the list is sorted by, and an id."""

import base64
import json
from datetime import date
from typing import Any

MAX_CURSOR = 4_000  # characters of an address; a client's name has at most 200, six letters each when escaped


def write(value: Any, last_id: int) -> str:
    """The key as letters of an address."""
    return base64.urlsafe_b64encode(json.dumps([value, last_id]).encode()).decode().rstrip("=")


def read(text: str, sort: str) -> tuple[Any, int] | None:
    """The key, of the type that ``sort`` compares. Anybody may write there: what ``write`` did not write is none."""
    if not text or len(text) > MAX_CURSOR:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        value, last_id = json.loads(base64.urlsafe_b64decode(padded))
        if not _is_number(last_id):
            return None
        if sort == "echeance":
            return date.fromisoformat(value), last_id
        if sort == "montant":
            return (value, last_id) if _is_number(value) else None
        return (value, last_id) if isinstance(value, str) and _is_stored(value) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _is_number(value: Any) -> bool:
    """True for what an integer column can be compared with."""
    return type(value) is int and abs(value) < 2**62


def _is_stored(text: str) -> bool:
    """True for a text that a column can hold: PostgreSQL has no NUL, UTF-8 no half character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
