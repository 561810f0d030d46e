"""What each column of a table holds: told by its title, else guessed from what is in it."""

import re
from collections.abc import Callable, Sequence

from relance.imports import cells, words
from relance.imports.table import Cells, plain
from relance.imports.titles import BY_TITLE, BY_VAGUE_TITLE, by_title, key
from relance.rules.money import CURRENCIES

_DATE = re.compile(r"[0-9]{1,4}[/.\-][0-9]{1,2}[/.\-][0-9]{1,4}(?:[T ].*)?")
_AMOUNT = re.compile(r"[^\w]*(?:[A-Z]{3} ?)?[0-9][0-9 .,'\u00a0\u202f]*(?: ?[A-Z]{3})?[^\w]*")
_E_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+(?:[,; ]+[^@\s,;]+@[^@\s,;]+)*")
_INVOICE_NUMBER = re.compile(r"[A-Z]{1,6}[ \-_/]?[0-9]{2,8}(?:[\-_/][0-9]{1,8})*")
_VAT = re.compile(r"(?:FR ?[0-9A-Z]{2}|(?!FR)[A-Z]{2}) ?[0-9 ]{8,12}")
_LONG = 120  # a longer cell is a text, and would keep these patterns busy for ever
_CERTAIN = 0.9  # of the cells that are not empty


def titles_at(lines: Sequence[Cells]) -> int | None:
    """The index of the line of titles among the first ones of a file, or None when none of them looks like titles.

    It is the line whose cells name the most targets; without two names we know, the first line as wide as the
    others, all in words, with figures or dates under it.
    """
    best, most = None, 1
    for index, (_, found) in enumerate(lines[:50]):
        named = {by_title(cell) or BY_VAGUE_TITLE.get(key(cell), "") for cell in found} - {""}
        if len(named) > most and not any(_looks_like_data(cell) for cell in found):
            best, most = index, len(named)
    if best is not None:
        return best
    widths = [len(found) for _, found in lines if len(found) > 1]
    usual = max(set(widths), key=widths.count) if widths else 0
    for index, (_, found) in enumerate(lines[:50]):
        if len(found) >= usual > 1:
            filled = [cell for cell in found if cell]
            is_in_words = len(filled) > len(found) / 2 and not any(_looks_like_data(cell) for cell in filled)
            below = [cell for _, other in lines[index + 1 : index + 4] for cell in other]
            return index if is_in_words and any(_looks_like_data(cell) for cell in below) else None
    return None


def _looks_like_data(cell: str) -> bool:
    if len(cell) > _LONG:
        return False
    return bool(_DATE.fullmatch(cell) or _AMOUNT.fullmatch(cell) or _E_MAIL.fullmatch(cell))


def n_known(titles: Sequence[str]) -> int:
    """How many targets the titles name."""
    return len({by_title(title) for title in titles} - {""})


def guess(titles: Sequence[str], samples: Sequence[Sequence[str]]) -> list[tuple[str, bool]]:
    """For each column its target, or nothing, and whether its title tells it. No target twice.

    ``samples`` are the first cells of each column. Dates and amounts are never told apart by what they look like.
    """
    found: list[tuple[str, bool]] = [("", False)] * len(titles)
    taken: set[str] = set()

    def take(index: int, target: str, is_recognised: bool) -> None:
        if target and target not in taken and not found[index][0]:
            taken.add(target)
            found[index] = (target, is_recognised)

    keys = [key(title) for title in titles]
    has_first_name = any(BY_TITLE.get(each) == "prenom" for each in keys)
    for index, each in enumerate(keys):
        take(index, BY_TITLE.get(each, ""), True)
    for index, each in enumerate(keys):
        is_last_name = has_first_name and each in ("nom", "nom_client", "nom_contact")
        take(index, "nom" if is_last_name else "", True)
    for index, each in enumerate(keys):
        take(index, BY_VAGUE_TITLE.get(each, ""), False)
    for index in range(len(titles)):
        if not found[index][0]:
            take(index, _by_content(samples[index]), False)
    return found


def _by_content(column: Sequence[str]) -> str:
    """The target that the cells of a column show by themselves, or nothing."""
    filled = [cell for cell in column if cell and len(cell) <= _LONG]
    if not filled:
        return ""
    for target, shows in _SHOWS.items():
        if sum(1 for cell in filled if shows(cell)) >= len(filled) * _CERTAIN:
            return target
    return ""


def _is_siren(cell: str) -> bool:
    try:
        return cells.has_valid_key(cells.siren(cell))
    except ValueError:
        return False


def _is_one_of(known: dict[str, str]) -> Callable[[str], bool]:
    return lambda cell: plain(cell) in known


_SHOWS: dict[str, Callable[[str], bool]] = {
    "email": lambda cell: bool(_E_MAIL.fullmatch(cell)),
    "client_siren": _is_siren,
    "client_tva": lambda cell: bool(_VAT.fullmatch(cell)),
    "devise": lambda cell: cell == "€" or cell.upper() in CURRENCIES,
    "statut": _is_one_of(words.ANY_STATES),
    "type": _is_one_of(words.ANY_KINDS),
    "mode_paiement": _is_one_of(words.ANY_PAYMENT_MEANS),
    "numero": lambda cell: bool(_INVOICE_NUMBER.fullmatch(cell)) and not cell[:2].isdigit(),
}


def letter(index: int) -> str:
    """The name of a column without a title, as spreadsheets count them: 0 is « Colonne A », 27 « Colonne AB »."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return f"Colonne {name}"


def day_first(column: Sequence[str]) -> bool | None:
    """Whether days come before months in these dates: None when nothing proves it, or all and its contrary."""
    firsts = seconds = False
    for cell in column:
        if found := cells.NUMBERS.match(cell):
            firsts = firsts or int(found[1]) > 12
            seconds = seconds or int(found[2]) > 12
    return None if firsts == seconds else firsts


_COMMA = re.compile(r".*[0-9],[0-9]{1,2}|[0-9.]+\.[0-9]{3},[0-9]+")
_POINT = re.compile(r".*[0-9]\.[0-9]{1,2}|[0-9,]+,[0-9]{3}\.[0-9]+|[0-9]+\.[0-9]{4,}")
_MONEY = re.compile(r"[^0-9.,]")


def decimal(column: Sequence[str]) -> str:
    """The decimal sign of these amounts: « , », « . », or nothing when nothing proves it, or all and its contrary."""
    bare = [_MONEY.sub("", cell) for cell in column]
    comma = any(_COMMA.fullmatch(cell) for cell in bare)
    point = any(_POINT.fullmatch(cell) for cell in bare)
    if comma == point:
        return ""
    return "," if comma else "."


def has_both_orders(column: Sequence[str]) -> bool:
    """True when some dates have the day first, and others the month: none of the two orders reads them all."""
    found = [each for each in map(cells.NUMBERS.match, column) if each]
    return any(int(each[1]) > 12 for each in found) and any(int(each[2]) > 12 for each in found)


_STATUS_CODES = frozenset("code code_statut status_code code_status statut_code code_etat cdv".split())


def is_status_code(title: str) -> bool:
    """True when a column holds the codes of the life of an electronic invoice (207, 210…)."""
    return key(title) in _STATUS_CODES
