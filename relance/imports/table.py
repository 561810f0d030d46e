"""Separated text as lines of cells, each with the line of the file it starts on, so that a person finds it again."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from relance.imports import encodings
from relance.imports.values import RefusedError

SEPARATORS = {";": "Point-virgule", ",": "Virgule", "\t": "Tabulation", "|": "Barre verticale", ":": "Deux-points"}

Cells = tuple[int, list[str]]  # the line it starts on, counted from 1, and its cells

_SAMPLE_LINES = 200
_DECLARED = re.compile(r'"?sep=(.)"?;*\s*', re.IGNORECASE)


def plain(text: str) -> str:
    """Lower case, no accent, words joined by « _ »: how names of columns and of values are compared."""
    return _short(text) if len(text) <= _SHORT else _plain(text)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.strip().lower()).encode("ascii", "ignore").decode()
    return "_".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


_SHORT = 60
# The same few words come back on every line. Long cells are not kept: a stranger's would fill the memory.
_short = lru_cache(maxsize=2048)(_plain)


def lines(content: bytes, encoding: str, separator: str) -> Iterator[Cells]:
    """Every line of the text that is not blank; RefusedError, in French, where its quotes cannot be followed.

    A quote that means nothing (« "Le Bistrot" SARL ») is read as it stands; one that is never closed is refused.
    """
    with encodings.opened(content, encoding) as text:
        fed: list[str] = []  # the lines of the record at hand
        count = 0

        def feed() -> Iterator[str]:
            nonlocal count
            for line in text:
                count += 1
                fed.append(line)
                yield line

        source = feed()
        reader = csv.reader(source, delimiter=separator, strict=True)
        while True:
            fed.clear()
            start = count + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = _as_it_stands(fed, separator, start, error)
                reader = csv.reader(source, delimiter=separator, strict=True)
            # Read in an encoding that is not its own, a text may hold what no row of a database takes.
            shown = [cell.strip().replace("\x00", "\ufffd") for cell in cells]
            if any(shown):
                yield start, shown


def _as_it_stands(fed: list[str], separator: str, start: int, error: csv.Error) -> list[str]:
    """The cells of a record whose quotes mean nothing; RefusedError for any other fault."""
    if "expected after" in str(error):
        try:
            return next(csv.reader(fed, delimiter=separator))
        except csv.Error as other:
            error = other
    raise RefusedError(
        f"Ligne {start} : un guillemet n'est pas fermé, ou une cellule est trop longue. Corrigez, puis réessayez."
    ) from error


def sample(content: bytes, encoding: str, separator: str, count: int = _SAMPLE_LINES) -> list[Cells]:
    """The first lines, as ``lines`` gives them; what comes before an unreadable one is kept."""
    found: list[Cells] = []
    try:
        found.extend(islice(lines(content, encoding, separator), count))
    except RefusedError:
        # A quote left open is told when the rows are read: here, it only says little of the separator.
        if not found:
            raise
    return found


def declared_separator(content: bytes, encoding: str) -> str:
    """The separator a first line « sep=; » names, as spreadsheets write it, or nothing."""
    with encodings.opened(content, encoding) as text:
        found = _DECLARED.fullmatch(text.readline(20))
    return found[1] if found and found[1] in SEPARATORS else ""


def evenness(found: list[Cells]) -> float:
    """How much the lines look like a table: the part of them with the usual number of cells, times that number.

    One cell a line is no table: 0.
    """
    widths = [len(cells) for _, cells in found if len(cells) > 1]
    if not widths:
        return 0.0
    usual = max(set(widths), key=widths.count)
    return widths.count(usual) / len(found) * min(usual, 40)
