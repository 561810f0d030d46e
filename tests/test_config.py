"""Settings come from variables; a bad one stops the start with a sentence that names it."""

import threading
from pathlib import Path

import pytest

from relance.config import ConfigError, Settings, Smtp, parse_smtp_url


def settings(folder: Path, **variables: str) -> Settings:
    given = {"RELANCE_DATA_DIR": str(folder)} | {f"RELANCE_{name}": value for name, value in variables.items()}
    return Settings.from_env(given)


def test_without_any_variable_everything_stays_in_the_data_folder_and_on_this_machine(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/relance.db"
    assert found.queue_url == f"sqlite:///{tmp_path}/queue.db"
    assert (found.host, found.port, found.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (found.signup, found.smtp) == ("first", None)
    assert found.has_local_mailbox
    assert not found.is_https


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = settings(tmp_path / "data")
    assert len(first.secret_key) >= 40
    assert settings(tmp_path / "data").secret_key == first.secret_key
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert settings(tmp_path / "other").secret_key != first.secret_key


def test_a_key_file_that_another_process_is_writing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    writer = threading.Timer(0.3, (tmp_path / "secret_key").write_text, ["written-a-moment-later"])
    writer.start()
    assert settings(tmp_path).secret_key == "written-a-moment-later"
    writer.join()


def test_a_key_file_left_empty_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relance.config.time.sleep", lambda seconds: None)
    (tmp_path / "secret_key").touch()
    with pytest.raises(ConfigError, match="clé secrète est vide"):
        settings(tmp_path)


def test_a_given_key_is_not_written_anywhere(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY="given-by-the-host-2026").secret_key == "given-by-the-host-2026"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file-of-the-host\n")
    assert settings(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == "from-a-file-of-the-host"


def test_the_port_is_that_of_the_address_unless_one_is_given(tmp_path: Path) -> None:
    assert settings(tmp_path, PORT="9000").base_url == "http://127.0.0.1:9000"
    assert settings(tmp_path, PORT="9000", BASE_URL="https://relance.example/").base_url == "https://relance.example"
    assert settings(tmp_path, BASE_URL="https://relance.example").is_https


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PORT": "80000"}, "RELANCE_PORT"),
        ({"PORT": "²"}, "RELANCE_PORT"),
        ({"WORKERS": "0"}, "RELANCE_WORKERS"),
        ({"WORKERS": "-1"}, "RELANCE_WORKERS"),
        ({"SIGNUP": "maybe"}, "RELANCE_SIGNUP"),
        ({"BASE_URL": "relance.example"}, "RELANCE_BASE_URL"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "RELANCE_DATABASE_URL"),
        ({"QUEUE_URL": "amqp://localhost"}, "RELANCE_QUEUE_URL"),
        ({"SECRET_KEY": "court"}, "RELANCE_SECRET_KEY"),
        ({"SECRET_KEY_FILE": "/absent"}, "RELANCE_SECRET_KEY_FILE"),
        ({"SMTP_URL": "smtp://smtp.example"}, "RELANCE_MAIL_FROM"),
        ({"SMTP_URL": "http://smtp.example", "MAIL_FROM": "a@b.fr"}, "RELANCE_SMTP_URL"),
        ({"SMTP_URL": "smtp://smtp.example:port", "MAIL_FROM": "a@b.fr"}, "RELANCE_SMTP_URL"),
        ({"SMTP_URL": "smtp://smtp.example?tls=maybe", "MAIL_FROM": "a@b.fr"}, "RELANCE_SMTP_URL"),
        ({"MAIL_FROM": "Relance <relances@exemple.fr>"}, "RELANCE_MAIL_FROM"),
        ({"SMTP_TIMEOUT": "0"}, "RELANCE_SMTP_TIMEOUT"),
    ],
)
def test_a_bad_value_is_refused_by_name(tmp_path: Path, variables: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        settings(tmp_path, **variables)


@pytest.mark.parametrize(
    ("url", "smtp"),
    [
        ("smtp://mail.example", Smtp("mail.example", 25)),
        ("smtp://mail.example?tls=starttls", Smtp("mail.example", 587, "starttls")),
        ("smtps://mail.example", Smtp("mail.example", 465, "ssl")),
        (
            "smtp://relances%40example.fr:p%3Ass%2F1@mail.example:2525?tls=starttls",
            Smtp("mail.example", 2525, "starttls", "relances@example.fr", "p:ss/1"),
        ),
    ],
)
def test_an_smtp_address_says_port_encryption_and_password(url: str, smtp: Smtp) -> None:
    assert parse_smtp_url(url) == smtp


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="RELANCE_DATA_DIR"):
        settings(tmp_path / "file" / "data")
