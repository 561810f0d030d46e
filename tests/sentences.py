"""Every sentence of the source that a person may read, as the catalogue of translations names it.

Templates are read with Jinja's own parser and Python with ``ast``. A sentence built with values (an f-string)
becomes one with {placeholders}, named after what is put there.
"""

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import nodes

from relance.rules.wording import french

ROOT = Path(__file__).parents[1]
PYTHON = sorted((ROOT / "relance").rglob("*.py"))
TEMPLATES = ROOT / "templates"

# Letters and e-mails are written in their client's language, by templates of their own.
OTHER_TEMPLATES = ("mail/", "letters/pdf/")
# Modules whose French never reaches a page, and why.
NOT_SHOWN = {
    "relance/cli.py": "the terminal",
    "relance/cli_data.py": "the terminal",
    "relance/cli_imports.py": "the terminal",
    "relance/config.py": "the terminal",
    "relance/serve.py": "the terminal",
    "relance/casefile/": "the case file is in French, and its verifier speaks to a terminal",
    "relance/letters/casefile.py": "the case file is in French",
    "relance/services/case_files.py": "the case file is in French",
    "relance/services/case_papers.py": "the case file is in French",
    "relance/services/case_tables.py": "the case file is in French",
    "relance/imports/child.py": "names of encodings",
    "relance/imports/presets.py": "titles of other tools' files",
    "relance/imports/titles.py": "titles of other tools' files",
    "relance/imports/words.py": "words of other tools' files",
    "relance/letters/amicable.py": "the letters are in their client's language",
    "relance/letters/facts.py": "the letters are in French",
    "relance/letters/notice_text.py": "the letters are in French",
    "relance/letters/pages.py": "the letters are in French",
    "relance/letters/window.py": "the letters are in French",
    "relance/mail/account_notices.py": "e-mails in both languages",
    "relance/mail/forewarnings.py": "e-mails in both languages",
    "relance/mail/layout.py": "e-mails in both languages",
    "relance/mail/letter_notices.py": "e-mails in both languages",
    "relance/mail/notices.py": "e-mails in both languages",
    "relance/mail/phrases.py": "e-mails in both languages",
    "relance/mail/reminders.py": "e-mails in both languages",
    "relance/mail/samples.py": "e-mails in both languages",
    "relance/migrations/": "the database",
    "relance/rules/postal.py": "the letters are in their client's language",
    "relance/rules/rates.py": "sources of the rates, printed in the letters",
    "relance/rules/wording.py": "dates and texts in both languages",
    "relance/services/amicable_text.py": "the letters are in their client's language",
    "relance/services/backing_up.py": "the terminal",
    "relance/services/claiming.py": "the letters",
    "relance/services/diagnosing.py": "the terminal",
    "relance/services/export_": "the exported files are in French",
    "relance/services/exporting_all.py": "the exported files are in French",
    "relance/services/importing_files.py": "the terminal",
    "relance/services/inbox_": "the notes beside the files of the watched folder are in French",
    "relance/services/restoring.py": "the terminal",
    "relance/services/seed_cast.py": "the demonstration's own data",
    "relance/services/seed_events.py": "the demonstration's own data",
    "relance/services/seed_letters.py": "the demonstration's own data",
    "relance/services/seed_quotes.py": "the demonstration's own data",
    "relance/services/seeding.py": "the demonstration's own data",
}
# Texts that look like sentences and are not: how they begin, with $ when that is all.
NOT_SENTENCES = {
    "relance/imports/cdar.py": r"[a-zé]|SIRET erroné",  # reasons, kept in French in the dispute
    "relance/imports/terms.py": r"\(\?:|\\b|\(\?<|jours jour |un une ",  # patterns, and words to recognise
    "relance/mail/mail.py": r"Le nom du fichier$",  # the beginning of a sentence read whole
    "relance/rules/calendar.py": r"Code du travail",
    "relance/rules/cautions.py": r"plainte\|",  # a pattern
    "relance/rules/passwords.py": r"\n",
    "relance/services/composing.py": r"service comptabilité",
    "relance/services/status_deciding.py": r"(?:Mise|Refusée|Rejetée) .*plateforme",  # kept in French in the dispute
    "relance/web/forms/fields.py": r"Indiquez \{what\}",  # each use is read whole
}
# Modules whose texts all go through ``_`` and its kin, in pieces that mean nothing alone.
IN_PIECES = (
    "relance/web/history.py",
    "relance/web/history_phrases.py",
    "relance/web/history_sentences.py",
    "relance/web/history_holds.py",
)
# Tables of words read whole, single words included.
TABLES = ("relance/web/names.py", "relance/web/history_words.py")
SAID = {"_": 1, "say": 1, "_n": 2, "fact": 1, "plain": 1, "required": 0, "refuse": 0}
_FRENCH = re.compile(
    r"[À-ÖØ-öø-ÿ’«]|\b(?:l|d|n|s|qu|j|m)'[a-z]|\b(?:le|la|les|des?|du|un|une|ce|cette|ces|est|sont|votre|vos|vous|pas|"
    r"par|pour|sur|dans|avec|sans|plus|aucun|aucune|dernier|facture|factures|client|clients|e-mails?|jours?|relances?)\b"
)
_WORD = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]{2,}|[a-zà-ÿ]{3,4}\.")
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_UNION = 40  # sentences one expression may stand for


def typeset(text: str) -> str:
    """The sentence as the catalogue is asked for it."""
    return french(text)


def in_templates() -> dict[str, str]:
    """Each sentence given to ``_`` or ``_n`` by a template, with where."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        if name.startswith(OTHER_TEMPLATES):
            continue
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "_n"):
                for argument in call.args[: SAID[call.node.name]]:
                    for text in _constants(argument):
                        found[typeset(text)] = f"templates/{name}:{call.lineno}"
    return found


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        if node.expr2 is not None:
            yield from _constants(node.expr2)
    if isinstance(node, nodes.Dict):
        for pair in node.items:
            yield from _constants(pair.value)
    if isinstance(node, nodes.Getitem):
        yield from _constants(node.node)


def in_python() -> dict[str, str]:
    """Each sentence of the Python source that a page may show, with where."""
    return {text: place for text, (place, is_built) in _of_python().items() if not is_built}


def built_in_python() -> dict[str, str]:
    """Each sentence that Python makes with its values inside: the names of its {placeholders} mean nothing."""
    return {text: place for text, (place, is_built) in _of_python().items() if is_built}


@cache
def _of_python() -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    for path in PYTHON:
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(tuple(NOT_SHOWN)):
            continue
        for line, text, is_built in _Module(path, name).sentences():
            is_empty = not any(letter.isalpha() or letter in ":;?«" for letter in _PLACEHOLDER.sub("", text))
            if not is_empty and not re.match(NOT_SENTENCES.get(name, "$^"), text):
                key = typeset(text)
                found[key] = (f"{name}:{line}", is_built and found.get(key, ("", True))[1])
    return found


def shape(text: str) -> str:
    """A sentence whatever its placeholders are called and whatever its spaces are."""
    return _PLACEHOLDER.sub("{}", text).replace("\u00a0", " ")


def parts(text: str) -> list[str]:
    """The shapes of its sentences, without those that are a value."""
    return [part for part in re.split(r"(?<=[.?}]) (?=[A-ZÀÉÊ«])", shape(text)) if part != "{}"]


def constants() -> set[str]:
    """Every text of the Python source, whatever it is for."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PYTHON)
    return {
        typeset(node.value)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 1000
    }


class _Module:
    """One Python file: its texts, and what the names of its expressions stand for."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.assigned: dict[tuple[ast.AST, str], list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            pairs: list[tuple[ast.expr, ast.expr]] = []
            if isinstance(node, ast.Assign):
                pairs = [(target, node.value) for target in node.targets]
                if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                pairs = [(node.target, node.value)]
            for target, value in pairs:
                if isinstance(target, ast.Name):
                    self.assigned.setdefault((self._scope(node), target.id), []).append(value)

    def sentences(self) -> Iterator[tuple[int, str, bool]]:
        """Line, text and whether it is built there: what is said, then what looks like French anywhere else."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield from ((node.lineno, text, False) for text in self._said(node))
            elif self.name in IN_PIECES or not isinstance(node, ast.JoinedStr | ast.Constant):
                continue
            elif self._is_whole(node) and self._looks_french(node):
                is_built = isinstance(node, ast.JoinedStr)
                yield from ((node.lineno, text, is_built) for text in self._values(node))
        yield from ((line, text, False) for line, text in self._in_tables())

    def _in_tables(self) -> Iterator[tuple[int, str]]:
        """What the tables of a web module and the choices of its fields hold, single words included."""
        if not self.name.startswith("relance/web/"):
            return
        given = [node.value for node in ast.walk(self.tree) if isinstance(node, ast.keyword) and node.arg == "choices"]
        named = [node.value for node in self.tree.body if isinstance(node, ast.Assign)]
        for table in given + [value for value in named if isinstance(value, ast.Dict | ast.Tuple)]:
            keys = {key for node in ast.walk(table) if isinstance(node, ast.Dict) for key in node.keys}
            is_whole = self.name in TABLES and isinstance(table, ast.Dict)
            for node in ast.walk(table):
                is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in keys
                if is_text and (is_whole or _WORD.fullmatch(node.value)):
                    yield node.lineno, node.value

    def _said(self, call: ast.Call) -> list[str]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        arguments = call.args
        if name == "refuse" and len(arguments) > 1:
            return self._texts(arguments[1])
        if name == "required" and arguments:
            return [f"Indiquez {text}." for text in self._texts(arguments[0])]
        if name.endswith("Field") and arguments and "/forms/" in self.name:
            return self._texts(arguments[0])
        if name in ("fact", "plain") and arguments:
            rests = self._texts(arguments[1]) if len(arguments) > 1 else []
            whole = [f"{{fait}}{'' if text[0] == ',' else ' '}{text}" for text in rests if text]
            return self._texts(arguments[0]) + whole
        return [text for argument in arguments[: SAID.get(name, 0)] for text in self._texts(argument)]

    def _texts(self, node: ast.expr, depth: int = 0) -> list[str]:
        """The texts ``node`` may stand for, without those of which nothing is known."""
        return [text for text in self._values(node, depth) if _PLACEHOLDER.sub("", text).strip()]

    def _values(self, node: ast.expr, depth: int = 0) -> list[str]:
        """Every text ``node`` may stand for; « {name} » where it is known at run time only."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else [f"{{{node.value}}}"]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._texts(node.left, depth), self._texts(node.right, depth)
            found = [a + b for a in left for b in right]
        elif isinstance(node, ast.JoinedStr):
            found = self._joined(node, depth)
        else:
            found = [text for choice in self._choices(node, depth) for text in self._values(choice, depth + 1)]
        found = list(dict.fromkeys(found))
        return found if found and len(found) <= _UNION else [f"{{{_name(node)}}}"]

    def _choices(self, node: ast.expr, depth: int) -> list[ast.expr]:
        """The expressions one of which ``node`` is."""
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.Subscript):
            rows = [value for value in (node.value, *self._known(node.value)) if isinstance(value, ast.Tuple)]
            return [value for table in (*self._tables(node.value), *rows) for value in _members(table)]
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", "") == "agree":
                return node.args[1:]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                return [value for table in self._tables(node.func.value) for value in table.values]
        if isinstance(node, ast.Name) and depth < 4:
            known = self._known(node)
            return [value for value in known if not isinstance(value, ast.Constant) or isinstance(value.value, str)]
        return []

    def _tables(self, node: ast.expr) -> list[ast.Dict]:
        found = [node, *self._known(node)]
        return [value for value in found if isinstance(value, ast.Dict)]

    def _joined(self, node: ast.JoinedStr, depth: int) -> list[str]:
        parts = []
        for part in node.values:
            inside = part.value if isinstance(part, ast.FormattedValue) else part
            values = self._values(inside, depth + 1)
            # A value chosen among whole sentences is one of them; a number or a name stays a placeholder.
            parts.append([text.replace("{{", "{").replace("}}", "}") for text in values])
        return ["".join(pieces) for pieces in itertools.product(*parts)]

    def _known(self, node: ast.expr) -> list[ast.expr]:
        """What was assigned to a name, in its function else in its module."""
        if not isinstance(node, ast.Name):
            return []
        scope = self._scope(node)
        if isinstance(scope, ast.FunctionDef) and node.id in (names := [each.arg for each in scope.args.args]):
            return self._given(scope.name, names.index(node.id) - (names[0] == "self"))
        found = self.assigned.get((scope, node.id)) or self.assigned.get((self.tree, node.id)) or []
        # Pieces are put together where they are named: only the last ones named count.
        before = sorted((value for value in found if value.lineno < node.lineno), key=lambda value: value.lineno)
        return before[-1:] if self.name in IN_PIECES else found

    def _given(self, function: str, place: int) -> list[ast.expr]:
        """What the calls of this module give to a function of it, when all of them can be read."""
        given = []
        for call in ast.walk(self.tree):
            if isinstance(call, ast.Call) and len(call.args) > place:
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                given += [call.args[place]] if name == function else []
        return given if all(isinstance(value, ast.Constant | ast.JoinedStr) for value in given) else []

    def _scope(self, node: ast.AST) -> ast.AST:
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                return node
        return self.tree

    def _is_whole(self, node: ast.expr) -> bool:
        """False for a docstring, a piece of a longer text, a key, and what a log or a pattern holds."""
        parent = self.parents[node]
        if isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue | ast.BinOp | ast.Compare | ast.Subscript):
            return False
        if isinstance(parent, ast.Dict) and node in parent.keys:
            return False
        if isinstance(parent, ast.Call) and node in parent.args:
            name = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
            holder = getattr(getattr(parent.func, "value", None), "id", "")
            return holder not in ("log", "_log", "logger", "re") and name not in (*SAID, "agree", "Markup", "getenv")
        return not (isinstance(parent, ast.keyword) and parent.arg and parent.arg[0].lower() != parent.arg[0])

    def _looks_french(self, node: ast.expr) -> bool:
        pieces = [node] if isinstance(node, ast.Constant) else getattr(node, "values", [])
        text = "…".join(str(piece.value) for piece in pieces if isinstance(piece, ast.Constant))
        letters = sum(letter.isalpha() for letter in text)
        is_words = " " in text.strip() or any("À" <= letter <= "ÿ" for letter in text)
        return is_words and letters > 3 and bool(_FRENCH.search(text)) and "<" not in text


def _members(table: ast.Dict | ast.Tuple) -> list[ast.expr]:
    return table.values if isinstance(table, ast.Dict) else table.elts


def _name(node: ast.AST) -> str:
    """What a value is called in the catalogue: the last name that leads to it."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        inside = [*node.args, node.func]
        return _name(inside[0])
    if isinstance(node, ast.Subscript | ast.Starred):
        return _name(node.value)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            return _name(child)
    return "x"
