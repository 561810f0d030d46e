"""What a person changes on the check page of an import: one form holds all of it, so that no button loses the rest.

Names of fields: ``col-<file>-<column>`` and ``<part>-<file>`` (how a table is read), ``fix-<row>-<target>``
(a cell corrected), ``debtor-<n>`` with ``client-<n>`` (a name close to a client's), ``reminders``, ``whole``.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from relance.models.imports import REMINDERS
from relance.web.i18n import _
from relance.web.numbers import MAX_DIGITS, row_id

MAX_CELL = 500  # characters of a cell, far above what any column holds
# A tab in an address or a field is trimmed away: separators go by name.
SEPARATORS = {"point-virgule": ";", "virgule": ",", "tabulation": "\t", "barre": "|", "deux-points": ":"}
DAYS = {"jour": True, "mois": False}
DECIMALS = {"virgule": ",", "point": "."}
NEW_CLIENT = "nouveau"
READING = ("encodage", "separateur", "feuille", "titres", "dates", "decimale")
_NAME = re.compile(rf"(col|fix|client|{'|'.join(READING)})-(\d{{1,{MAX_DIGITS}}})(?:-([a-z0-9_]{{1,40}}))?")
_LIST = "Choisissez une option de la liste."


@dataclass
class Typed:
    """What was sent. ``errors`` are French sentences by the id of their field, which is its name.

    ``targets``: file → column → target. ``reading``: file → part → value. ``fixes``: row → target → text.
    ``clients``: (field, debtor, reference of who it is, or nothing for a new one). None: not sent.
    """

    version: int = 0
    targets: dict[int, dict[int, str]] = field(default_factory=dict)
    reading: dict[int, dict[str, str]] = field(default_factory=dict)
    fixes: dict[int, dict[str, str]] = field(default_factory=dict)
    clients: list[tuple[str, str, str]] = field(default_factory=list)
    reminders: str | None = None
    is_whole: bool | None = None
    errors: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)  # what was typed, by field: a refused page shows it again


def read(sent: Mapping[str, str], targets: Collection[str], corrections: Collection[str]) -> Typed:
    """What ``sent`` asks for, its words checked: ``targets`` of a column, ``corrections`` of a document."""
    typed = Typed(version=row_id(sent.get("version")))
    for name, text in sent.items():
        if found := _NAME.fullmatch(name):
            _take(typed, name, (found[1], int(found[2]), found[3] or ""), text.strip(), sent, (targets, corrections))
    if "options" in sent:
        typed.is_whole = sent.get("whole") == "oui"
        typed.reminders = sent.get("reminders", "")
        if typed.reminders not in REMINDERS:
            typed.errors["reminders-off"] = _(_LIST)
    return typed


def _take(
    typed: Typed,
    name: str,
    parts: tuple[str, int, str],
    text: str,
    sent: Mapping[str, str],
    known: tuple[Collection[str], Collection[str]],
) -> None:
    """Put one field where it belongs."""
    what, number, more = parts
    typed.shown[name] = text[:MAX_CELL]
    if what == "col" and more.isdigit():
        if text and text not in known[0]:
            typed.errors[name] = _(_LIST)
        typed.targets.setdefault(number, {})[int(more)] = text
    elif what == "fix" and more in known[1]:
        if problem := _cell_problem(text):
            typed.errors[name] = problem
        typed.fixes.setdefault(number, {})[more] = text
    elif what == "client":
        if problem := _cell_problem(text):
            typed.errors[name] = problem
        typed.clients.append((name, sent.get(f"debtor-{number}", ""), "" if text == NEW_CLIENT else text))
    elif what in READING:
        if problem := _cell_problem(text):
            typed.errors[name] = problem
        typed.reading.setdefault(number, {})[what] = text


def _cell_problem(text: str) -> str:
    if len(text) > MAX_CELL:
        return _("Raccourcissez ce texte : {n} caractères au plus.", n=MAX_CELL)
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
        return _("Écrivez sur une seule ligne, sans retour à la ligne ni caractère invisible.")
    return ""
