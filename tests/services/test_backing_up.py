"""A backup holds everything, sees one instant, and is written whole or not at all."""

import datetime as dt
import json
import tarfile
import threading
from pathlib import Path

import peewee
import pytest

from relance import db, storage
from relance.config import Settings
from relance.models.accounts import Account, User
from relance.models.invoices import Invoice
from relance.services import backing_up
from relance.services.backing_up import BackupError, backup
from tests import factories


def names(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return archive.getnames()


def table(path: Path, name: str) -> list[list[object]]:
    with tarfile.open(path) as archive:
        stream = archive.extractfile(f"tables/{name}.jsonl")
        assert stream is not None
        return [json.loads(line) for line in stream]


def test_a_backup_holds_rows_documents_and_the_key(
    settings: Settings, invoice: Invoice, camille: User, tmp_path: Path, now: dt.datetime
) -> None:
    document = factories.make_document(invoice.account, b"%PDF-1.7 la facture")
    taken = backup(settings, tmp_path / "relance.tar.gz", now)
    header, *rows = table(taken.path, "invoice")
    assert dict(zip(header, rows[0], strict=True))["number"] == "F-2026-0087"
    assert dict(zip(header, rows[0], strict=True))["due_on"] == invoice.due_on.isoformat()
    assert f"files/{document.sha256[:2]}/{document.sha256}" in names(taken.path)
    assert {"secret_key", "manifest.json", "tables/user.jsonl"} <= set(names(taken.path))
    assert (taken.files, taken.size) == (1, taken.path.stat().st_size)


def test_a_backup_is_private(settings: Settings, database: peewee.Database, tmp_path: Path, now: dt.datetime) -> None:
    assert backup(settings, tmp_path / "relance.tar.gz", now).path.stat().st_mode & 0o777 == 0o600


def test_a_backup_longer_than_a_page_keeps_every_row(
    settings: Settings, latitude: object, tmp_path: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing_up, "PAGE", 3)
    for _ in range(6):
        factories.make_account()
    _, *rows = table(backup(settings, tmp_path / "relance.tar.gz", now).path, "account")
    assert [row[0] for row in rows] == [account.id for account in Account.select().order_by(Account.id)]


def test_what_is_written_during_the_backup_waits_for_the_next_one_and_is_not_held_up(
    settings: Settings, account: Account, tmp_path: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection commits between two tables: the write goes through, the copy does not see it."""
    original = backing_up._write_table

    def write_and_meddle(model: type[db.BaseModel], copy: object) -> int:
        count = original(model, copy)
        if model is Account:
            thread = threading.Thread(target=meddle)
            thread.start()
            thread.join(10)
            assert not thread.is_alive(), "the backup held a writer up"
        return count

    def meddle() -> None:
        with db.connection():
            factories.make_user(account, "arrive-pendant@exemple.example")

    monkeypatch.setattr(backing_up, "_write_table", write_and_meddle)
    _, *rows = table(backup(settings, tmp_path / "relance.tar.gz", now).path, "user")
    assert rows == []
    assert User.select().count() == 1


def test_a_backup_that_fails_leaves_the_one_before(
    settings: Settings, account: Account, tmp_path: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "relance.tar.gz"
    backup(settings, path, now)
    before = path.read_bytes()

    def no_space(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing_up, "_add_files", no_space)
    with pytest.raises(BackupError, match="n'a pas pu être écrite"):
        backup(settings, path, now)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.glob("*.part")] == []
    assert not (tmp_path / ".relance.tar.gz.part").exists()


def test_a_folder_that_does_not_exist_is_said(settings: Settings, database: object, now: dt.datetime) -> None:
    with pytest.raises(BackupError, match="n'a pas pu être écrite"):
        backup(settings, settings.data_dir / "absent" / "relance.tar.gz", now)


def test_a_document_deposited_meanwhile_does_not_break_the_backup(
    settings: Settings, account: Account, tmp_path: Path, now: dt.datetime
) -> None:
    """A half-written file of another process is beside its place, under another name: it is left out."""
    storage.put(b"whole")
    folder = next((settings.data_dir / "files").glob("??"))
    (folder / ".new-abc").write_bytes(b"half")
    assert backup(settings, tmp_path / "relance.tar.gz", now).files == 1
