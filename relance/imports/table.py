"""A CSV file as lines of named cells, each with the line it starts on, so that a person finds it again."""

import csv
import io
import unicodedata
from dataclasses import dataclass

from relance.imports.values import MAX_FILE_BYTES, RefusedError

MAX_ROWS = 2_000  # all of them are written in one transaction

EMPTY = "Ce fichier est vide. Choisissez un fichier CSV qui contient des factures."
TOO_BIG = "Ce fichier dépasse 10 Mo. Découpez-le en plusieurs fichiers, puis réessayez."
SPREADSHEET = (
    "Ce fichier est un classeur, pas un CSV. Dans votre tableur, choisissez « Enregistrer sous », "
    "puis « CSV UTF-8 » avec le point-virgule comme séparateur."
)
NOT_TEXT = "Ce fichier n'est pas un CSV : il contient autre chose que du texte."
OLD_ENCODING = "Ce fichier n'est pas en UTF-8 : il a été lu en Windows-1252. Vérifiez les accents avant de continuer."
TOO_MANY = "Ce fichier contient plus de 2 000 lignes. Découpez-le en plusieurs fichiers, puis réessayez."


@dataclass(frozen=True)
class Row:
    """One line of the file: ``line`` counts from 1, the header included; ``cells`` by column name.

    ``extra`` counts the cells beyond the last column.
    """

    line: int
    cells: dict[str, str]
    extra: int = 0


@dataclass(frozen=True)
class Table:
    """A whole file. ``columns`` are in plain form (« Date d'émission » → « date_d_emission »)."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Lower case, no accent, words joined by « _ »: how names of columns and of values are compared."""
    bare = unicodedata.normalize("NFKD", text.strip().lower()).encode("ascii", "ignore").decode()
    return "_".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


def read(content: bytes) -> Table:
    """Read semicolon-separated text with a header; RefusedError, in French, when the file as a whole is not one."""
    text, warnings = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    rows: list[Row] = []
    columns: tuple[str, ...] | None = None
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = tuple(plain(cell) for cell in cells)
                continue
            if len(rows) == MAX_ROWS:
                raise RefusedError(TOO_MANY)
            named = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            extra = sum(1 for cell in cells[len(columns) :] if cell.strip())
            rows.append(Row(line=line, cells=named, extra=extra))
    except csv.Error as error:
        raise RefusedError(
            f"Ligne {start} : un guillemet n'est pas fermé, ou une cellule est trop longue. Corrigez, puis réessayez."
        ) from error
    if columns is None:
        raise RefusedError(EMPTY)
    return Table(columns=columns, rows=tuple(rows), warnings=tuple(warnings))


def _decode(content: bytes) -> tuple[str, list[str]]:
    """UTF-8, with or without its mark; else Windows-1252, which is told."""
    if not content.strip():
        raise RefusedError(EMPTY)
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(TOO_BIG)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RefusedError(SPREADSHEET)
    if content.startswith(b"%PDF-") or b"\x00" in content:
        raise RefusedError(NOT_TEXT)
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), [OLD_ENCODING]
    except UnicodeDecodeError as error:
        raise RefusedError(NOT_TEXT) from error
