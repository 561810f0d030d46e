"""Which phase failed decides whether the message may have left."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from relance.mail.conversation import (
    DroppedError,
    NoEncryptionError,
    RejectedError,
    connect,
    is_timeout,
    leave,
    readable,
)

Server = Callable[..., Any]
BODY = b"Subject: x\r\n\r\n.debut\r\nfin"
SAID = {
    "mail": ["550 no"],
    "rcpt": ["250 ok", "450 later"],
    "data": ["250 ok", "250 ok", "554 no"],
}


def hand_over(smtp: Any, timeout: float = 0.6) -> Any:
    host = connect(smtp, timeout)
    try:
        host.sendmail("c@atelier.example", ["n@client.example"], BODY)
        return host
    finally:
        leave(host)


@pytest.mark.parametrize("phase", SAID)
def test_a_no_names_the_phase_it_came_in(actor: Server, phase: str) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, *SAID[phase])
        me.hear(connection)

    with pytest.raises(RejectedError) as refused:
        hand_over(actor(part).smtp)
    assert refused.value.phase == phase


def test_a_dot_at_the_start_of_a_line_is_doubled_and_the_end_is_a_write_of_its_own(actor: Server) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "250 ok", "250 ok", "354 go")
        me.hear(connection, b"\r\n.\r\n")
        me.say(connection, "250 taken as 42")
        me.hear(connection)

    server = actor(part)
    assert hand_over(server.smtp).answer == "250 taken as 42"
    assert next(words for words in server.heard if b"fin" in words).endswith(b"\r\n..debut\r\nfin\r\n.\r\n")


@pytest.mark.parametrize(("silence", "phase"), [(1, "mail"), (4, "dot")])
def test_silence_names_the_phase_and_says_it_was_silence(actor: Server, silence: int, phase: str) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, *["250 ok", "250 ok", "354 go"][: silence - 1])
        me.hear(connection, b"\r\n.\r\n" if silence == 4 else b"\r\n")
        me.hear(connection)

    with pytest.raises(DroppedError) as dropped:
        hand_over(actor(part).smtp, timeout=0.3)
    assert (dropped.value.phase, dropped.value.is_timeout) == (phase, True)


def test_without_the_encryption_asked_for_nothing_is_said(actor: Server) -> None:
    server = actor(lambda me, connection, number: me.greet(connection))
    with pytest.raises(NoEncryptionError):
        connect(replace(server.smtp, security="starttls", username="c", password="secret"), 0.6)
    assert not any(b"secret" in words or words.upper().startswith(b"AUTH") for words in server.heard)


def test_without_a_port_nobody_is_called(actor: Server) -> None:
    server = actor(lambda me, connection, number: me.greet(connection))
    with pytest.raises(ConnectionRefusedError):
        connect(replace(server.smtp, port=0), 0.6)
    assert server.connections == 0


def test_a_renamed_time_out_is_still_one() -> None:
    renamed = ConnectionError()
    renamed.__context__ = TimeoutError()  # what smtplib raises while it handles one
    assert is_timeout(renamed)
    assert not is_timeout(ConnectionResetError())


def test_a_server_s_words_are_one_short_printable_line() -> None:
    assert readable(b"5.1.1 no\r\nsuch\x1b[31m user\xff") == "5.1.1 no such [31m user\ufffd"
    assert len(readable("x" * 10_000)) == 500
