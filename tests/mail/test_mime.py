"""The bytes that leave: seven-bit, and read back as they were written."""

import email
import email.policy
from collections.abc import Callable
from typing import Any

import pytest

from relance.mail.mail import Address, Attachment, Mail
from relance.mail.mime import build

Write = Callable[..., Mail]
AT = 1_795_420_800.0  # 23 November 2026


def parsed(mail: Mail) -> Any:
    return email.message_from_bytes(build(mail, AT), policy=email.policy.default)


def test_accents_in_headers_are_encoded_and_come_back(write: Write) -> None:
    mail = write(subject="Échéance dépassée", sender=Address("Hélène, Création", "h@atelier.example"))
    assert build(mail, AT).isascii()
    message = parsed(mail)
    assert message["Subject"] == "Échéance dépassée"
    assert message["From"].addresses[0].display_name == "Hélène, Création"


def test_words_that_look_encoded_are_not_decoded_into_something_else(write: Write) -> None:
    mail = write(subject="=?utf-8?q?piege?=", sender=Address("=?utf-8?q?banque?=", "c@atelier.example"))
    message = parsed(mail)
    assert message["Subject"] == "=?utf-8?q?piege?="
    assert message["From"].addresses[0].display_name == "=?utf-8?q?banque?="


@pytest.mark.parametrize("text", ["From ici\n", ".\n", "a" * 2000 + "\n", "é" * 300 + " \nfin\n", "x\r\ny\rz\n"])
def test_any_text_arrives_as_it_was_in_short_lines(write: Write, text: str) -> None:
    content = build(write(text=text, html=""), AT)
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    arrived = parsed(write(text=text, html="")).get_content().replace("\r\n", "\n")
    assert arrived == text.replace("\r\n", "\n").replace("\r", "\n")


def test_only_what_is_there_makes_a_part(write: Write) -> None:
    assert parsed(write(html="")).get_content_type() == "text/plain"
    assert parsed(write()).get_content_type() == "multipart/alternative"
    files = (Attachment("f.pdf", "application/pdf", b"%PDF"),)
    assert parsed(write(attachments=files)).get_content_type() == "multipart/mixed"


def test_a_first_message_answers_none_and_says_a_machine_wrote_it(write: Write) -> None:
    message = parsed(write())
    assert "References" not in message and "In-Reply-To" not in message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.timestamp() == AT


def test_the_same_mail_at_the_same_instant_is_the_same_bytes(write: Write) -> None:
    files = (Attachment("été.pdf", "application/pdf", b"%PDF" * 500),)
    mail = write(attachments=files)
    first = build(mail, AT + 0.7)
    assert first == build(mail, AT + 0.2)
    assert first != build(mail, AT + 1)
    assert first.endswith(b"\r\n") and build(write(html=""), AT).endswith(b"\r\n")


def test_a_text_that_quotes_the_boundary_does_not_end_its_part(write: Write) -> None:
    mail = write(token="00000000000000abcdef")
    text = "Avant\n--=_relance.00000000000000abcdef.text\n--=_relance.00000000000000abcdef.text--\nAprès\n"
    message = parsed(write(text=text, token=mail.token))
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    assert "boundary" in message["Content-Type"] and len(list(message.iter_parts())) == 2
