"""The local mailbox: a real server whose messages are kept whole, in order, and read with care."""

import json
import smtplib
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import mail_reading, mailbox
from relance.config import Smtp
from relance.mail.mail import Address, Attachment, Mail, new_message_id
from relance.mail.outcome import Refused, Sent, Unreachable
from relance.mail.post import Line
from relance.mailbox import Mailbox, list_messages, mailbox_address, raw, running_mailbox, start_mailbox
from tests.test_mail_reading import hostile


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    running = start_mailbox(tmp_path)
    yield running
    running.stop()


def mail(number: int = 1, **parts: object) -> Mail:
    values: dict[str, object] = {
        "subject": f"Facture n°\u00a0{number}",
        "text": "Bonjour,\nà régler\u00a0: 12\u00a0€\n",
        "html": "<p>Bonjour, <b>12\u00a0€</b></p>",
        "sender": Address("Atelier d’été", "camille@atelier.example"),
        "to": (Address("Nadia", "nadia@client.example"),),
        "message_id": new_message_id(f"{number:020x}", "atelier.example"),
        "token": f"{number:020x}",
        "envelope_from": "relances+1@atelier.example",
    }
    return Mail(**{**values, **parts})  # type: ignore[arg-type]


def send(port: int, *mails: Mail) -> list[object]:
    with Line(Smtp("127.0.0.1", port), timeout=5) as line:
        return [line.send(one) for one in mails]


def test_a_message_sent_is_listed_and_kept_as_it_left(box: Mailbox, tmp_path: Path) -> None:
    outcome = send(box.port, mail(attachments=(Attachment("été.pdf", "application/pdf", b"%PDF-1.7\n\0"),)))[0]
    assert outcome == Sent("250 2.0.0 Kept as 0000000001", {})
    (summary,) = list_messages(tmp_path)
    assert summary.sender == "relances+1@atelier.example"
    assert summary.recipients == ("nadia@client.example",)
    assert summary.subject == "Facture n°\u00a01"
    assert summary.message_id == mail().message_id
    content = raw(tmp_path, summary.id) or b""
    assert len(content) == summary.size
    parsed = mail_reading.parse(content)
    assert dict(parsed.headers)["From"] == "Atelier d’été <camille@atelier.example>"
    assert parsed.text == "Bonjour,\nà régler\u00a0: 12\u00a0€\n"
    assert parsed.html.strip() == "<p>Bonjour, <b>12\u00a0€</b></p>"
    (file,) = parsed.attachments
    assert (file.filename, file.mime, file.size) == ("été.pdf", "application/pdf", 10)
    found = mail_reading.attachment(content, file.index)
    assert found is not None and found[1] == b"%PDF-1.7\n\0"


def test_the_files_are_for_the_owner_alone(box: Mailbox, tmp_path: Path) -> None:
    send(box.port, mail())
    folder = tmp_path / "mailbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {"0000000001.eml", "0000000001.json", "port"}


def test_the_list_is_newest_first_and_goes_on_where_it_stopped(box: Mailbox, tmp_path: Path) -> None:
    send(box.port, *(mail(number) for number in range(1, 6)))
    first = list_messages(tmp_path, limit=2)
    second = list_messages(tmp_path, limit=2, before=first[-1].id)
    assert [one.subject[-1] for one in first + second] == ["5", "4", "3", "2"]


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "KEEPS", 3)
    running = start_mailbox(tmp_path)
    send(running.port, *(mail(number) for number in range(1, 6)))
    running.stop()
    assert [one.id for one in list_messages(tmp_path)] == ["0000000005", "0000000004", "0000000003"]
    assert raw(tmp_path, "0000000001") is None
    again = start_mailbox(tmp_path)
    send(again.port, mail(6))
    again.stop()
    assert [one.id for one in list_messages(tmp_path)] == ["0000000006", "0000000005", "0000000004"]


def test_two_servers_on_one_folder_never_write_over_each_other(box: Mailbox, tmp_path: Path) -> None:
    other = start_mailbox(tmp_path)
    send(box.port, mail(1))
    send(other.port, mail(2))
    send(box.port, mail(3))
    other.stop()
    assert [one.subject[-1] for one in list_messages(tmp_path)] == ["3", "2", "1"]


def test_a_message_over_25_megabytes_is_refused(box: Mailbox, tmp_path: Path) -> None:
    big = Attachment("a.bin", "application/octet-stream", b"x" * 20_000_000)
    outcome = send(box.port, mail(attachments=(big,)))[0]
    assert isinstance(outcome, Refused) and outcome.code == 552
    assert list_messages(tmp_path) == []


def test_the_other_processes_find_it(box: Mailbox, tmp_path: Path) -> None:
    assert mailbox_address(tmp_path) == ("127.0.0.1", box.port)
    with running_mailbox(tmp_path) as address:
        assert address == ("127.0.0.1", box.port)


def test_before_it_ever_ran_mail_goes_nowhere_and_certainly_not_to_port_25(tmp_path: Path) -> None:
    _, port = mailbox_address(tmp_path)
    assert port not in (0, 25)
    outcome = send(port, mail())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "connect"
    assert isinstance(send(0, mail())[0], Unreachable)


def test_a_command_run_by_itself_brings_its_own_mailbox(tmp_path: Path) -> None:
    with running_mailbox(tmp_path) as (_, port):
        assert isinstance(send(port, mail())[0], Sent)
    assert len(list_messages(tmp_path)) == 1
    assert mailbox_address(tmp_path)[1] != port
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_a_taken_port_is_an_error_at_once(box: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        start_mailbox(tmp_path / "other", box.port)


@pytest.mark.parametrize("number", ["../../etc/passwd", "1", "00000000010", "000000000a", "", "0000000099"])
def test_only_the_number_of_a_kept_message_opens_a_file(box: Mailbox, tmp_path: Path, number: str) -> None:
    send(box.port, mail())
    assert raw(tmp_path, number) is None
    assert mailbox.find(tmp_path, number) is None


def test_it_runs_as_a_process_and_stops_when_asked(tmp_path: Path) -> None:
    env = {"RELANCE_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        [sys.executable, "-m", "relance.mailbox"], env=env, cwd=Path(mailbox.__file__).parents[1]
    )
    try:
        until = time.monotonic() + 10
        while not (tmp_path / "mailbox" / "port").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert isinstance(send(mailbox_address(tmp_path)[1], mail())[0], Sent)
    finally:
        process.terminate()
        assert process.wait(10) == 0
    assert len(list_messages(tmp_path)) == 1


def test_a_hostile_message_is_shown_as_far_as_it_can_be(box: Mailbox, tmp_path: Path) -> None:
    content = hostile(
        "Subject: =?utf-8?b?!!!?= \udcff",
        "From: <<<>>>,;:",
        "Message-ID: <<a>",
        'Content-Type: text/html; charset="no-such-charset"',
        "",
        "<script>alert(1)</script>",
    )
    with smtplib.SMTP("127.0.0.1", box.port, local_hostname="x") as client:
        client.sendmail("a@b.example", ["c@d.example"], content)
    (summary,) = list_messages(tmp_path)
    parsed = mail_reading.parse(raw(tmp_path, summary.id) or b"")
    assert "alert(1)" in parsed.html and parsed.text == ""
    assert json.dumps(parsed.headers)
