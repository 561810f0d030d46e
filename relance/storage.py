"""The bytes of documents, kept by their own fingerprint in ``DATA_DIR/files/aa/<sha256>``.

A file is written once and never changed: two equal documents are one file, and what the name says can be
checked against what the file holds.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")


class StorageError(Exception):
    """The bytes cannot be read or written; the sentence says why, in French."""


class _Folder:
    """Where files go, once ``open_storage`` was called."""

    path: Path | None = None


def open_storage(data_dir: Path) -> Path:
    """Make ``data_dir/files`` if needed, point this module at it and return it."""
    folder = Path(data_dir) / "files"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(f"Le dossier des documents n'est pas utilisable : {error}.") from error
    _Folder.path = folder
    return folder


def put(content: bytes) -> str:
    """Keep ``content`` and return its SHA-256 in hexadecimal. Safe to repeat; whole or not at all."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = _path(sha256)
    if exists(sha256):
        return sha256
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        _write_whole(target, content)
    except OSError as error:
        raise StorageError(f"Le document n'a pas pu être enregistré : {error.strerror or error}.") from error
    return sha256


def get(sha256: str) -> bytes:
    """Return the bytes named ``sha256``; StorageError when they are missing or no longer match their name."""
    try:
        content = _path(sha256).read_bytes()
    except FileNotFoundError as error:
        raise StorageError("Le fichier de ce document est introuvable sur le disque.") from error
    except OSError as error:
        raise StorageError(f"Le document n'a pas pu être lu : {error.strerror or error}.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StorageError("Le fichier de ce document a été modifié ou abîmé sur le disque.")
    return content


def exists(sha256: str) -> bool:
    """True when bytes of that name are kept, whole."""
    return _path(sha256).is_file()


def _path(sha256: str) -> Path:
    """The place of ``sha256``. Only a fingerprint is accepted, so no name can leave the folder."""
    if _Folder.path is None:
        raise StorageError("Le stockage des documents n'est pas ouvert.")
    if not SHA256.fullmatch(sha256):
        raise StorageError("Ce nom n'est pas celui d'un document.")
    return _Folder.path / sha256[:2] / sha256


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, flush to the disk, then rename: a reader sees all of it or nothing."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # The rename itself must outlive a power cut, or a row would name a file that is not there.
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
