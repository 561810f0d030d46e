"""Each failure says in which phase it happened: that is what tells « not sent » from « perhaps »."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relance.config import Smtp
from relance.mail.conversation import (
    DroppedError,
    NoEncryptionError,
    RejectedError,
    connect,
    is_timeout,
    leave,
    readable,
)
from tests.servers import SmtpServer

BODY = b"Subject: Facture\r\n\r\n.une ligne qui commence par un point\r\nBonjour\r\n"
TO = ["compta@latitude-conseil.example", "hugo@latitude-conseil.example"]


@contextmanager
def scripted(*answers: bytes) -> Iterator[Smtp]:
    """A server that says ``answers`` one by one, each after hearing something, then hangs up; b"" is silence."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        line, _ = listener.accept()
        line.settimeout(5)
        for position, answer in enumerate(answers):
            if position and not line.recv(65_536):
                break
            if answer:
                line.sendall(answer)
            else:
                done.wait(5)
        line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Smtp("127.0.0.1", listener.getsockname()[1])
    done.set()
    thread.join(5)
    listener.close()


OPENING = (b"220 hello\r\n", b"250 scripted\r\n")
ENVELOPE = (b"250 sender ok\r\n", b"250 recipient ok\r\n")


def test_what_was_said_arrives_as_it_was_even_a_line_that_starts_with_a_dot(smtp_server: SmtpServer) -> None:
    host = connect(smtp_server.smtp, 5)
    assert host.sendmail("relances@relance.example", TO, BODY) == {}
    assert host.answer.startswith("250")
    leave(host)
    assert [(mail.envelope_from, mail.recipients) for mail in smtp_server.received] == [
        ("relances@relance.example", TO)
    ]
    assert smtp_server.received[0].content == BODY


def test_a_recipient_that_is_refused_is_named_and_the_other_gets_it(smtp_server: SmtpServer) -> None:
    smtp_server.refused[TO[1]] = "550 5.1.1 User unknown"
    host = connect(smtp_server.smtp, 5)
    assert host.sendmail("r@relance.example", TO, BODY) == {TO[1]: (550, "5.1.1 User unknown")}
    leave(host)
    assert smtp_server.received[0].recipients == TO[:1]


@pytest.mark.parametrize(
    ("phase", "answers"),
    [
        ("mail", (b"450 busy\r\n",)),
        ("rcpt", (b"250 ok\r\n", b"550 unknown\r\n")),
        ("data", (*ENVELOPE, b"554 no\r\n")),
        ("dot", (*ENVELOPE, b"354 go\r\n", b"552 too big\r\n")),
    ],
)
def test_a_refusal_says_its_phase(phase: str, answers: tuple[bytes, ...]) -> None:
    with scripted(*OPENING, *answers) as smtp:
        host = connect(smtp, 5)
        with pytest.raises(RejectedError) as caught:
            host.sendmail("r@relance.example", TO[:1], b"x\r\n")
        host.close()
    assert caught.value.phase == phase
    assert caught.value.code >= 400


@pytest.mark.parametrize(
    ("phase", "answers"),
    [("mail", ()), ("rcpt", ENVELOPE[:1]), ("data", ENVELOPE), ("dot", (*ENVELOPE, b"354 go\r\n"))],
)
def test_a_line_that_is_cut_says_its_phase(phase: str, answers: tuple[bytes, ...]) -> None:
    with scripted(*OPENING, *answers) as smtp:
        host = connect(smtp, 5)
        with pytest.raises(DroppedError) as caught:
            host.sendmail("r@relance.example", TO[:1], b"x\r\n")
        host.close()
    assert (caught.value.phase, caught.value.is_timeout) == (phase, False)


def test_silence_after_the_dot_is_a_time_out_of_that_phase() -> None:
    with scripted(*OPENING, *ENVELOPE, b"354 go\r\n", b"") as smtp:
        host = connect(smtp, 0.3)
        with pytest.raises(DroppedError) as caught:
            host.sendmail("r@relance.example", TO[:1], b"x\r\n")
        host.close()
    assert (caught.value.phase, caught.value.is_timeout) == ("dot", True)


def test_a_server_without_encryption_hears_no_password(smtp_server: SmtpServer) -> None:
    asked = Smtp("127.0.0.1", smtp_server.port, "starttls", "camille", "secret")
    with pytest.raises(NoEncryptionError):
        connect(asked, 5)


def test_no_port_is_never_taken_for_a_real_one() -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(Smtp("127.0.0.1", 0), 5)


def test_leaving_a_server_that_hung_up_is_no_error() -> None:
    with scripted(*OPENING) as smtp:
        leave(connect(smtp, 5))


def test_silence_is_told_from_a_closed_line() -> None:
    assert is_timeout(TimeoutError())
    assert not is_timeout(ConnectionResetError())
    renamed = ConnectionError()
    renamed.__context__ = TimeoutError()
    assert is_timeout(renamed)


def test_a_server_s_words_are_shown_on_one_short_line() -> None:
    assert readable(b"mailbox\r\n full\x1b[31m \xff") == "mailbox full [31m \ufffd"
    assert len(readable("x" * 9000)) == 500
