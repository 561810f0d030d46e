"""Importing invoices: choose the files, follow the work, see what became of them, take it back."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.imports import presets
from relance.imports.canonical_csv import COLUMNS, SAMPLE
from relance.imports.values import MAX_FILE_BYTES
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import bulk, import_results, import_runs, import_statuses, inbox_folder
from relance.services.import_runs import RunError, Upload
from relance.services.import_undoing import STATUSES_STAY
from relance.web import import_words, scope
from relance.web.access import slow_down
from relance.web.forms.imports import MAX_ALL_BYTES, MAX_FILES, TOO_BIG_ALL, TOO_MANY, UploadForm
from relance.web.htmx import go_to, respond, wants_fragment
from relance.web.i18n import _
from relance.web.import_words import say
from relance.web.scope import current_account, current_user, import_run_or_404
from relance.web.security import takes_many_files
from relance.web.spreadsheet import csv_answer

blueprint = Blueprint("imports", __name__, url_prefix="/factures/importer")

MOST_IMPORTS = 60  # of one account, in an hour

SHOWN = 50  # invoices named one by one
NAMED = 10  # clients without an address
ACCEPTED = ".pdf,.xml,.csv,.txt,.xlsx,.zip"


@blueprint.get("")
def new() -> ResponseReturnValue:
    """The page where files are chosen, and the imports of late."""
    return _choose(UploadForm(), 200)


@blueprint.post("")
@takes_many_files
def create() -> ResponseReturnValue:
    """Keep the files and go on to the check; refuse, with a sentence, when no importer can read any of them."""
    form, now = UploadForm(), clock.now()
    contents = form.contents() if form.validate() else []
    if not contents:
        return _choose(form, 422)
    slow_down(f"import:{current_account().id}", MOST_IMPORTS, timedelta(hours=1))
    uploads = [Upload(name, content) for name, content in contents]
    key = (form.key.data or secrets.token_hex(16))[:64]
    run = import_runs.start(current_account(), uploads, key=key, by=current_user(), now=now)
    run = import_runs.advance_here(run, now)
    if run.state == "refused":
        form.files.errors = [*form.files.errors, *_why(run)]
        import_results.forget(run)
        return _choose(form, 422)
    scope.ring()
    return go_to(_place(run))


@blueprint.get("/exemple.csv")
def sample() -> ResponseReturnValue:
    """A file to fill in, with every column."""
    response = Response("\ufeff" + SAMPLE, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="relance-exemple.csv")
    return response


@blueprint.get("/<int:run_id>")
def show(run_id: int) -> ResponseReturnValue:
    """How far the work is, asked again every two seconds; then the check, or what became of the files."""
    run, now = import_run_or_404(run_id), clock.now()
    if run.state in import_words.PROGRESSES:
        run = import_runs.advance_here(run, now)
    if run.state in import_words.PROGRESSES:
        context = _head(run) | {
            "sentence": import_words.progress(run),
            "step": 2 if run.state in ("reading", "checking") else 3,
        }
        return respond("imports/progress.html", "imports/_progress.html", **context)
    if run.state == "ready" or wants_fragment():
        return go_to(_place(run)) if wants_fragment() else redirect(_place(run), 303)
    return render_template("imports/show.html", **_head(run) | _result(run, now))


@blueprint.get("/<int:run_id>/lignes.csv")
def rows(run_id: int) -> ResponseReturnValue:
    """What was left out, with the reason, as a file to correct and import again."""
    run = import_run_or_404(run_id)
    return csv_answer(_("lignes-rejetees"), [*COLUMNS, "raison"], _rejected(run))


@blueprint.get("/<int:run_id>/annuler")
def ask_undo(run_id: int) -> ResponseReturnValue:
    """What undoing takes away, or why it is too late."""
    return _ask_undo(import_run_or_404(run_id), clock.now(), 200)


@blueprint.post("/<int:run_id>/annuler")
def undo(run_id: int) -> ResponseReturnValue:
    """Take back everything that the import wrote."""
    run, now = import_run_or_404(run_id), clock.now()
    if run.state in ("undoing", "undone"):  # twice is once
        return go_to(url_for("imports.show", run_id=run.id))
    try:
        run = import_runs.undo(run, by=current_user(), now=now)
    except RunError:
        return _ask_undo(import_run_or_404(run_id), now, 422)
    run = import_runs.advance_here(run, now)
    scope.ring()
    notice = _("Import annulé : ses factures sont retirées.") if run.state == "undone" else ""
    return go_to(url_for("imports.show", run_id=run.id), notice, "info")


@blueprint.get("/<int:run_id>/abandonner")
def ask_discard(run_id: int) -> ResponseReturnValue:
    """What abandoning an import that waits takes away: only what was corrected."""
    return _ask_discard(import_run_or_404(run_id))


@blueprint.post("/<int:run_id>/abandonner")
def discard(run_id: int) -> ResponseReturnValue:
    """Forget an import that was not written; asked again when rows were corrected, unless ``confirme``."""
    run = import_run_or_404(run_id)
    if not request.form.get("confirme") and _corrected(run):
        return _ask_discard(run, 422)
    try:
        import_runs.discard(run, by=current_user(), now=clock.now())
    except RunError as error:
        return go_to(url_for("imports.show", run_id=run.id), say(str(error)), "warn")
    return go_to(url_for("imports.new"), _("Import abandonné : rien n'a été enregistré."), "info")


def _choose(form: UploadForm, status: int) -> ResponseReturnValue:
    # A key that was refused once names an import that is gone: the next try is another one.
    form.key.data = secrets.token_hex(16)
    context: dict[str, Any] = {
        "form": form,
        "accepted": ACCEPTED,
        "most_bytes": MAX_FILE_BYTES,
        "most_files": MAX_FILES,
        "all_bytes": MAX_ALL_BYTES,
        "too_many": _(TOO_MANY),
        "too_big_all": _(TOO_BIG_ALL),
    }
    if status == 422 and wants_fragment():
        return make_response(render_template("imports/_refused.html", **context), status)
    account, now = current_account(), clock.now()
    context |= {
        "recent": [_recent(run, now) for run in import_runs.recent(account)],
        "presets": list(dict.fromkeys(preset.name for preset in presets.PRESETS)),
        "inbox": inbox_folder.path_for(account, scope.settings().inbox_dir),
    }
    return make_response(render_template("imports/new.html", **context), status)


def _recent(run: ImportRun, now: datetime) -> dict[str, Any]:
    """An import as the list under the drop zone shows it."""
    family, icon = import_words.look(run.state)
    return {
        "id": run.id,
        "files": _files(run),
        "when": import_words.when(run.created_at),
        "words": import_words.outcome(run, import_runs.figures(run)),
        "family": family,
        "icon": icon,
        "waits": run.state == "ready",
        "undoable": import_words.is_undoable(run, now),
        "left": run.state == "done" and import_words.left_out(import_runs.figures(run)) > 0,
    }


def _head(run: ImportRun) -> dict[str, Any]:
    return {"run": run, "title": import_words.title(run.state), "files": _files(run), "say": say}


def _files(run: ImportRun) -> str:
    listed: list[ImportFile] = getattr(run, "file_list", None) or import_runs.files_of(run)
    given = [file.name for file in listed if not import_results.is_member(file)]
    return import_words.files(given[0] if given else "", len(given))


def _place(run: ImportRun) -> str:
    """Where an import is seen: its check while it waits for one, else its own page."""
    if run.state == "ready":
        return url_for("import_check.check", run_id=run.id)
    return url_for("imports.show", run_id=run.id)


def _why(run: ImportRun) -> list[str]:
    """Why nothing of an import could be read: its own sentence, or that of each file."""
    files = import_runs.files_of(run)
    if len(files) == 1:
        return [say(files[0].error or run.error)]
    found = [_("{fichier} : {raison}", fichier=file.name, raison=say(file.error)) for file in files if file.error]
    return found or [say(run.error)]


def _result(run: ImportRun, now: datetime) -> dict[str, Any]:
    wrong = [file for file in import_runs.files_of(run) if file.error]
    found: dict[str, Any] = {"wrong": wrong, "invoices": [], "statuses_left": [], "number": import_words.number}
    if run.state != "done":
        return found | {"sentence": import_words.ended(run)}
    reminders = import_results.reminders(run)
    figures = import_runs.figures(run)
    startable = import_results.startable(run, bulk.MOST) if reminders.off else []
    return found | {
        "title": import_words.outcome_title(figures),
        "figures": figures,
        "left": import_words.left_out(figures),
        "invoices": import_results.invoices(run, SHOWN),
        "reminders": reminders,
        "startable": startable,
        "beyond": reminders.off - reminders.mute - len(startable),
        "most": import_words.number(bulk.MOST),
        "mute": import_results.mute_clients(run, NAMED) if reminders.mute else [],
        "told": [say(run.error)] if run.error else import_words.told(reminders, run),
        "undoable": import_words.is_undoable(run, now),
        "stays": say(STATUSES_STAY) if figures.noted else "",
        "statuses_left": import_statuses.left(run) if figures.unnoted else [],
    }


def _rejected(run: ImportRun) -> Iterator[list[str]]:
    for file in import_runs.files_of(run):
        if file.error:
            yield [*("" for _column in COLUMNS), f"{file.name} : {say(file.error)}"]
    for row, name in import_results.left_out(run):
        written = import_results.cells(row)
        yield [*(written.get(column, "") for column in COLUMNS), import_words.reason(row, name)]


def _ask_undo(run: ImportRun, now: datetime, status: int) -> ResponseReturnValue:
    problem = import_runs.undo_problem(run, now)
    context = _head(run) | {"problem": problem, "gone": _gone(run)}
    template = "imports/_undo.html" if wants_fragment() else "imports/undo.html"
    return make_response(render_template(template, **context), status)


def _gone(run: ImportRun) -> list[str]:
    return import_words.gone(import_runs.figures(run), import_results.clients_made(run))


def _ask_discard(run: ImportRun, status: int = 200) -> ResponseReturnValue:
    context = _head(run) | {"corrected": _corrected(run)}
    template = "imports/_discard.html" if wants_fragment() else "imports/discard.html"
    return make_response(render_template(template, **context), status)


def _corrected(run: ImportRun) -> int:
    """How many rows a person corrected."""
    return int(ImportRow.select().where(ImportRow.run == run, ImportRow.fixes_json != "{}").count())
