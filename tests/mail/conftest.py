"""Real servers on loopback: one that behaves (aiosmtpd), one that plays a written part (raw sockets)."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from relance.config import Smtp
from relance.mail.mail import Address, Mail, new_message_id


@dataclass
class Received:
    """What a server was given: envelopes in order, and how many connections brought them."""

    envelopes: list[Any] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 accepted"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.answers.get(address, "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.data_answer


@dataclass
class Post:
    """A listening server and what it received."""

    smtp: Smtp
    received: Received


@pytest.fixture
def server() -> Iterator[Callable[..., Post]]:
    """Start aiosmtpd servers; the keyword arguments are those of its SMTP class."""
    running: list[Controller] = []

    def start(*, security: str = "none", password: str | None = None, **options: Any) -> Post:
        received = Received()
        if password is not None:
            options |= {"authenticator": _check_password, "auth_require_tls": False}

        class Counting(SMTP):
            def connection_made(self, transport: Any) -> None:
                if not self._over_ssl:  # STARTTLS makes the same connection begin again
                    received.connections += 1
                super().connection_made(transport)

        class Listening(Controller):
            def factory(self) -> SMTP:
                return Counting(received, **self.SMTP_kwargs)

        controller = Listening(received, hostname="127.0.0.1", port=0, **options)
        # Port 0: the controller pokes its own port when it starts, so the free one is chosen before.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            controller.port = probe.getsockname()[1]
        controller.start()
        running.append(controller)
        received.connections = 0  # the controller's own poke
        host = "localhost" if security != "none" else "127.0.0.1"
        return Post(Smtp(host, controller.port, security, password and "camille", password), received)

    yield start
    for controller in running:
        controller.stop()


def _check_password(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """The one password the tests' servers accept."""
    return AuthResult(success=data.password == b"secret", handled=False)


class Actor:
    """A server that says its lines. ``part`` gets one connection and its number, from 0."""

    def __init__(self, part: Callable[["Actor", socket.socket, int], None]) -> None:
        self.part = part
        self.heard: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.smtp = Smtp("127.0.0.1", self.listener.getsockname()[1])
        self.connections = 0
        self.opened: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.opened.append(connection)
            number, self.connections = self.connections, self.connections + 1
            threading.Thread(target=self._play, args=(connection, number), daemon=True).start()

    def _play(self, connection: socket.socket, number: int) -> None:
        try:
            self.part(self, connection, number)
        except OSError:
            return

    def say(self, connection: socket.socket, words: str) -> None:
        connection.sendall(words.encode() + b"\r\n")

    def hear(self, connection: socket.socket, until: bytes = b"\r\n") -> bytes:
        heard = b""
        while not heard.endswith(until):
            more = connection.recv(65_536)
            if not more:
                raise ConnectionResetError
            heard += more
        self.heard.append(heard)
        return heard

    def converse(self, connection: socket.socket, *answers: str) -> None:
        """Say each answer after one more command was heard."""
        for answer in answers:
            self.hear(connection)
            self.say(connection, answer)

    def greet(self, connection: socket.socket) -> None:
        self.say(connection, "220 actor")
        self.converse(connection, "250 actor")

    def stop(self) -> None:
        self.listener.close()
        for connection in self.opened:
            connection.close()


@pytest.fixture
def actor() -> Iterator[Callable[[Callable[[Actor, socket.socket, int], None]], Actor]]:
    """Start servers that play a part."""
    actors: list[Actor] = []

    def start(part: Callable[[Actor, socket.socket, int], None]) -> Actor:
        actors.append(Actor(part))
        return actors[-1]

    yield start
    for one in actors:
        one.stop()


@pytest.fixture
def write() -> Callable[..., Mail]:
    """Write a mail; the arguments replace its parts."""
    count = iter(range(1_000_000))

    def mail(*to: str, **parts: Any) -> Mail:
        token = f"{next(count):020x}"
        values: dict[str, Any] = {
            "subject": "Facture F-12",
            "text": "Bonjour,\n\nÀ régler : 12 €\n",
            "html": "<p>Bonjour,</p><p>À régler : 12 €</p>",
            "sender": Address("Atelier Roussel", "camille@atelier.example"),
            "to": tuple(Address("", address) for address in to or ("nadia@client.example",)),
            "message_id": new_message_id(token, "atelier.example"),
            "token": token,
        }
        return Mail(**{**values, **parts})

    return mail


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for « localhost » (server.pem, server.key) made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest.fixture(scope="session")
def server_tls(certificates: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    return context


@pytest.fixture(scope="session")
def trusting(certificates: Path) -> ssl.SSLContext:
    """A client's context that trusts the tests' authority, and only it."""
    return ssl.create_default_context(cafile=str(certificates / "server.pem"))
