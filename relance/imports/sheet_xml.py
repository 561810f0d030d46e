"""The XML of a sheet, read as it comes: a row is told as soon as it ends, and nothing is held but the row at hand.

Expat rather than the reader of openpyxl: that one builds a tree in Python, twenty times slower on a long sheet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from relance.imports.values import UnsafeError

MAX_COLUMNS = 100
MAX_CELL = 32_767  # characters, as in any spreadsheet
_CHUNK = 64 * 1024

UNSAFE = "Ce classeur contient une définition (DOCTYPE), ce qu'un tableur n'écrit jamais."

# A value as written, the type and the style of its cell: what it says, in words.
Say = Callable[[str, str, str], str]


@dataclass
class Reader:
    """Reads the rows of a sheet. ``n_without_result`` counts the formulas that have none, so far."""

    say: Say
    n_without_result: int = 0
    _row: dict[int, str] = field(default_factory=dict)
    _number: int = 0
    _column: int = 0
    _kind: str = ""
    _style: str = ""
    _parts: list[str] = field(default_factory=list)
    _is_value: bool = False
    _is_phonetic: bool = False
    _has_formula: bool = False
    _done: list[tuple[int, list[str]]] = field(default_factory=list)

    def rows(self, source: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold something, with their number from 1. Raises ExpatError, UnsafeError."""
        parser = _parser(self._start, self._end, self._text)
        while chunk := source.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from self._done
            self._done.clear()
        parser.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            reference = attributes.get("r", "")
            self._column = column_of(reference) if reference else self._column + 1
            self._parts, self._has_formula = [], False
        elif name in ("v", "t"):
            self._is_value = not self._is_phonetic
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "row":
            written = attributes.get("r", "")
            self._number = int(written) if written.isdecimal() and len(written) < 9 else self._number + 1
            self._row, self._column = {}, 0

    def _end(self, name: str) -> None:
        if name == "c":
            written = "".join(self._parts)
            if written and 1 <= self._column <= MAX_COLUMNS:
                self._row[self._column] = self.say(written, self._kind, self._style)
            elif self._has_formula and not written:
                self.n_without_result += 1
        elif name in ("v", "t"):
            self._is_value = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "row" and any(self._row.values()):
            width = max(self._row)
            self._done.append((self._number, [self._row.get(column, "") for column in range(1, width + 1)]))

    def _text(self, text: str) -> None:
        if self._is_value and len(self._parts) < MAX_CELL:
            self._parts.append(text[:MAX_CELL])


def strings(source: IO[bytes]) -> list[str]:
    """The texts that the cells of a workbook share. Raises ExpatError, UnsafeError."""
    found: list[str] = []
    parts: list[str] = []
    inside: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            parts.clear()
        inside.append(name)

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            found.append("".join(parts)[:MAX_CELL])

    def text(written: str) -> None:
        if inside[-1:] == ["t"] and "rPh" not in inside:
            parts.append(written)

    parser = _parser(start, end, text)
    while chunk := source.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return found


def column_of(reference: str) -> int:
    """The number of a column from 1: « B12 » is 2; 0 when it is none."""
    number = 0
    for letter in reference[:8].upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _parser(
    start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]
) -> expat.XMLParserType:
    """A parser that knows no document type, and tells names without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise UnsafeError(UNSAFE)

    parser.StartDoctypeDeclHandler = refuse
    return parser
