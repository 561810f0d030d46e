"""A postal address as it is printed in the window of an envelope (AFNOR XP Z10-011).

At most six lines of 38 characters, and the country on a seventh for foreign mail; capitals without
accents; no punctuation in the lines that sorting machines read. What does not fit is cut, and said.
"""

import re
import unicodedata
from dataclasses import dataclass

from babel import Locale

MAX_LINES = 6
MAX_LENGTH = 38
_AFTER_GREEK = "\u0400"  # Latin and Greek stand before: their accents fall in capitals

# France and the overseas territories served with a French postcode and no country line.
DOMESTIC = frozenset(["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF"])

_POSTCODE_AND_TOWN = re.compile(r"(?:F(?:R|RANCE)? ?)?([0-9]{2}) ?([0-9]{3}) (.+)")
_LAST_LINE = re.compile(r"(?:[A-Za-z]{1,3}-)?[0-9 ]{4,6} (\D+?)(?: cedex.*)?", re.IGNORECASE)
_PARTICLES = re.compile(r"(?<=[\s'’-])(?:De|Du|Des|Le|La|Les|En|Et|Sur|Sous|Aux?|D|L)(?=[\s'’-])")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})
_WAYS = {
    "ALLEE": "ALL",
    "AVENUE": "AV",
    "BATIMENT": "BAT",
    "BOULEVARD": "BD",
    "CENTRE COMMERCIAL": "CCAL",
    "CHEMIN": "CHE",
    "FAUBOURG": "FG",
    "IMPASSE": "IMP",
    "LIEU DIT": "LD",
    "LOTISSEMENT": "LOT",
    "PASSAGE": "PAS",
    "PLACE": "PL",
    "RESIDENCE": "RES",
    "ROUTE": "RTE",
    "SAINTE": "STE",
    "SAINT": "ST",
    "SQUARE": "SQ",
    "ZONE ARTISANALE": "ZA",
    "ZONE INDUSTRIELLE": "ZI",
}


@dataclass(frozen=True)
class Printed:
    """The lines to print, and French sentences on what is missing or does not fit.

    ``is_complete`` is False when the letter could not be delivered: no town, no street.
    """

    lines: tuple[str, ...]
    problems: tuple[str, ...]
    is_complete: bool


def compose(name: str, address: str, country: str = "FR", attention: str = "") -> Printed:
    """Lay out the address of ``name``. ``address`` holds the lines from the street to the town.

    ``attention`` is the person or the service, printed under the name. ``country`` is an ISO 3166 code.
    """
    problems: list[str] = []
    typed = [_clean(line, problems) for line in address.splitlines()]
    typed = [line for line in typed if line]
    is_domestic = country.upper() in DOMESTIC or not country
    where = country_name(country)
    if typed and _plain(typed[-1]) == where:
        typed.pop()  # the country line is ours to write
    heads = [_capitals(_clean(line, problems)) for line in (name, attention)]
    if typed and heads[0] and _plain(typed[0]) == _plain(heads[0]):
        typed.pop(0)
    body = [line for line in map(_plain, typed) if line]
    has_town = _normalise_town(body, is_domestic, problems)
    lines = _fit_heads([head for head in heads if head], len(body), problems)
    lines += [_fit(line, problems) for line in body]
    if len(lines) > MAX_LINES:
        dropped = lines[1 : len(lines) - MAX_LINES + 1]
        shown = " », « ".join(dropped)
        problems.append(f"L'adresse tient sur six lignes : « {shown} » n'est pas imprimé.")
        lines = [lines[0], *lines[len(lines) - MAX_LINES + 1 :]]
    if not is_domestic:
        lines.append(where[:MAX_LENGTH])
    has_street = len(body) > 1 or bool(body and " CEDEX" in body[-1])
    if body and not has_street and (has_town or not is_domestic):
        problems.append("Il manque la rue ou le lieu-dit, au-dessus de la ville.")
    if not heads[0]:
        problems.append("Il manque le nom du destinataire.")
    return Printed(tuple(lines), tuple(problems), bool(heads[0]) and has_town and has_street)


def town_of(address: str) -> str:
    """The town of the last line, for « Lyon, le … »: « 69002 LYON CEDEX 02 » → « Lyon »; empty if unreadable."""
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    found = _LAST_LINE.fullmatch(lines[-1]) if lines else None
    town = found[1].strip() if found else ""
    return _PARTICLES.sub(lambda match: match[0].lower(), town.title()) if town.isupper() else town


def country_name(country: str) -> str:
    """The country in French capitals: « BE » → « BELGIQUE »; the code itself when it is not one."""
    return _plain(str(Locale("fr").territories.get(country.upper(), country)))


def _normalise_town(body: list[str], is_domestic: bool, problems: list[str]) -> bool:
    """Write the last line « 67000 STRASBOURG ». True when there is such a line (any, abroad)."""
    if not body:
        problems.append("L'adresse postale est vide.")
        return False
    if not is_domestic:
        return len(body) > 1
    town = _POSTCODE_AND_TOWN.fullmatch(body[-1])
    if town is None:
        problems.append(
            f"La dernière ligne de l'adresse, « {body[-1]} », n'est pas un code postal suivi d'une ville "
            "(par exemple 67000 STRASBOURG)."
        )
        return False
    body[-1] = f"{town[1]}{town[2]} {town[3]}"
    return True


def _fit_heads(heads: list[str], used: int, problems: list[str]) -> list[str]:
    """The name and the person: a long one continues on the next line while six lines are enough."""
    lines: list[str] = []
    for index, head in enumerate(heads):
        room = MAX_LINES - used - len(lines) - (len(heads) - index - 1)
        wrapped = _wrap(head)
        if len(wrapped) <= max(room, 1) and all(len(line) <= MAX_LENGTH for line in wrapped):
            lines += wrapped
        else:
            lines.append(_cut(head, problems))
    return lines


def _fit(line: str, problems: list[str]) -> str:
    """One line of the address itself, abbreviated when it is too long, then cut."""
    if len(line) > MAX_LENGTH:
        for word, short in _WAYS.items():
            line = re.sub(rf"\b{word}\b", short, line)
    return _cut(line, problems)


def _cut(line: str, problems: list[str]) -> str:
    if len(line) <= MAX_LENGTH:
        return line
    kept = line[: MAX_LENGTH + 1].rpartition(" ")[0] or line[:MAX_LENGTH]
    problems.append(f"« {line} » dépasse 38 caractères : la lettre porte « {kept} ».")
    return kept


def _wrap(text: str) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= MAX_LENGTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _clean(line: str, problems: list[str]) -> str:
    """Without what cannot be printed: control characters, emoji and other pictures."""
    kept = [letter if unicodedata.category(letter)[0] in "LNPZM" or letter in "+&=" else " " for letter in line]
    lost = {letter for letter in line if unicodedata.category(letter) in ("So", "Sk", "Cn", "Co")}
    if lost:
        problems.append(f"Des caractères de « {line.strip()} » ne s'impriment pas sur une enveloppe.")
    return " ".join("".join(kept).split())


def _capitals(text: str) -> str:
    """Capitals without accents; other alphabets keep their marks, which are other letters there (И and Й)."""
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFKD", text.translate(_LIGATURES)):
        if not unicodedata.combining(char):
            base = char
        elif base < _AFTER_GREEK:
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).upper()


def _plain(text: str) -> str:
    """Capitals without accents nor punctuation, as the lines read by machines."""
    kept = [char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in _capitals(text)]
    return " ".join("".join(kept).split())
