from relance.services import attending, waiting_imports
from tests import factories
from tests.factories import NOW
from tests.services.importing_rows import make_run


def test_an_import_that_was_read_waits_wherever_it_came_from_and_nothing_else_does(account, database):
    several = make_run(account, "ready", ("lot.zip", "lot.zip/a.pdf", "b.pdf"), source="folder")
    alone = make_run(account, "ready")
    for state in ("reading", "writing", "done", "undone", "refused", "discarded"):
        make_run(account, state)
    make_run(factories.make_account("Hôtel des Cimes"), "ready")
    found = [(run.id, run.first_name, run.n_files) for run in waiting_imports.ready(account, NOW)]
    assert found == [(several.id, "lot.zip", 2), (alone.id, "factures.csv", 1)]
    [group] = attending.groups(account, NOW)
    assert (group.kind, group.count) == ("import", 2)
    assert group.rows[0].n_files == 2
    assert attending.count(account, NOW) == 2
