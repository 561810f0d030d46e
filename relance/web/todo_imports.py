"""« À traiter », the imports: files that were read and wait for a look."""

from collections.abc import Callable
from typing import Any

from flask import url_for

from relance.models.imports import ImportRun
from relance.services import import_runs
from relance.web import import_words
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line


def _ready(run: ImportRun, context: Context) -> Line:
    found = import_runs.figures(run)
    words = import_words.waiting(found)
    detail = _("{fichiers} : {lignes}.", fichiers=_files(run), lignes=words)
    return Line(
        "file-up",
        "warn" if found.fix else "",
        _("Import à vérifier"),
        detail,
        (
            Action(_("Vérifier"), url_for("imports.show", run_id=run.id)),
            Action(_("Abandonner"), url_for("imports.ask_discard", run_id=run.id), is_quiet=True, is_dialog=True),
        ),
    )


def _files(run: ImportRun) -> str:
    row: Any = run  # the names come with the query (waiting_imports.ready)
    return import_words.files(row.first_name or "", row.n_files or 0)


WRITERS: dict[str, Callable[[Any, Context], Line]] = {"import": _ready}
