"""Workbooks (XLSX) as lines of cells in words. They are hostile: what they unpack to is counted before it is read."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel

from relance.imports import encodings, sheet_xml
from relance.imports.table import Cells
from relance.imports.values import MAX_FILE_BYTES, MEGABYTE, RefusedError, UnsafeError

NO_SHEET = "Ce classeur n'a aucune feuille de calcul à lire."
BROKEN = "Ce classeur ne peut pas être lu. Ouvrez-le dans votre tableur, enregistrez-le à nouveau, puis réessayez."
TOO_LARGE = "Ce classeur contient trop de données une fois ouvert. Découpez-le, ou enregistrez-le en CSV."
NO_RESULTS = (
    "Des cellules de ce classeur ont une formule sans résultat enregistré : elles sont lues comme vides. "
    "Ouvrez-le dans votre tableur, enregistrez-le, puis importez-le à nouveau."
)

MAX_MEMBERS = 500
MAX_SHEET_BYTES = 150 * MEGABYTE  # read as it comes, never held
MAX_STRINGS_BYTES = 24 * MEGABYTE  # held whole
MAX_OTHER_BYTES = 4 * MEGABYTE  # styles and the like, held whole
_NEVER_OPENED = ("/media/", "/drawings/", "/charts/", "/pivotcache/", "/externallinks/", "/embeddings/")


@dataclass(frozen=True)
class _Sheet:
    name: str
    path: str
    is_visible: bool


@dataclass(frozen=True)
class _Book:
    """An open workbook: its sheets, the texts they share, and which styles are dates."""

    archive: zipfile.ZipFile
    sheets: tuple[_Sheet, ...]
    strings: list[str]
    dates: frozenset[str]
    epoch: datetime

    def say(self, written: str, kind: str, style: str) -> str:
        """A cell in words: dates are ISO, numbers have a decimal point and nothing that a float adds."""
        if kind == "s":
            return self.strings[int(written)].strip()
        if kind == "n":
            return _date(written, self.epoch) if style in self.dates else number(written)
        if kind == "b":
            return "oui" if written == "1" else "non"
        return "" if kind == "e" else written.strip()


def sheets(content: bytes) -> tuple[str, ...]:
    """The names of the sheets in their order, hidden ones left out; RefusedError when the workbook is not read."""
    with _opened(content) as book:
        visible = tuple(sheet.name for sheet in book.sheets if sheet.is_visible)
        return visible or tuple(sheet.name for sheet in book.sheets)


def lines(content: bytes, sheet: str) -> Iterator[Cells]:
    """Every row of a sheet that is not blank, its cells in words; RefusedError, in French, where it is broken."""
    with _opened(content) as book, book.archive.open(_path(book, sheet)) as source:
        yield from sheet_xml.Reader(book.say).rows(source)


def lacks_results(content: bytes, sheet: str, count: int = 60) -> bool:
    """True when a formula among the first rows has no result kept with it, as no spreadsheet saved it."""
    with _opened(content) as book, book.archive.open(_path(book, sheet)) as source:
        reader = sheet_xml.Reader(book.say)
        for _ in islice(reader.rows(source), count):
            if reader.n_without_result:
                return True
        return bool(reader.n_without_result)


def number(written: str) -> str:
    """1234.5 rather than 1234.4999999999998. Three decimals get a fourth: « 1.234 » would be taken for thousands."""
    if written.isdecimal():
        return written
    value = float(written)
    exact = Decimal(repr(round(value, 6))) if abs(value) < 1e15 else Decimal(written)
    if not exact.is_finite() or exact.adjusted() > 30:
        return ""
    shown = f"{exact:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown}0" if len(shown.partition(".")[2]) == 3 else shown


def _date(written: str, epoch: datetime) -> str:
    try:
        value: Any = from_excel(float(written), epoch)
    except (ValueError, OverflowError):
        return written
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def _path(book: _Book, name: str) -> str:
    for sheet in book.sheets:
        if sheet.name == name:
            return sheet.path
    raise RefusedError(NO_SHEET)


@contextmanager
def _opened(content: bytes) -> Iterator[_Book]:
    """The workbook, its parts counted first; whatever breaks in it is told as one sentence."""
    _check(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield _book(content, archive)
    except (RefusedError, GeneratorExit, MemoryError):
        raise
    except Exception as error:  # zipfile, expat and openpyxl raise whatever a broken part makes them raise
        raise RefusedError(BROKEN) from error


def _book(content: bytes, archive: zipfile.ZipFile) -> _Book:
    reader = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    found = tuple(
        _Sheet(sheet.name, rel.target, sheet.state == "visible")
        for sheet, rel in reader.parser.find_sheets()
        if rel.target in reader.valid_files and "chartsheet" not in rel.Type
    )
    if not found:
        raise RefusedError(NO_SHEET)
    texts: list[str] = []
    name = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
    if name is not None:
        with archive.open(name) as source:
            texts = sheet_xml.strings(source)
    # The styles whose cells are dates; lengths of time stay numbers.
    dates = frozenset(str(style) for style in reader.wb._date_formats - reader.wb._timedelta_formats)
    reader.archive.close()
    return _Book(archive=archive, sheets=found, strings=texts, dates=dates, epoch=reader.wb.epoch)


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
                if member.file_size > _limit(member.filename.lower()):
                    raise UnsafeError(TOO_LARGE)
    except RefusedError:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds of errors on what is broken
        raise RefusedError(BROKEN) from error


def _limit(name: str) -> int:
    """How much a part may unpack to."""
    if "/worksheets/" in name or any(folder in name for folder in _NEVER_OPENED):
        return MAX_SHEET_BYTES
    return MAX_STRINGS_BYTES if name.endswith("sharedstrings.xml") else MAX_OTHER_BYTES
