"""A child of bench.fuzz, under the limits of the child that reads imports: it makes wrong files and reads them.

Its lines: « s SEED » before a file, « d SEED MILLISECONDS OUTCOME » after it (read, refused), « f SEED JSON » for an
error nobody foresaw, « m SEED » when memory is short, which ends it.
"""

import codecs
import dataclasses
import datetime as dt
import io
import json
import os
import sys
import time
import traceback
import types
import zipfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from bench import mutations
from bench.mutation_bytes import Good
from bench.mutation_texts import ENCODINGS
from relance.imports import canonical_csv, cdar, child, electronic, kinds, serial, statuses, tables, wire
from relance.imports.values import RefusedError
from tests.data import making
from tests.imports import real_data, status_files

ROWS = 2_000  # of a table; the rest is the same code again
LARGEST = 600_000  # bytes of a file to start from: more of the same would be fewer files
MOST_CENTS = 2**63  # what a row of the database can hold


def goods() -> list[Good]:
    """The files to start from: the real ones where they are, and our own."""
    found = [
        Good("facture.xml", making.cii(), "xml"),
        Good("facture.pdf", making.pdf({"factur-x.xml": making.cii()}), "pdf"),
        Good("factures.csv", making.factures(), "csv"),
        Good("exemple.csv", canonical_csv.SAMPLE.encode(), "csv"),
        Good("statut.xml", status_files.message(status_files.reference("F-1", "207", reason="X")), "xml"),
        Good(
            "statuts.csv",
            b"Facture;Statut;Date;Montant\r\nF-1;212;12/11/2026;120,00\r\nF-2;Rejet\xc3\xa9e;;\r\n",
            "csv",
        ),
        Good("classeur.xlsx", _workbook(), "zip"),
    ]
    for folder in ("invoices", "hostile", "bank/csv", "bank/xlsx", "bank/camt"):
        for path in sorted((real_data.FOLDER / folder).rglob("*")):
            if path.is_file() and path.stat().st_size <= LARGEST and path.suffix != ".eml":
                found.append(Good(path.name, path.read_bytes(), _kind(path)))
    found.append(Good("lot.zip", mutations.packed([(good.name, good.content) for good in found[:4]]), "zip"))
    return found


def _kind(path: Path) -> str:
    kinds_by_suffix = {".xml": "xml", ".csv": "csv", ".pdf": "pdf", ".xlsx": "zip", ".zip": "zip"}
    return kinds_by_suffix.get(path.suffix.lower(), "other")


def _workbook() -> bytes:
    """Our sample as a spreadsheet, with cells of every type. The same bytes each time, whatever the day."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for line in canonical_csv.SAMPLE.splitlines():
        sheet.append(line.split(";"))
    sheet.append(
        ["F-1", None, True, "Client", None, None, None, None, dt.date(2026, 11, 2), dt.datetime(2026, 12, 2), 12.5]
    )
    book.create_sheet("Feuille 2").append(["=1+1", 46327])
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as archive:
        return mutations.packed([(info.filename, archive.read(info)) for info in archive.infolist()])


def read(name: str, content: bytes) -> str:
    """Read a file as an import does, all the way; « read » or « refused ». Whatever else it raises is a finding."""
    outcome = "refused"
    for found in kinds.find(content, name):
        check(found)
        try:
            if found.format and _read_one(found):
                outcome = "read"
        except RefusedError as error:
            refusal = str(error)
            check(refusal)
            if not refusal.strip():
                raise AssertionError("a refusal without a sentence") from error
    return outcome


def _read_one(found: kinds.Found) -> bool:
    """Read one file that was found; True when something was read in it."""
    if found.format in electronic.FORMATS:
        invoice = electronic.read(found.content, found.name, found.format)
        check(invoice)
        assert serial.from_json(json.loads(json.dumps(serial.to_json(invoice)))) == invoice, "changed by JSON"
        return invoice.error is None
    if found.format == "cdar":
        return _read_statuses(cdar.read(found.content))
    if tables.is_statuses(found.content):
        return _read_statuses(statuses.read(found.content))
    known = tables.recognise(found.content, found.format, None)
    check(known)
    assert wire.recognised_from_json(json.loads(json.dumps(wire.recognised_to_json(known)))) == known, "changed by JSON"
    check(tables.headers_of(found.content, known.how))
    is_complete = not tables.problems(known.how)
    for row in islice(tables.rows(found.content, found.format, known.how), ROWS):
        check(row)
        if is_complete:
            check(tables.read_row(row.line, row.cells, found.name, known.how))
    return is_complete


def _read_statuses(found: tuple[statuses.StatusRead, ...]) -> bool:
    for status in found:
        check(status)
        assert statuses.from_json(json.loads(json.dumps(statuses.to_json(status)))) == status, "changed by JSON"
    return bool(found)


def check(value: Any) -> None:
    """Assert that a value can be kept in a row: text that UTF-8 can write, without NUL, and numbers that fit."""
    for part in _parts(value):
        if isinstance(part, str):
            assert "\x00" not in part, "a NUL in a text"
            try:
                part.encode()
            except UnicodeEncodeError:
                raise AssertionError("half a character in a text") from None
        elif isinstance(part, int):
            assert abs(part) < MOST_CENTS, "a number that no row holds"
        else:
            assert part is None or isinstance(part, bytes | bool | dt.date), type(part).__name__


def _parts(value: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, dict | types.MappingProxyType):
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _parts(item)
    else:
        yield value


def _attempt(seed: int, name: str, content: bytes, say: Any) -> bool:
    """Read one file and say what came of it. False when memory is short."""
    say(f"s {seed}")
    start = time.perf_counter()
    try:
        outcome = read(name, content)
    except MemoryError:
        outcome = "memory"
    except Exception:  # noqa: BLE001  # this is what is looked for
        outcome = ""
        say(f"f {seed} {json.dumps(traceback.format_exc()[-6000:])}")
    if outcome == "memory":
        say(f"m {seed}")
        return False
    say(f"d {seed} {(time.perf_counter() - start) * 1000:.0f} {outcome or 'failed'}")
    return True


def main() -> int:
    """``fuzz_child SEED STEP SECONDS``: seeds from SEED, one in STEP. ``fuzz_child FILE``: that file."""
    answers = os.dup(1)
    os.dup2(2, 1)  # libraries print too
    sources = [] if len(sys.argv) == 2 else goods()
    given = Path(sys.argv[1]).read_bytes() if len(sys.argv) == 2 else b""
    child.load()
    for name in ENCODINGS:
        codecs.lookup(name)
    child.give_up()

    def say(line: str) -> None:
        os.write(answers, line.encode() + b"\n")

    if not sources:
        return 0 if _attempt(0, Path(sys.argv[1]).name.partition("-")[2], given, say) else 1
    first, step, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    end = time.monotonic() + seconds
    for seed in count(first, step):
        if time.monotonic() > end:
            break
        if not _attempt(seed, *mutations.make(seed, sources), say):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
