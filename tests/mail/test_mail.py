"""A mail that could carry a forged header, or reach nobody, cannot even be made."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mail import mime
from relance.mail.mail import Address, Attachment, Mail, new_message_id, new_token, tagged

BREAKS = ["\r", "\n", "\r\nBcc: x@evil.example", "\0", "\x0b", "\x85", "\u2028", "\u2029", "\x1f"]


@pytest.mark.parametrize("bad", BREAKS)
@pytest.mark.parametrize("part", ["subject", "name", "email", "message_id", "references", "envelope_from", "filename"])
def test_a_line_break_is_refused_wherever_a_header_is_made(write: Callable[..., Mail], part: str, bad: str) -> None:
    with pytest.raises(ValueError, match=r"saut de ligne|caractère|adresse"):
        _write_with(write, part, bad)


def _write_with(write: Callable[..., Mail], part: str, bad: str) -> object:
    match part:
        case "name":
            return Address(f"Nadia{bad}", "nadia@client.example")
        case "email":
            return Address("", f"nadia{bad}@client.example")
        case "filename":
            return Attachment(f"a{bad}.pdf", "application/pdf", b"")
        case "message_id":
            return write(message_id=f"<a{bad}@b.example>")
        case "references":
            return write(references=(f"<a@b.example>{bad}",))
        case _:
            return write(**{part: f"a@b.example{bad}"})


@pytest.mark.parametrize("email", ["", "nadia", "a@b@c", "a b@c", "a,b@c", "<a@b>", "a@b;c@d", "@b", "a@"])
def test_what_is_not_one_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="n’est pas une adresse e-mail"):
        Address("", email)


def test_a_mail_to_nobody_or_with_half_a_character_is_refused(write: Callable[..., Mail]) -> None:
    with pytest.raises(ValueError, match="destinataire"):
        write(to=())
    with pytest.raises(ValueError, match="illisible"):
        write(text="\ud800")
    with pytest.raises(ValueError, match="type de fichier"):
        Attachment("a.pdf", "application/pdf\r\nX: y", b"")


@given(
    subject=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120),
    name=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80),
    text=st.text(st.characters(exclude_categories=("Cs",)), max_size=300),
)
def test_no_text_whatever_makes_a_long_line_or_another_header(subject: str, name: str, text: str) -> None:
    mail = Mail(
        subject=subject,
        text=text,
        html=f"<p>{text}</p>",
        sender=Address(name, "a@b.example"),
        to=(Address(name, "c@d.example"), Address("", "e@f.example")),
        message_id="<x@b.example>",
        token="x",
    )
    content = mime.build(mail, 0.0)
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert not re.search(rb"[^\r]\n|\r[^\n]", content)
    head = content.split(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert sorted(names) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"]
    )


def test_tokens_differ_and_can_be_read_back_from_both_places() -> None:
    token = new_token()
    assert token != new_token() and re.fullmatch("[0-9a-f]{20}", token)
    assert new_message_id(token, "b.example") == f"<relance.{token}@b.example>"
    assert tagged("relances@b.example", token) == f"relances+{token}@b.example"
    assert tagged(f"{'a' * 50}@b.example", token) == f"{'a' * 50}@b.example"


def test_each_mailbox_receives_once_and_in_order(write: Callable[..., Any]) -> None:
    mail = write("b@x.example", "a@x.example", cc=(Address("", "B@x.example"), Address("", "c@x.example")))
    assert [address.email for address in mail.recipients] == ["b@x.example", "a@x.example", "c@x.example"]
