"""Two texts compared: what was added and what was taken out, to be read by anybody."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\s+|\{[^{}]*\}|\w+|[^\w\s]")
_ALIKE = 0.6  # below, a paragraph is shown as replaced: single words kept here and there could not be read
_MOST = 4_000  # words of one passage, or lines of a text: beyond, it is shown as replaced


@dataclass(frozen=True)
class Piece:
    """Some of the text. ``kind``: same, in (only in the new one) or out (only in the old one)."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in reading order; joined without « in » they are ``old``, without « out » ``new``.

    Paragraphs first, then the words of those that are much alike.
    """
    found: list[Piece] = []
    lines = (old.splitlines(keepends=True), new.splitlines(keepends=True))
    if sum(map(len, lines)) > _MOST and old != new:
        return _pieces("replace", old, new)
    for tag, before, after in _changes(*lines):
        words = (_WORDS.findall(before), _WORDS.findall(after)) if tag == "replace" else ([], [])
        is_short = sum(map(len, words)) <= _MOST
        if tag == "replace" and is_short and difflib.SequenceMatcher(None, *words, autojunk=False).ratio() >= _ALIKE:
            for kind, out, put in _changes(*words):
                found += _pieces(kind, out, put)
        else:
            found += _pieces(tag, before, after)
    return found


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag, "".join(old[i:j]), "".join(new[k:m])


def _pieces(tag: str, out: str, put: str) -> list[Piece]:
    if tag == "equal":
        return [Piece("same", out)]
    return [piece for piece in (Piece("out", out), Piece("in", put)) if piece.text]
