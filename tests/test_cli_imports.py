"""``import-invoices``: files and folders of any kind, what is told of them, and what is written."""

import datetime as dt
import json
import os
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from relance import cli
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from relance.models.messages import Message
from tests.data import making as made
from tests.imports import real_data
from tests.making import enrol, make_sequence

D = dt.date
FIELDS = {
    *("file", "number", "kind", "issued_on", "due_on", "currency", "total_cents", "due_cents", "prepaid_cents"),
    *("payment_means", "reference", "payee", "ibans", "seller", "buyer", "warnings", "error", "result"),
}


@pytest.fixture
def run(app, camille):
    """``run(path, …, "--json")``: what the command prints, and its exit code, for Camille."""
    cli.init_app(app)
    runner = app.test_cli_runner()

    def _run(*arguments):
        given = [str(argument) for argument in arguments]
        return runner.invoke(args=["import-invoices", *given, "--account", camille.email])

    return _run


def read(result):
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return json.loads(result.output)


@pytest.fixture
def folder(tmp_path):
    """A folder to import; the instance's own is elsewhere."""
    (tmp_path / "lot").mkdir()
    return tmp_path / "lot"


def test_a_folder_is_read_whole_in_order_without_what_is_hidden_or_is_no_file(run, folder):
    (folder / "b").mkdir()
    (folder / ".git").mkdir()
    os.mkfifo(folder / "tuyau")
    for name in ("c.csv", "b/a.csv", ".caché.csv", ".git/d.csv"):
        (folder / name).write_bytes(made.csv(f"{name};Latitude;2026-10-01;12"))
    (folder / "b" / "z.xml").write_bytes(made.cii())
    (folder / "b" / "y.pdf").write_bytes(made.pdf())
    rows = read(run(folder, "--dry-run", "--json"))
    assert [row["file"] for row in rows] == ["c.csv", "a.csv", "y.pdf", "z.xml"]
    assert all(set(row) == FIELDS for row in rows)
    assert [row["result"] for row in rows][:3] == ["create", "create", "fix"] and rows[2]["error"]
    assert not any(model.select().count() for model in (Invoice, Client, Document, Event, ImportRun))


def test_one_file_that_fails_does_not_stop_the_others_and_each_is_whole_or_nothing(run, folder):
    (folder / "a.csv").write_bytes(made.csv("F-1;Latitude;2026-10-01;12", "F-2;Latitude;hier;12"))
    (folder / "b.csv").write_bytes(made.csv("F-3;Latitude;2026-10-01;12"))
    (folder / "c.pdf").write_bytes(b"%PDF-1.7 rien")
    result = run(folder, "--json")
    rows = read(result)
    assert result.exit_code == 1
    assert [(row["number"], row["result"]) for row in rows] == [
        ("F-1", "held"),
        ("F-2", "fix"),
        ("F-3", "create"),
        (None, "refused"),
    ]
    assert rows[0]["error"] and "hier" in rows[1]["error"] and rows[2]["error"] is None and rows[3]["error"]
    assert [invoice.number for invoice in Invoice.select()] == ["F-3"]
    assert ImportRun.select().where(ImportRun.state.not_in(("done", "discarded", "refused"))).count() == 0
    again = read(run(folder / "b.csv", "--json"))
    assert (again[0]["result"], again[0]["error"], Invoice.select().count()) == ("same", None, 1)


def test_a_due_date_that_the_file_does_not_state_is_null_and_the_one_proposed_is_a_warning(run, tmp_path):
    [due] = [line for line in made.cii().decode().splitlines() if "DueDateDateTime" in line][:1] or [""]
    path = tmp_path / "facture.xml"
    path.write_bytes(_without_due_date(made.cii().decode()).encode())
    [row] = read(run(path, "--dry-run", "--json"))
    assert due and row["due_on"] is None and any("chéance" in warning for warning in row["warnings"])


def _without_due_date(text):
    start, end = text.index("<ram:DueDateDateTime>"), text.index("</ram:DueDateDateTime>")
    return text[:start] + text[end + len("</ram:DueDateDateTime>") :]


def test_what_was_imported_by_the_command_can_be_undone_in_the_interface(run, camille, tmp_path):
    path = tmp_path / "facture.csv"
    path.write_bytes(made.csv("F-1;Latitude;2026-10-01;12"))
    assert run(path).exit_code == 0
    imported = ImportRun.get()
    assert (imported.source, imported.state, imported.user_id) == ("command", "done", camille.id)


def test_five_thousand_rows_are_read_and_progress_is_for_terminals_only(run, tmp_path):
    path = tmp_path / "gros.csv"
    path.write_bytes(made.csv(*(f"F-{n};Client {n % 50};2026-10-01;{n + 1}" for n in range(5_000))))
    result = run(path, "--dry-run", "--json")
    rows = read(result)
    assert len(rows) == 5_000 and {row["result"] for row in rows} == {"create"}
    assert result.stderr == ""


# Real files


@real_data.needs_data
@pytest.mark.requirement("S3.6")
def test_real_invoices_say_what_their_manifest_says(run):
    entries = {Path(entry.values[0]["file"]).name: entry.values[0] for entry in real_data.entries("invoices/")}
    folder = real_data.FOLDER / "invoices"
    rows = {row["file"]: row for row in read(run(folder / "cii", folder / "ubl", "--dry-run", "--json"))}
    checked = 0
    for name, row in rows.items():
        facts = entries[name]["expected"].get("invoice", {})
        if "number" not in facts or row["error"]:
            continue
        checked += 1
        assert (row["number"], row["issued_on"], row["currency"]) == (
            facts["number"],
            facts["issue_date"][:10],  # one has a time zone
            facts["currency"],
        ), name
        assert row["total_cents"] == round(Decimal(facts["grand_total"]) * 100), name
    assert checked >= 30


@real_data.needs_data
@pytest.mark.parametrize(
    "name",
    [
        "invoices/not-invoice",
        "hostile/html_named.pdf",
        "hostile/pdf_zero_bytes.pdf",
        "hostile/pdf_user_password_secret.pdf",
        "hostile/xml_billion_laughs_cii.xml",
        "hostile/xml_xxe_file_cii.xml",
        "hostile/zip_path_traversal_camt.zip",
    ],
)
def test_what_is_no_invoice_or_means_harm_is_told_in_french_and_nothing_is_kept(run, name):
    result = run(real_data.FOLDER / name, "--json")
    rows = read(result)
    assert result.exit_code == 1 and rows
    assert all(row["result"] == "refused" and row["error"].endswith(".") for row in rows)
    assert Invoice.select().count() == 0 and Client.select().count() == 0


# The watched folder, by the command of hosts without a worker


@pytest.mark.requirement("S3.6", "S3.15")
def test_a_late_invoice_left_in_the_folder_is_chased_as_one_made_by_hand(
    app, run, settings, smtp_server, account, latitude, nadia, clock, tmp_path
):
    """Its client follows a sequence: due on Friday 20, J+3 is Monday 23. One that is much later waits for a choice."""
    inbox = tmp_path / "factures"
    inbox.mkdir()
    app.config["RELANCE"] = replace(settings, inbox_dir=inbox)
    enrol(make_sequence(account, (3, "rappel")), latitude)
    clock.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC))
    header = "numero;client;date_emission;date_echeance;montant_ttc"
    path = inbox / "ventes.csv"
    path.write_bytes(
        made.csv(
            f"F-1;{latitude.name};2026-10-20;2026-11-20;120,00",
            f"F-2;{latitude.name};2026-06-01;2026-07-01;50,00",
            "F-3;Sans Séquence;2026-10-20;2026-11-20;30,00",
            header=header,
        )
    )
    os.utime(path, (time.time() - 60, time.time() - 60))
    runner = app.test_cli_runner()
    sent = json.loads(runner.invoke(args=["tick", "--json"]).output)["sent"]
    assert [part["number"] for row in sent for part in row["instalments"]] == ["F-1"]
    assert len(smtp_server.to(nadia.email)) == 1
    out = Entry.select().join(Chase).join(Invoice).where(Entry.is_out)
    assert [entry.chase.invoice.number for entry in out] == ["F-2"]
    assert Chase.select().join(Invoice).where(Invoice.number == "F-3").count() == 0
    assert (inbox / "importés" / "2026-11" / "ventes.csv.txt").exists()
    assert Event.select().where(Event.kind == "invoice_imported").count() == 3
    again = json.loads(runner.invoke(args=["tick", "--json"]).output)
    assert again["sent"] == [] and Message.select().where(Message.kind == "reminder").count() == 1
