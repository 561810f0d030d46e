"""How a table is read, as a value: what a person sees of it, and may change."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from relance.imports.row_values import CANONICAL, REQUIRED
from relance.imports.targets import TARGETS
from relance.imports.titles import key

FIND_IT = -1  # a line of titles that is not known yet
NO_TITLES = 0

# What a person chooses from, with what she reads.
DECIMALS = {",": "Virgule (1 234,56)", ".": "Point (1,234.56)"}
DATE_ORDERS = {True: "Jour, mois, année (22/11/2026)", False: "Mois, jour, année (11/22/2026)"}


@dataclass(frozen=True)
class TableHow:
    """How a table is read.

    ``columns``: a target for each column of the file, or nothing. ``header_line``: the line of titles, counted from
    1; 0 when there is none, -1 to have it found. ``decimal``: « , » or « . »; until ``is_decimal_proved``, an amount
    that can be read two ways is a problem. ``preset``: the name of the tool it comes from. ``titles`` and ``sheets``
    are those of the file, to show. ``layout`` tells where ``columns`` were found: elsewhere, they are others.
    An empty ``encoding``, ``separator`` or ``sheet`` is to be found.
    """

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_line: int = FIND_IT
    columns: tuple[str, ...] = ()
    day_first: bool = True
    decimal: str = ","
    is_decimal_proved: bool = False
    preset: str = ""
    titles: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    layout: str = ""

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
        return replace(self, encoding="", separator="", sheet="", header_line=FIND_IT, titles=(), sheets=(), layout="")

    def is_elsewhere(self) -> bool:
        """True when the separator, the sheet or the line of titles is no more that of ``columns``."""
        return bool(self.layout) and self.layout != self.where()

    def where(self) -> str:
        """What ``layout`` is, once the columns are found."""
        return f"{self.separator}|{self.sheet}|{self.header_line}"

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


def digest(headers: Sequence[str]) -> str:
    """What tells a set of titles from another, whatever their accents and capitals: 64 characters."""
    return hashlib.sha256("\x1f".join(key(title) for title in headers).encode()).hexdigest()


def problems(how: TableHow) -> dict[str, str]:
    """Why rows cannot be read so: target → French sentence. Empty when they can, or while columns are to be found."""
    found: dict[str, str] = {}
    if not how.columns or how.is_elsewhere():
        return found
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
