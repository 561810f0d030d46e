"""Mutations of XML and of CSV, found as text: good enough for a file that may be wrong already."""

import random
import re
from collections.abc import Callable, Sequence

from bench.mutation_bytes import MAX_BYTES, NASTY, Good, Maker

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-7", "cp037")
DECLARED = ("UTF-8", "UTF-16", "ISO-8859-1", "windows-1252", "UTF-7", "UCS-4", "cp037", "IBM01140", "rot13", "x", "hex")


_TAG = re.compile(r"<(/?)([\w:.-]+)((?:\s[^<>]*?)?)(/?)>")
_TEXT = re.compile(r">([^<>]+)<")
_ATTRIBUTE = re.compile(r'(?<![\w:.-])([\w:.-]{1,60})="([^"<>]*)"')


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass" if "\ud800" in text else "surrogateescape")


def _xml_value(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    return _swap_one(chance, content, _TEXT, lambda _old: chance.choice(NASTY))


def _xml_attribute(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    text = _text(content)
    found = list(_ATTRIBUTE.finditer(text))
    if not found:
        return content
    place, other = chance.choice(found), chance.choice(found)
    value = other[2] if chance.random() < 0.5 else chance.choice(NASTY)
    name = place[1] if chance.random() < 0.8 else other[1]
    return _bytes(f'{text[: place.start()]}{name}="{value}"{text[place.end() :]}')


def _xml_less(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """Without an element, all it holds included."""
    text = _text(content)
    if (found := _element(chance, text)) is None:
        return content
    return _bytes(text[: found[0]] + text[found[1] :])


def _xml_more(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """An element once more, or thousands of times, there or elsewhere."""
    text = _text(content)
    if (found := _element(chance, text)) is None:
        return content
    piece = _times(text[found[0] : found[1]], chance.choice((1, 1, 2, 30, 2000)))
    at = found[1] if chance.random() < 0.6 else chance.choice(list(_TAG.finditer(text))).end()
    return _bytes(text[:at] + piece + text[at:])


def _xml_moved(chance: random.Random, content: bytes, goods: Sequence[Good]) -> bytes:
    """An element of another file in the place of one."""
    text = _text(content)
    others = [good for good in goods if good.kind == "xml"]
    other = _text(chance.choice(others).content) if others else text
    here, there = _element(chance, text), _element(chance, other)
    if here is None or there is None:
        return content
    return _bytes(text[: here[0]] + other[there[0] : there[1]] + text[here[1] :])


def _xml_renamed(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    text = _text(content)
    names = list({found[2] for found in _TAG.finditer(text)})
    if len(names) < 2:
        return content
    old, new = chance.sample(sorted(names), 2)
    return _bytes(re.sub(rf"(</?){re.escape(old)}(?=[\s/>])", rf"\g<1>{new}", text))


def _xml_deep(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """An element inside itself, again and again."""
    text = _text(content)
    tags = [found for found in _TAG.finditer(text) if not found[1] and not found[4]]
    if not tags:
        return content
    tag, depth = chance.choice(tags), chance.choice((3, 200, 20_000))
    opening, closing = _times(f"<{tag[2]}>", depth), _times(f"</{tag[2]}>", depth)
    return _bytes(text[: tag.start()] + opening + text[tag.start() :] + closing)


def _xml_declared(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """Another encoding declared, used, or both."""
    text = re.sub(r"^\ufeff?<\?xml[^>]*\?>", "", _text(content))
    if chance.random() < 0.8:
        text = f'<?xml version="1.0" encoding="{chance.choice(DECLARED)}"?>{text}'
    return text.encode(chance.choice(ENCODINGS), "replace")


def _xml_typed(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """A document type, an entity, a stylesheet."""
    told = chance.choice(
        (
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
            '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;">]>',
            '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
        )
    )
    text = _text(content)
    at = text.find("?>") + 2 if "?>" in text[:200] else 0
    return _bytes(text[:at] + told + text[at:])


def _element(chance: random.Random, text: str) -> tuple[int, int] | None:
    """Where an element begins and ends, found as text: good enough for a file that may be wrong already."""
    tags = [found for found in _TAG.finditer(text) if not found[1]]
    if not tags:
        return None
    tag = chance.choice(tags)
    if tag[4]:
        return tag.start(), tag.end()
    end = text.find(f"</{tag[2]}>", tag.end())
    return (tag.start(), end + len(tag[2]) + 3) if end >= 0 else (tag.start(), tag.end())


def _times(piece: str, count: int) -> str:
    """A piece so many times, or as many as a file may hold."""
    return piece * min(count, MAX_BYTES // (len(piece) + 1) + 1)


def _swap_one(chance: random.Random, content: bytes, pattern: re.Pattern[str], change: Callable[[str], str]) -> bytes:
    text = _text(content)
    found = [place for place in pattern.finditer(text) if place[1].strip()]
    if not found:
        return content
    place = chance.choice(found)
    return _bytes(text[: place.start(1)] + change(place[1]) + text[place.end(1) :])


def _csv_cell(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    lines = _text(content).split("\n")
    at = chance.randrange(len(lines))
    cells = lines[at].split(";" if ";" in lines[at] else ",")
    cells[chance.randrange(len(cells))] = chance.choice(NASTY)
    lines[at] = (";" if ";" in lines[at] else ",").join(cells)
    return _bytes("\n".join(lines))


def _csv_separator(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    old = b";" if b";" in content else b","
    count = -1 if chance.random() < 0.5 else chance.randint(1, 9)
    return content.replace(old, chance.choice((b",", b";", b"\t", b"|", b"\x00", b" ", b"")), count)


def _csv_quote(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice((b'"', b"'", b'""', b'";"', b'"\n', b"\\")) + content[at:]


def _csv_lines(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """Lines in another order, twice, thousands of times, or ended otherwise."""
    lines = content.split(b"\n")
    way = chance.randrange(4)
    if way == 0:
        chance.shuffle(lines)
    elif way == 1:
        line, count = chance.choice(lines), chance.choice((1, 5, 3000))
        lines += [line] * min(count, MAX_BYTES // (len(line) + 1) + 1)
    elif way == 2:
        lines = [chance.choice(lines), *lines]
    return chance.choice((b"\n", b"\n", b"\r", b"\r\n", b"\n\n"))[:2].join(lines)


def _csv_encoded(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _csv_huge(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """A cell of a hundred thousand characters, or a line of thousands of cells."""
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice((b"x" * 140_000, b";" * 20_000, b'"' + b"y\n" * 60_000 + b'"')) + content[at:]


XML: tuple[Maker, ...] = (
    _xml_value,
    _xml_value,
    _xml_value,
    _xml_attribute,
    _xml_attribute,
    _xml_less,
    _xml_less,
    _xml_more,
    _xml_moved,
    _xml_renamed,
    _xml_deep,
    _xml_declared,
    _xml_typed,
)
CSV: tuple[Maker, ...] = (
    _csv_cell,
    _csv_cell,
    _csv_cell,
    _csv_separator,
    _csv_quote,
    _csv_lines,
    _csv_encoded,
    _csv_huge,
)
