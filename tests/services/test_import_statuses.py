"""The statuses in the files of an import: foreseen, noted once, and those left aside with their reason."""

from relance.models.holds import Dispute
from relance.models.imports import ImportFile
from relance.services import import_runs, import_statuses, import_undoing
from tests import factories
from tests.services import import_made as made


def test_statuses_are_foreseen_then_noted_once_and_the_others_keep_their_reason(account, invoice):
    table = (
        f"numero;statut;date\n{invoice.number};210;20/11/2026\n{invoice.number};210;20/11/2026\nF-0;210;20/11/2026\n"
    )
    run = made.given(account, ("statuts.csv", table.encode()))
    assert import_statuses.counts(run)["to_note"] >= 1
    run = made.confirmed(run)
    found = import_runs.figures(run)
    assert (found.noted, found.unnoted, Dispute.select().count()) == (1, 2, 1)
    assert ("F-0", 4) in [(number, line) for number, line, _reason, _file in import_statuses.left(run)]
    # Cut short after it was written: the file says the same again.
    import_statuses.note(ImportFile.get(ImportFile.run == run), None, factories.NOW)
    assert import_statuses.counts(run) == {"to_note": 0, "noted": 1, "unnoted": 2}
    assert import_undoing.problem(run, factories.NOW) == import_undoing.STATUSES_STAY
