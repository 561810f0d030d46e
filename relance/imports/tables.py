"""Tables of invoices, whatever tool made them: how one is read, then its rows by canonical column, then their values.

``recognise`` proposes how a file is read (``TableHow``, all of it changeable), ``rows`` streams its cells as they
are written, ``read_row`` makes one of them an invoice or its problems, without the file.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from relance.imports import columns, encodings, presets, table, workbook
from relance.imports.columns import TARGETS
from relance.imports.encodings import ENCODINGS
from relance.imports.fixes import CORRECTIONS, read_fixes
from relance.imports.row_reading import Dialect, Line
from relance.imports.row_values import CANONICAL, COLUMNS, REQUIRED, RowRead
from relance.imports.table import SEPARATORS, Cells, plain
from relance.imports.values import RefusedError

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
FIND_IT = -1  # a line of titles that is not known yet
NO_TITLES = 0

# What a person chooses from, with what she reads. An empty decimal sign: each amount tells, or is asked about.
DECIMALS = {"": "Selon chaque montant", ",": "Virgule (1 234,56)", ".": "Point (1,234.56)"}
DATE_ORDERS = {True: "Jour, mois, année (22/11/2026)", False: "Mois, jour, année (11/22/2026)"}

TOO_MANY = "Ce fichier contient plus de 100 000 lignes. Découpez-le en plusieurs fichiers, puis réessayez."
NO_TABLE = (
    "Ce fichier n'est pas un tableau : ses lignes ne sont pas coupées en colonnes. "
    "Choisissez un fichier CSV ou XLSX avec une facture par ligne."
)
NO_ROWS = "Ce fichier ne contient que des titres de colonnes : aucune facture à importer."
NO_TITLE_LINE = (
    "Aucune ligne de titres n'a été reconnue : les colonnes portent des lettres. Indiquez ce qu'elles contiennent."
)
MONTH_FIRST = "Les dates de ce fichier ont le mois en premier, comme 11/22/2026. Vérifiez-les avant de continuer."
BOTH_ORDERS = "Des dates ont le jour en premier, d'autres le mois : celles qui n'existent pas sont à corriger."

_SAMPLE = 50  # cells of a column that are looked at for what they hold
_EVIDENCE = 20_000  # rows that are looked at for the order of dates and the decimal sign
_DATES = ("date_emission", "date_echeance", "date_paiement")
_AMOUNTS = ("montant_ttc", "montant_ht", "montant_tva", "deja_regle", "reste_a_payer")
_FOOTERS = ("total", "sous_total", "somme", "nombre_de_", "fin_de_", "totaux", "totals", "grand_total")


@dataclass(frozen=True)
class TableHow:
    """How a table is read.

    ``columns``: a target for each column of the file, or nothing. ``header_line``: the line of titles, counted from
    1; 0 when there is none, -1 to have it found. ``decimal``: « , », « . », or nothing when nothing proves either.
    ``preset``: the name of the tool it comes from. ``titles`` and ``sheets`` are those of the file, to show.
    An empty ``encoding``, ``separator`` or ``sheet`` is to be found.
    """

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_line: int = FIND_IT
    columns: tuple[str, ...] = ()
    day_first: bool = True
    decimal: str = ""
    preset: str = ""
    titles: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The value as plain JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "TableHow":
        """The value that ``to_json`` wrote. What a later version wrote and this one does not know is left aside."""
        known = {each.name for each in fields(cls)}
        values: dict[str, Any] = {}
        for name in known & found.keys():
            values[name] = tuple(found[name]) if isinstance(found[name], list) else found[name]
        return cls(**values)

    def lasting(self) -> "TableHow":
        """What holds for the next file of the same tool: its columns and formats, not where this one's titles were."""
        return replace(self, encoding="", separator="", sheet="", header_line=FIND_IT, titles=(), sheets=())

    @property
    def is_canonical(self) -> bool:
        """True for our own format, whose empty cells mean what it documents."""
        return self.preset == CANONICAL


@dataclass(frozen=True)
class Column:
    """A column of a file: its title, its first value, what it holds (or nothing), and whether its title tells so."""

    title: str
    example: str
    target: str
    is_recognised: bool


@dataclass(frozen=True)
class Recognised:
    """How a file is read at first sight. ``warnings`` are French sentences about the file as a whole."""

    how: TableHow
    columns: tuple[Column, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawRow:
    """A line of a file, counted from 1: the cells of the columns that are imported, by target, as they are written.

    ``extra`` counts the cells beyond the last column; they are kept in ``cells[""]``.
    """

    line: int
    cells: dict[str, str]
    extra: int = 0


def recognise(content: bytes, file_format: str, known: TableHow | None = None) -> Recognised:
    """How this CSV or XLSX is read; RefusedError, in French, when it is no table.

    ``known``: what is known already. What is set in it wins: an encoding, a separator, a sheet, a line of titles,
    and its columns when there are as many in the file. ``TableHow.lasting`` is what to remember for another file.
    """
    asked = known or TableHow()
    laid_out, warnings = (_sheet if file_format == "xlsx" else _text)(content, asked)
    first = _first_lines(content, file_format, laid_out)
    header_line = _header_line(first, asked)
    below = [cells for line, cells in first if line > header_line]
    titles = _titles(first, header_line, below)
    if not below:
        raise RefusedError(NO_ROWS)
    if header_line == NO_TITLES and not asked.columns:
        warnings.append(NO_TITLE_LINE)
    samples = [[cells[n] for cells in below[:_SAMPLE] if n < len(cells)] for n in range(len(titles))]
    preset, guesses = _guess(titles, samples)
    targets = tuple(target for target, _ in guesses)
    is_known = len(asked.columns) == len(titles)
    if is_known:
        targets = tuple(target if target in TARGETS else "" for target in asked.columns)
    how = replace(
        laid_out, header_line=header_line, columns=targets, titles=tuple(titles), preset=asked.preset or preset
    )
    how, told = _with_formats(content, file_format, how, asked if is_known else None)
    warnings.extend(told)
    if how.is_canonical:
        unknown = [plain(title) for title, target in zip(titles, targets, strict=True) if not target and plain(title)]
        if unknown:
            warnings.append(f"Colonnes inconnues, non lues : {', '.join(unknown)}.")
    shown = tuple(
        Column(
            title=title[:200],
            example=next((cell[:200] for cell in sample if cell), ""),
            target=target,
            is_recognised=bool(target) and guessed == (target, True),
        )
        for title, sample, target, guessed in zip(titles, samples, targets, guesses, strict=True)
    )
    return Recognised(how=how, columns=shown, warnings=tuple(warnings))


def _text(content: bytes, asked: TableHow) -> tuple[TableHow, list[str]]:
    """The encoding and the separator of a text."""
    warnings: tuple[str, ...] = ()
    encoding = asked.encoding
    if encoding not in ENCODINGS:
        encoding, warnings = encodings.detect(content)
    separator = asked.separator if asked.separator in SEPARATORS else _separator(content, encoding)
    return replace(asked, encoding=encoding, separator=separator, sheet="", sheets=()), list(warnings)


def _separator(content: bytes, encoding: str) -> str:
    """The separator under which titles are known, else the one that cuts lines most evenly."""
    if declared := table.declared_separator(content, encoding):
        return declared
    best, most = "", (0, 0.0)
    broken: RefusedError | None = None
    for separator in SEPARATORS:
        try:
            found = table.sample(content, encoding, separator)
        except RefusedError as error:
            broken = broken or error
            continue
        index = columns.titles_at(found)
        n_known = columns.n_known(found[index][1]) if index is not None else 0
        score = (n_known, table.evenness(found))
        # Times have colons: they separate columns only where titles say so.
        if score > most and (separator != ":" or n_known > 1):
            best, most = separator, score
    if not best:
        raise broken or RefusedError(NO_TABLE)
    return best


def _sheet(content: bytes, asked: TableHow) -> tuple[TableHow, list[str]]:
    """The sheet of a workbook: the one that is asked for, else the one whose titles are known best."""
    names = workbook.sheets(content)
    sheet = asked.sheet
    if sheet not in names:
        sheet, most = names[0], 0
        for name in names[:20] if len(names) > 1 else ():
            first = list(islice(workbook.lines(content, name), _SAMPLE))
            index = columns.titles_at(first)
            n_known = columns.n_known(first[index][1]) if index is not None else 0
            if n_known > most:
                sheet, most = name, n_known
    warnings = [workbook.NO_RESULTS] if workbook.lacks_results(content, sheet) else []
    return replace(asked, encoding="", separator="", sheet=sheet, sheets=names), warnings


def _first_lines(content: bytes, file_format: str, how: TableHow) -> list[Cells]:
    if file_format == "xlsx":
        return list(islice(workbook.lines(content, how.sheet), 200))
    return table.sample(content, how.encoding, how.separator)


def _all_lines(content: bytes, file_format: str, how: TableHow) -> Iterator[Cells]:
    if file_format == "xlsx":
        return workbook.lines(content, how.sheet)
    return table.lines(content, how.encoding, how.separator)


def _header_line(first: list[Cells], asked: TableHow) -> int:
    if not first:
        raise RefusedError(encodings.EMPTY)
    if asked.header_line >= 0:
        return asked.header_line
    index = columns.titles_at(first)
    return NO_TITLES if index is None else first[index][0]


def _titles(first: list[Cells], header_line: int, below: Sequence[Sequence[str]]) -> list[str]:
    """The titles, with a letter for a column that has none and holds something."""
    written = next((cells for line, cells in first if line == header_line), [])
    width = max((number for cells in (written, *below) for number, cell in enumerate(cells, 1) if cell), default=0)
    if written:
        # Beyond the last title, a cell is one too many, and is told on its line.
        width = max(number for number, cell in enumerate(written, 1) if cell)
    if width < 2:
        raise RefusedError(NO_TABLE)
    padded = [*written[:width], *[""] * (width - len(written))]
    return [title or columns.letter(index) for index, title in enumerate(padded)]


def _guess(titles: list[str], samples: list[list[str]]) -> tuple[str, list[tuple[str, bool]]]:
    """The name of the tool, or nothing, and for each column its target and whether its title tells it."""
    names = [plain(title) for title in titles]
    if all(name in names for name in REQUIRED):
        return CANONICAL, [(name, True) if name in COLUMNS else ("", False) for name in names]
    preset = presets.find(titles)
    guesses = columns.guess(titles, samples)
    if preset is None:
        return "", guesses
    told = {columns.key(title): target for title, target in preset.columns.items()}
    return preset.name, _merged([told.get(columns.key(title)) for title in titles], guesses)


def _merged(told: list[str | None], guesses: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The columns of a preset, and for those it does not name, what is guessed and not taken."""
    taken = {target for target in told if target}
    found: list[tuple[str, bool]] = []
    for target, guessed in zip(told, guesses, strict=True):
        if target is not None and target not in {other for other, _ in found if other}:
            found.append((target, bool(target)))
        elif target is None and guessed[0] not in taken:
            found.append(guessed)
        else:
            found.append(("", False))
    return found


def _with_formats(
    content: bytes, file_format: str, how: TableHow, known: TableHow | None
) -> tuple[TableHow, list[str]]:
    """The order of dates and the decimal sign that the columns prove, or those that a person chose."""
    dates: list[str] = []
    amounts: list[str] = []
    wanted = [(n, dates) for n, target in enumerate(how.columns) if target in _DATES]
    wanted += [(n, amounts) for n, target in enumerate(how.columns) if target in _AMOUNTS]
    lines = (
        _all_lines(content, file_format, how)
        if file_format != "xlsx"
        else iter(_first_lines(content, file_format, how))
    )
    try:
        for line, cells in islice(lines, _EVIDENCE):
            if line > how.header_line:
                for index, kept in wanted:
                    if index < len(cells) and cells[index]:
                        kept.append(cells[index])
    except RefusedError:
        pass  # told when the rows are read, with its line
    proved = columns.day_first(dates)
    decimal = columns.decimal(amounts)
    preset = presets.named(how.preset)
    told: list[str] = []
    if known is not None and (known.header_line >= 0 or proved is None):
        day_first = known.day_first
    else:
        default = True if preset is None or preset.day_first is None else preset.day_first
        day_first = default if proved is None else proved
        if not day_first:
            told.append(MONTH_FIRST)
    if not day_first and columns.day_first(dates) is None and columns.has_both_orders(dates):
        told.append(BOTH_ORDERS)
    if known is not None and known.decimal:
        decimal = known.decimal
    return replace(how, day_first=day_first, decimal=decimal), told


def headers_of(content: bytes, how: TableHow, file_format: str = "csv") -> tuple[str, ...]:
    """The titles of the columns of a file that is read this way."""
    return how.titles or recognise(content, file_format, how).how.titles


def digest(headers: Sequence[str]) -> str:
    """What tells a set of titles from another, whatever their accents and capitals: 64 characters."""
    return hashlib.sha256("\x1f".join(columns.key(title) for title in headers).encode()).hexdigest()


def problems(how: TableHow) -> dict[str, str]:
    """Why rows cannot be read so: target → French sentence. Empty when they can."""
    found: dict[str, str] = {}
    there = set(how.columns)
    for target in REQUIRED:
        if target in there or (target == "client" and there & {"nom", "contact"}):
            continue
        if target == "montant_ttc" and {"montant_ht", "montant_tva"} <= there:
            continue
        found[target] = f"Aucune colonne pour « {TARGETS[target]} » : choisissez-la, l'import en a besoin."
    for target in TARGETS:
        if how.columns.count(target) > 1:
            found[target] = f"Deux colonnes pour « {TARGETS[target]} » : gardez-en une seule."
    return found


def rows(content: bytes, file_format: str, how: TableHow) -> Iterator[RawRow]:
    """The rows under the titles, one by one; RefusedError, in French, where the file cannot be followed any more.

    Blank lines, lines without any imported cell and lines of totals are left out.
    """
    indexes = [(index, target) for index, target in enumerate(how.columns) if target]
    width = len(how.columns)
    count = 0
    for line, cells in _all_lines(content, file_format, how):
        if line <= how.header_line:
            continue
        found = {target: cells[index] if index < len(cells) else "" for index, target in indexes}
        extra = [cell for cell in cells[width:] if cell]
        if extra:
            found[""] = " ".join(extra)
        if not any(found.values()) or _is_footer(cells, found):
            continue
        count += 1
        if count > MAX_ROWS:
            raise RefusedError(TOO_MANY)
        yield RawRow(line=line, cells=found, extra=len(extra))


def _is_footer(cells: Sequence[str], found: Mapping[str, str]) -> bool:
    """A line of totals or of signature under the data: it has no date, and says so in its first words."""
    if found.get("date_emission"):
        return False
    return plain(next(cell for cell in cells if cell)).startswith(_FOOTERS)


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
        decimal=how.decimal,
        extra_words=dict(preset.states) if preset else {},
    )


def is_statuses(content: bytes) -> bool:
    """True when this text is a table of invoice numbers with their states, and no amount."""
    try:
        how, _ = _text(content, TableHow())
        first = table.sample(content, how.encoding, how.separator)
    except RefusedError:
        return False
    index = columns.titles_at(first)
    if index is None:
        return False
    titles = first[index][1]
    named = {target for target, _ in columns.guess(titles, [[] for _ in titles])}
    has_state = "statut" in named or any(columns.is_status_code(title) for title in titles)
    return "numero" in named and has_state and not named & set(_AMOUNTS)
