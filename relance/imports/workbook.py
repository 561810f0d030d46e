"""Workbooks (XLSX) as lines of cells in words. They are hostile: what they unpack to is counted before it is read."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from relance.imports import encodings
from relance.imports.table import Cells
from relance.imports.values import MAX_FILE_BYTES, MEGABYTE, RefusedError, UnsafeError

NO_SHEET = "Ce classeur n'a aucune feuille de calcul à lire."
BROKEN = "Ce classeur ne peut pas être lu. Ouvrez-le dans votre tableur, enregistrez-le à nouveau, puis réessayez."
TOO_LARGE = "Ce classeur contient trop de données une fois ouvert. Découpez-le, ou enregistrez-le en CSV."
NO_RESULTS = (
    "Des cellules de ce classeur ont une formule sans résultat enregistré : elles sont lues comme vides. "
    "Ouvrez-le dans votre tableur, enregistrez-le, puis importez-le à nouveau."
)

MAX_LINES = 200_000
MAX_COLUMNS = 100
MAX_MEMBERS = 500
_MAX_SHEET_BYTES = 150 * MEGABYTE  # read as it comes, never held
_MAX_STRINGS_BYTES = 24 * MEGABYTE  # held whole
_MAX_OTHER_BYTES = 4 * MEGABYTE  # styles and the like, held whole
_MAX_CELL = 32_767


def sheets(content: bytes) -> tuple[str, ...]:
    """The names of the sheets in their order, hidden ones left out; RefusedError when the workbook is not read."""
    with _Opened(content) as book:
        visible = tuple(sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")
        found = visible or tuple(sheet.title for sheet in book.worksheets)
    if not found:
        raise RefusedError(NO_SHEET)
    return found


def lines(content: bytes, sheet: str) -> Iterator[Cells]:
    """Every row of a sheet that is not blank, its cells in words; RefusedError, in French, where it is broken."""
    with _Opened(content) as book:
        for number, values in enumerate(_values(book, sheet), start=1):
            cells = [words(value) for value in values]
            if any(cells):
                yield number, cells


def lacks_results(content: bytes, sheet: str, count: int = 60) -> bool:
    """True when a formula among the first rows has no result kept with it, as no spreadsheet saved it."""
    with _Opened(content) as read, _Opened(content, data_only=False) as written:
        pairs = zip(_values(read, sheet, count), _values(written, sheet, count), strict=False)
        return any(
            result is None and isinstance(formula, str) and formula.startswith("=")
            for results, formulas in pairs
            for result, formula in zip(results, formulas, strict=False)
        )


def words(value: Any) -> str:
    """What a cell holds, as text: dates are ISO, numbers have a decimal point and nothing a float adds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, timedelta | time):
        return str(value)
    return str(value)[:_MAX_CELL].strip()


def _number(value: float) -> str:
    """1234.5 rather than 1234.4999999999998. Three decimals get a fourth: « 1.234 » would be taken for thousands."""
    exact = Decimal(repr(round(value, 6))) if abs(value) < 1e15 else Decimal(repr(value))
    if not exact.is_finite():
        return ""
    shown = f"{exact:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown}0" if len(shown.partition(".")[2]) == 3 else shown


def _values(book: Any, sheet: str, count: int = MAX_LINES) -> Iterator[tuple[Any, ...]]:
    if sheet not in book.sheetnames:
        raise RefusedError(NO_SHEET)
    read = book[sheet]
    # The size a sheet gives itself may be a lie: what is there counts, within bounds.
    read.reset_dimensions()
    try:
        yield from read.iter_rows(max_row=count, max_col=MAX_COLUMNS, values_only=True)
    except RefusedError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it raise
        raise RefusedError(BROKEN) from error


class _Opened:
    """An open workbook, whose parts were counted first."""

    def __init__(self, content: bytes, *, data_only: bool = True) -> None:
        _check(content)
        try:
            self.book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
            )
        except (InvalidFileException, Exception) as error:
            raise RefusedError(BROKEN) from error

    def __enter__(self) -> Any:
        return self.book

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _check(content: bytes) -> None:
    """Refuse what would take too much, or declares entities, before any of it is held."""
    if not content:
        raise RefusedError(encodings.EMPTY)
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(encodings.TOO_BIG)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise UnsafeError(TOO_LARGE)
            for member in members:
                if member.flag_bits & 1:
                    raise RefusedError(BROKEN)
                if member.file_size > _limit(member.filename):
                    raise UnsafeError(TOO_LARGE)
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        start = part.read(4096).replace(b"\x00", b"").upper()
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise UnsafeError(BROKEN)
    except RefusedError:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds of errors on what is broken
        raise RefusedError(BROKEN) from error


def _limit(name: str) -> int:
    if "/worksheets/" in name:
        return _MAX_SHEET_BYTES
    if name.lower().endswith("sharedstrings.xml"):
        return _MAX_STRINGS_BYTES
    if "/media/" in name or "/drawings/" in name or "/charts/" in name:
        return _MAX_SHEET_BYTES  # never opened
    return _MAX_OTHER_BYTES
