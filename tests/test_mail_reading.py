"""A stored e-mail is read without trust: bounded, never failing."""

import pytest

from relance import mail_reading
from relance.mail_reading import MAX_PARTS, attachment, header_of, parse, parse_headers

PLAIN = (
    b"From: =?utf-8?q?Atelier_Roussel?= <relances@relance.example>\r\n"
    b"To: compta@latitude-conseil.example\r\n"
    b"Subject: =?utf-8?q?Facture_=C3=A9chue?=\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Bonjour,\r\nl'\xc3\xa9ch\xc3\xa9ance est pass\xc3\xa9e.\r\n"
)
MIXED = (
    b"Subject: Deux parties\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    b"--a\r\nContent-Type: text/plain\r\n\r\nle texte\r\n"
    b"--a\r\nContent-Type: text/html\r\n\r\n<p>la page</p>\r\n--a--\r\n"
    b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=facture.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
)


def test_headers_and_text_are_decoded() -> None:
    read = parse(PLAIN)
    assert dict(read.headers)["Subject"] == "Facture échue"
    assert dict(read.headers)["From"] == "Atelier Roussel <relances@relance.example>"
    assert read.text == "Bonjour,\nl'échéance est passée.\n"
    assert (read.html, read.attachments, read.is_partial) == ("", (), False)


def test_text_page_and_file_are_told_apart() -> None:
    read = parse(MIXED)
    assert (read.text.strip(), read.html.strip()) == ("le texte", "<p>la page</p>")
    (part,) = read.attachments
    assert (part.filename, part.mime, part.size) == ("facture.pdf", "application/pdf", 5)
    assert attachment(MIXED, part.index) == (part, b"%PDF-")
    assert attachment(MIXED, 0) is None
    assert attachment(MIXED, 99) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\evil.exe", '"><script>.pdf', "\u202efdp.exe", ".", ""])
def test_a_file_s_name_cannot_leave_its_folder(name: str) -> None:
    content = MIXED.replace(b"filename=facture.pdf", f'filename="{name}"'.encode())
    (part,) = parse(content).attachments
    assert part.filename
    assert not set(part.filename) & set('/\\"\u202e')
    assert not part.filename.startswith(".")


def test_an_unknown_alphabet_is_read_as_far_as_it_can_be() -> None:
    assert "Bonjour" in parse(PLAIN.replace(b"charset=utf-8", b"charset=klingon")).text
    assert "Bonjour" in parse(PLAIN.replace(b"charset=utf-8", b"charset=ascii")).text


def test_too_many_parts_are_cut_and_it_is_said() -> None:
    part = b"--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n"
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    read = parse(head + part * (MAX_PARTS + 50) + b"--b--\r\n")
    assert len(read.attachments) == MAX_PARTS
    assert read.is_partial


def test_parts_within_parts_without_end_do_not_break_the_reader() -> None:
    deep = b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(3000))
    assert parse(b"Subject: profond\r\n" + deep).headers == (("Subject", "profond"),)


def test_a_very_long_text_is_cut_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_reading, "MAX_TEXT", 10)
    read = parse(PLAIN)
    assert len(read.text) == 10
    assert read.is_partial


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"\xff\xfe\r\n\r\n", b"Subject\r\n\r\n", b"\r\n\r\n\r\n"])
def test_what_is_no_mail_at_all_has_no_headers(content: bytes) -> None:
    assert parse(content).headers == ()


def test_a_header_stays_on_one_line_and_shows_no_control_character() -> None:
    headers = parse_headers(b"Subject: un\r\n deux\x07trois\r\nTo: a@b.example\r\n\r\nSubject: faux\r\n")
    assert header_of(headers, "Subject").split() == ["un", "deux", "trois"]
    assert header_of(headers, "Cc") == ""
