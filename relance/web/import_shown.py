"""What the check page of an import shows: its files, columns, rows and figures, in the words of the page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relance.imports import encodings, row_values, serial, tables, words
from relance.models.imports import ImportFile, ImportRow
from relance.services import import_lines, import_matching, import_results
from relance.services.import_planning import SELLER
from relance.web import names, scope
from relance.web.forms.import_check import DAYS, DECIMALS, SEPARATORS, Typed
from relance.web.i18n import _
from relance.web.import_words import as_typed, say

# What is asked of a document without any data.
TO_COMPLETE = ("client", "numero", "date_emission", "date_echeance", "montant_ttc")
_DAYS = ("date_emission", "date_echeance", "date_paiement")
_AMOUNTS = ("montant_ttc", "montant_ht", "montant_tva", "deja_regle", "reste_a_payer")
_WORDS: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "type": (words.KINDS, names.INVOICE_KINDS),
    "statut": (words.STATES, names.STATES),
    "client_type": (words.CLIENT_KINDS, names.CLIENT_KINDS),
    "mode_paiement": (words.PAYMENT_MEANS, names.METHODS),
}
FIXABLE = frozenset(tables.TARGETS)
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class FileShown:
    """A file, what it is, and how many documents are in it."""

    name: str
    what: str
    n_rows: int
    warnings: list[str]
    error: str


@dataclass(frozen=True)
class ColumnShown:
    """A column of a table and the select of what it is."""

    id: str
    title: str
    example: str
    target: str
    is_recognised: bool


@dataclass(frozen=True)
class PartShown:
    """One setting of how a table is read: a select, or a field when there are no options."""

    id: str
    label: str
    value: str
    options: Options


@dataclass(frozen=True)
class TableShown:
    """A table: its columns, and in words how it is read."""

    id: int
    name: str
    columns: list[ColumnShown]
    tool: str
    said: list[str]  # « point-virgule », « Windows-1252 »
    problems: list[str]
    parts: list[PartShown]
    is_open: bool

    @property
    def n_recognised(self) -> int:
        """How many columns are known by their title."""
        return sum(bool(column.target) and column.is_recognised for column in self.columns)


@dataclass(frozen=True)
class FixShown:
    """A cell to correct: its field, what is written there and why it cannot be taken."""

    id: str
    label: str
    reason: str
    written: str
    value: str
    kind: str
    options: Options


@dataclass(frozen=True)
class RowShown:
    """A document of the import, as its line in a list says it."""

    id: int
    where: str
    number: str
    client_name: str = ""
    accepts: bool = False
    invoice_id: int | None = None
    is_stranger: bool = False  # somebody else's invoice: another SIREN than the account's
    reasons: list[str] = field(default_factory=list)
    fixes: list[FixShown] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def label(target: str) -> str:
    """What a target is called: « Date d'échéance »."""
    return _(tables.TARGETS[target]) if target in tables.TARGETS else target


def where(row: ImportRow, files: Mapping[int, ImportFile]) -> str:
    """« Ligne 18 », with the name of the file when there are several; the name of an electronic invoice."""
    file = files.get(row.file_id)
    name = file.name if file is not None else ""
    if not row.line:
        return name
    line = _("Ligne {n}", n=str(row.line))
    return f"{line}, {name}" if len(files) > 1 else line


def listed(row: ImportRow, files: Mapping[int, ImportFile]) -> RowShown:
    """A row of a list, with what differs and what is to check."""
    return RowShown(
        id=row.id,
        where=where(row, files),
        number=row.number[:60],
        client_name=row.client_name,
        accepts=row.accepts,
        invoice_id=row.invoice_id,
        differences=list(json.loads(row.differences_json)),
        warnings=list(json.loads(row.warnings_json)),
    )


def to_fix(row: ImportRow, files: Mapping[int, ImportFile], typed: Typed | None) -> RowShown:
    """A row to correct: a field for each cell that cannot be taken, and beside them the rest of the row."""
    problems: list[tuple[str, str, str]] = [tuple(found) for found in json.loads(row.problems_json)]
    cells = import_results.cells(row)
    shown = typed.shown if typed is not None else {}
    file = files.get(row.file_id)
    is_table = file is not None and file.format in import_lines.TABLES
    fixable = FIXABLE if is_table else frozenset(tables.CORRECTIONS)
    asked: dict[str, tuple[str, str]] = {}
    reasons: list[str] = []
    if file is not None and file.format == "pdf":
        asked = {column: (cells.get(column, ""), "") for column in TO_COMPLETE}
        reasons.append(_("Ce PDF ne contient pas de facture lisible : complétez-la ici, il lui sera joint."))
    for column, value, reason in problems:
        if column in fixable:
            asked[column] = (value, say(reason))
        else:
            reasons.append(say(reason))
    fixes = [
        _fix(row, column, (value, reason), shown.get(f"fix-{row.id}-{column}", as_typed(cells.get(column, value))))
        for column, (value, reason) in asked.items()
    ]
    line = where(row, files)
    others = [(label(column), text) for column, text in cells.items() if text.strip() and column not in asked]
    return RowShown(
        id=row.id,
        where=f"{line}, {_inside(fixes[0].label)}" if len(fixes) == 1 else line,
        number=row.number[:60] if "numero" not in asked else "",
        is_stranger=_is_stranger(row, problems),
        reasons=reasons,
        fixes=fixes,
        others=others,
    )


def _is_stranger(row: ImportRow, problems: Sequence[tuple[str, str, str]]) -> bool:
    """True when numbers say that the seller is not the account: no name can settle it."""
    if row.read_json == "{}" or all(column for column, *_rest in problems):
        return False
    read, account = serial.from_json(json.loads(row.read_json)), scope.current_account()
    is_other = import_matching.seller_problem(account, read.seller, read.buyer) is not None
    return is_other and not import_matching.may_be_ours(account, read.seller)


def _inside(words: str) -> str:
    """Words that begin a sentence, inside one: « montant TTC »."""
    first = words.partition(" ")[0]
    return words if first.isupper() and len(first) > 1 else words[:1].lower() + words[1:]


def _fix(row: ImportRow, column: str, problem: tuple[str, str], value: str) -> FixShown:
    written, reason = problem
    words = _WORDS.get(column)
    options: Options = []
    if words is not None:
        options = [(word, _(words[1][key])) for word, key in words[0].items()]
        if value not in words[0]:
            options = [(value, value or _("Choisissez")), *options]
    kind = "date" if column in _DAYS else "amount" if column in _AMOUNTS else "email" if column == "email" else "text"
    return FixShown(
        id=f"fix-{row.id}-{column}",
        label=label(column),
        # A reason that quotes what is written says it better than a quotation before it.
        reason=reason if value or not reason or not row.line else f"{_('Cellule vide.')} {reason}",
        written=written[:80] if written not in reason else "",
        value=value,
        kind=kind,
        options=options,
    )


def file_shown(file: ImportFile) -> FileShown:
    """What a file is."""
    return FileShown(
        name=file.name,
        what=_formats().get(file.format, ""),
        n_rows=file.n_rows,
        warnings=list(json.loads(file.warnings_json)),
        error=file.error,
    )


def _formats() -> dict[str, str]:
    return {
        "facturx": "Factur-X",
        "cii": "CII",
        "ubl": "UBL",
        "pdf": _("PDF sans données"),
        "csv": "CSV",
        "xlsx": _("Classeur"),
        "cdar": _("Statuts de facture électronique"),
        "statuses": _("Statuts de factures"),
        "zip": _("Archive ZIP"),
    }


def is_table(file: ImportFile) -> bool:
    """True for a table whose columns can be chosen."""
    return file.format in import_lines.TABLES and not file.error and file.is_read


def sellers(rows: Sequence[ImportRow]) -> list[str]:
    """The names of sellers that may be trade names of the account: no number says the contrary."""
    asked = [row for row in rows if any(column == SELLER for column, *_rest in json.loads(row.problems_json))]
    return list(dict.fromkeys(serial.from_json(json.loads(row.read_json)).seller.name for row in asked))


def table(file: ImportFile, typed: Typed | None, *, is_open: bool) -> TableShown:
    """A table, its columns and how it is read; what was typed and refused is shown as it was typed."""
    how, sent = import_lines.how_of(file), typed.shown if typed is not None else {}
    columns = []
    for index, (title, example, target, is_recognised) in enumerate(json.loads(file.table_json)["columns"]):
        name = f"col-{file.id}-{index}"
        columns.append(ColumnShown(name, title, example, sent.get(name, target), is_recognised))
    parts = [
        PartShown(f"{name}-{file.id}", words_of, sent.get(f"{name}-{file.id}", value), options)
        for name, words_of, value, options in _parts(file, how)
    ]
    said = []
    if file.format == "csv":
        separator = next((name for name, sign in SEPARATORS.items() if sign == how.separator), "")
        said = [_separators().get(separator, "").lower(), encodings.ENCODINGS.get(how.encoding, how.encoding)]
    elif how.sheet:
        said = [_("feuille « {nom} »", nom=how.sheet)]
    tool = how.preset if how.preset != row_values.CANONICAL else ""
    problems = [say(sentence) for sentence in tables.problems(how).values()] if typed is None else []
    is_wrong = typed is not None and any(part.id in typed.errors for part in parts)
    return TableShown(file.id, file.name, columns, tool, said, problems, parts, is_open or is_wrong)


def _separators() -> dict[str, str]:
    return {
        "point-virgule": _("Point-virgule"),
        "virgule": _("Virgule"),
        "tabulation": _("Tabulation"),
        "barre": _("Barre verticale"),
        "deux-points": _("Deux-points"),
    }


def _parts(file: ImportFile, how: tables.TableHow) -> list[tuple[str, str, str, Options]]:
    """What can be said of how a table is read: (name, label, value, options; none is a field to type in)."""
    parts: list[tuple[str, str, str, Options]] = []
    if file.format == "csv":
        separator = next((name for name, sign in SEPARATORS.items() if sign == how.separator), "")
        parts.append(("separateur", _("Séparateur"), separator, list(_separators().items())))
        parts.append(("encodage", _("Encodage"), how.encoding, list(encodings.ENCODINGS.items())))
    elif len(how.sheets) > 1:
        parts.append(("feuille", _("Feuille"), how.sheet, [(name, name) for name in how.sheets]))
    parts.append(("titres", _("Ligne des titres"), str(how.header_line), []))
    order = next(name for name, is_first in DAYS.items() if is_first == how.day_first)
    days = [(name, _(tables.DATE_ORDERS[is_first])) for name, is_first in DAYS.items()]
    parts.append(("dates", _("Ordre des dates"), order, days))
    sign = next((name for name, one in DECIMALS.items() if how.is_decimal_proved and one == how.decimal), "")
    signs = [(name, _(tables.DECIMALS[one])) for name, one in DECIMALS.items()]
    if not sign:
        signs.insert(0, ("", _("Selon chaque montant")))
    parts.append(("decimale", _("Décimales"), sign, signs))
    return parts
