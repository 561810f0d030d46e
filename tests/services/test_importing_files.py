"""Files of the command line: which are taken, and what is told of each document."""

import os
import zipfile
from io import BytesIO

import pytest

from relance.models.imports import ImportRun
from relance.models.invoices import Invoice
from relance.services import importing_files
from tests import factories
from tests.data import making as made


@pytest.fixture
def told(account, tmp_path):
    """``told(name, content, dry_run=…)``: (file, number, result, error) of each document."""

    def _told(name, content, *, dry_run=True):
        path = tmp_path / name
        path.write_bytes(content)
        return list(importing_files.import_files(account, [path], dry_run=dry_run, by=None, now=factories.NOW))

    return _told


def test_folders_are_walked_in_order_and_what_is_named_is_always_taken(tmp_path):
    for name in ("b/2.csv", "b/1.csv", "a.csv", ".b/3.csv", "b/.4.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    os.mkfifo(tmp_path / "tuyau")
    found = importing_files.files_in([tmp_path / "b" / ".4.csv", tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b/.4.csv", "a.csv", "b/1.csv", "b/2.csv"]


def test_a_dry_run_and_an_import_tell_the_same_of_an_archive_and_only_one_writes(told, invoice):
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xml", made.cii())
        archive.writestr("b.csv", made.csv("F-1;Latitude;2026-10-01;12", "F-2;Latitude;hier;12"))
        archive.writestr("c.txt", "bonjour")
        archive.writestr("d.csv", f"Numéro de facture;Statut\n{invoice.number};Refusée\n")
    dry = told("lot.zip", target.getvalue())
    assert Invoice.select().count() == 1 and ImportRun.select().count() == 0
    real = told("lot.zip", target.getvalue(), dry_run=False)
    shown = {(row["file"], row["number"]): row for row in real}
    assert shown["lot.zip/a.xml", "F-2026-0101"]["result"] == "create"
    assert shown["lot.zip/b.csv", "F-1"]["result"] == "held" and shown["lot.zip/b.csv", "F-1"]["error"]
    assert shown["lot.zip/b.csv", "F-2"]["result"] == "fix"
    assert shown["lot.zip/c.txt", None]["result"] == "refused"
    status = shown["lot.zip/d.csv", invoice.number]
    assert status["result"] == "status" and status["warnings"] == [
        "Statut 210 Refusée : un litige est ouvert, les relances attendent."
    ]
    for row in dry:
        other = shown[row["file"], row["number"]]
        same = {name: value for name, value in row.items() if name not in ("result", "error")}
        assert same == {name: other[name] for name in same}
    assert sorted(row.number for row in Invoice.select()) == ["F-2026-0087", "F-2026-0101"]
    assert ImportRun.get().state == "done"


def test_somebody_elses_invoice_is_a_warning_in_a_dry_run_and_refused_otherwise(told):
    content = made.cii(**{"<ram:Name>Atelier Roussel": "<ram:Name>Autre Maison", "73282932000074": "44306184100047"})
    [row] = told("autre.xml", content)
    assert (row["result"], row["error"]) == ("create", None) and any("Autre Maison" in told for told in row["warnings"])
    [row] = told("autre.xml", content, dry_run=False)
    assert row["result"] == "fix" and "Autre Maison" in row["error"]
    assert Invoice.select().count() == 0 and ImportRun.get().state == "discarded"


def test_what_is_too_big_or_cannot_be_read_is_an_object_with_its_reason(told, account, tmp_path):
    path = tmp_path / "gros.csv"
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    rows = importing_files.import_files(
        account, [path, tmp_path / "absent.csv"], dry_run=True, by=None, now=factories.NOW
    )
    assert [(row["file"], row["result"], bool(row["error"])) for row in rows] == [
        ("gros.csv", "refused", True),
        ("absent.csv", "refused", True),
    ]
