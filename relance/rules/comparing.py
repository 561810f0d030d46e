"""Two texts word by word: what was added and what was taken out, to be read by anybody."""

import difflib
import re
from dataclasses import dataclass

_WORDS = re.compile(r"\s+|\{[^{}]*\}|\w+|[^\w\s]")
_MOST = 20_000  # words and spaces of both texts together: beyond, each line is compared as a whole


@dataclass(frozen=True)
class Piece:
    """Some of the text. ``kind``: same, in (only in the new one) or out (only in the old one)."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in reading order; joined without « in » they are ``old``, without « out » ``new``."""
    before, after = _split(old, new), _split(new, old)
    pieces: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i:j])))
            continue
        if j > i:
            pieces.append(Piece("out", "".join(before[i:j])))
        if m > k:
            pieces.append(Piece("in", "".join(after[k:m])))
    return pieces


def _split(text: str, other: str) -> list[str]:
    return text.splitlines(keepends=True) if len(text) + len(other) > _MOST else _WORDS.findall(text)
