"""Stored e-mails, some of them made to break what reads them."""

import pytest

from relance import mail_reading


def hostile(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def test_thousands_of_nested_or_sibling_parts_are_cut() -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000))
    deep = mail_reading.parse(f"Subject: profond\r\n{nested}\r\nfin".encode())
    assert dict(deep.headers)["Subject"] == "profond"
    siblings = "--b\r\n\r\ntext\r\n" * 1000
    wide = mail_reading.parse(f"Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{siblings}".encode())
    assert wide.is_partial and len(wide.attachments) < mail_reading.MAX_PARTS


def test_the_name_of_a_file_can_leave_no_folder() -> None:
    content = hostile(
        "Content-Type: application/pdf",
        'Content-Disposition: attachment; filename="../../.bashrc"',
        "",
        "x",
    )
    (file,) = mail_reading.parse(content).attachments
    assert file.filename == "bashrc"


def test_the_first_text_and_the_first_html_are_shown_and_the_rest_are_files() -> None:
    parts = [
        ("text/plain", "bonjour"),
        ("text/html", "<p>bonjour</p>"),
        ("text/plain", "encore"),
    ]
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    content = f"Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}--b--".encode()
    parsed = mail_reading.parse(content)
    assert (parsed.text, parsed.html, parsed.is_partial) == ("bonjour", "<p>bonjour</p>", False)
    (file,) = parsed.attachments
    assert (file.filename, file.mime, file.size) == ("partie-3", "text/plain", len("encore"))
    assert mail_reading.attachment(content, file.index) == (file, b"encore")
    assert mail_reading.attachment(content, 0) is None  # the text is no file


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-8", "latin-1"])
def test_bytes_of_any_charset_are_shown(charset: str) -> None:
    parsed = mail_reading.parse(f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + b"caf\xe9 ok")
    assert parsed.text.startswith("caf") and parsed.text.endswith("ok")


def test_a_header_is_one_line_and_empty_when_it_is_absent() -> None:
    headers = mail_reading.parse_headers(b"Subject: un\r\n deux\x07\r\n\r\nSubject: corps")
    assert mail_reading.header_of(headers, "Subject").split() == ["un", "deux"]
    assert mail_reading.header_of(headers, "Cc") == ""
