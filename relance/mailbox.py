"""The local mailbox: without an SMTP server nothing leaves the machine, everything can be read.

A real SMTP server on loopback keeps each message in ``DATA_DIR/mailbox``: ``<id>.eml`` as received,
``<id>.json`` beside it for the list. Identifiers are numbers in order of arrival, so the order holds
even under a clock that was set back. The newest thousand are kept.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from relance import clock
from relance.config import ConfigError, Settings
from relance.mail_reading import header_of, parse_headers

HOST = "127.0.0.1"
KEEPS = 1000
SIZE_LIMIT = 25 * 1024 * 1024  # bytes
STARTS_WITHIN = 10.0  # seconds
_ID = re.compile(r"\d{10}")
# Where nobody listens. Never 0: smtplib would take it for 25, where a real mail server may be.
_NO_PORT = 1


@dataclass(frozen=True)
class Summary:
    """A line of the list. ``received_at`` is naive UTC (ISO), ``size`` in bytes."""

    id: str
    received_at: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    size: int


class Mailbox:
    """The running server: a thread with its own event loop."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self._folder = _folder(data_dir)
        self._data_dir, self._wanted_port = data_dir, port
        self._ids = deque(_ids(self._folder))
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self.port = 0

    def start(self) -> "Mailbox":
        """Listen, and tell the other processes where; OSError when the port is taken."""
        self._thread.start()
        self._ready.wait(STARTS_WITHIN)
        if self._error is not None:
            raise self._error
        announce(self._data_dir, self.port)
        return self

    def stop(self) -> None:
        """Close the port, and no longer announce it. What was received stays."""
        if mailbox_address(self._data_dir) == (HOST, self.port):
            (self._folder / "port").unlink(missing_ok=True)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STARTS_WITHIN)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(self._loop.create_server(self._session, HOST, self._wanted_port))
        except OSError as error:
            self._error = error
            self._ready.set()
            self._loop.close()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            ident="Relance local mailbox",
            data_size_limit=SIZE_LIMIT,
            loop=self._loop,
        )

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Keep the message, then only say it was taken."""
        try:
            number = self._keep(envelope.original_content, envelope.mail_from or "", tuple(envelope.rcpt_tos))
        except OSError as error:
            return f"452 4.3.1 {error.strerror or 'cannot write'}"
        return f"250 2.0.0 Kept as {number}"

    def _keep(self, content: bytes, sender: str, recipients: tuple[str, ...]) -> str:
        headers = parse_headers(content)
        with self._lock:
            number = self._store(content)
            summary = Summary(
                id=number,
                received_at=clock.now().isoformat(),
                sender=sender,
                recipients=recipients,
                subject=header_of(headers, "Subject"),
                message_id=header_of(headers, "Message-ID"),
                size=len(content),
            )
            _write_whole(self._folder / f"{number}.json", json.dumps(asdict(summary)).encode())
            self._ids.append(number)
            while len(self._ids) > KEEPS:
                _forget(self._folder, self._ids.popleft())
        return number

    def _store(self, content: bytes) -> str:
        """Write the bytes under the next free number: a command may keep messages in the same folder."""
        last = int(self._ids[-1]) if self._ids else 0
        while True:
            last += 1
            with contextlib.suppress(FileExistsError):
                _write_whole(self._folder / f"{last:010d}.eml", content, is_new=True)
                return f"{last:010d}"


def start_mailbox(data_dir: Path, port: int = 0) -> Mailbox:
    """Start the server in a thread of this process, on ``port`` or on any free one; ``stop()`` it at the end."""
    return Mailbox(data_dir, port).start()


@contextlib.contextmanager
def running_mailbox(data_dir: Path, port: int = 0) -> Iterator[tuple[str, int]]:
    """The mailbox that already answers, or one for as long as the block lasts (a command run by itself)."""
    address = mailbox_address(data_dir)
    if _answers(address):
        yield address
        return
    mailbox = start_mailbox(data_dir, port)
    try:
        yield HOST, mailbox.port
    finally:
        mailbox.stop()


def ready(settings: Settings) -> AbstractContextManager[object]:
    """What a command that sends holds while it runs: the local mailbox, unless a real server was named."""
    if not settings.has_local_mailbox:
        return contextlib.nullcontext()
    return running_mailbox(settings.data_dir)


def mailbox_address(data_dir: Path) -> tuple[str, int]:
    """Where the mailbox of this instance listens, as it announced itself; a closed port when it never did."""
    try:
        return HOST, int((Path(data_dir) / "mailbox" / "port").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return HOST, _NO_PORT


def announce(data_dir: Path, port: int) -> None:
    """Tell the other processes of the instance where the mailbox listens, or is about to."""
    _write_whole(_folder(data_dir) / "port", str(port).encode())


def list_messages(data_dir: Path, limit: int = 50, before: str | None = None) -> list[Summary]:
    """The newest messages first; ``before`` is the id after which the previous page ended."""
    folder = Path(data_dir) / "mailbox"
    found: list[Summary] = []
    for number in reversed(_ids(folder)):
        if before is not None and number >= before:
            continue
        if len(found) == limit:
            break
        summary = find(data_dir, number)
        if summary is not None:
            found.append(summary)
    return found


def find(data_dir: Path, number: str) -> Summary | None:
    """One message's line, or None when it does not exist (any more)."""
    if not _ID.fullmatch(number):
        return None
    try:
        values = json.loads((Path(data_dir) / "mailbox" / f"{number}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return Summary(**{**values, "recipients": tuple(values["recipients"])})


def raw(data_dir: Path, number: str) -> bytes | None:
    """The message as it was received, byte for byte."""
    if not _ID.fullmatch(number):
        return None
    try:
        return (Path(data_dir) / "mailbox" / f"{number}.eml").read_bytes()
    except OSError:
        return None


def _folder(data_dir: Path) -> Path:
    folder = Path(data_dir) / "mailbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _ids(folder: Path) -> list[str]:
    """The identifiers kept, oldest first. The .json is written last: a half-kept message is not listed."""
    return sorted(path.stem for path in folder.glob("*.json") if _ID.fullmatch(path.stem))


def _forget(folder: Path, number: str) -> None:
    for suffix in ("json", "eml"):
        (folder / f"{number}.{suffix}").unlink(missing_ok=True)


def _write_whole(target: Path, content: bytes, *, is_new: bool = False) -> None:
    """A reader sees all of it or nothing; the temporary file is made for us alone (0600).

    ``is_new``: FileExistsError rather than replace what is there.
    """
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if is_new:
            target.hardlink_to(written)
        else:
            written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def _answers(address: tuple[str, int]) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=1) as connection:
        return b"Relance" in connection.recv(200)
    return False


def serve_forever(data_dir: Path, port: int = 0) -> None:
    """Run the server until SIGTERM or SIGINT: the child process of a running instance."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    mailbox = start_mailbox(data_dir, port)
    stop.wait()
    mailbox.stop()


def main() -> int:
    """``python -m relance.mailbox``: the mailbox of the instance that the RELANCE_* variables describe."""
    try:
        settings = Settings.from_env(os.environ)
        serve_forever(settings.data_dir, settings.mailbox_port)
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
