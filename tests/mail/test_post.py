"""What the post says of each mail, against servers that behave and servers that do not."""

import email
import email.policy
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from relance.config import Smtp
from relance.mail.mail import Address, Attachment, Mail
from relance.mail.post import Line, Reached, Refused, Sent, Uncertain, Unreachable, test_connection

Write = Callable[..., Mail]
Server = Callable[..., Any]
TIMEOUT = 0.6


def send(smtp: Smtp, *mails: Mail, context: ssl.SSLContext | None = None) -> list[Any]:
    with Line(smtp, timeout=TIMEOUT, context=context) as line:
        return [line.send(mail) for mail in mails]


def parsed(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=email.policy.default)


@pytest.mark.requirement("S0.12", "S0.13", "S1.21", "S1.22")
def test_what_arrives_is_what_was_written(server: Server, write: Write) -> None:
    post = server()
    pdf = bytes(range(256)) * 300
    mail = write(
        "b@client.example",
        "a@client.example",
        subject="Facture n°\u00a0F-12, 4\u00a0320,00\u00a0€ en attente depuis le 31 octobre, refonte de l’identité",
        text="Bonjour,\n\n.ligne\n\nÀ régler\u00a0: 4\u00a0320,00\u00a0€ " + "mot " * 400 + "\nFrom ici \nfin",
        sender=Address("Roussel, Camille (Atelier d’été)", "camille@atelier.example"),
        reply_to=Address("Camille", "camille@perso.example"),
        cc=(Address("", "camille@perso.example"), Address("", "A@client.example")),
        references=("<un@atelier.example>", "<deux@atelier.example>"),
        attachments=(Attachment("Facture été.pdf", "application/pdf", pdf),),
        envelope_from="relances+abc@instance.example",
    )

    outcome = send(post.smtp, mail)[0]

    assert outcome == Sent("250 accepted", {})
    envelope = post.received.envelopes[0]
    assert envelope.mail_from == "relances+abc@instance.example"
    assert envelope.rcpt_tos == ["b@client.example", "a@client.example", "camille@perso.example"]
    content = envelope.original_content
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    message = parsed(content)
    assert message["Subject"] == mail.subject
    assert message["From"].addresses[0].display_name == mail.sender.name
    assert [one.addr_spec for one in message["To"].addresses] == ["b@client.example", "a@client.example"]
    assert message["Reply-To"].addresses[0].addr_spec == "camille@perso.example"
    assert message["Message-ID"] == mail.message_id
    assert message["In-Reply-To"] == "<deux@atelier.example>"
    assert message["References"] == "<un@atelier.example> <deux@atelier.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert message.get_body(("plain",)).get_content() == mail.text.replace("\n", "\r\n") + "\r\n"
    attachment = next(message.iter_attachments())
    assert attachment.get_filename() == "Facture été.pdf"
    assert attachment.get_content() == pdf


def test_an_accented_domain_leaves_in_its_wire_form(server: Server, write: Write) -> None:
    post = server()
    post.received.answers["b@xn--caf-dma.example"] = "550 unknown"
    mail = write("a@café.example", "b@café.example")
    assert send(post.smtp, mail) == [Sent("250 accepted", {"b@café.example": (550, "unknown")})]
    assert post.received.envelopes[0].rcpt_tos == ["a@xn--caf-dma.example"]


def test_an_accent_before_the_at_sign_is_refused_without_a_word_to_the_server(server: Server, write: Write) -> None:
    post = server()
    outcome = send(post.smtp, write("hélène@client.example"))[0]
    assert isinstance(outcome, Refused) and outcome.code == 553
    assert "hélène@client.example" in outcome.text
    assert post.received.connections == 0


def test_a_hundred_mails_use_one_connection(server: Server, write: Write) -> None:
    post = server()
    outcomes = send(post.smtp, *(write() for _ in range(100)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(post.received.envelopes) == 100
    assert post.received.connections == 1


def test_a_server_that_closes_after_two_mails_gets_the_others_on_new_connections(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        for _ in range(2):
            me.converse(connection, "250 ok", "250 ok", "354 go")
            me.hear(connection, b"\r\n.\r\n")
            me.say(connection, "250 taken")
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    stage = actor(part)
    outcomes = send(stage.smtp, *(write() for _ in range(5)))
    assert outcomes == [Sent("250 taken", {})] * 5
    assert stage.connections == 3
    assert sum(heard.endswith(b".\r\n") for heard in stage.heard) == 5


def test_a_server_that_says_421_when_idle_is_called_again_once(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        if number == 0:
            me.converse(connection, "250 ok", "250 ok", "354 go")
            me.hear(connection, b"\r\n.\r\n")
            me.say(connection, "250 taken")
        me.converse(connection, "421 too many")
        connection.close()

    stage = actor(part)
    first, second = send(stage.smtp, write(), write())
    assert isinstance(first, Sent)
    assert isinstance(second, Unreachable) and second.reason == "temporary" and "421 too many" in second.sentence
    assert stage.connections == 2


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_nobody_signed_is_refused_before_the_password(
    server: Server, write: Write, server_tls: ssl.SSLContext, trusting: ssl.SSLContext, security: str
) -> None:
    options = {"tls_context": server_tls} if security == "starttls" else {"ssl_context": server_tls}
    post = tls_server(server, security, options)
    outcome = send(post.smtp, write())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "tls" and "certificat" in outcome.sentence
    assert post.received.envelopes == []
    assert send(post.smtp, write(), context=trusting) == [Sent("250 accepted", {})]


def tls_server(server: Server, security: str, options: dict[str, Any]) -> Any:
    if security == "starttls":
        return server(security=security, require_starttls=True, **options)
    return server(security=security, **options)


def test_a_certificate_of_another_host_is_refused(
    server: Server, write: Write, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    post = server(tls_context=server_tls)
    smtp = Smtp("127.0.0.1", post.smtp.port, "starttls")
    outcome = send(smtp, write(), context=trusting)[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "tls"


def test_encryption_that_is_not_offered_is_never_done_without(server: Server, write: Write) -> None:
    post = server(security="starttls")
    outcome = send(post.smtp, write())[0]
    assert isinstance(outcome, Unreachable) and "STARTTLS" in outcome.sentence
    assert post.received.envelopes == []


@pytest.mark.requirement("S0.12")
def test_a_wrong_password_can_be_corrected_and_nothing_left(server: Server, write: Write) -> None:
    post = server(password="wrong")
    outcomes = send(post.smtp, write(), write())
    expected = "Le serveur 127.0.0.1 refuse le mot de passe. Aucune relance n’est partie."
    assert outcomes == [Unreachable("auth", expected)] * 2
    assert post.received.connections == 1
    post.smtp = replace(post.smtp, password="secret")
    assert send(post.smtp, write()) == [Sent("250 accepted", {})]


def test_a_password_for_a_server_that_wants_none_is_told(server: Server, write: Write) -> None:
    post = server()
    smtp = replace(post.smtp, username="camille", password="secret")
    outcome = send(smtp, write())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "auth" and "identifiant" in outcome.sentence


def test_a_server_that_wants_a_password_is_not_a_refusal_of_the_message(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "530 5.7.0 authentication required", "250 reset", "221 bye")

    outcome = send(actor(part).smtp, write())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "auth" and "mot de passe" in outcome.sentence


def test_a_closed_port_and_an_unknown_name_are_unreachable(write: Write) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for host in ("127.0.0.1", "nobody.invalid"):
        outcome = send(Smtp(host, port), write())[0]
        assert isinstance(outcome, Unreachable) and outcome.reason == "connect" and host in outcome.sentence


def test_a_silent_server_is_waited_for_once_for_a_whole_batch(actor: Server, write: Write) -> None:
    stage = actor(lambda me, connection, number: time.sleep(5))
    started = time.monotonic()
    outcomes = send(stage.smtp, *(write() for _ in range(20)))
    assert time.monotonic() - started < 3 * TIMEOUT
    assert {outcome.reason for outcome in outcomes} == {"timeout"}
    assert "0.6" in outcomes[0].sentence
    assert stage.connections == 1


def test_a_byte_now_and_then_is_not_an_answer(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        for _ in range(100):
            connection.sendall(b"2")
            time.sleep(TIMEOUT / 5)

    started = time.monotonic()
    outcome = send(actor(part).smtp, write())[0]
    assert time.monotonic() - started < 3 * TIMEOUT
    assert isinstance(outcome, Unreachable) and outcome.reason == "timeout"


def test_an_endless_answer_is_cut(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        while True:
            connection.sendall(b"220-words\r\n" * 1000)

    outcome = send(actor(part).smtp, write())[0]
    assert isinstance(outcome, Unreachable)


def test_silence_before_the_end_of_the_message_means_nobody_has_it(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "250 ok", "250 ok")
        me.hear(connection)  # DATA, never answered
        time.sleep(5)

    outcome = send(actor(part).smtp, write())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "timeout"


def test_a_server_that_stops_reading_the_body_does_not_hold_us(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "250 ok", "250 ok", "354 go")
        time.sleep(5)

    big = Attachment("a.bin", "application/octet-stream", b"x" * 20_000_000)
    stage = actor(part)
    with Line(stage.smtp, timeout=TIMEOUT) as line:
        outcome = line.send(write(), [big])
    assert isinstance(outcome, Unreachable) and outcome.reason == "timeout"


def test_a_drop_in_the_middle_of_the_body_means_nobody_has_it(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "250 ok", "250 ok", "354 go")
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    big = Attachment("a.bin", "application/octet-stream", b"x" * 20_000_000)
    with Line(actor(part).smtp, timeout=TIMEOUT) as line:
        outcome = line.send(write(), [big])
    assert isinstance(outcome, Unreachable) and outcome.reason == "dropped"


@pytest.mark.parametrize("end", ["drop", "silence", "nonsense", "1xx"])
def test_no_answer_after_the_final_dot_is_uncertain_and_never_sent_again(actor: Server, write: Write, end: str) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        me.converse(connection, "250 ok", "250 ok", "354 go")
        me.hear(connection, b"\r\n.\r\n")
        if end == "silence":
            time.sleep(5)
        if end == "nonsense":
            me.say(connection, "what?")
        if end == "1xx":
            me.say(connection, "150 hm")
        connection.close()

    stage = actor(part)
    outcome = send(stage.smtp, write())[0]
    assert isinstance(outcome, Uncertain)
    assert "incertain" in outcome.sentence
    assert stage.connections == 1


def test_a_drop_after_the_dot_on_a_reused_connection_is_not_sent_again_either(actor: Server, write: Write) -> None:
    def part(me: Any, connection: socket.socket, number: int) -> None:
        me.greet(connection)
        for answer in ("250 taken", None):
            me.converse(connection, "250 ok", "250 ok", "354 go")
            me.hear(connection, b"\r\n.\r\n")
            if answer:
                me.say(connection, answer)
        connection.close()

    stage = actor(part)
    first, second = send(stage.smtp, write(), write())
    assert isinstance(first, Sent) and isinstance(second, Uncertain)
    assert stage.connections == 1


def test_a_server_too_busy_to_greet_is_tried_later(actor: Server, write: Write) -> None:
    stage = actor(lambda me, connection, number: me.say(connection, "421 come back later"))
    outcomes = send(stage.smtp, write(), write())
    assert {type(outcome) for outcome in outcomes} == {Unreachable}
    assert "421 come back later" in outcomes[0].sentence
    assert stage.connections == 1


def test_a_greylisted_recipient_is_tried_later_and_the_other_did_not_receive(server: Server, write: Write) -> None:
    post = server()
    post.received.answers["b@client.example"] = "450 4.2.0 greylisted"
    outcomes = send(post.smtp, write("a@client.example", "b@client.example"), write("c@client.example"))
    assert isinstance(outcomes[0], Unreachable) and "450 4.2.0 greylisted" in outcomes[0].sentence
    assert outcomes[1] == Sent("250 accepted", {})
    assert [envelope.rcpt_tos for envelope in post.received.envelopes] == [["c@client.example"]]


def test_one_recipient_of_two_refused_is_sent_and_told(server: Server, write: Write) -> None:
    post = server()
    post.received.answers["b@client.example"] = "550 5.1.1 no such user"
    outcome = send(post.smtp, write("a@client.example", "b@client.example"))[0]
    assert outcome == Sent("250 accepted", {"b@client.example": (550, "5.1.1 no such user")})
    assert post.received.envelopes[0].rcpt_tos == ["a@client.example"]


def test_all_recipients_refused_is_final_and_the_next_mail_still_leaves(server: Server, write: Write) -> None:
    post = server()
    post.received.answers["b@client.example"] = "550 5.1.1 no such user"
    first, second = send(post.smtp, write("b@client.example"), write())
    assert first == Refused(550, "5.1.1 no such user", {"b@client.example": (550, "5.1.1 no such user")})
    assert "550 5.1.1 no such user" in first.sentence
    assert second == Sent("250 accepted", {})
    assert post.received.connections == 1


def test_a_message_refused_once_read_is_final(server: Server, write: Write) -> None:
    post = server()
    post.received.data_answer = "552 too big"
    assert send(post.smtp, write()) == [Refused(552, "too big", {})]


def test_a_message_put_off_once_read_is_tried_later(server: Server, write: Write) -> None:
    post = server()
    post.received.data_answer = "451 later"
    outcome = send(post.smtp, write())[0]
    assert isinstance(outcome, Unreachable) and outcome.reason == "temporary"


def test_a_message_over_the_servers_limit_is_refused_before_it_travels(server: Server, write: Write) -> None:
    post = server(data_size_limit=10_000)
    with Line(post.smtp, timeout=TIMEOUT) as line:
        outcome = line.send(write(), [Attachment("a.bin", "application/octet-stream", b"x" * 20_000)])
    assert isinstance(outcome, Refused) and outcome.code == 552


@pytest.mark.requirement("S0.12")
def test_a_connection_is_tried_without_sending(server: Server, write: Write) -> None:
    post = server(password="secret")
    reached = test_connection(post.smtp, TIMEOUT)
    assert isinstance(reached, Reached) and reached.server_answer.startswith("250")
    lost = test_connection(replace(post.smtp, password="wrong"), TIMEOUT)
    assert isinstance(lost, Unreachable) and lost.reason == "auth"
    assert post.received.envelopes == []


def test_a_plain_text_mail_has_one_part(server: Server, write: Write) -> None:
    post = server()
    send(post.smtp, write(html=""))
    message = parsed(post.received.envelopes[0].original_content)
    assert message.get_content_type() == "text/plain"
    assert message["Content-Transfer-Encoding"] == "quoted-printable"


def test_sending_works_inside_an_application_that_suppresses_mail(server: Server, write: Write) -> None:
    post = server()
    app = Flask("another")
    app.testing = True
    with app.app_context():
        assert send(post.smtp, write()) == [Sent("250 accepted", {})]
