"""From words to a subject, a text and an HTML that say the same.

A message to a client is a letter whose variables are filled (``letter``). One to the user comes from a
file of ours (``lay_out``): its first line is the subject, blank lines part its paragraphs, and a
paragraph that is only ``{{ links }}`` or another block stands for that block.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from relance.rules.wording import NBSP, french_source

FOLDER = Path(__file__).parents[2] / "templates" / "mail"
WIDTH = 74  # columns of the plain text: quoted twice, it still fits in 78
_MARK = "\ue000"  # a private character around a block's name, taken out of every value and every text
_BREAKING = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Text:
    """What a mail says; what is stored, shown and sent are these three strings."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Facts:
    """Labels and values, one a line; the first value is the one that stands out."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head; the last column holds amounts, aligned to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """Something the user can act upon: what it is, the words of the link, where it leads."""

    text: str
    label: str
    url: str


Block = Facts | Table | tuple[Link, ...]


class _Loader(FileSystemLoader):
    """Templates get French typography when they are read, so that the values of a user never change."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        source, path, is_fresh = super().get_source(environment, template)
        is_french = template.endswith((".txt",)) and not template.endswith("en.txt")
        return (french_source(source) if is_french else source), path, is_fresh


@lru_cache(maxsize=2)
def _environment(is_html: bool) -> Environment:
    return Environment(
        loader=_Loader(FOLDER),
        autoescape=is_html,  # noqa: S701  a plain text is not escaped; the page is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@lru_cache(maxsize=128)
def template(name: str) -> Template:
    """A text template of ``templates/mail``, read once."""
    return _environment(False).get_template(name)


@lru_cache(maxsize=1)
def _page() -> Template:
    return _environment(True).get_template("page.html")


def clean(value: str) -> str:
    """A user's value on one line, without our private mark: it can make neither a header nor a block."""
    if not value.isprintable():
        value = "".join(" " if unicodedata.category(char) in _BREAKING else char for char in value.replace(_MARK, ""))
    return _single_spaced(value)


def _single_spaced(words: str) -> str:
    return " ".join(word for word in words.split(" ") if word)


def mark(name: str) -> str:
    """What stands for the block ``name`` in the body of a letter."""
    return f"{_MARK}{name}{_MARK}"


def without_marks(text: str) -> str:
    """A text that a person wrote, in which nothing can be taken for a block."""
    return text.replace(_MARK, "")


def letter(
    subject: str,
    body: str,
    blocks: Mapping[str, Block],
    *,
    signature: Sequence[str] = (),
    language: str = "fr",
) -> Text:
    """A letter from filled words: blank lines part paragraphs, a line break is kept.

    ``mark(name)`` in the body stands for that block, « signature » for the lines of the signature.
    """
    parts: list[str | Block] = []
    for chunk in re.split(r"\n\s*\n", body):
        lines: list[str] = []
        for piece in (found for line in chunk.split("\n") for found in _pieces(line)):
            block = blocks.get(piece[1:]) if piece.startswith(_MARK) else None
            if piece == f"{_MARK}signature":
                lines += signature
            elif block:
                parts += ["\n".join(lines), block] if lines else [block]
                lines = []
            elif not piece.startswith(_MARK):
                lines.append(piece)
        if lines:
            parts.append("\n".join(lines))
    return _text(subject, parts, language)


def _pieces(line: str) -> list[str]:
    """The words of a line and the blocks it names, each block after a mark."""
    found = [f"{_MARK}{piece}" if n % 2 else _single_spaced(piece) for n, piece in enumerate(line.split(_MARK))]
    return [piece for piece in found if piece]


def lay_out(name: str, values: Mapping[str, object], blocks: Mapping[str, Block], *, language: str = "fr") -> Text:
    """Render our own file ``name`` with ``values``; each of ``blocks`` is a value too, placed by the file.

    An empty block may be given as an empty tuple: its paragraph disappears.
    """
    marks = {key: f"{_MARK}{key}" if block else "" for key, block in blocks.items()}
    rendered = template(name).render({**values, **marks})
    first_line, _, body = rendered.strip("\n").partition("\n")
    parts: list[str | Block] = []
    for paragraph in body.split("\n\n"):
        words = _single_spaced(paragraph.replace("\n", " "))
        if words.startswith(_MARK):
            parts.append(blocks[words[1:]])
        elif words:
            parts.append(words)
    return _text(_single_spaced(first_line), parts, language)


def _text(subject: str, parts: Sequence[str | Block], language: str) -> Text:
    """The three strings of a message; a part is a paragraph, its lines parted by line breaks, or a block."""
    html = _page().render(
        subject=subject,
        language=language,
        parts=[
            (_kind(part), Markup("<br>").join(part.split("\n")) if isinstance(part, str) else part) for part in parts
        ],
        colon=_colon(language),
    )
    return Text(subject, "\n\n".join(_as_text(part, language) for part in parts) + "\n", html)


def typed(subject: str, body: str, language: str) -> Text:
    """Words a person wrote: the same in both parts, escaped in the HTML, never read as a template.

    Blank lines part paragraphs; a line break is kept. Lines longer than the width are wrapped in the text.
    """
    chunks = [
        chunk for chunk in (part.strip("\n") for part in body.replace("\r\n", "\n").split("\n\n")) if chunk.strip()
    ]
    paragraphs = [Markup("<br>\n").join(chunk.split("\n")) for chunk in chunks]
    html = _page().render(
        subject=_single_spaced(subject),
        language=language,
        parts=[("paragraph", paragraph) for paragraph in paragraphs],
        colon=_colon(language),
    )
    text = "\n\n".join("\n".join(wrap(line) for line in chunk.split("\n")) for chunk in chunks)
    return Text(_single_spaced(subject), f"{text}\n", html)


def unwrapped(text: str) -> str:
    """A text as it is easiest to edit: what ``wrap`` broke is one line again, other line breaks stay."""
    return "\n\n".join(_unwrapped(paragraph) for paragraph in text.strip("\n").split("\n\n"))


def _unwrapped(paragraph: str) -> str:
    lines = paragraph.split("\n")
    joined = lines[:1]
    for before, line in pairwise(lines):
        is_column = "   " in before or "   " in line
        was_wrapped = len(before) + 1 + len(line.split(" ")[0]) > WIDTH
        if was_wrapped and not is_column:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _kind(part: str | Block) -> str:
    match part:
        case str():
            return "paragraph"
        case Facts():
            return "facts"
        case Table():
            return "table"
        case _:
            return "links"


def _colon(language: str) -> str:
    return ": " if language == "en" else f"{NBSP}: "


def _as_text(part: str | Block, language: str) -> str:
    match part:
        case str():
            return "\n".join(wrap(line) for line in part.split("\n"))
        case Facts():
            return "\n".join(f"{label}{_colon(language)}{value}" for label, value in part.rows)
        case Table():
            return _text_table(part, language)
        case _:
            return "\n\n".join(_text_link(link, language) for link in part)


def _text_link(link: Link, language: str) -> str:
    action = f"{link.label}{_colon(language)}{link.url}"
    return f"{wrap(link.text)}\n{action}" if link.text else action


def _text_table(table: Table, language: str) -> str:
    """Aligned columns, or a list when they would not fit the width."""
    rows = [table.head, *table.rows, table.foot]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.head))]
    if sum(widths) + 3 * (len(widths) - 1) <= WIDTH:
        last = len(widths) - 1
        return "\n".join(
            "   ".join(
                cell.rjust(width) if n == last else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        )
    lines = [wrap(f"- {', '.join(row[:-1])}{_colon(language)}{row[-1]}") for row in table.rows]
    return "\n".join([*lines, f"{table.foot[0]}{_colon(language)}{table.foot[-1]}"])


def wrap(paragraph: str, width: int = WIDTH) -> str:
    """Break at plain spaces only: what holds by a non-breaking space (an amount, a date) stays whole."""
    lines: list[str] = []
    line = ""
    for word in paragraph.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])
