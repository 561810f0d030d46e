"""The real invoices, read in place, with what other tools say is true of them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("RELANCE_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")

needs_data = pytest.mark.skipif(not (FOLDER / "manifest.json").is_file(), reason=f"no real data in {FOLDER}")


def entries(folder: str) -> list[Any]:
    """The entries of the manifest under ``folder``, as parameters named after their file."""
    try:
        manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    except OSError:
        return [pytest.param({}, id="absent")]
    found = [entry for entry in manifest["entries"] if entry["file"].startswith(folder)]
    return [pytest.param(entry, id=Path(entry["file"]).name) for entry in found]


def content(name: str) -> bytes:
    """The bytes of a file of the folder."""
    return (FOLDER / name).read_bytes()
