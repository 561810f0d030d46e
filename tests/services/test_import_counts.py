"""The figures of an import, counted once and read where they are kept."""

from relance.models.accounts import Account
from relance.models.imports import ImportRun
from relance.services import import_counts, import_runs
from tests.counting import counted
from tests.data import making
from tests.services.import_made import NOW, given, imported, rows, went_on

HEADER = "numero;type;client;date_emission;montant_ttc;deja_regle;devise;facture_liee"
LINES = (
    "F-1;;Vauquelin;02/11/2026;100,00;40;EUR;",
    "F-2;;Perrin;02/11/2026;50,00;;CHF;",
    "F-3;;Perrin;hier;50,00;;EUR;",
    "A-1;avoir;Vauquelin;05/11/2026;10,00;;EUR;F-1",
)


def test_figures_say_what_would_be_written_and_what_it_asks_for(account: Account) -> None:
    imported(account, making.csv("F-9;;Perrin;02/11/2026;5;;EUR;", header=HEADER))
    run = given(account, making.csv(*LINES, "F-9;;Perrin;02/11/2026;5;;EUR;", header=HEADER))
    found = import_runs.figures(run)
    assert (found.create, found.update, found.same, found.different, found.fix, found.aside) == (3, 0, 1, 0, 1, 0)
    assert (found.rows, found.clients, found.will_write) == (5, 1, 3)
    assert found.due == ((5_000, "EUR"), (5_000, "CHF")) or found.due == ((5_000, "CHF"), (5_000, "EUR"))


def test_reading_figures_asks_the_database_nothing(account: Account) -> None:
    run = given(account, making.csv(*LINES, header=HEADER))
    with counted() as found:
        import_counts.figures(run)
    assert found == []


def test_a_row_left_aside_is_counted_so(account: Account) -> None:
    run = given(account, making.csv(*LINES, header=HEADER))
    import_runs.set_aside(rows(run)[1], True, now=NOW)
    found = import_runs.figures(went_on(run))
    assert (found.create, found.aside, found.due) == (2, 1, ((5_000, "EUR"),))


def test_a_new_import_has_no_figures(account: Account) -> None:
    assert import_counts.figures(ImportRun(n_done=3, n_rows=7)) == import_counts.Figures(done=3, total=7)
