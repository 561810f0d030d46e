"""Variables: what is missing gets a default, what is wrong stops the start and is named."""

import pytest

from relance.config import ConfigError, Settings, Smtp, parse_smtp_url


def settings(tmp_path, **variables):
    return Settings.from_env({"RELANCE_DATA_DIR": str(tmp_path), **{f"RELANCE_{k}": v for k, v in variables.items()}})


def test_nothing_set_gives_a_working_instance_on_loopback(tmp_path):
    found = settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path / 'relance.db'}"
    assert found.queue_url == f"sqlite:///{tmp_path / 'queue.db'}"
    assert (found.base_url, found.host, found.port, found.signup) == (
        "http://127.0.0.1:8000",
        "127.0.0.1",
        8000,
        "first",
    )
    assert found.has_local_mailbox and not found.is_https
    assert not found.fetches_ecb_rates and found.ecb_url.startswith("https://data-api.ecb.europa.eu/")
    assert settings(tmp_path, ECB_RATES="1").fetches_ecb_rates


def test_the_secret_key_is_made_once_and_kept_for_its_owner_only(tmp_path):
    first, second = settings(tmp_path), settings(tmp_path)
    assert first.secret_key == second.secret_key and len(first.secret_key) > 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("une clé assez longue pour servir\n", encoding="utf-8")
    assert settings(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == "une clé assez longue pour servir"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("ECB_RATES", "oui"),
        ("PORT", "0"),
        ("WORKERS", "-1"),
        ("SIGNUP", "maybe"),
        ("SMTP_URL", "mail.example"),
        ("SMTP_URL", "smtp://host:25?tls=perhaps"),
        ("SMTP_URL", "smtp://host:port"),
        ("MAIL_FROM", "pas une adresse"),
        ("BASE_URL", "relance.example"),
        ("DATABASE_URL", "mysql://host/base"),
        ("QUEUE_URL", "amqp://host"),
        ("SECRET_KEY", "court"),
        ("SECRET_KEY_FILE", "/nulle/part"),
        ("INBOX_DIR", "/nulle/part"),
        ("INBOX_DIR", "/proc/version"),
        ("INBOX_DIR", "/"),  # it would hold the data folder
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence_that_names_it(tmp_path, name, value):
    with pytest.raises(ConfigError, match=f"RELANCE_{name}"):
        settings(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://host", Smtp("host", 25)),
        ("smtp://u:p%40ss@host:587?tls=starttls", Smtp("host", 587, "starttls", "u", "p@ss")),
        ("smtps://u%40x.fr:p@host", Smtp("host", 465, "ssl", "u@x.fr", "p")),
        ("smtp://host?tls=starttls", Smtp("host", 587, "starttls")),
    ],
)
def test_an_smtp_address_is_read(url, expected):
    assert parse_smtp_url(url) == expected


@pytest.mark.requirement("S0.12")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SMTP_URL": "smtp://host", "MAIL_FROM": "a@b.example"}, "a@b.example"),
        ({"SMTP_URL": "smtp://moi%40fournisseur.example:p@host"}, "moi@fournisseur.example"),
        ({"SMTP_URL": "smtp://host", "BASE_URL": "https://relance.example"}, "relance@relance.example"),
        ({"SMTP_URL": "smtp://host"}, "relance@relance.localhost"),
        ({}, None),
    ],
)
def test_reminders_leave_from_the_address_named_or_one_that_makes_sense(tmp_path, variables, expected):
    assert settings(tmp_path, **variables).mail_from == expected


def test_the_watched_folder_may_be_relative_and_must_be_written_to(tmp_path, monkeypatch):
    folder = tmp_path / "factures"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    assert settings(tmp_path / "data").inbox_dir is None
    assert settings(tmp_path / "data", INBOX_DIR="factures").inbox_dir == folder
    monkeypatch.setattr("os.access", lambda path, mode: False)  # the tests may run as root, who may write anywhere
    with pytest.raises(ConfigError, match="RELANCE_INBOX_DIR n'est pas accessible"):
        settings(tmp_path / "data", INBOX_DIR=str(folder))
