"""``flask export``: the data of one account in a file that only its owner reads."""

import stat
import zipfile

import pytest

from relance import cli
from relance.models.events import Event
from relance.services import exporting_all


@pytest.fixture
def run(app):
    cli.init_app(app)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=[str(argument) for argument in arguments])


def test_a_host_writes_the_data_of_an_account_to_a_file(run, camille, invoice, tmp_path):
    file = tmp_path / "export.zip"
    result = run("export", "--account", camille.email.upper(), file)
    assert (result.exit_code, f"Export écrit : {file}" in result.output) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert b"F-2026-0087" in archive.read("factures.csv")
    event = Event.get(Event.kind == "data_exported")
    assert (event.account_id, event.user_id, event.facts) == (camille.account_id, None, {"format": "zip"})


def test_what_cannot_be_written_leaves_nothing_behind(run, camille, invoice, tmp_path, monkeypatch):
    assert "Aucun compte" in run("export", "--account", "x@y.example", tmp_path / "a.zip").output
    assert "n'a pas pu être écrit" in run("export", "--account", camille.email, tmp_path / "rien" / "a.zip").output
    file = tmp_path / "b.zip"
    file.write_bytes(b"avant")

    def broken(*_given, **_options):
        yield b"PK"
        raise OSError("disque plein")

    monkeypatch.setattr(exporting_all, "archive", broken)
    assert run("export", "--account", camille.email, file).exit_code == 1
    assert [(path.name, path.read_bytes()) for path in tmp_path.glob("*.zip*")] == [("b.zip", b"avant")]
    assert list(tmp_path.glob(".*")) == []
