"""SMTP, phase by phase, so that each failure says whether the message may have left.

smtplib sends a message's body and its final dot in one write and reads without an overall limit;
here the dot is a write of its own and every answer has a deadline.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import time

from relance.config import Smtp
from relance.mail import reach
from relance.mail.outcome import Refusals

_CHUNK = 65_536  # bytes; each write of a chunk has the whole time-out, so a slow line may carry 20 MB
_ANSWER_LIMIT = 65_536  # bytes of one answer, all its lines
_DOT = re.compile(rb"^\.", re.MULTILINE)


class RejectedError(Exception):
    """The server answered no. ``phase``: mail, rcpt, data or dot."""

    def __init__(self, phase: str, code: int, text: str, refused: Refusals) -> None:
        super().__init__(phase, code, text)
        self.phase, self.code, self.text, self.refused = phase, code, text, refused


class DroppedError(Exception):
    """The connection died or stayed silent. ``phase``: mail, rcpt, data, body or dot."""

    def __init__(self, phase: str, *, is_timeout: bool) -> None:
        super().__init__(phase)
        self.phase, self.is_timeout = phase, is_timeout


class NoEncryptionError(Exception):
    """The server does not offer the encryption that was asked for: nothing is said in clear."""


class _Reader:
    """The answers of a server, with one deadline for a whole answer: a byte now and then is not life."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock, self._seconds = sock, seconds
        self._buffer = b""
        self.start_answer()

    def start_answer(self) -> None:
        self._until = time.monotonic() + self._seconds
        self._left = _ANSWER_LIMIT

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            self._sock.settimeout(max(0.001, self._until - time.monotonic()))
            received = self._sock.recv(4096)
            self._sock.settimeout(self._seconds)
            self._left -= len(received)
            if not received or self._left < 0:
                return b""
            self._buffer += received
        line, newline, rest = self._buffer[:limit].partition(b"\n")
        self._buffer = rest + self._buffer[limit:]
        return line + newline

    def close(self) -> None:
        self._buffer = b""


class Conversation(smtplib.SMTP):
    """A connection whose ``sendmail`` raises RejectedError or DroppedError, and nothing else."""

    file: "_Reader | None"
    seconds: float
    answer: str = ""
    refused: dict[str, tuple[int, str]]

    @property
    def line(self) -> socket.socket:
        """The open socket; SMTPServerDisconnected when there is none any more."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock

    def getreply(self) -> tuple[int, bytes]:
        """One answer, within the time-out."""
        if self.file is None:
            self.file = _Reader(self.line, self.seconds)
        self.file.start_answer()
        return super().getreply()

    def sendmail(  # type: ignore[override]
        self, from_addr: str, to_addrs: list[str], msg: bytes, mail_options: object = (), rcpt_options: object = ()
    ) -> dict[str, tuple[int, str]]:
        """Hand one message over. Returns the recipients the server refused; its last words are ``answer``."""
        options = [f"size={len(msg)}"] if self.has_extn("size") else []
        self._ask("mail", f"MAIL FROM:<{from_addr}> {' '.join(options)}".rstrip())
        refused: dict[str, tuple[int, str]] = {}
        for address in to_addrs:
            try:
                self._ask("rcpt", f"RCPT TO:<{address}>")
            except RejectedError as error:
                if error.code < 500:
                    raise
                refused[address] = (error.code, error.text)
        if len(refused) == len(to_addrs):
            code, text = next(iter(refused.values()))
            raise RejectedError("rcpt", code, text, refused)
        try:
            self._ask("data", "DATA", accepted=(354,))
            self._write_body(msg)
            self.answer = self._end_message()
        except RejectedError as error:
            raise RejectedError(error.phase, error.code, error.text, refused) from error
        self.refused = refused
        return refused

    def _ask(self, phase: str, command: str, accepted: tuple[int, ...] = (250, 251)) -> None:
        try:
            code, words = self.docmd(command)
        except (OSError, smtplib.SMTPException) as error:
            raise DroppedError(phase, is_timeout=is_timeout(error)) from error
        if code not in accepted:
            raise RejectedError(phase, code if 400 <= code < 600 else 451, readable(words), {})

    def _write_body(self, content: bytes) -> None:
        content = _DOT.sub(b"..", content)
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        try:
            line = self.line
            for start in range(0, len(content), _CHUNK):
                line.sendall(content[start : start + _CHUNK])
        except (OSError, smtplib.SMTPException) as error:
            raise DroppedError("body", is_timeout=is_timeout(error)) from error

    def _end_message(self) -> str:
        # From here on the server may have the whole message, whatever we hear or do not hear.
        try:
            self.line.sendall(b".\r\n")
            code, words = self.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise DroppedError("dot", is_timeout=is_timeout(error)) from error
        if code == 250:
            return f"{code} {readable(words)}"
        if not 400 <= code < 600:
            raise DroppedError("dot", is_timeout=False)
        raise RejectedError("dot", code, readable(words), {})


class _TlsConversation(Conversation, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte (port 465)."""


def connect(smtp: Smtp, timeout: float, context: ssl.SSLContext | None = None) -> Conversation:
    """Open, secure and sign in. Raises OSError, smtplib.SMTPException, UnicodeError or NoEncryptionError.

    ``timeout`` in seconds, for each exchange. TLS is always verified; ``context`` only brings
    another authority to trust.
    """
    if smtp.port < 1:
        raise ConnectionRefusedError("no port")  # smtplib would take it for 25, where a real server may be
    context = context or ssl.create_default_context()
    hostname = socket.gethostname()  # never getfqdn(): it may wait for a name server
    greeting = hostname if "." in hostname else "[127.0.0.1]"
    host = (
        _TlsConversation(local_hostname=greeting, timeout=timeout, context=context)
        if smtp.security == "ssl"
        else Conversation(local_hostname=greeting, timeout=timeout)
    )
    host.seconds = timeout
    # The name that TLS checks: smtplib learns it in __init__ only, which would already connect.
    vars(host)["_host"] = smtp.host
    try:
        code, words = _call(host, smtp)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        # Two small writes in a row (body, dot) must not wait for each other's acknowledgement.
        host.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host.ehlo_or_helo_if_needed()
        if smtp.security == "starttls":
            if not host.has_extn("starttls"):
                raise NoEncryptionError
            host.starttls(context=context)
            host.ehlo_or_helo_if_needed()
        if smtp.username:
            host.login(smtp.username, smtp.password or "")
    except BaseException:
        host.close()
        raise
    return host


def _call(host: Conversation, smtp: Smtp) -> tuple[int, bytes]:
    """The first words of the server, at the first of its addresses that answers."""
    if not smtp.is_public_only:
        return host.connect(smtp.host, smtp.port)
    refusal = OSError(f"no address for {smtp.host!r}")
    for address in reach.public_addresses(smtp.host, smtp.port):
        try:
            return host.connect(address, smtp.port)
        except ssl.SSLError:
            raise
        except OSError as error:
            refusal = error
    raise refusal


def is_timeout(error: BaseException) -> bool:
    """True when silence, not a closed connection, is behind an error that smtplib may have renamed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def leave(host: smtplib.SMTP) -> None:
    """Say goodbye if the server still listens, and close in any case: no error here changes an outcome."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        host.quit()
    host.close()


def readable(words: bytes | str) -> str:
    """A server's words on one line, at most 500 characters, without control characters."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:500]
