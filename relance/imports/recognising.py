"""How a table is read, at first sight: its encoding, its separator, its titles, its columns, its dates and amounts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from relance.imports import columns, encodings, presets, table, workbook
from relance.imports.encodings import ENCODINGS
from relance.imports.row_values import CANONICAL, COLUMNS, REQUIRED
from relance.imports.table import SEPARATORS, Cells, plain
from relance.imports.table_how import NO_TITLES, Column, Recognised, TableHow
from relance.imports.targets import TARGETS
from relance.imports.titles import key
from relance.imports.values import RefusedError

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
REASON = "raison"  # the column that our own file of rejected rows adds
AMOUNTS = ("montant_ttc", "montant_ht", "montant_tva", "deja_regle", "reste_a_payer")


def recognise(content: bytes, file_format: str, known: TableHow | None = None) -> Recognised:
    """How this CSV or XLSX is read; RefusedError, in French, when it is no table.

    ``known``: what is known already. What is set in it wins: an encoding, a separator, a sheet, a line of titles,
    and its columns when there are as many in the file. ``TableHow.lasting`` is what to remember for another file.
    """
    asked = known or TableHow()
    laid_out, warnings = (_sheet if file_format == "xlsx" else separated)(content, asked)
    first = _first_lines(content, file_format, laid_out)
    header_line = _header_line(first, asked)
    below = [cells for line, cells in first if line > header_line]
    titles = _titles(first, header_line, below)
    if not below:
        raise RefusedError(NO_ROWS)
    if header_line == NO_TITLES and asked.header_line != NO_TITLES:
        warnings.append(NO_TITLE_LINE)
    samples = [[cells[n] for cells in below[:_SAMPLE] if n < len(cells)] for n in range(len(titles))]
    preset, guesses = _guess(titles, samples)
    targets = tuple(target for target, _ in guesses)
    is_known = len(asked.columns) == len(titles) and not asked.is_elsewhere()
    if is_known:
        targets = tuple(target if target in TARGETS else "" for target in asked.columns)
    how = replace(
        laid_out, header_line=header_line, columns=targets, titles=tuple(titles), preset=asked.preset or preset
    )
    how, told = _with_formats(content, file_format, replace(how, layout=how.where()), asked if is_known else None)
    warnings.extend(told)
    if how.is_canonical:
        unread = [plain(title) for title, target in zip(titles, targets, strict=True) if not target]
        unknown = [title for title in unread if title and title != REASON]
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


def separated(content: bytes, asked: TableHow) -> tuple[TableHow, list[str]]:
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


def all_lines(content: bytes, file_format: str, how: TableHow) -> Iterator[Cells]:
    """Every line of the file that is not blank, cut as ``how`` says; RefusedError where it cannot be followed."""
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
    return preset.name, _of_preset(preset, [key(title) for title in titles], guesses)


def _of_preset(preset: presets.Preset, keys: list[str], guesses: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The columns of a preset, the first ones it names first, and of the others those whose title tells."""
    named = {key(title): target for title, target in preset.columns.items()}
    taken: dict[str, str] = {}
    for title, target in named.items():
        if title in keys:
            taken.setdefault(target, title)
    found: list[tuple[str, bool]] = []
    for title, (guessed, tells) in zip(keys, guesses, strict=True):
        # What a preset does not name is read if its title tells it, or if no invoice goes without it.
        may_be = guessed not in taken and (tells or guessed in REQUIRED)
        target = named.get(title, guessed if may_be else "")
        is_it = bool(target) and taken.get(target, title) == title and target not in {other for other, _ in found}
        found.append((target, title in named or tells) if is_it else ("", False))
    return found


def _with_formats(
    content: bytes, file_format: str, how: TableHow, known: TableHow | None
) -> tuple[TableHow, list[str]]:
    """The order of dates and the decimal sign that the columns prove, or those that a person chose."""
    dates: list[str] = []
    amounts: list[str] = []
    wanted = [(n, dates) for n, target in enumerate(how.columns) if target in _DATES]
    wanted += [(n, amounts) for n, target in enumerate(how.columns) if target in AMOUNTS]
    lines = (
        all_lines(content, file_format, how) if file_format != "xlsx" else iter(_first_lines(content, file_format, how))
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
    if columns.has_both_orders(dates):
        told.append(BOTH_ORDERS)
    is_proved = bool(decimal)
    is_chosen = known is not None and (known.is_decimal_proved or known.decimal != ",")
    if known is not None and is_chosen and (known.header_line >= 0 or not decimal):
        # What a person chose, or what this tool wrote before; the comma is also what is there when nobody chose.
        decimal, is_proved = known.decimal, True
    return replace(how, day_first=day_first, decimal=decimal or ",", is_decimal_proved=is_proved), told
