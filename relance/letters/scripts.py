"""Text of any script, printed without a single empty box, the same on a machine full of fonts as on a bare one.

Only our own fonts are used. What none of them has is written in Latin letters (anyascii); pictures that are no
letters (emoji) and marks that nobody sees are left out. Both steps are told to the person (``rewritten``).
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).with_name("scripts.css")
FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
BASE = ("spectral-latin-400", "spectral-latin-600", "hanken-grotesk-latin-wght")
OTHERS = (
    ("spectral-latin-ext-400", "hanken-grotesk-latin-ext-wght"),
    ("spectral-vietnamese-400", "hanken-grotesk-vietnamese-wght"),
    ("spectral-cyrillic-400", "noto-sans-cyrillic-500"),
    ("noto-serif-greek-400", "noto-sans-greek-500"),
    ("noto-naskh-arabic-arabic-400",),
    ("noto-sans-hebrew-hebrew-400",),
)
_JOINERS = "\u200c\u200d"  # Persian and Arabic spell with them
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
_NARROW_SPACES = "\u202f\u2007\u2060"
_PICTURE = re.compile(r":[a-z0-9_+-]+:")
_LONGEST = 60  # characters of a word that nothing cuts: two lines of the narrowest column
_ENDLESS = re.compile(rf"(?:&[^;\s]{{1,8}};|[^\s&]){{{_LONGEST}}}(?=[^\s]{{10}})")
_TAG = re.compile(r"(<[^>]*>)")
_MARKUP = re.compile(r"(<[^>]*>|&#?\w+;)")
CUT = "\u200b"  # zero-width space: a line may end there
_PLAIN = re.compile(
    r"[\n\t\x20-\x7e\xa0-\xac\xae-\xff\u0152\u0153\u0178\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u20ac]*"
)


def needs_others(text: str) -> bool:
    """True when a letter of ``text`` is not in the Latin fonts: the other ones must be there to print it."""
    return _PLAIN.fullmatch(text) is None and not set(text) - {"\n", "\t", CUT} <= covered_by(BASE)


def readable(text: str) -> str:
    """``text`` as it can be printed: composed, with each character that no font of ours has in Latin letters."""
    return text if _PLAIN.fullmatch(text) else _written(unicodedata.normalize("NFC", text))


def readable_page(page: str) -> str:
    """The same for a page of HTML: what is put in is escaped. A word without end may be cut every 60 characters.

    Letters are composed within the text alone, never with a tag or an entity: « > » and U+0338 make « ≯ », and the
    tag would never end. Laying out a word of 10,000 characters takes seconds, each line being looked for in what is
    left of it.
    """
    if not _PLAIN.fullmatch(page):
        parts = _MARKUP.split(page)
        parts[::2] = [unicodedata.normalize("NFC", text) for text in parts[::2]]
        page = _written("".join(parts), html.escape)
    pieces = _TAG.split(page)
    pieces[::2] = [_ENDLESS.sub(lambda found: found[0] + CUT, text) for text in pieces[::2]]
    return "".join(pieces)


def rewritten(text_lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The lines that will not be printed as they are written: (written, printed), once each."""
    pairs = ((line, " ".join(readable(line).split())) for line in text_lines)
    return tuple(dict.fromkeys(pair for pair in pairs if pair[1] != _composed(pair[0])))


@cache
def covered() -> frozenset[str]:
    """The characters that print as themselves, in the text of a letter and in the envelope window alike."""
    return covered_by(BASE).union(*(covered_by(fonts) for fonts in OTHERS)) - {"\u00ad"}


@cache
def covered_by(fonts: tuple[str, ...]) -> frozenset[str]:
    """The characters that each of these files of ``static/fonts`` has."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    found = []
    for name in fonts:
        with TTFont(FONTS / f"{name}-normal.woff2", lazy=True) as font:
            found.append({chr(code) for code in font.getBestCmap()})
    return frozenset.intersection(*map(frozenset, found))


def _written(composed: str, escape: Callable[[str], str] = str) -> str:
    """``composed`` with each character that no font of ours has in other letters, escaped, one by one."""
    unknown = {char for char in set(composed) if char not in "\n\t" and not _prints(char)}
    return composed.translate({ord(char): escape(_instead(char)) for char in unknown}) if unknown else composed


def _prints(char: str) -> bool:
    return char in covered() and (char in _JOINERS or unicodedata.category(char) not in _INVISIBLE)


def _instead(char: str) -> str:
    """What is printed in place of a character that no font of ours has."""
    from anyascii import anyascii

    if char in _NARROW_SPACES:
        return "\u00a0" if char != "\u2060" else ""
    if unicodedata.category(char) == "Zs":
        return " "
    if unicodedata.category(char) in (*_INVISIBLE, "Mn", "Me", "Sk"):
        return ""
    for form in ("NFKC", "NFKD"):
        simpler = "".join(c for c in unicodedata.normalize(form, char) if not unicodedata.combining(c))
        if simpler and simpler != char and all(_prints(c) for c in simpler):
            return simpler
    latin = str(anyascii(char))
    return "" if _PICTURE.fullmatch(latin) else latin


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
