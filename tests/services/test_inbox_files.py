"""Names, and files that change while they are read."""

import os
import time

import pytest

from relance.services import inbox_files
from relance.services.inbox_files import Home, NotReadError, StillChangingError, Taken


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("facture.pdf", "facture.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("a\nb\x1b[31m\u202efdp.exe", "a_b_[31m_fdp.exe"),
        (os.fsdecode(b"re\xe7u.pdf"), "re\ufffdu.pdf"),
        ("sans point", "sans point"),
        ("x" * 250 + ".pdf", "x" * 176 + ".pdf"),
        ("é" * 120 + ".pdf", "é" * 88 + ".pdf"),
    ],
)
def test_a_name_is_one_that_screens_logs_and_databases_hold(given, kept):
    assert inbox_files.clean(given) == kept
    assert len(kept.encode()) <= inbox_files.NAME_BYTES


@pytest.fixture
def home(tmp_path):
    with Home(tmp_path) as opened:
        yield opened


def take(home, name="a.csv", content=b"abc"):
    path = home.path / name
    path.write_bytes(content)
    os.utime(path, (time.time() - 60, time.time() - 60))
    [taken] = home.take_each()
    return taken


def test_a_deposit_is_known_by_a_token_of_its_own(home):
    first, second = take(home), take(home)
    assert first.name == second.name == "a.csv" and first.token != second.token
    assert home.left_over() == sorted([first, second], key=lambda taken: taken.held_as)
    assert home.read(first) == b"abc"


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(home, monkeypatch):
    taken = take(home)
    real, stats = os.fstat, []

    def growing(descriptor):
        if not stats:
            with (home.path / "en-cours" / taken.held_as).open("ab") as file:
                stats.append(real(descriptor))
                file.write(b"def")
            return stats[0]
        return real(descriptor)

    monkeypatch.setattr(inbox_files.os, "fstat", growing)
    with pytest.raises(StillChangingError):
        home.read(taken)
    monkeypatch.undo()
    assert home.read(taken) == b"abcdef"


def test_what_took_the_place_of_a_file_is_not_read(home, tmp_path):
    taken = take(home)
    held = home.path / "en-cours" / taken.held_as
    held.unlink()
    held.symlink_to("/etc/hostname")
    with pytest.raises(NotReadError, match="ordinaire"):
        home.read(taken)
    held.unlink()
    os.mkfifo(held)
    with pytest.raises(NotReadError, match="ordinaire"):
        home.read(taken)
    with pytest.raises(NotReadError, match="trop gros"):
        home.read(take(home, "b.csv", b"x" * 11), limit=10)
    with pytest.raises(FileNotFoundError):
        home.read(Taken("0" * 16 + "-parti.csv"))


def test_a_file_put_away_never_covers_another(home):
    places = [home.put_away(take(home), "importés", "2026-11", "note") for _ in range(2)]
    assert places == ["importés/2026-11/a.csv", "importés/2026-11/a (2).csv"]
    assert (home.path / "importés/2026-11/a.csv.txt").read_text(encoding="utf-8") == "note"
    gone = take(home)
    (home.path / "en-cours" / gone.held_as).unlink()
    assert home.put_away(gone, "refusés", "", "note") == "" and home.count("refusés") == 0
    kept = home.put_away(take(home), "refusés", "", "note")
    assert kept == "refusés/a.csv" and home.count("refusés") == 1
