"""Documents on disk: whole or absent, named by their content, out of nobody's reach."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from relance import storage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A storage of its own for each test."""
    return storage.open_storage(tmp_path)


def test_what_is_put_comes_back_under_its_fingerprint(folder: Path) -> None:
    sha256 = storage.put(b"facture")
    assert sha256 == hashlib.sha256(b"facture").hexdigest()
    assert storage.get(sha256) == b"facture"
    assert (folder / sha256[:2] / sha256).read_bytes() == b"facture"


def test_the_same_bytes_twice_are_one_file(folder: Path) -> None:
    assert storage.put(b"x") == storage.put(b"x")
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_only_the_owner_can_read_a_document(folder: Path) -> None:
    sha256 = storage.put(b"secret")
    assert stat.S_IMODE((folder / sha256[:2] / sha256).stat().st_mode) == 0o600


def test_an_empty_document_is_kept_too(folder: Path) -> None:
    assert storage.get(storage.put(b"")) == b""


def test_a_missing_document_says_so(folder: Path) -> None:
    absent = hashlib.sha256(b"absent").hexdigest()
    assert not storage.exists(absent)
    with pytest.raises(storage.StorageError, match="introuvable"):
        storage.get(absent)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63])
def test_a_name_that_is_not_a_fingerprint_never_reaches_the_disk(folder: Path, name: str) -> None:
    with pytest.raises(storage.StorageError, match="pas celui d'un document"):
        storage.get(name)
    with pytest.raises(storage.StorageError):
        storage.exists(name)


def test_a_document_changed_on_disk_is_not_served(folder: Path) -> None:
    sha256 = storage.put(b"montant : 100")
    (folder / sha256[:2] / sha256).write_bytes(b"montant : 900")
    with pytest.raises(storage.StorageError, match="modifié ou abîmé"):
        storage.get(sha256)


def test_a_crash_while_writing_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(storage.StorageError, match="enregistré"):
        storage.put(b"half")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(storage.StorageError, match="utilisable"):
        storage.open_storage(tmp_path)
