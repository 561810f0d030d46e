"""The commands that hosts and scripts rely on."""

import datetime as dt
import json
from pathlib import Path

import pytest
from playhouse import migrations

from relance import cli
from relance import db as relance_db
from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import chasing
from relance.services.chasing import ChasePlan
from tests import factories

D = dt.date


@pytest.fixture
def run(app):
    """``run("tick", "--json")``: the result of a command, on the test's clock."""
    cli.init_app(app)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=[str(argument) for argument in arguments])


@pytest.fixture
def chased(latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 11, 23))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,), count=3), by=camille, now=factories.NOW)
    return invoice


@pytest.mark.requirement("S1.1", "S3.3")
def test_tick_sends_what_due_foresaw_and_prints_json(smtp_server, run, chased, nadia, clock):
    foreseen = json.loads(run("due", "--on", "2026-11-24", "--json").output)
    assert [row["instalments"][0]["number"] for row in foreseen["send"]] == ["F-2026-0098"]
    clock.move_to(dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC))
    result = run("tick", "--json")
    assert result.exit_code == 0
    sent = json.loads(result.output)
    assert set(sent) == {"sent", "waiting", "failed", "uncertain"}
    assert [row["to"] for row in sent["sent"]] == [[nadia.email]]
    assert len(smtp_server.to(nadia.email)) == 1
    assert json.loads(run("tick", "--json").output)["sent"] == []


def test_tick_in_words_counts_and_succeeds_even_when_the_server_refuses(smtp_server, run, chased, nadia, clock):
    clock.move_to(dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC))
    smtp_server.refused[nadia.email] = "550 5.1.1 inconnue"
    result = run("tick")
    assert result.exit_code == 0 and "Échec : Latitude Conseil" in result.output
    assert "0 envoyé(s), 0 en attente, 1 en échec, 0 incertain(s)." in result.output


def test_due_changes_nothing_and_refuses_what_is_not_a_date(run, chased):
    before = (Message.select().count(), Chase.get().next_check_at)
    assert "1 envoi(s) le 24/11/2026." in run("due", "--on", "2026-11-24").output
    assert (Message.select().count(), Chase.get().next_check_at) == before
    bad = run("due", "--on", "demain")
    assert bad.exit_code == 1 and "n'est pas une date" in bad.output


def test_due_for_one_account_only(run, chased, basile):
    mine = json.loads(run("due", "--on", "2026-11-24", "--account", "camille@atelier-roussel.example", "--json").output)
    theirs = json.loads(run("due", "--on", "2026-11-24", "--account", basile.email, "--json").output)
    assert len(mine["send"]) == 1 and theirs == {"send": [], "wait": [], "held": []}
    assert run("due", "--on", "2026-11-24", "--account", "personne@nulle.example").exit_code == 1


def test_an_account_is_created_from_a_script(run, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("une phrase assez longue pour tenir\n", encoding="utf-8")
    done = run(
        "create-account", "--email", "Zoe@Atelier.example", "--password-file", secret, "--business", "Atelier Zoé"
    )
    assert done.exit_code == 0, done.output
    assert User.get(User.email == "zoe@atelier.example").account.business_name == "Atelier Zoé"
    again = run("create-account", "--email", "zoe@atelier.example", "--password-file", secret, "--business", "Z")
    assert again.exit_code == 1 and "a déjà un compte" in again.output
    secret.write_text("court", encoding="utf-8")
    short = run("create-account", "--email", "z@z.example", "--password-file", secret, "--business", "Z")
    assert short.exit_code == 1 and "12 caractères" in short.output


@pytest.mark.requirement("S1.2", "S3.6")
def test_invoices_are_imported_from_the_canonical_csv_and_never_switched_on(run, camille, tmp_path):
    path = tmp_path / "factures.csv"
    path.write_text("numero;client;date_emission;montant_ttc\nF-1;Latitude;2026-10-01;1 200,50\n", encoding="utf-8")
    dry = run("import-invoices", path, "--account", camille.email, "--dry-run", "--json")
    [row] = json.loads(dry.output)
    assert (row["number"], row["total_cents"], row["error"]) == ("F-1", 120_050, None)
    assert Invoice.select().count() == 0
    assert run("import-invoices", path, "--account", camille.email).exit_code == 0
    invoice = Invoice.get()
    assert (invoice.due_on, invoice.balance_cents, invoice.state) == (D(2026, 10, 31), 120_050, "sent")
    assert Chase.select().count() == 0


def test_a_bad_row_is_named_and_the_command_fails(run, camille, tmp_path):
    path = tmp_path / "factures.csv"
    path.write_text("numero;client;date_emission;montant_ttc\nF-1;Latitude;hier;12\n", encoding="utf-8")
    result = run("import-invoices", path, "--account", camille.email, "--json")
    assert result.exit_code == 1 and "hier" in result.output
    dry = run("import-invoices", path, "--account", camille.email, "--dry-run", "--json")
    assert dry.exit_code == 0 and "hier" in json.loads(dry.output)[0]["error"]
    assert Invoice.select().count() == 0


def test_the_demo_and_the_doctor(run, smtp_server):
    assert "camille@" in run("seed").output
    assert "base" in run("doctor").output.lower()


def test_a_backup_is_written_and_never_put_back_over_an_instance_that_lives(run, camille, chased, tmp_path):
    path = tmp_path / "relance.backup"
    # The tables of the tests are made at once: an instance's came by its migrations.
    migrations.Runner(relance_db.database.obj, str(Path(relance_db.__file__).parent / "migrations")).fake()
    assert run("backup", path).exit_code == 0 and path.stat().st_size > 0
    Invoice.update(number="changé").execute()
    refused = run("restore", path)
    assert refused.exit_code == 1 and "contient déjà un compte" in refused.output
    assert Invoice.get().number == "changé"
