"""Good files, nasty values, and mutations of bytes, whatever they are."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_BYTES = 3_000_000  # what a mutation may grow to: what is larger is refused by its size before it is read

NASTY = (
    "",
    " ",
    "\u00a0",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\x00",
    "\x1b[2J",
    "-0",
    "-0.00",
    "+1",
    "1e400",
    "1E-9",
    "9" * 30,
    "9" * 5000,
    "NaN",
    "-Infinity",
    "sNaN",
    "0x10",
    "१२३",
    "²",
    "①",
    "1.234.567,89",
    "1,234.56",
    "1'234",
    "12 345,6",
    "00000000",
    "99991231",
    "20260230",
    "2026-02-30",
    "31/02/2026",
    "0000-00-00",
    "+262143-12-31",
    "2026-11-02T25:61:61Z",
    "2026-11-02+14:00",
    "46327",
    "EUR",
    "XXX",
    "€",
    "380",
    "381",
    "FR76",
    "FR7630006000011234567890189",
    "732829320",
    "a@b",
    '"a"@[127.0.0.1]',
    "é" * 300,
    "A" * 70_000,
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "&#0;",
    "&x;",
    "]]>",
    "%s%n{0}{x.__class__}",
    "\u0130\u0131\u1e9e",
    "İ",
    "🧾" * 40,
)

_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True)
class Good:
    """A file to start from. ``kind``: xml, csv, pdf, zip (a spreadsheet too), other."""

    name: str
    content: bytes
    kind: str


Maker = Callable[[random.Random, bytes, Sequence[Good]], bytes]


def flip(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """A few bits the other way."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    return content[: chance.randint(0, len(content))]


def _drop(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    start, end = _span(chance, len(content))
    return content[:start] + content[end:]


def _double(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    start, end = _span(chance, len(content))
    return content[:end] + content[start:end] * chance.choice((1, 2, 50)) + content[end:]


def _splice(chance: random.Random, content: bytes, goods: Sequence[Good]) -> bytes:
    other = chance.choice(goods).content
    return content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]


def _insert(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    at = chance.randint(0, len(content))
    what = chance.choice(
        (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\x1a", chance.randbytes(chance.randint(1, 64)))
    )
    return content[:at] + what + content[at:]


def _figure(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """Another number where there is one: a length, an offset, an amount."""
    found = list(_NUMBER.finditer(content[:200_000]))
    if not found:
        return content
    place = chance.choice(found)
    value = chance.choice((b"0", b"-1", b"1", b"65536", b"2147483648", b"99999999999999999999", b"1" * 5000))
    return content[: place.start()] + value + content[place.end() :]


BYTES: tuple[Maker, ...] = (flip, _cut, _drop, _double, _splice, _insert, _figure)


def _span(chance: random.Random, size: int) -> tuple[int, int]:
    start = chance.randint(0, size)
    return start, min(size, start + int(chance.expovariate(1 / 200)))
