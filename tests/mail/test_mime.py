"""The bytes that leave: seven-bit, short lines, and readable again by an ordinary parser."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest

from relance.mail import mime
from relance.mail.mail import Address, Attachment, Mail

SENT_AT = 1_795_420_800.0  # 23 November 2026, 08:00 UTC


def mail(**fields: Any) -> Mail:
    values: dict[str, Any] = {
        "subject": "Facture F-2026-0087 : échéance dépassée",
        "text": "Bonjour Nadia,\n\nLa facture de 1\u00a0234,56\u00a0€ est arrivée à échéance.\n\nCamille\n",
        "html": "<p>Bonjour Nadia,</p>",
        "sender": Address("Atelier Roussel", "relances@relance.example"),
        "to": (Address("Nadia Benali", "compta@latitude-conseil.example"),),
        "message_id": "<one@relance.example>",
        "token": "one",
    }
    return Mail(**values | fields)


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


@pytest.mark.parametrize("line", ["é" * 5000, "x" * 5000, "=" * 2000, "From here", ".", "…" * 400])
def test_whatever_the_text_lines_are_short_and_seven_bit_and_come_back_whole(line: str) -> None:
    content = mime.build(mail(text=f"avant\n{line}\naprès\n", html=f"<p>{line}</p>"), SENT_AT)
    assert content.isascii()
    assert max(len(row) for row in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    part = read(content).get_body(preferencelist=("plain",))
    assert part is not None
    assert part.get_content().splitlines() == ["avant", line, "après"]


def test_the_text_comes_before_the_html() -> None:
    message = read(mime.build(mail(), SENT_AT))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_accents_and_commas_in_names_stay_one_recipient() -> None:
    to = (Address("Benali, Nadia (compta)", "compta@latitude-conseil.example"), Address("Éloïse Weiß", "e@b.example"))
    message = read(mime.build(mail(to=to), SENT_AT))
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [
        ("Benali, Nadia (compta)", "compta@latitude-conseil.example"),
        ("Éloïse Weiß", "e@b.example"),
    ]
    assert message["Subject"] == "Facture F-2026-0087 : échéance dépassée"


def test_a_reminder_says_it_was_sent_by_a_machine_and_joins_its_thread() -> None:
    message = read(mime.build(mail(references=("<zero@relance.example>", "<half@relance.example>")), SENT_AT))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] == "<half@relance.example>"
    assert message["References"] == "<zero@relance.example> <half@relance.example>"
    assert message["Message-ID"] == "<one@relance.example>"


def test_without_copy_or_reply_address_there_is_no_such_header() -> None:
    bare = read(mime.build(mail(), SENT_AT))
    assert (bare["Cc"], bare["Reply-To"], bare["References"]) == (None, None, None)
    full = read(
        mime.build(mail(cc=(Address("", "camille@a.example"),), reply_to=Address("", "camille@a.example")), SENT_AT)
    )
    assert (full["Cc"], full["Reply-To"]) == ("camille@a.example", "camille@a.example")


def test_an_attachment_keeps_its_name_and_its_bytes() -> None:
    files = (
        Attachment("facture.pdf", "application/pdf", b"%PDF-1.7\n\x00\xff"),
        Attachment("relevé d’octobre.pdf", "application/pdf", b"%PDF-1.4\r\n"),
    )
    found = list(read(mime.build(mail(attachments=files), SENT_AT)).iter_attachments())
    assert [(part.get_filename(), part.get_content()) for part in found] == [
        ("facture.pdf", b"%PDF-1.7\n\x00\xff"),
        ("relevé d’octobre.pdf", b"%PDF-1.4\r\n"),
    ]


def test_a_mail_without_html_is_plain_text_alone() -> None:
    assert read(mime.build(mail(html=""), SENT_AT)).get_content_type() == "text/plain"
