"""The watched folder: each file is taken once, when it is whole, and a note says what became of it."""

import logging
import os
import threading
import time

import pytest

from relance import db
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.services import inbox_files, inbox_folder, inbox_importing
from tests import factories

HEAD = "numero;client;date_emission;montant_ttc\n"
NOW = factories.NOW


@pytest.fixture
def inbox(tmp_path, camille, monkeypatch):
    """An empty folder; Camille's is the only account."""
    monkeypatch.setattr(inbox_folder, "_told", set())
    folder = tmp_path / "factures"
    folder.mkdir()
    return folder


def drop(path, content=HEAD + "F-1;Latitude;2026-10-01;1 200,50\n", age=60):
    """Leave a file that nobody has touched for ``age`` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def numbers():
    return sorted(row.number for row in Invoice.select())


def test_a_file_left_at_the_root_is_imported_and_put_away_with_a_note(inbox, camille):
    drop(inbox / "novembre" / "ventes.csv")
    inbox_folder.take(inbox, NOW)
    invoice = Invoice.get()
    assert (invoice.number, invoice.total_cents, invoice.account_id) == ("F-1", 120_050, camille.account_id)
    assert Event.select().where(Event.kind == "invoice_imported", Event.user.is_null()).count() == 1
    assert tree(inbox) == ["importés/2026-11/ventes.csv", "importés/2026-11/ventes.csv.txt"]
    note = (inbox / "importés/2026-11/ventes.csv.txt").read_text(encoding="utf-8")
    assert note.startswith("ventes.csv\nTraité par Relance le 23/11/2026 à 09:00.\n") and "F-1" in note


def test_the_same_bytes_again_change_nothing_and_the_note_says_so(inbox):
    drop(inbox / "ventes.csv")
    inbox_folder.take(inbox, NOW)
    drop(inbox / "ventes.csv")
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1"]
    again = inbox / "importés/2026-11/ventes (2).csv.txt"
    assert "déjà" in again.read_text(encoding="utf-8")


def test_what_is_still_written_hidden_or_no_file_is_left_alone(inbox, tmp_path):
    drop(inbox / "en-train.csv", age=2)
    drop(inbox / "demain.csv", age=-3)
    for name in (".cache.csv", "~verrou.csv", "ventes.csv.part", "ventes.TMP"):
        drop(inbox / name)
    secret = drop(tmp_path / "secret.csv")
    (inbox / "lien.csv").symlink_to(secret)
    (inbox / "dossier").symlink_to(secret.parent, target_is_directory=True)
    os.mkfifo(inbox / "tuyau.csv")
    before = sorted(os.listdir(inbox))
    inbox_folder.take(inbox, NOW)
    assert sorted(set(os.listdir(inbox)) - {"en-cours"}) == before
    assert secret.exists() and Invoice.select().count() == 0
    drop(inbox / "en-train.csv")  # it stopped growing
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1"]


def test_each_account_has_its_folder_and_a_folder_of_nobody_waits(inbox, camille, basile, caplog):
    drop(inbox / "Camille@atelier-roussel.example" / "a.csv")
    drop(inbox / basile.email / "b.csv", HEAD + "F-9;Hôtel des Cimes;2026-10-01;10\n")
    drop(inbox / "personne@nulle.example" / "c.csv")
    drop(inbox / "racine.csv")
    for _minute in range(2):
        inbox_folder.take(inbox, NOW)
    assert {(row.number, row.account_id) for row in Invoice.select().where(Invoice.source == "csv")} == {
        ("F-1", camille.account_id),
        ("F-9", basile.account_id),
    }
    assert (inbox / "personne@nulle.example" / "c.csv").exists() and (inbox / "racine.csv").exists()
    assert len([text for text in caplog.messages if "personne@nulle.example" in text]) == 1
    standing = inbox_folder.standing(inbox)
    assert sorted(standing.strays) == ["personne@nulle.example", "racine.csv"] and standing.waiting == 0
    assert inbox_folder.path_for(basile.account, inbox) == inbox / basile.email
    assert inbox_folder.path_for(basile.account, None) is None


def test_an_import_cut_short_goes_on_and_nothing_is_there_twice(inbox, account, monkeypatch):
    """Killed after the writing, before the file was put away; and, for the other, right after it was taken."""
    drop(inbox / "a.csv")
    drop(inbox / "b.csv", HEAD + "F-2;Latitude;2026-10-02;10\n")
    with inbox_files.Home(inbox) as home:
        first, second = list(home.take_each())
        assert inbox_importing.hand_over(account, first.name, home.read(first), first.token, now=NOW, patience=5)
    assert tree(inbox) == sorted(f"en-cours/{taken.held_as}" for taken in (first, second))
    drop(inbox / "en-cours" / "à-la-main.csv")
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1", "F-2"]
    assert Event.select().where(Event.kind == "invoice_imported").count() == 2
    assert [name for name in tree(inbox) if name.startswith("en-cours")] == ["en-cours/à-la-main.csv"]
    assert (inbox / "importés/2026-11/a.csv").exists() and (inbox / "importés/2026-11/b.csv").exists()


def test_a_file_with_a_row_to_fix_waits_and_what_no_importer_reads_is_refused(inbox):
    drop(inbox / "faux.csv", HEAD + "F-1;Latitude;hier;12\nF-2;Latitude;2026-10-01;12\n")
    drop(inbox / "photo.pdf", b"<!doctype html><html><body>une page</body></html>")
    with drop(inbox / "gros.csv").open("r+b") as file:
        file.truncate(inbox_files.MAX_ARCHIVE_BYTES + 1)
    os.utime(inbox / "gros.csv", (0, 0))
    inbox_folder.take(inbox, NOW)
    assert Invoice.select().count() == 0
    assert tree(inbox) == [
        "refusés/gros.csv",
        "refusés/gros.csv.txt",
        "refusés/photo.pdf",
        "refusés/photo.pdf.txt",
        "à-corriger/faux.csv",
        "à-corriger/faux.csv.txt",
    ]
    assert "trop gros" in (inbox / "refusés/gros.csv.txt").read_text(encoding="utf-8")
    standing = inbox_folder.standing(inbox)
    assert (standing.to_fix, standing.refused, standing.waiting, standing.under_way) == (1, 2, 0, 0)


def test_two_takers_at_once_import_each_file_once(inbox, account, settings, monkeypatch):
    monkeypatch.setattr(inbox_folder.fcntl, "flock", _no_locks)  # as on a file system that has none
    for n in range(4):
        drop(inbox / f"{n}.csv", HEAD + f"F-{n};Latitude;2026-10-01;10\n")
    threads = [threading.Thread(target=_take_alone, args=(inbox,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    inbox_folder.take(inbox, NOW)  # what one saw in the hands of the other
    assert numbers() == [f"F-{n}" for n in range(4)]
    assert Event.select().where(Event.kind == "invoice_imported").count() == 4
    assert len([name for name in tree(inbox) if name.endswith(".csv")]) == 4
    assert all(name.startswith("importés") for name in tree(inbox))


def _no_locks(*_):
    raise OSError(95, "Operation not supported")


def _take_alone(inbox):
    with db.connection():
        inbox_folder.take(inbox, NOW)


def test_a_file_that_breaks_the_importer_holds_neither_the_others_nor_the_mail(inbox, monkeypatch):
    real = inbox_importing.hand_over

    def broken(account, name, *rest, **options):
        if name == "a.csv":
            raise KeyError(name)
        return real(account, name, *rest, **options)

    monkeypatch.setattr(inbox_importing, "hand_over", broken)
    drop(inbox / "a.csv", HEAD + "F-0;Latitude;2026-10-02;10\n")
    drop(inbox / "b.csv")
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1"] and (inbox / "refusés/a.csv").exists()


def test_a_minute_takes_so_many_files_and_the_next_one_goes_on(inbox):
    for n in range(3):
        drop(inbox / f"{n}.csv", HEAD + f"F-{n};Latitude;2026-10-01;10\n")
    inbox_folder.take(inbox, NOW, limit=1)
    assert numbers() == ["F-0"]
    inbox_folder.take(inbox, NOW, patience=0)  # one that was begun is ended
    assert numbers() == ["F-0", "F-1"]


def test_a_folder_that_went_away_is_told_once(inbox, caplog):
    caplog.set_level(logging.WARNING)
    inbox.rmdir()
    inbox_folder.take(inbox, NOW)
    inbox_folder.take(inbox, NOW)
    assert caplog.messages == [f"the watched folder: {inbox}: No such file or directory"]
    assert "n'est pas utilisable" in inbox_folder.standing(inbox).problems[0]


def test_a_place_that_may_not_be_written_is_told_once_and_nothing_is_lost(inbox, caplog, monkeypatch):
    real = os.rename

    def refused(source, target, **where):
        raise PermissionError(13, "Permission denied", source)

    monkeypatch.setattr(inbox_files.os, "rename", refused)  # the tests may run as root, who may write anywhere
    drop(inbox / "a.csv")
    inbox_folder.take(inbox, NOW)
    inbox_folder.take(inbox, NOW)
    assert len([text for text in caplog.messages if "Permission denied" in text]) == 1
    assert (inbox / "a.csv").exists() and Invoice.select().count() == 0
    monkeypatch.setattr(inbox_files.os, "rename", real)
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1"]


def test_our_own_folders_are_never_followed_elsewhere(inbox, tmp_path):
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    (inbox / "en-cours").symlink_to(elsewhere, target_is_directory=True)
    drop(inbox / "a.csv")
    inbox_folder.take(inbox, NOW)
    assert (inbox / "a.csv").exists() and os.listdir(elsewhere) == [] and Invoice.select().count() == 0


def test_a_file_that_bears_the_name_of_our_folder_blocks_nothing_and_is_told(inbox):
    (inbox / "importés").write_bytes(b"")  # just left: not taken yet
    drop(inbox / "a.csv")
    drop(inbox / "b.csv", HEAD + "F-2;Latitude;2026-10-02;10\n")
    inbox_folder.take(inbox, NOW)
    assert numbers() == ["F-1", "F-2"]
    assert inbox_folder.standing(inbox).problems == [inbox_folder.BLOCKED.format(inbox / "importés")]
    (inbox / "importés").unlink()
    inbox_folder.take(inbox, NOW)
    assert [path for path in tree(inbox) if path.endswith(".csv")] == [
        "importés/2026-11/a.csv",
        "importés/2026-11/b.csv",
    ]
    assert numbers() == ["F-1", "F-2"]
