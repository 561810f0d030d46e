"""What a person changes before confirming: columns, cells, clients, the seller's name."""

import datetime as dt
import json

import pytest

from relance.imports.tables import TableHow
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.imports import ColumnMap, ImportRun
from relance.models.invoices import Invoice
from relance.services import import_lines, import_runs
from tests import factories
from tests.data import making
from tests.services.import_made import NOW, actions, confirmed, given, rows, went_on

BAD = making.csv("F-1;Vauquelin;02/11/2026;10", "F-2;Vauquelin;hier;20", "F-3;Perrin;03/11/2026;")


def test_a_corrected_row_is_checked_again_and_the_file_stays_as_it_was(account: Account) -> None:
    run = given(account, BAD)
    assert actions(run) == ["create", "fix", "fix"]
    import_runs.correct(rows(run)[1], {"date_emission": " 05/11/2026 "}, now=NOW)
    assert ImportRun.get_by_id(run.id).state == "checking"
    run = went_on(run)
    assert (run.state, actions(run)) == ("ready", ["create", "create", "fix"])
    assert json.loads(rows(run)[1].cells_json)["date_emission"] == "hier"
    import_runs.correct(rows(run)[2], {"montant_ttc": "beaucoup"}, now=NOW)
    run = went_on(run)
    assert json.loads(rows(run)[2].problems_json)[0][:2] == ["montant_ttc", "beaucoup"]


def test_a_correction_may_be_too_long_or_come_too_late(account: Account) -> None:
    run = given(account, BAD)
    with pytest.raises(import_runs.RunError) as caught:
        import_runs.correct(rows(run)[1], {"client": "x" * 501}, now=NOW)
    assert caught.value.field == "client"
    done = confirmed(run)
    with pytest.raises(import_runs.StaleRunError):
        import_runs.correct(rows(done)[1], {"date_emission": "05/11/2026"}, now=NOW)


def test_other_columns_are_read_and_remembered_for_the_next_file(account: Account) -> None:
    content = making.csv("F-1;Vauquelin;02/11/2026;10", header="Pièce;Qui;Quand;Combien")
    run = given(account, content)
    assert actions(run) == ["fix"]
    (file,) = import_runs.files_of(run)
    how = import_lines.how_of(file)
    columns = ("numero", "client", "date_emission", "montant_ttc")
    chosen = TableHow.from_json(how.to_json() | {"columns": list(columns)})
    import_runs.set_table(file, chosen, now=NOW)
    run = went_on(run)
    assert (run.state, actions(run)) == ("ready", ["create"])
    assert ColumnMap.select().count() == 1
    assert actions(given(account, content)) == ["create"]


def test_a_correction_outlives_another_way_to_read_its_file(account: Account) -> None:
    run = given(account, BAD)
    import_runs.correct(rows(run)[1], {"date_emission": "05/11/2026"}, now=NOW)
    import_runs.set_aside(rows(went_on(run))[2], True, now=NOW)
    (file,) = import_runs.files_of(went_on(run))
    how = import_lines.how_of(file).to_json() | {"columns": ["numero", "client", "date_emission", "montant_ttc"]}
    import_runs.set_table(file, TableHow.from_json(how), now=NOW)
    assert actions(went_on(run)) == ["create", "create", "aside"]


def test_columns_that_cannot_be_are_refused(account: Account) -> None:
    run = given(account, making.factures())
    (file,) = import_runs.files_of(run)
    how = import_lines.how_of(file)
    twice = TableHow.from_json(how.to_json() | {"columns": ["numero"] * len(how.columns)})
    with pytest.raises(import_runs.RunError):
        import_runs.set_table(file, twice, now=NOW)
    assert ImportRun.get_by_id(run.id).state == "ready"
    with pytest.raises(import_runs.StaleRunError):
        import_runs.set_table(file, how, version=99, now=NOW)


def test_a_name_close_to_a_client_s_is_a_choice(account: Account) -> None:
    client = factories.make_client(account, "Maison Vauquelin")
    content = making.csv("F-1;MAISON VAUQUELIN SAS;02/11/2026;10", "F-2;Maison Vauquelin SAS;02/11/2026;20")
    run = given(account, content)
    (new,) = import_runs.new_clients(run)
    assert (new.name, new.n_invoices, new.choices) == (
        "MAISON VAUQUELIN SAS",
        2,
        ((str(client.id), "Maison Vauquelin"),),
    )
    with pytest.raises(import_runs.RunError):
        import_runs.choose_client(run, new.debtor, "999999", now=NOW)
    import_runs.choose_client(run, new.debtor, str(client.id), now=NOW)
    run = went_on(run)
    (chosen,) = import_runs.new_clients(run)
    assert (chosen.chosen, import_runs.figures(run).clients) == (str(client.id), 0)
    confirmed(run)
    assert Client.select().count() == 1
    assert {invoice.client for invoice in Invoice.select()} == {client}


def test_two_new_names_may_be_one_client(account: Account) -> None:
    run = given(account, making.csv("F-1;Maison Vauquelin;02/11/2026;10", "F-2;MAISON VAUQUELIN SAS;02/11/2026;20"))
    assert import_runs.figures(run).clients == 2
    alike = next(one for one in import_runs.new_clients(run) if one.choices)
    import_runs.choose_client(run, alike.debtor, alike.choices[0][0], now=NOW)
    run = went_on(run)
    assert import_runs.figures(run).clients == 1
    confirmed(run)
    assert [client.name for client in Client.select()] == ["Maison Vauquelin"]
    assert Invoice.select().count() == 2


def test_a_new_trade_name_is_taken_once_a_person_says_it_is_hers(account: Account) -> None:
    Account.update(siret="", vat_number="").where(Account.id == account.id).execute()
    account = Account.get_by_id(account.id)
    content = making.facturx(**{"Atelier Roussel": "Studio Perle"})
    run = given(account, ("facture.pdf", content))
    (row,) = rows(run)
    assert (row.action, json.loads(row.problems_json)[0][0]) == ("fix", "vendeur")
    assert import_runs.take_seller(run, "Studio Perle", by=None, now=NOW) == ["Studio Perle"]
    assert Account.get_by_id(account.id).trade_names == "Studio Perle"
    assert Event.get(Event.kind == "settings_changed").facts["fields"] == ["trade_names"]
    assert actions(went_on(run)) == ["create"]
    assert actions(given(Account.get_by_id(account.id), ("facture.pdf", content))) == ["create"]


def test_another_business_has_no_way_through(account: Account) -> None:
    other = {"Atelier Roussel": "Hôtel des Cimes", "73282932000074": "55208131766522", "FR44732829320": "FR03552081317"}
    run = given(account, ("facture.pdf", making.facturx(**other)))
    assert json.loads(rows(run)[0].problems_json)[0][0] == ""
    assert import_runs.take_seller(run, "Hôtel des Cimes", by=None, now=NOW) == []
    assert actions(went_on(run)) == ["fix"]


def test_everything_is_compared_again_on_demand(account: Account) -> None:
    run = given(account, making.csv("F-1;Vauquelin;02/11/2026;10"))
    client = factories.make_client(account, "Vauquelin")
    factories.make_invoice(client, number="F-1", issued_on=rows(run)[0].issued_on, total_cents=1_000)
    import_runs.recheck(run, now=NOW)
    assert actions(went_on(run))[0] in ("same", "different")


def test_options_are_kept(account: Account) -> None:
    run = given(account, BAD)
    import_runs.set_reminders(run, "sequences", now=NOW)
    import_runs.set_whole(run, True, now=NOW)
    run = ImportRun.get_by_id(run.id)
    assert (run.reminders, run.is_whole, import_runs.figures(run).will_write) == ("sequences", True, 0)
    with pytest.raises(import_runs.RunError):
        import_runs.set_reminders(run, "toujours", now=NOW)


def test_all_that_differs_is_accepted_together(account: Account) -> None:
    confirmed(given(account, making.csv("F-1;V;02/11/2026;10", "F-2;V;02/11/2026;20")))
    run = given(account, making.csv("F-1;V;02/11/2026;11", "F-2;V;02/11/2026;22"))
    assert actions(run) == ["different"] * 2
    import_runs.accept_all(run, now=NOW)
    assert actions(went_on(run)) == ["update"] * 2
    import_runs.accept_all(run, False, now=NOW)
    assert actions(went_on(run)) == ["different"] * 2


@pytest.mark.parametrize(
    ("typed", "kept"), [("05/10/2026", "2026-10-05"), ("5 oct. 2026", "2026-10-05"), (" demain ", "demain")]
)
def test_a_date_that_is_typed_has_its_day_first_even_in_a_file_with_months_first(account, database, typed, kept):
    content = b"Invoice number,Customer,Invoice date,Total\nF-1,Latitude,oups,100.00\nF-2,Latitude,11/22/2026,100.00\n"
    run = given(account, content)
    row = rows(run)[0]
    assert row.action == "fix"
    import_runs.correct(row, {"date_emission": typed}, now=NOW)
    went_on(run)
    fixed = rows(run)[0]
    assert json.loads(fixed.fixes_json) == {"date_emission": kept}
    assert (fixed.action, fixed.issued_on) == (("fix", None) if kept == "demain" else ("create", dt.date(2026, 10, 5)))
