"""The check page of an import: what it would write, what is to correct, and the decision to write it.

One form holds the whole page: whatever button is pressed, what was typed elsewhere is saved too. With htmx the part
of the page that a choice may change is swapped; without, the answer sends back to the page.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.imports import encodings, tables
from relance.imports.tables import TableHow
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import import_lines, import_results, import_runs
from relance.services.import_runs import RunError, StaleRunError
from relance.web import import_page, names, scope
from relance.web.forms import import_check as forms
from relance.web.forms.import_check import Typed
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.import_words import number, say
from relance.web.numbers import row_id

blueprint = Blueprint("import_check", __name__, url_prefix="/factures/importer")

MAX_TITLES = 200  # no table has its titles further down
STALE = "Cet import a changé entre-temps. Vos saisies sont gardées ci-dessous : regardez-les, puis revérifiez."


@blueprint.get("/<int:run_id>/verifier")
def check(run_id: int) -> ResponseReturnValue:
    """The dry run. Nothing is written. An import that is not ready shows where it stands instead."""
    run = scope.import_run_or_404(run_id)
    if run.state != "ready":
        return redirect(url_for("imports.show", run_id=run.id), 303)
    return _page(run)


@blueprint.post("/<int:run_id>/revoir")
def again(run_id: int) -> ResponseReturnValue:
    """Save all that was typed, and compare again with what is recorded."""
    return _answer(run_id, then=lambda run: import_runs.recheck(run, now=clock.now()))


@blueprint.post("/<int:run_id>/colonnes/<int:file_id>")
def columns(run_id: int, file_id: int) -> ResponseReturnValue:
    """Say what the columns of a table are, and how it is read."""
    scope.import_file_or_404(scope.import_run_or_404(run_id), file_id)
    return _answer(run_id, open_reading=file_id)


@blueprint.post("/<int:run_id>/lignes/<int:row_id>")
def row(run_id: int, row_id: int) -> ResponseReturnValue:
    """Correct a row in place."""
    found = scope.import_row_or_404(scope.import_run_or_404(run_id), row_id)
    return _answer(run_id, near=found)


@blueprint.post("/<int:run_id>/lignes/<int:row_id>/cote")
def aside(run_id: int, row_id: int) -> ResponseReturnValue:
    """Leave a row out, or take it back."""
    found = scope.import_row_or_404(scope.import_run_or_404(run_id), row_id)
    is_aside = request.form.get("aside") == "oui"
    return _answer(run_id, lambda _run: import_runs.set_aside(_fresh(found), is_aside, now=clock.now()), near=found)


@blueprint.post("/<int:run_id>/lignes/<int:row_id>/differences")
def differences(run_id: int, row_id: int) -> ResponseReturnValue:
    """Take what differs from the file, or keep what is recorded."""
    found = scope.import_row_or_404(scope.import_run_or_404(run_id), row_id)
    accepts = request.form.get("accepts") == "oui"
    return _answer(run_id, lambda _run: import_runs.accept(_fresh(found), accepts, now=clock.now()))


@blueprint.post("/<int:run_id>/clients")
def clients(run_id: int) -> ResponseReturnValue:
    """Say whether a name close to a client's is this client."""
    return _answer(run_id)


@blueprint.post("/<int:run_id>/options")
def options(run_id: int) -> ResponseReturnValue:
    """Reminders, all or nothing, whose trade name it is, and all the differences at once."""
    now, form = clock.now(), request.form

    def _act(run: ImportRun) -> None:
        if form.get("seller"):
            import_runs.take_seller(run, form["seller"], by=scope.current_user(), now=now)
        if form.get("accepts") == "oui":
            import_runs.accept_all(run, now=now)
        elif form.get("accepts") == "non":
            import_runs.accept_all(run, False, now=now)

    return _answer(run_id, _act)


@blueprint.post("/<int:run_id>")
def confirm(run_id: int) -> ResponseReturnValue:
    """Write what was checked: exactly the number that the button said."""
    run = scope.import_run_or_404(run_id)
    if run.state != "ready":
        return go_to(url_for("imports.show", run_id=run.id))
    typed = _typed()
    if typed.version != run.version:  # another window changed it: what is confirmed is what is on this page
        return _page(run, 409, typed=typed, message=_(STALE))
    try:
        _save(run, typed)
    except StaleRunError as error:
        return _page(scope.import_run_or_404(run_id), 409, message=say(str(error)))
    run = scope.import_run_or_404(run_id)
    if typed.errors:
        run = import_runs.advance_here(run, clock.now())
        return _page(run, 422, typed=typed)
    if run.state != "ready":  # what was saved with this button is checked first
        run = import_runs.advance_here(run, clock.now())
        if run.state != "ready":
            return go_to(url_for("imports.show", run_id=run.id))
    try:
        run = import_runs.confirm(
            run, count=row_id(request.form.get("count")), by=scope.current_user(), now=clock.now()
        )
    except StaleRunError as error:
        return _page(scope.import_run_or_404(run_id), 409, message=say(str(error)))
    except RunError as error:
        return _page(scope.import_run_or_404(run_id), 422, message=say(str(error)))
    scope.ring()
    run = import_runs.advance_here(run, clock.now())
    return go_to(url_for("imports.show", run_id=run.id))


def _answer(
    run_id: int,
    then: Callable[[ImportRun], object] | None = None,
    *,
    near: ImportRow | None = None,
    open_reading: int = 0,
) -> ResponseReturnValue:
    """Save what was typed, do ``then``, and show the page. ``near``: the row whose button was pressed."""
    run = scope.import_run_or_404(run_id)
    if run.state != "ready":
        return go_to(url_for("imports.show", run_id=run.id))
    typed = _typed()
    if typed.version != run.version:
        return _page(run, 409, typed=typed, message=_(STALE))
    message = ""
    try:
        corrected = _save(run, typed)
        if then is not None and not typed.errors:
            then(scope.import_run_or_404(run_id))
    except RunError as error:
        corrected, message = [], say(str(error))
    run = import_runs.advance_here(scope.import_run_or_404(run_id), clock.now())
    if run.state != "ready":
        return go_to(url_for("imports.show", run_id=run.id))
    if typed.errors or message:
        return _page(run, 422, typed=typed, message=message, open_reading=open_reading)
    if wants_fragment():
        return _page(run, near=near or (corrected[-1] if corrected else None), open_reading=open_reading)
    place = url_for("import_check.check", run_id=run.id, apres=request.form.get("apres") or None)
    return redirect(place, 303)


def _typed() -> Typed:
    return forms.read(request.form, tables.TARGETS, tables.CORRECTIONS)


def _save(run: ImportRun, typed: Typed) -> list[ImportRow]:
    """Save each thing that is not what it was; the rows that were corrected. What is refused goes in its errors."""
    now = clock.now()
    if typed.errors:
        return []
    if typed.is_whole is not None and typed.is_whole != run.is_whole:
        import_runs.set_whole(run, typed.is_whole, now=now)
    if typed.reminders is not None and typed.reminders != run.reminders:
        import_runs.set_reminders(_again(run), typed.reminders, now=now)
    chosen = json.loads(run.choices_json)
    for name, debtor, reference in typed.clients:
        if reference != chosen.get(debtor, ""):
            try:
                import_runs.choose_client(_again(run), debtor, reference, now=now)
            except RunError as error:
                typed.errors[name] = say(str(error))
    rows = ImportRow.select().where(ImportRow.run == run, ImportRow.id.in_([*typed.fixes])).order_by(ImportRow.position)
    corrected = []
    for found in rows:
        before = import_results.cells(found)
        new = {target: text for target, text in typed.fixes[found.id].items() if text != before.get(target, "")}
        if new:
            import_runs.correct(_fresh(found), new, now=now)
            corrected.append(found)
    _save_tables(run, typed)
    return corrected


def _again(run: ImportRun) -> ImportRun:
    return scope.import_run_or_404(run.id)


def _fresh(found: ImportRow) -> ImportRow:
    return scope.import_row_or_404(scope.import_run_or_404(found.run_id), found.id)


def _save_tables(run: ImportRun, typed: Typed) -> None:
    """Read a table anew when its columns or its settings are not what they were."""
    ids = [*{*typed.targets, *typed.reading}]
    for file in ImportFile.select().where(ImportFile.run == run, ImportFile.id.in_(ids)).order_by(ImportFile.position):
        before = import_lines.how_of(file)
        how = _how(before, file.id, typed)
        if how == before or typed.errors:
            continue
        problems = tables.problems(how)
        for key, sentence in problems.items():
            typed.errors[_field_of(file, before, how, key)] = say(sentence)
        if not typed.errors:
            import_runs.set_table(file, how, version=_again(run).version, now=clock.now())


def _how(how: TableHow, file_id: int, typed: Typed) -> TableHow:
    """How the table would be read; what a select cannot send is an error at its field."""
    sent = typed.reading.get(file_id, {})
    changes: dict[str, Any] = {}
    for part, known, name in (
        ("separateur", forms.SEPARATORS, "separator"),
        ("encodage", {encoding: encoding for encoding in encodings.ENCODINGS}, "encoding"),
        ("feuille", {sheet: sheet for sheet in how.sheets}, "sheet"),
        ("dates", forms.DAYS, "day_first"),
        ("decimale", forms.DECIMALS, "decimal"),
    ):
        if part == "decimale" and not sent.get(part) and not how.is_decimal_proved:
            continue  # nobody says yet: amounts that read two ways stay to correct
        if part in sent and sent[part] not in known:
            typed.errors[f"{part}-{file_id}"] = _("Choisissez une option de la liste.")
        elif part in sent:
            changes[name] = known[sent[part]]
    if "titres" in sent:
        line = row_id(sent["titres"])
        if line > MAX_TITLES or (not line and sent["titres"] != "0"):
            typed.errors[f"titres-{file_id}"] = _("Indiquez un nombre entre {low} et {high}.", low=0, high=MAX_TITLES)
        changes["header_line"] = line
    if "decimal" in changes:
        changes["is_decimal_proved"] = True
    targets = typed.targets.get(file_id, {})
    columns = tuple(targets.get(n, target) for n, target in enumerate(how.columns))
    return replace(how, **changes, columns=columns)


def _field_of(file: ImportFile, before: TableHow, how: TableHow, target: str) -> str:
    """The select at which a problem is told: the one that was changed, else the first that imports nothing."""
    changed = [n for n, (old, new) in enumerate(zip(before.columns, how.columns, strict=True)) if old != new]
    there = [n for n in changed if target in (before.columns[n], how.columns[n])]
    free = [n for n, one in enumerate(how.columns) if not one]
    return f"col-{file.id}-{(there or free or [0])[0]}"


def _page(
    run: ImportRun,
    status: int = 200,
    *,
    typed: Typed | None = None,
    message: str = "",
    near: ImportRow | None = None,
    open_reading: int = 0,
) -> ResponseReturnValue:
    """The page, or for htmx the part of it that is swapped."""
    after = request.values.get("apres", "")
    page = import_page.gather(
        run,
        after=row_id(after) if after else -1,
        typed=typed,
        message=message,
        near=near,
        open_reading=open_reading,
    )
    context = {
        "page": page,
        "say": say,
        "number": number,
        "kind_name": names.invoice_kind,
        "state_name": lambda state: _(names.STATES[state]),
        "statuses": page.statuses,
    }
    template = "imports/check.htmx.html" if wants_fragment() else "imports/check.html"
    return make_response(render_template(template, **context), status)
