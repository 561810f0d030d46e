"""The one language of e-mail texts, delivered or written by a user: words, {variables} and [passages].

A passage in square brackets that holds a variable disappears when one of its variables is empty; it
stays on one line and holds no other. A line whose only variables are empty disappears. Brackets without a
variable are words. Nothing in a value is read again, so a value can neither be a variable nor open a passage.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
_PASSAGE = re.compile(r"\[([^\[\]\n]*\{[^\[\]\n]*)\]")
_BRACE = re.compile(r"[{}]")
_CLOSE_ENOUGH = 0.55  # of difflib: « numro » is numero, « avocat » is nothing


@dataclass(frozen=True)
class Wording:
    """The subject (one line) and the body of a message, before their variables are filled."""

    subject: str
    body: str


class TextError(ValueError):
    """A text that cannot be filled, with a French sentence that says how to correct it."""


def names(text: str) -> list[str]:
    """The variables of ``text``, once each, in order."""
    return list(dict.fromkeys(name.strip() for name in _VARIABLE.findall(text)))


def needed(text: str) -> list[str]:
    """The variables outside passages: the sentence around them stays even when they are empty."""
    return names(_PASSAGE.sub("", text))


def check(text: str, known: Collection[str]) -> None:
    """Refuse what would reach a client as a brace or as half a passage. TextError names it, with a suggestion."""
    for line in text.split("\n"):
        _check_braces(line)
        for name in names(line):
            if name not in known:
                raise TextError(unknown(name, known))
    _check_brackets(text)


def unknown(name: str, known: Collection[str]) -> str:
    """« La variable {numro} n’existe pas. Vouliez-vous dire {numero} ? »"""
    if not name:
        return "Écrivez le nom d’une variable entre les accolades."
    written = f"{{{name}}}"
    near = difflib.get_close_matches(_folded(name), sorted(known), 1, _CLOSE_ENOUGH)
    if not near:
        return f"La variable {written} n’existe pas. Choisissez-en une dans la liste."
    suggestion = f"{{{near[0]}}}"
    return f"La variable {written} n’existe pas. Vouliez-vous dire {suggestion} ?"


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put ``values`` in ``text``. TextError when it cannot be filled: nobody ever reads a brace of ours."""
    check(text, values.keys())
    return "\n".join(_filled(text, values))


def _filled(text: str, values: Mapping[str, str]) -> Iterator[str]:
    for line in text.split("\n"):
        outside = [values[name] for name in needed(line)]
        passages = [[values[name] for name in names(passage)] for passage in _PASSAGE.findall(line)]
        shows_passage = any(all(found) for found in passages)
        if outside and not any(outside) and not shows_passage:
            continue
        if not _PASSAGE.search(line):
            yield _with_values(line, values)
            continue
        # Split first: a value that holds a bracket must not be read as a passage.
        pieces = _PASSAGE.split(line)
        said = "".join(
            _with_values(piece, values) if n % 2 == 0 or all(passages[n // 2]) else "" for n, piece in enumerate(pieces)
        )
        if said.strip():
            yield said


def _with_values(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values[found[1].strip()], text)


# The checks below read a text once from left to right: a person may paste 60 kB without a single line break.


def _check_braces(line: str) -> None:
    double = _doubled(line)
    if double is not None:
        written = f"{{{double.strip()[:30] or 'nom'}}}"
        raise TextError(f"Écrivez {written}, avec une seule accolade de chaque côté.")
    # Variables are hidden by as many spaces, so that what is left stands where it was.
    rest = _VARIABLE.sub(lambda found: " " * len(found[0]), line)
    if "{" in rest:
        opened = line[rest.index("{") :][:20].rstrip()
        raise TextError(f"La variable « {opened} » n’est pas refermée : ajoutez l’accolade qui manque.")
    if "}" in rest:
        raise TextError("Une accolade se ferme sans avoir été ouverte : retirez-la ou ouvrez-la.")


def _doubled(line: str) -> str | None:
    """The name beside the first double brace, None when there is none."""
    opened, closed = line.find("{{"), line.find("}}")
    if opened >= 0 and (closed < 0 or opened < closed):
        return _BRACE.split(line[opened + 2 :], maxsplit=1)[0]
    return _BRACE.split(line[:closed])[-1] if closed >= 0 else None


def _check_brackets(text: str) -> None:
    """Each bracket around a variable is closed on its line and holds no other passage."""
    opened: list[tuple[int, int]] = []  # where, and on which line
    brace = bracket = newline = -1  # where the last one of each stands
    line = 0
    braces: dict[int, int] = {}  # where the last « { » of each line stands
    for at, char in enumerate(text):
        if char == "[":
            opened.append((at, line))
            bracket = at
        elif char == "{":
            brace = braces[line] = at
        elif char == "\n":
            newline, line = at, line + 1
        elif char == "]" and opened:
            start, _ = opened.pop()
            if brace < start:
                continue
            if newline > start:
                raise TextError("Un passage entre crochets tient sur une seule ligne.")
            if bracket > start:
                raise TextError("Un passage entre crochets ne peut pas en contenir un autre.")
    for start, number in opened:
        if braces.get(number, -1) > start:
            rest = text[start:].partition("\n")[0]
            raise TextError(f"Le passage « {rest[:20].rstrip()} » n’est pas refermé : ajoutez « ] ».")


def _folded(name: str) -> str:
    """The name as the registry writes its own: lower case, no accent, underscores."""
    plain = unicodedata.normalize("NFD", name.casefold())
    return re.sub(r"[\s\u00a0-]+", "_", "".join(char for char in plain if not unicodedata.combining(char)))
