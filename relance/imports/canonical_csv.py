"""The canonical CSV of invoices: bytes in, one value or its problems out for each line.

Columns, defaults and words are those of the documented format. A cell is text and nothing else: what looks
like a formula is kept as it is written and never computed. The apostrophe that an export puts before such a text,
so that no spreadsheet runs it, is taken off.
"""

from dataclasses import dataclass
from pathlib import PurePath

from relance.imports import tables
from relance.imports.row_values import COLUMNS, REQUIRED, Problem, RowRead
from relance.imports.table import plain
from relance.imports.values import RefusedError
from relance.imports.words import CLIENT_KINDS, KINDS, PAYMENT_MEANS, STATES

__all__ = [
    "CLIENT_KINDS",
    "COLUMNS",
    "KINDS",
    "PAYMENT_MEANS",
    "REQUIRED",
    "SAMPLE",
    "STATES",
    "CsvRead",
    "Problem",
    "RowRead",
    "read",
]

SAMPLE = (
    ";".join(COLUMNS)
    + "\r\nF-2026-0101;facture;envoyee;Maison Vauquelin;organisation;;compta@vauquelin.example;Léa Martin;"
    "02/11/2026;02/12/2026;1 800,00;;EUR;Refonte du site;virement;"
    + "\r\nF-2026-0102;acompte;payee;Mairie de Sainte-Aube;public;;;;05/11/2026;05/12/2026;600,00;;EUR;"
    "Signalétique, 30 %;virement;"
    + "\r\nA-2026-0007;avoir;envoyee;Maison Vauquelin;organisation;;;;10/11/2026;;150,00;;EUR;Remise;;F-2026-0101"
    + "\r\n"
)


@dataclass(frozen=True)
class CsvRead:
    """The whole file. ``warnings`` are about the file; those about a line are in its invoice."""

    file: str
    rows: tuple[RowRead, ...]
    warnings: tuple[str, ...] = ()


def read(content: bytes, file: str) -> CsvRead:
    """Read every line of ``content``; RefusedError, in French, when the file is not this format at all."""
    name = PurePath(file).name
    found = tables.recognise(content, "csv", None)
    _check_columns(tuple(plain(title) for title in found.how.titles))
    rows = tuple(tables.read_row(row.line, row.cells, name, None) for row in tables.rows(content, "csv", found.how))
    return CsvRead(file=name, rows=rows, warnings=found.warnings)


def _check_columns(columns: tuple[str, ...]) -> None:
    """Refuse a header without the required columns, or with one twice: nothing below could be trusted."""
    missing = [column for column in REQUIRED if column not in columns]
    if len(missing) == len(REQUIRED):
        raise RefusedError(
            "La première ligne doit donner les titres des colonnes, séparés par des points-virgules : "
            f"{', '.join(REQUIRED)} au moins. Le fichier d'exemple les montre toutes."
        )
    if missing:
        raise RefusedError(f"Colonnes manquantes : {', '.join(missing)}. Ajoutez-les, puis réessayez.")
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise RefusedError(f"Colonnes en double : {', '.join(twice)}. Gardez-en une seule, puis réessayez.")
