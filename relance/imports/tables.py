"""Tables of invoices, whatever tool made them: how one is read, then its rows by canonical column, then their values.

``recognise`` proposes how a file is read (``TableHow``, all of it changeable), ``rows`` streams its cells as they
are written, ``read_row`` makes one of them an invoice or its problems, without the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from relance.imports import columns, presets, table
from relance.imports.encodings import ENCODINGS
from relance.imports.fixes import CORRECTIONS, read_fixes
from relance.imports.recognising import AMOUNTS, all_lines, recognise, separated
from relance.imports.row_reading import Dialect, Line
from relance.imports.row_values import RowRead
from relance.imports.table import SEPARATORS, plain
from relance.imports.table_how import (
    DATE_ORDERS,
    DECIMALS,
    Column,
    RawRow,
    Recognised,
    TableHow,
    digest,
    problems,
)
from relance.imports.targets import TARGETS
from relance.imports.values import MAX_CELL, RefusedError

__all__ = [
    "CORRECTIONS",
    "DATE_ORDERS",
    "DECIMALS",
    "ENCODINGS",
    "SEPARATORS",
    "TARGETS",
    "Column",
    "RawRow",
    "Recognised",
    "TableHow",
    "digest",
    "headers_of",
    "is_statuses",
    "problems",
    "read_fixes",
    "read_row",
    "recognise",
    "rows",
]

MAX_ROWS = 100_000
MAX_CHARACTERS = 50_000_000  # of all the cells that are imported: a spreadsheet may repeat a long text for nothing

TOO_MUCH = "Ce tableau contient trop de texte. Gardez les colonnes utiles, ou découpez-le, puis réessayez."
TOO_MANY = "Ce fichier contient plus de 100 000 lignes. Découpez-le en plusieurs fichiers, puis réessayez."

_FOOTERS = ("total", "sous_total", "somme", "nombre_de_", "fin_de_", "totaux", "totals", "grand_total")


def headers_of(content: bytes, how: TableHow, file_format: str = "csv") -> tuple[str, ...]:
    """The titles of the columns of a file that is read this way."""
    return how.titles or recognise(content, file_format, how).how.titles


def rows(content: bytes, file_format: str, how: TableHow) -> Iterator[RawRow]:
    """The rows under the titles, one by one; RefusedError, in French, where the file cannot be followed any more.

    Blank lines, lines without any imported cell and lines of totals are left out. So is a line that says the same
    as the one before: some tools write one for each article, with the invoice repeated.
    """
    indexes = [(index, target) for index, target in enumerate(how.columns) if target]
    width = len(how.columns)
    count = size = 0
    before: dict[str, str] = {}
    for line, cells in all_lines(content, file_format, how):
        if line <= how.header_line:
            continue
        # One character too many is enough to have it refused; what is beyond would only fill the database.
        found = {target: cells[index][: MAX_CELL + 1] if index < len(cells) else "" for index, target in indexes}
        extra = [cell[:MAX_CELL] for cell in cells[width : width + 20] if cell]
        if extra:
            found[""] = " ".join(extra)
        if not any(found.values()) or found == before or _is_footer(cells, found):
            continue
        count, before = count + 1, found
        size += sum(map(len, found.values()))
        if count > MAX_ROWS:
            raise RefusedError(TOO_MANY)
        if size > MAX_CHARACTERS:
            raise RefusedError(TOO_MUCH)
        yield RawRow(line=line, cells=found, extra=len(extra))


def _is_footer(cells: Sequence[str], found: Mapping[str, str]) -> bool:
    """A line of totals or of signature under the data: it has no date, and says so in its first words."""
    if found.get("date_emission"):
        return False
    return plain(next(cell for cell in cells if cell)[:40]).startswith(_FOOTERS)


def read_row(line: int, cells: Mapping[str, str], file: str, how: TableHow | None) -> RowRead:
    """The values of a row, or its problems. Pure: ``cells`` are by target, as written or as a person corrected them.

    ``how`` None: the canonical format and only its own ways of writing.
    """
    return Line(line, cells, file, _dialect(how), extra=bool(cells.get(""))).read()


@lru_cache(maxsize=64)
def _dialect(how: TableHow | None) -> Dialect:
    if how is None:
        return Dialect()
    preset = presets.named(how.preset)
    return Dialect(
        is_canonical=how.is_canonical,
        is_strict=False,
        day_first=how.day_first,
        decimal=how.decimal if how.is_decimal_proved else "",
        extra_words=dict(preset.states) if preset else {},
    )


def is_statuses(content: bytes) -> bool:
    """True when this text is a table of invoice numbers with their states, and no amount but what was cashed."""
    try:
        how, _ = separated(content, TableHow())
        first = table.sample(content, how.encoding, how.separator)
    except RefusedError:
        return False
    index = columns.titles_at(first)
    if index is None:
        return False
    titles = first[index][1]
    guessed = zip(titles, columns.guess(titles, [[] for _ in titles]), strict=True)
    named = {target for title, (target, _) in guessed if "encaiss" not in table.plain(title)}
    has_state = "statut" in named or any(columns.is_status_code(title) for title in titles)
    return "numero" in named and has_state and not named & set(AMOUNTS)
