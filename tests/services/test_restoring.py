"""After a restore everything is back, and nothing leaves before a person looked."""

import datetime as dt
import io
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import peewee
import pytest

from relance import db, models, storage
from relance.config import Settings
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services.backing_up import BackupError, backup
from relance.services.restoring import restore
from tests import factories

LATER = factories.NOW + dt.timedelta(days=3)


@pytest.fixture
def start_again(settings: Settings, database: peewee.Database) -> Callable[[], None]:
    """Lose the machine: the tables are empty again and the documents are gone."""

    def lose_everything() -> None:
        Client.update(merged_into=None).execute()
        Invoice.update(credited_invoice=None).execute()
        for model in reversed(models.ALL):
            model.delete().execute()
        shutil.rmtree(settings.data_dir / "files")

    return lose_everything


@pytest.fixture
def saved(settings: Settings, invoice: Invoice, camille: User, tmp_path: Path) -> Path:
    """A backup with an invoice, its document, a merged client and a message that waits."""
    old = factories.make_client(invoice.account, "Latitude (ancienne fiche)")
    newer = factories.make_client(invoice.account, "Latitude SAS")
    old.merged_into = newer  # a row that names a later one of its own table
    old.save()
    invoice.document = factories.make_document(invoice.account, b"%PDF-1.7 la facture")
    invoice.save()
    make_message(invoice, "queued")
    make_message(invoice, "sent")
    return backup(settings, tmp_path / "relance.tar.gz", factories.NOW).path


def make_message(invoice: Invoice, state: str) -> Message:
    return Message.create(
        account=invoice.account,
        client=invoice.client,
        kind="reminder",
        is_automatic=True,
        state=state,
        to_json='[["Nadia Benali", "compta@latitude-conseil.example"]]',
        subject="Facture F-2026-0087",
        body_text="Bonjour,",
        message_id=f"<{state}@relance.example>",
        token=state,
        not_before_at=factories.NOW,
        created_at=factories.NOW,
    )


def snapshot() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but what a restore changes on purpose."""
    changed = {"account", "message", "event"}
    return {
        model._meta.table_name: list(model.select().order_by(model.id).tuples())
        for model in models.ALL
        if model._meta.table_name not in changed
    }


def test_every_row_and_document_comes_back(
    settings: Settings, saved: Path, start_again: Callable[[], None], invoice: Invoice
) -> None:
    before = snapshot()
    start_again()
    restored = restore(settings, saved, LATER)
    assert snapshot() == before
    assert storage.get(Invoice.get().document.sha256) == b"%PDF-1.7 la facture"
    assert (restored.taken_at, restored.accounts, restored.files) == (factories.NOW, 1, 1)


def test_a_backup_moves_an_instance_to_the_other_database(
    engine: str, settings: Settings, saved: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before = snapshot()
    if engine == "sqlite":
        other = request.getfixturevalue("pg_handle")
    else:
        other = db.open_database(f"sqlite:///{tmp_path / 'other.db'}")
    db.database.initialize(other)
    with other.connection_context():
        other.create_tables(models.ALL)
        for model in reversed(models.ALL):
            model.delete().execute()
        restore(settings, saved, LATER)
        assert snapshot() == before


def test_rows_made_after_a_restore_get_new_ids(
    settings: Settings, saved: Path, start_again: Callable[[], None], invoice: Invoice
) -> None:
    start_again()
    restore(settings, saved, LATER)
    assert factories.make_invoice(Client.get(Client.name == "Latitude Conseil")).id > invoice.id


def test_nothing_leaves_after_a_restore(settings: Settings, saved: Path, start_again: Callable[[], None]) -> None:
    start_again()
    restored = restore(settings, saved, LATER)
    account = Account.get()
    assert account.suspended_at == LATER
    assert "sauvegarde du 23/11/2026 à 08:00" in account.suspended_because
    assert "L'envoi est suspendu" in restored.sentences[0]
    assert Event.select().where(Event.kind == "backup_restored", Event.account == account).count() == 1


def test_what_waited_at_the_backup_is_uncertain_and_what_was_sent_stays_sent(
    settings: Settings, saved: Path, start_again: Callable[[], None]
) -> None:
    start_again()
    restore(settings, saved, LATER)
    states = {message.token: message.state for message in Message.select()}
    assert states == {"queued": "uncertain", "sent": "sent"}
    event = Event.get(Event.kind == "reminder_uncertain")
    assert (event.message.token, event.facts["because"]) == ("queued", "restored")


def test_an_instance_that_holds_an_account_is_not_overwritten(settings: Settings, saved: Path) -> None:
    with pytest.raises(BackupError, match="contient déjà un compte"):
        restore(settings, saved, LATER)
    assert Account.get().suspended_at is None


def test_the_secret_key_comes_back(settings: Settings, saved: Path, start_again: Callable[[], None]) -> None:
    start_again()
    key_file = settings.data_dir / "secret_key"
    key_file.write_text("a-new-key-made-at-first-start")
    restored = restore(replace(settings, secret_key="a-new-key-made-at-first-start"), saved, LATER)
    assert key_file.read_text() == settings.secret_key
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert "relancez Relance" in restored.sentences[1]


def test_a_key_given_by_the_host_is_left_alone_and_said(
    settings: Settings, saved: Path, start_again: Callable[[], None]
) -> None:
    start_again()
    restored = restore(replace(settings, secret_key="given-by-the-environment"), saved, LATER)
    assert not (settings.data_dir / "secret_key").exists()
    assert "RELANCE_SECRET_KEY" in restored.sentences[1]


def test_a_damaged_backup_puts_nothing_back(settings: Settings, saved: Path, start_again: Callable[[], None]) -> None:
    start_again()
    saved.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    with pytest.raises(BackupError, match="pas une sauvegarde lisible"):
        restore(settings, saved, LATER)
    assert Account.select().count() == 0


def test_a_file_that_is_no_backup_is_said(settings: Settings, database: object, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BackupError, match="pas une sauvegarde lisible"):
        restore(settings, path, LATER)


def test_a_document_that_is_not_what_its_name_says_is_refused(
    settings: Settings, saved: Path, start_again: Callable[[], None], tmp_path: Path
) -> None:
    start_again()
    forged = tmp_path / "forged.tar.gz"
    rewrite(saved, forged, lambda name, content: (name, b"other" if name.startswith("files/") else content))
    with pytest.raises(BackupError, match="abîmé"):
        restore(settings, forged, LATER)
    assert Account.select().count() == 0


def test_a_name_that_climbs_out_of_the_folder_is_never_written(
    settings: Settings, saved: Path, start_again: Callable[[], None], tmp_path: Path
) -> None:
    start_again()
    forged = tmp_path / "forged.tar.gz"
    rewrite(saved, forged, lambda name, content: (name.replace("files/", "files/../../../"), content))
    restored = restore(settings, forged, LATER)
    assert restored.files == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "forged.tar.gz", "relance.tar.gz"]


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for entry in old.getmembers():
            stream = old.extractfile(entry)
            assert stream is not None
            entry.name, content = change(entry.name, stream.read())
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
