"""Words found whatever their accents, case and apostrophes: « ble d'or » finds « Blé d’Or »."""

import unicodedata
from collections.abc import Sequence
from functools import cache, reduce
from operator import or_
from typing import Any

from peewee import OP, Expression, fn

from relance import db

LONGEST = 100  # characters of a search; what is longer is cut
_LATIN = (*range(0x41, 0x100), *map(ord, "ŒœŸŠšŽž"))  # few letters to a class: a hundred thousand rows are compared
_APOSTROPHES = "'’ʼ"
_SPACES = " \u00a0\u202f"


def asked(text: str) -> str:
    """What was typed, on one line, without what no column can hold: PostgreSQL has no NUL, UTF-8 no half character."""
    kept = "".join(" " if letter == "\0" or "\ud800" <= letter <= "\udfff" else letter for letter in text[:5_000])
    return " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST].strip()


def plain(text: str) -> str:
    """Without accents, in lower case, with the apostrophe and the space of keyboards."""
    decomposed = unicodedata.normalize("NFKD", text).replace("’", "'").replace("ʼ", "'")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def holds(field: Any, words: str) -> Expression:
    """True where ``field`` holds ``words`` somewhere. Nothing in ``words`` is a wildcard.

    Each letter becomes the class of its accented forms, which both engines compare without a function per row.
    """
    classes = [_forms(letter) for letter in _composed(words)]
    if db.is_sqlite():
        # LIKE is four times faster than GLOB, which then settles the few rows it lets through.
        likely: Any = fn.LIKE("%" + "".join(map(_in_like, classes)) + "%", field, "\\") == 1
        both: Expression = likely & (fn.GLOB("*" + "".join(map(_in_glob, classes)) + "*", field) == 1)
        return both
    found: Expression = field.regexp("".join(map(_in_regex, classes)))
    return found


def any_holds(fields: Sequence[Any], words: str) -> Expression:
    """True where one of ``fields`` holds ``words``, which are on one line."""
    if db.is_sqlite():
        return reduce(or_, [holds(field, words) for field in fields])
    # One expression a row costs PostgreSQL half of one a column; no pattern spans two lines.
    joined: Any = fn.CONCAT_WS("\n", *fields)
    return Expression(joined, OP.REGEXP, "".join(_in_regex(_forms(letter)) for letter in _composed(words)))


@cache
def _variants() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in _LATIN:
        letter, base = chr(code), plain(chr(code))
        if len(base) == 1 and letter.isalpha():
            found[base] = found.get(base, "") + letter
    return found


def _composed(words: str) -> str:
    """Each letter with its accent, in one character."""
    return unicodedata.normalize("NFC", words)


def _forms(letter: str) -> str:
    """Every way of writing a letter of a search: « e » is « eEéÉèÈêÊëË »."""
    for family in (_APOSTROPHES, _SPACES):
        if letter in family:
            return family
    cases = [form for form in (letter, letter.lower(), letter.upper()) if len(form) == 1]
    return "".join(dict.fromkeys([*_variants().get(plain(letter), ""), *cases]))


def _in_like(forms: str) -> str:
    if len(forms) > 2 or not forms.isascii():
        return "_"
    return f"\\{forms}" if forms in ("%", "_", "\\") else forms[0]


def _in_glob(forms: str) -> str:
    """A class of GLOB, which has no escape: « [ », « * » and « ? » are plain between brackets, « ] » outside them."""
    return f"[{forms}]" if len(forms) > 1 or forms in "[*?" else forms


def _in_regex(forms: str) -> str:
    """A class of PostgreSQL's regular expressions; a sign is escaped."""
    if len(forms) > 1:
        return f"[{forms}]"
    return forms if forms.isalnum() or not forms.isascii() else f"\\{forms}"
