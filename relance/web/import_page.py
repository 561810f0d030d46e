"""The check page of an import, gathered: what templates/imports/check.html shows."""

import json
from contextlib import suppress
from dataclasses import dataclass, field

from relance import clock, storage
from relance.imports import guard, tables
from relance.imports.statuses import StatusRead
from relance.imports.values import RefusedError
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.services import gathering, import_lines, import_reading, import_results, import_runs, platform_statuses
from relance.services.import_runs import Figures, NewClient
from relance.services.status_deciding import StatusItem
from relance.storage import StorageError
from relance.web import import_shown as shown
from relance.web import scope
from relance.web.forms.import_check import Typed
from relance.web.i18n import _, _n
from relance.web.import_shown import FileShown, RowShown, TableShown
from relance.web.import_words import number

SHOWN_ROWS = 50  # lines to correct on a page
SHOWN = 20  # of what is only listed: differences, files
SHOWN_CLIENTS = 60  # those that look like others first, each with its choice
PREVIEW = 10


@dataclass(frozen=True)
class Page:
    """What the page shows. ``after`` and ``next_after``: positions between which lines to correct are shown.

    ``errors``: French sentences by the id of their field. ``focus``: the id that takes the focus after a swap.
    """

    run: ImportRun
    figures: Figures
    lede: str
    files: list[FileShown]
    n_refused: int
    more_files: int
    warnings: list[str]
    tables: list[TableShown]
    targets: list[tuple[str, str]]
    to_fix: list[RowShown]
    after: int
    next_after: int
    aside: list[RowShown]
    n_aside: int
    different: list[RowShown]
    n_different: int
    clients: list[NewClient]
    warned: list[RowShown]
    preview: list[ImportRow]
    statuses: list[StatusItem]
    sellers: list[str]
    would_follow: int
    message: str = ""
    focus: str = ""
    n_given: int = 0  # files as they were given: what a ZIP holds is not counted beside it
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def can_import(self) -> bool:
        """True when something would be written."""
        return bool(self.figures.will_write or any(item.will_apply for item in self.statuses))

    @property
    def nothing(self) -> str:
        """Why nothing can be imported."""
        if self.figures.held:
            return _(
                "Rien à importer pour l’instant : chaque fichier garde une ligne à corriger, et c’est tout ou rien."
            )
        if any(item.problem for item in self.statuses):
            return _("Aucun statut à noter pour l’instant : voyez ce qui manque ci-dessus, puis revérifiez.")
        if self.figures.fix:
            return _("Rien à importer pour l’instant : corrigez les lignes ci-dessus, puis revérifiez.")
        if self.figures.same and not self.figures.different:
            return _("Rien à importer : tout est déjà dans Relance.")
        return _("Il n'y a rien à importer de ce fichier.")

    @property
    def said(self) -> str:
        """What is announced after a change."""
        write, fix = self.figures.will_write, self.figures.fix
        said = _n("une facture à importer", "{nombre} factures à importer", write, nombre=number(write))
        said = said if write else _("aucune facture à importer")
        if not fix:
            return said
        return said + ", " + _n("une ligne à corriger", "{nombre} lignes à corriger", fix, nombre=number(fix))


def gather(
    run: ImportRun,
    *,
    after: int = -1,
    typed: Typed | None = None,
    message: str = "",
    near: ImportRow | None = None,
    open_reading: int = 0,
) -> Page:
    """What the page of ``run`` shows, the lines to correct from position ``after`` on.

    ``typed``: what was refused, shown as it was typed. ``near``: the row just dealt with: the focus goes to it, or
    to the next one. ``open_reading``: the file whose settings are open. Reads the same few statements whatever the
    size of the import.
    """
    rows = ImportRow.select().where(ImportRow.run == run).order_by(ImportRow.position)
    found_files, fix, left, different, preview, warned = gathering.read(
        ImportFile.select().where(ImportFile.run == run).order_by(ImportFile.position),
        rows.where(ImportRow.action == "fix", ImportRow.position > after).limit(SHOWN_ROWS + 1),
        rows.where(ImportRow.action == "aside").limit(SHOWN),
        rows.where(ImportRow.action.in_(("different", "update")), ImportRow.differences_json != "[]").limit(SHOWN),
        rows.where(ImportRow.action == "create").limit(PREVIEW),
        rows.where(ImportRow.action.in_(("create", "update")), ImportRow.warnings_json != "[]").limit(SHOWN),
    )
    files = {file.id: file for file in found_files}
    figures = import_runs.figures(run)
    tabled = [shown.table(file, typed, is_open=file.id == open_reading) for file in found_files if shown.is_table(file)]
    # A column that is missing is chosen once, above: nobody types the whole file again, cell by cell.
    unread = {table.id for table in tabled if table.problems}
    fix = [row for row in fix if row.file_id not in unread]
    to_fix = [shown.to_fix(row, files, typed) for row in fix[:SHOWN_ROWS]]
    can_import = bool(figures.will_write or figures.to_note)
    return Page(
        run=run,
        figures=figures,
        lede=_lede(found_files, figures, tabled),
        files=[shown.file_shown(file) for file in found_files[:SHOWN]],
        n_given=sum(not import_results.is_member(file) for file in found_files),
        n_refused=sum(bool(file.error) for file in found_files),
        more_files=max(len(found_files) - SHOWN, 0),
        warnings=list(json.loads(found_files[0].warnings_json)) if len(found_files) == 1 else [],
        tables=tabled,
        targets=[(target, _(words)) for target, words in tables.TARGETS.items()],
        to_fix=to_fix,
        after=after,
        next_after=fix[SHOWN_ROWS - 1].position if len(fix) > SHOWN_ROWS else -1,
        aside=[shown.listed(row, files) for row in left],
        n_aside=figures.aside,
        different=[shown.listed(row, files) for row in different],
        n_different=max(figures.different + figures.update, len(different)),
        clients=import_runs.new_clients(run, SHOWN_CLIENTS) if figures.clients else [],
        warned=[shown.listed(row, files) for row in warned],
        preview=preview,
        statuses=_statuses(found_files) if figures.statuses else [],
        sellers=shown.sellers(fix),
        would_follow=import_results.would_follow(run) if figures.create else 0,
        message=message,
        focus=_focus(near, fix[:SHOWN_ROWS], to_fix, can_import) if near is not None else "",
        errors=typed.errors if typed is not None else {},
    )


def _statuses(files: list[ImportFile]) -> list[StatusItem]:
    """What the statuses in these files would do; what cannot be read was told beside its file."""
    found: list[StatusRead] = []
    with guard.Reader() as reader:
        for file in files:
            if file.format in import_lines.STATUSES and not file.error and file.document is not None:
                with suppress(RefusedError, StorageError):
                    found += reader.statuses(storage.get(file.document.sha256), file.format)
    return platform_statuses.plan(scope.current_account(), found, clock.now())


def _lede(files: list[ImportFile], figures: Figures, tabled: list[TableShown]) -> str:
    """« factures-2026.csv, 60 lignes, point-virgule, Windows-1252. », or how many files and documents."""
    what = _documents(figures.rows)
    if figures.statuses:
        count = sum(file.n_rows for file in files if file.format in import_lines.STATUSES and not file.error)
        said = _n("un statut", "{n} statuts", count)
        what = f"{what}, {said}" if figures.rows else said
    files = [file for file in files if not import_results.is_member(file)]
    if len(files) != 1:
        return _n("{n} fichier", "{n} fichiers", len(files)) + ", " + what + "."
    if not tabled or files[0].format == import_reading.ZIP:
        return f"{files[0].name}, {what}."
    lines = _n("une ligne", "{nombre} lignes", figures.rows, nombre=number(figures.rows))
    return ", ".join(part for part in (files[0].name, lines, *tabled[0].said) if part) + "."


def _documents(count: int) -> str:
    return _n("un document", "{n} documents", count)


def _focus(near: ImportRow, rows: list[ImportRow], to_fix: list[RowShown], can_import: bool) -> str:
    """The field of the row that was dealt with when it is still to correct, else that of the next one."""
    places = [n for n, row in enumerate(rows) if row.position >= near.position]
    for n in places + list(range(len(rows)))[::-1]:
        if to_fix[n].fixes:
            return to_fix[n].fixes[0].id
    if to_fix:
        return "t-corriger"
    return "import" if can_import else "again"
