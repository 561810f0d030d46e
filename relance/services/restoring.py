"""Back from a backup: every row, every document and the key, then nothing leaves before a person looked."""

import datetime as dt
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import DateField, DateTimeField, Field, ForeignKeyField, IntegrityError

from relance import models, storage
from relance.config import Settings
from relance.db import BaseModel, connection, database, is_sqlite, transaction
from relance.models.accounts import Account
from relance.models.events import record
from relance.models.messages import Message
from relance.services.backing_up import FORMAT, BackupError

ROWS_AT_ONCE = 200  # SQLite limits the number of values of one statement
UNCERTAIN = (
    "Ce message attendait au moment de la sauvegarde : il est peut-être parti entre la sauvegarde et la restauration."
)


@dataclass(frozen=True)
class Restored:
    """What was put back; ``sentences`` is what the host must know."""

    taken_at: dt.datetime
    accounts: int
    rows: int
    files: int
    sentences: tuple[str, ...]


def restore(settings: Settings, path: Path, now: dt.datetime) -> Restored:
    """Put a backup back into this instance, which must be migrated and hold no account yet.

    Sending is suspended for every account, and what waited in the outbox becomes « envoi incertain »: since
    the backup was taken it may have left. All rows come back or none. BackupError says what is wrong.
    """
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            return _restore(settings, archive, now)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(f"Ce fichier n'est pas une sauvegarde lisible : {error}.") from error


def _restore(settings: Settings, archive: tarfile.TarFile, now: dt.datetime) -> Restored:
    manifest = json.loads(_read(archive, "manifest.json"))
    if manifest.get("format") != FORMAT:
        raise BackupError("Cette sauvegarde vient d'une version plus récente de Relance : mettez d'abord à jour.")
    taken_at = dt.datetime.fromisoformat(manifest["taken_at"])
    storage.open_storage(settings.data_dir)
    with connection():
        if Account.select().exists():
            raise BackupError(
                "Cette instance contient déjà un compte : "
                "restaurez dans un dossier RELANCE_DATA_DIR (ou une base) vide."
            )
        # Documents first: a row must never name a file that is not there.
        files = _restore_files(archive)
        try:
            with transaction():
                rows = _restore_tables(archive, set(manifest["tables"]))
                _suspend(taken_at, now)
        except IntegrityError as error:
            raise BackupError(f"La sauvegarde est incomplète : {error}.") from error
        accounts = Account.select().count()
    sentences = [
        "L'envoi est suspendu : ce qui est daté d'après la sauvegarde est peut-être déjà parti. "
        "Vérifiez, puis rétablissez l'envoi dans les réglages."
    ]
    sentences += _restore_key(settings, _read(archive, "secret_key"))
    return Restored(taken_at, accounts, rows, files, tuple(sentences))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        stream = archive.extractfile(name)
    except KeyError:
        stream = None
    if stream is None:
        raise BackupError(f"Ce fichier n'est pas une sauvegarde de Relance : il y manque {name}.")
    return stream.read()


def _restore_files(archive: tarfile.TarFile) -> int:
    """Only names of documents are read, and only under their own fingerprint: no path of the archive is used."""
    count = 0
    for entry in archive.getmembers():
        sha256 = entry.name.rpartition("/")[2]
        if not (entry.isfile() and entry.name == f"files/{sha256[:2]}/{sha256}" and storage.SHA256.fullmatch(sha256)):
            continue
        if storage.put(_read(archive, entry.name)) != sha256:
            raise BackupError(f"Un document de la sauvegarde est abîmé : {sha256}.")
        count += 1
    return count


def _restore_tables(archive: tarfile.TarFile, names: set[str]) -> int:
    if is_sqlite():
        # A row may name a later one of its own table (a merged client): checked when all are there.
        database.execute_sql("PRAGMA defer_foreign_keys = ON")
    unknown = names - {model._meta.table_name for model in models.ALL}
    if unknown:
        raise BackupError(f"Cette sauvegarde contient des tables inconnues de cette version : {sorted(unknown)}.")
    rows = 0
    for model in models.ALL:
        if model._meta.table_name in names:
            model.delete().execute()  # what a fresh instance holds (a heartbeat) gives way
            rows += _restore_table(archive, model)
    return rows


def _restore_table(archive: tarfile.TarFile, model: type[BaseModel]) -> int:
    name = model._meta.table_name
    stream = archive.extractfile(f"tables/{name}.jsonl")
    if stream is None:
        raise BackupError(f"Il manque la table {name} dans cette sauvegarde.")
    columns = {field.column_name: field for field in model._meta.sorted_fields}
    header = json.loads(stream.readline())
    if not set(header) <= set(columns):
        raise BackupError("Cette sauvegarde vient d'une version plus récente de Relance : mettez d'abord à jour.")
    fields = [columns[column] for column in header]
    readers = [_reader(field) for field in fields]
    own_links = [n for n, field in enumerate(fields) if isinstance(field, ForeignKeyField) and field.rel_model is model]
    later: list[tuple[int, Field, int]] = []
    count = 0
    page: list[list[Any]] = []
    for line in stream:
        row = [read(value) for read, value in zip(readers, json.loads(line), strict=True)]
        for position in own_links:
            if row[position] is not None:
                later.append((row[0], fields[position], row[position]))
                row[position] = None
        page.append(row)
        count += 1
        if len(page) == ROWS_AT_ONCE:
            model.insert_many(page, fields=fields).execute()
            page = []
    if page:
        model.insert_many(page, fields=fields).execute()
    for row_id, field, target in later:
        model.update({field: target}).where(model.id == row_id).execute()
    if not is_sqlite():
        table = f'"{name}"'
        database.execute_sql(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), COALESCE((SELECT MAX(id) FROM {table}), 0) + 1, false)",  # noqa: S608 our own table's name
            (table,),
        )
    return count


def _reader(field: Field) -> Callable[[Any], Any]:
    if isinstance(field, DateTimeField):
        return lambda value: None if value is None else dt.datetime.fromisoformat(value)
    if isinstance(field, DateField):
        return lambda value: None if value is None else dt.date.fromisoformat(value)
    return lambda value: value


def _suspend(taken_at: dt.datetime, now: dt.datetime) -> None:
    """Nothing leaves before a person looked, and what waited then is not sent again by the machine."""
    because = f"restauration de la sauvegarde du {taken_at:%d/%m/%Y à %H:%M} (UTC)"
    Account.update(suspended_at=now, suspended_because=because).execute()
    for account in list(Account.select()):
        record("backup_restored", account=account, at=now, taken_at=taken_at)
    waiting = list(Message.select().where(Message.state.in_(("queued", "sending"))))
    for message in waiting:
        Message.update(state="uncertain", error=UNCERTAIN).where(Message.id == message.id).execute()
        if message.account_id is not None:
            record(
                "reminder_uncertain",
                account=message.account_id,
                at=now,
                client=message.client_id,
                message=message,
                because="restored",
            )


def _restore_key(settings: Settings, key: bytes) -> list[str]:
    """Put the secret key back, unless the host gives one by a variable; it serves from the next start on."""
    path = settings.data_dir / "secret_key"
    if settings.secret_key.encode() == key:
        return []
    if not path.exists() or path.read_bytes().strip() != settings.secret_key.encode():
        return [
            "La variable RELANCE_SECRET_KEY de cette machine n'est pas celle de la sauvegarde : "
            "les mots de passe SMTP enregistrés devront être saisis de nouveau."
        ]
    path.write_bytes(key)
    path.chmod(0o600)
    return ["La clé secrète de la sauvegarde a été remise en place : relancez Relance."]
