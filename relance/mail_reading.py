"""Read a stored e-mail without trusting it: parts counted, depth bounded, every odd byte survived."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

MAX_DEPTH = 10
MAX_PARTS = 100
MAX_TEXT = 2 * 1024 * 1024  # characters shown of one body
_SHOWN = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
)


@dataclass(frozen=True)
class Part:
    """A file inside a message. ``size`` in bytes."""

    index: int
    filename: str
    mime: str
    size: int


@dataclass(frozen=True)
class ParsedMail:
    """A message ready to be shown. ``is_partial`` when it was too deep or too big to read whole."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Part, ...]
    is_partial: bool


def parse_headers(content: bytes) -> Message:
    """The headers alone, whatever the body is."""
    head = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return email.message_from_bytes(head, policy=email.policy.default)


def header_of(message: Message, name: str) -> str:
    """A header decoded, on one line; as it stands when it cannot be decoded; '' when it is absent."""
    try:
        value = str(message[name] or "")
    except Exception:  # noqa: BLE001  the parser raises many kinds of errors on headers made to break it
        value = str(dict(message.raw_items()).get(name, ""))
    return " ".join("".join(char if char.isprintable() or char == "\u00a0" else " " for char in value).split(" "))


def parse(content: bytes) -> ParsedMail:
    """Take a message apart: headers, the first text, the first HTML, the files."""
    try:
        message: Message = email.message_from_bytes(content, policy=email.policy.default)
    except RecursionError:  # thousands of nested parts
        return ParsedMail(_headers(parse_headers(content)), "", "", (), is_partial=True)
    parts = list(_leaves(message))
    text = html = ""
    files = []
    for index, part in enumerate(parts[:MAX_PARTS]):
        kind = part.get_content_type()
        if part.get_content_disposition() != "attachment" and kind == "text/plain" and not text:
            text = _words(part)
        elif part.get_content_disposition() != "attachment" and kind == "text/html" and not html:
            html = _words(part)
        else:
            files.append(Part(index, _filename(part, index), kind, len(_bytes(part))))
    is_partial = len(parts) > MAX_PARTS or max(len(text), len(html)) >= MAX_TEXT
    return ParsedMail(_headers(message), text, html, tuple(files), is_partial)


def attachment(content: bytes, index: int) -> tuple[Part, bytes] | None:
    """The file that ``parse`` named ``index``, with its bytes."""
    found = next((part for part in parse(content).attachments if part.index == index), None)
    if found is None:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    return found, _bytes(list(_leaves(message))[index])


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    pairs = ((name, header_of(message, name)) for name in _SHOWN)
    return tuple((name, value) for name, value in pairs if value)


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order, without recursion; at most one more than the limit."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting and count <= MAX_PARTS:
        part, depth = waiting.pop()
        if part.is_multipart() and depth < MAX_DEPTH:
            inside = [inner for inner in part.get_payload() if isinstance(inner, Message)]
            waiting += [(inner, depth + 1) for inner in reversed(inside)]
        else:
            count += 1
            yield part


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        return part.as_bytes()
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _words(part: Message) -> str:
    charset = part.get_content_charset("utf-8")
    try:
        words = _bytes(part).decode(charset, "replace")
    except LookupError:
        words = _bytes(part).decode("utf-8", "replace")
    return words.replace("\r\n", "\n")[:MAX_TEXT]


def _filename(part: Message, index: int) -> str:
    name = part.get_filename() if isinstance(part, EmailMessage) else None
    kept = "".join(char for char in name or "" if char.isprintable() and char not in '/\\"')
    return kept.strip(". ")[:120] or f"partie-{index + 1}"
