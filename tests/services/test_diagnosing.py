"""The doctor names what is wrong and the remedy, and finds nothing on a healthy instance."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import peewee
import pytest

from relance import db
from relance.config import Settings, Smtp
from relance.models.accounts import Account, Heartbeat, Transport
from relance.models.events import Event, record
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import diagnosing, journal
from relance.services.diagnosing import Check, run
from tests import factories, servers


@pytest.fixture
def doctor(settings: Settings, database: peewee.Database, now: dt.datetime) -> Callable[..., dict[str, Check]]:
    """``doctor(**settings)``: the findings by name, on this instance with other settings."""

    def _doctor(**changes: object) -> dict[str, Check]:
        return {check.name: check for check in run(replace(settings, **changes), now)}

    return _doctor


def test_a_healthy_instance_has_nothing_wrong(
    doctor: Callable[..., dict[str, Check]], smtp_server: servers.SmtpServer, now: dt.datetime
) -> None:
    Heartbeat.beat("worker", now)
    assert [check for check in doctor().values() if not check.is_ok] == []
    assert smtp_server.connections == 1
    assert smtp_server.received == []


def test_without_a_server_nothing_leaves_the_machine_and_it_is_said(doctor: Callable[..., dict[str, Check]]) -> None:
    check = doctor(smtp=None)["Envoi d'e-mails"]
    assert check.is_ok
    assert "/boite-locale" in check.sentence


def test_a_server_that_does_not_answer_is_named(doctor: Callable[..., dict[str, Check]]) -> None:
    check = doctor(smtp=Smtp("127.0.0.1", servers.free_port()))["Envoi d'e-mails"]
    assert not check.is_ok
    assert "127.0.0.1" in check.sentence
    assert "RELANCE_SMTP_URL" in check.sentence


def test_tables_that_are_missing_call_for_migrate(
    doctor: Callable[..., dict[str, Check]], database: peewee.Database, tmp_path: Path
) -> None:
    empty = db.open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    findings = doctor()
    empty.close()
    assert not findings["Base de données"].is_ok
    assert "migrate" in findings["Base de données"].sentence
    assert "Travailleur" not in findings


def test_a_worker_never_seen_or_gone_is_said(doctor: Callable[..., dict[str, Check]], now: dt.datetime) -> None:
    assert "jamais vu" in doctor()["Travailleur"].sentence
    Heartbeat.beat("worker", now - dt.timedelta(minutes=3))
    assert "vu pour la dernière fois le 23/11/2026 à 07:57" in doctor()["Travailleur"].sentence
    Heartbeat.beat("worker", now - dt.timedelta(minutes=1))
    assert doctor()["Travailleur"].is_ok


def test_a_message_that_waits_for_more_than_an_hour_is_counted(
    doctor: Callable[..., dict[str, Check]], invoice: Invoice, now: dt.datetime
) -> None:
    def wait_since(minutes: int, token: str) -> None:
        Message.create(
            account=invoice.account,
            kind="reminder",
            to_json="[]",
            subject="",
            body_text="",
            message_id=token,
            token=token,
            not_before_at=now - dt.timedelta(minutes=minutes),
            created_at=now,
        )

    wait_since(59, "recent")
    assert doctor()["Boîte d'envoi"].is_ok
    wait_since(61, "stuck")
    assert "1 message(s)" in doctor()["Boîte d'envoi"].sentence


def test_a_server_left_alone_after_a_failure_is_told_with_its_answer(
    doctor: Callable[..., dict[str, Check]], now: dt.datetime
) -> None:
    Transport.create(key="instance", waits_until_at=now + dt.timedelta(minutes=5), last_error="Il ne répond pas.")
    check = doctor()["Serveurs d'envoi"]
    assert not check.is_ok
    assert "Il ne répond pas." in check.sentence


def test_a_suspended_account_is_named(doctor: Callable[..., dict[str, Check]], account: Account) -> None:
    assert doctor()["Suspensions"].is_ok
    account.suspended_at = factories.NOW
    account.save()
    assert "Atelier Roussel" in doctor()["Suspensions"].sentence


def test_a_key_that_others_can_read_is_said(doctor: Callable[..., dict[str, Check]], data_dir: Path) -> None:
    key = data_dir / "secret_key"
    key.write_text("secret")
    key.chmod(0o644)
    assert "chmod 600" in doctor()["Clé secrète"].sentence
    key.chmod(0o600)
    assert doctor()["Clé secrète"].is_ok


def test_a_folder_that_cannot_be_written_is_said(doctor: Callable[..., dict[str, Check]], tmp_path: Path) -> None:
    assert not doctor(data_dir=tmp_path / "absent")["Dossier"].is_ok


def test_a_nearly_full_disk_is_said(doctor: Callable[..., dict[str, Check]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosing, "ROOM_WANTED", 10**18)
    assert "libérez de la place" in doctor()["Disque"].sentence


def test_missing_pdf_libraries_come_with_the_command(
    doctor: Callable[..., dict[str, Check]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnosing, "PDF_LIBRARIES", ("libabsent-1.0.so.0",))
    assert "apt-get install libpango-1.0-0" in doctor()["Courriers en PDF"].sentence


def test_a_half_year_without_rates_calls_for_an_update(settings: Settings, database: peewee.Database) -> None:
    checks = {check.name: check for check in run(settings, dt.datetime(2040, 1, 2))}
    assert not checks["Taux légaux"].is_ok
    assert "1er semestre 2040" in checks["Taux légaux"].sentence


def test_a_past_that_somebody_rewrote_is_said(
    doctor: Callable[..., dict[str, Check]], account: Account, now: dt.datetime
) -> None:
    event = record("note_added", account=account, at=now, text="vrai")
    journal.seal(now + dt.timedelta(minutes=5))
    assert doctor()["Journal"].is_ok
    Event.update(data='{"text": "réécrit"}').where(Event.id == event.id).execute()
    check = doctor()["Journal"]
    assert not check.is_ok
    assert f"Atelier Roussel (événement {event.id})" in check.sentence


def test_the_watched_folder_says_what_waits_and_what_no_account_owns(
    doctor: Callable[..., dict[str, Check]], camille: object, tmp_path: Path
) -> None:
    inbox = tmp_path / "factures"
    assert doctor(inbox_dir=None)["Dossier surveillé"].is_ok
    for name in ("a.csv", "sous-dossier/b.pdf", "refusés/c.pdf", "refusés/c.pdf.txt"):
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text("x", encoding="utf-8")
    check = doctor(inbox_dir=inbox)["Dossier surveillé"]
    assert check.is_ok and "2 en attente, 0 en cours, 0 à corriger, 1 refusés" in check.sentence
    (inbox / "qui@nulle.example").mkdir()
    check = doctor(inbox_dir=inbox)["Dossier surveillé"]
    assert not check.is_ok and "qui@nulle.example" in check.sentence
    gone = doctor(inbox_dir=tmp_path / "parti")["Dossier surveillé"]
    assert not gone.is_ok and "parti" in gone.sentence
