"""Importing invoices from a file: choose it, check what would happen, then write it."""

import csv
import io
from collections import Counter

from flask import Blueprint, Response, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.imports import pdf
from relance.imports.canonical_csv import COLUMNS, SAMPLE
from relance.imports.values import RefusedError
from relance.models.documents import Document
from relance.rules import labels
from relance.rules.calendar import local_date
from relance.rules.wording import french
from relance.services import importing
from relance.services.import_lines import Line
from relance.services.import_planning import CREATE, DIFFERENT, FIX, SAME, ImportPlan
from relance.web import names, scope
from relance.web.forms.imports import ImportForm, UploadForm
from relance.web.htmx import go_to
from relance.web.i18n import _, _n, language

blueprint = Blueprint("imports", __name__, url_prefix="/factures/importer")

PREVIEW_ROWS = 10
SHOWN_ROWS = 100
_PDF = "application/pdf"
_CSV = "text/csv"
_MARK = "\ufeff"  # a spreadsheet reads UTF-8 when the file begins with it


@blueprint.get("")
def new() -> ResponseReturnValue:
    """The page where a file is chosen."""
    return render_template("imports/new.html", form=UploadForm())


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Keep the file and go on to the check; refuse, with a sentence, what no importer can read."""
    form = UploadForm()
    content = form.content()
    if not form.name:
        form.refuse("file", "Choisissez un fichier.")
    elif form.validate():
        try:
            _read(content, form.name)
        except RefusedError as error:
            form.file.errors = [*form.file.errors, say(str(error))]
    if form.errors:
        return make_response(render_template("imports/new.html", form=form), 422)
    document = importing.keep_document(
        scope.current_account(),
        "import",
        form.name,
        _PDF if _is_pdf(content, form.name) else _CSV,
        content,
        clock.now(),
    )
    return go_to(url_for("imports.check", document_id=document.id))


@blueprint.get("/exemple.csv")
def sample() -> ResponseReturnValue:
    """A file to fill in, with every column."""
    return _download(SAMPLE, "relance-exemple.csv")


@blueprint.get("/<int:document_id>/verifier")
def check(document_id: int) -> ResponseReturnValue:
    """The dry run: what would be created, ignored or left to fix. Nothing is written."""
    document = _import_or_404(document_id)
    planned, warnings = _plan(document)
    return _check_page(document, planned, warnings, ImportForm(), 200)


@blueprint.post("/<int:document_id>")
def run(document_id: int) -> ResponseReturnValue:
    """Write what was checked, all of it or nothing."""
    document = _import_or_404(document_id)
    form = ImportForm()
    planned, warnings = _plan(document)
    if form.validate_on_submit():
        if form.count.data != str(len(planned.of(CREATE))):
            form.refuse("", "Ces factures ont changé depuis la vérification. Vérifiez de nouveau avant d'importer.")
        elif planned.of(FIX) and not form.skip_bad_rows.data:
            form.refuse("skip_bad_rows", "Corrigez ces lignes dans le fichier, ou choisissez de les laisser de côté.")
        else:
            try:
                done = importing.apply(
                    planned, by=scope.current_user(), now=clock.now(), skip_bad_rows=form.skip_bad_rows.data
                )
            except importing.ImportBlockedError as error:
                form.form_errors = [*form.form_errors, say(str(error))]
            else:
                notice = _n("{n} facture importée", "{n} factures importées", len(done.invoices))
                return go_to(url_for("imports.show", document_id=document_id), notice)
    return _check_page(document, planned, warnings, form, 422)


@blueprint.get("/<int:document_id>")
def show(document_id: int) -> ResponseReturnValue:
    """What became of the file: what is in Relance, what differs, what was left aside."""
    document = _import_or_404(document_id)
    planned, _warnings = _plan(document)
    return render_template("imports/show.html", document=document, is_csv=document.mime == _CSV, **_figures(planned))


@blueprint.get("/<int:document_id>/lignes.csv")
def rows(document_id: int) -> ResponseReturnValue:
    """The lines to fix, as a file to correct and import again."""
    document = _import_or_404(document_id)
    planned, _warnings = _plan(document)
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([*COLUMNS, "a_corriger"])
    for item in planned.of(FIX):
        reasons = " ".join(say(problem.reason) for problem in item.problems)
        writer.writerow([harmless(item.line.cells.get(column, "")) for column in COLUMNS] + [harmless(reasons)])
    return _download(target.getvalue(), "lignes-a-corriger.csv")


def say(sentence: str) -> str:
    """A sentence of the importers in the language of the page. It may hold a value, so it is not cached."""
    typeset = french(sentence)
    return typeset if language() == "fr" else labels.catalogue(language()).get(typeset, typeset)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and never computes."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _import_or_404(document_id: int) -> Document:
    document = scope.document_or_404(document_id)
    if document.kind != "import":
        abort(404)
    return document


def _read(content: bytes, name: str) -> tuple[list[Line], tuple[str, ...]]:
    """The documents of a file and the warnings about it. RefusedError when there is nothing to read in it."""
    if not content:
        raise RefusedError(pdf.EMPTY)
    if not _is_pdf(content, name):
        return importing.read_csv(content, name)
    line = importing.read_pdf(content, name)
    if line.read.error:
        raise RefusedError(line.read.error)
    return [line], ()


def _is_pdf(content: bytes, name: str) -> bool:
    return content.startswith(b"%PDF-") or name.lower().endswith(".pdf")


def _plan(document: Document) -> tuple[ImportPlan, tuple[str, ...]]:
    account = scope.current_account()
    lines, warnings = _read(storage.get(document.sha256), document.name)
    return importing.plan(account, lines, local_date(clock.now(), account.time_zone)), warnings


def _check_page(
    document: Document, planned: ImportPlan, warnings: tuple[str, ...], form: ImportForm, status: int
) -> Response:
    figures = _figures(planned)
    form.count.data = str(figures["n_create"])
    page = render_template(
        "imports/check.html",
        document=document,
        form=form,
        file_warnings=warnings,
        is_csv=document.mime == _CSV,
        **figures,
    )
    return make_response(page, status)


def _figures(planned: ImportPlan) -> dict[str, object]:
    """What the pages show of a plan."""
    to_create = planned.of(CREATE)
    due: Counter[str] = Counter()
    for item in to_create:
        if item.wanted is not None and item.line.state == "sent":
            sign = -1 if item.wanted.kind == "credit_note" else 1
            due[item.wanted.currency] += sign * (item.wanted.total_cents - item.wanted.paid_cents)
    return {
        "items": planned.items,
        "preview": to_create[:PREVIEW_ROWS],
        "n_create": len(to_create),
        "n_different": len(planned.of(DIFFERENT)),
        "n_same": len(planned.of(SAME)),
        "n_fix": len(planned.of(FIX)),
        "due": [(cents, currency) for currency, cents in due.items() if cents > 0],
        "different": planned.of(DIFFERENT)[:SHOWN_ROWS],
        "to_fix": planned.of(FIX)[:SHOWN_ROWS],
        "with_warnings": [item for item in to_create if item.warnings][:SHOWN_ROWS],
        "new_clients": planned.new_clients,
        "say": say,
        "kind_name": names.invoice_kind,
        "state_name": lambda state: _(names.STATES[state]),
        "shown_rows": SHOWN_ROWS,
    }


def _download(text: str, name: str) -> Response:
    response = Response(_MARK + text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
