"""The only door to Flask-Mail: hands mails to one server and says exactly what became of each."""

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from functools import lru_cache
from types import TracebackType
from typing import Self

import flask_mail
from flask import Flask

from relance.config import Smtp
from relance.mail import mime
from relance.mail.conversation import (
    Conversation,
    DroppedError,
    NoEncryptionError,
    RejectedError,
    connect,
    is_timeout,
    leave,
    readable,
)
from relance.mail.mail import Address, Attachment, Mail
from relance.mail.outcome import NOTHING_LEFT, Outcome, Reached, Refused, Sent, Uncertain, Unreachable
from relance.mail.reach import OutOfBoundsError

__all__ = ["Line", "Outcome", "Reached", "Refused", "Sent", "Uncertain", "Unreachable", "test_connection"]

_WANTS_PASSWORD = (530, 534, 535, 538)  # RFC 4954


@lru_cache(maxsize=1)
def _app() -> Flask:
    """Flask-Mail wants an application; the worker has none, so it gets this empty one."""
    app = Flask("relance.mail")
    app.config["MAIL_SUPPRESS_SEND"] = False
    flask_mail.Mail(app)
    return app


class _Message(flask_mail.Message):
    """Flask-Mail's message with our bytes and our envelope: recipients in order, each once."""

    def __init__(self, mail: Mail) -> None:
        super().__init__(
            subject=mail.subject,
            recipients=[address.wire for address in mail.recipients],
            body=mail.text,
            sender=mail.sender.wire,
        )
        self.msgId = mail.message_id
        self._mail = mail
        self._bytes = b""

    @property
    def send_to(self) -> list[str]:  # type: ignore[override]
        return [address.wire for address in self._mail.recipients]

    def as_bytes(self) -> bytes:
        """Built once: it costs more than handing it over."""
        dated_at = self._mail.dated_at
        instant = dated_at.replace(tzinfo=UTC).timestamp() if dated_at is not None else self.date or 0
        self._bytes = self._bytes or mime.build(self._mail, instant)
        return self._bytes

    @property
    def sha256(self) -> str:
        """Of what is handed over."""
        return hashlib.sha256(self.as_bytes()).hexdigest()


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with a time-out, verified TLS and errors that keep their name."""

    host: Conversation | None

    def __init__(self, smtp: Smtp, timeout: float, context: ssl.SSLContext | None) -> None:
        state = flask_mail.Mail().init_mail({"MAIL_SERVER": smtp.host, "MAIL_PORT": smtp.port})
        super().__init__(state)  # type: ignore[arg-type]  # Flask-Mail itself passes its state here
        self._smtp, self._timeout, self._context = smtp, timeout, context

    def configure_host(self) -> Conversation:
        return connect(self._smtp, self._timeout, self._context)

    def open(self) -> Conversation:
        if self.host is None:
            self.host = self.configure_host()
        return self.host

    def close(self) -> None:
        if self.host is not None:
            leave(self.host)
            self.host = None

    def drop(self) -> None:
        if self.host is not None:
            self.host.close()
            self.host = None

    def send(self, message: _Message, envelope_from: str) -> tuple[str, dict[str, tuple[int, str]]]:  # type: ignore[override]
        """As Flask-Mail sends, but the server's answer comes back instead of being lost."""
        host = self.open()
        super().send(message, envelope_from)
        return host.answer, host.refused


class Line:
    """One connection to one server, opened at the first mail and reused for the following ones.

    ``timeout`` in seconds, for each exchange. Once the server cannot be reached or stays silent,
    the following mails of the line are Unreachable at once: an outage is waited for a single time.
    """

    def __init__(self, smtp: Smtp, *, timeout: float, context: ssl.SSLContext | None = None) -> None:
        self._smtp, self._timeout = smtp, timeout
        self._connection = _Connection(smtp, timeout, context)
        self._outage: Unreachable | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(self, mail: Mail, attachments: Sequence[Attachment] = ()) -> Outcome:
        """Hand ``mail`` to the server, at most once. Never raises for what a server or a network does."""
        if attachments:
            mail = replace(mail, attachments=(*mail.attachments, *attachments))
        if self._outage:
            return self._outage
        try:
            envelope_from = Address("", mail.envelope_from or mail.sender.email).wire
            written = {address.wire: address.email for address in (*mail.recipients, mail.sender, *_reply_to(mail))}
        except ValueError as error:  # an address that no server could take
            return Refused(553, str(error))
        with _app().app_context():
            outcome = self._hand_over(_Message(mail), envelope_from)
        if isinstance(outcome, Sent | Refused) and outcome.refused:
            refused = {written[address]: answer for address, answer in outcome.refused.items()}
            return replace(outcome, refused=refused)
        return outcome

    def test(self) -> Reached | Unreachable:
        """Connect and sign in without sending anything."""
        try:
            code, words = self._connection.open().noop()
        except _CONNECTION_ERRORS as error:
            return self._lost(error)
        return Reached(f"{code} {readable(words)}")

    def _hand_over(self, message: _Message, envelope_from: str) -> Outcome:
        was_open = self._connection.host is not None
        try:
            self._connection.open()
        except _CONNECTION_ERRORS as error:
            return self._lost(error)
        try:
            answer, refused = self._connection.send(message, envelope_from)
        except DroppedError as error:
            self._connection.drop()
            if was_open and error.phase == "mail":
                # Closed while idle, or after as many mails as it allows: nothing of this one was said.
                return self._hand_over(message, envelope_from)
            outcome = self._dropped(error)
            return replace(outcome, source_sha256=message.sha256) if isinstance(outcome, Uncertain) else outcome
        except RejectedError as error:
            if error.code == 421:
                self._connection.drop()
                if was_open and error.phase == "mail":
                    return self._hand_over(message, envelope_from)
            else:
                self._clear()
            return self._rejected(error)
        return Sent(answer, refused, message.sha256)

    def _clear(self) -> None:
        """Forget the refused transaction so that the next mail starts clean."""
        try:
            code, _ = self._connection.open().rset()
            is_clean = code == 250
        except _CONNECTION_ERRORS:
            is_clean = False
        if not is_clean:
            self._connection.drop()

    def _rejected(self, error: RejectedError) -> Outcome:
        if error.code in _WANTS_PASSWORD:
            # Said of every mail alike: a setting to correct, not a message to give up.
            return self._down("auth", f"Le serveur {self._smtp.host} demande un identifiant et un mot de passe.")
        if error.code >= 500:
            return Refused(error.code, error.text, error.refused)
        words = f"«\u00a0{error.code} {error.text}\u00a0»"
        return Unreachable(
            "temporary",
            f"Le serveur {self._smtp.host} demande d’attendre\u00a0: {words}. Aucune relance n’est partie.",
        )

    def _dropped(self, error: DroppedError) -> Outcome:
        server = f"Le serveur {self._smtp.host}"
        reason = "timeout" if error.is_timeout else "dropped"
        if error.phase == "dot":
            lost = Unreachable(reason, f"{server} ne répond plus. Aucune relance n’est partie.")
            self._outage = lost if error.is_timeout else None
            return Uncertain(
                reason,
                f"{server} a reçu le message mais n’a pas confirmé. "
                "L’envoi est incertain\u00a0: rien ne sera renvoyé automatiquement.",
            )
        if error.is_timeout:
            return self._down(reason, f"{server} n’a pas répondu en {self._timeout:g}\u00a0secondes.")
        return Unreachable(
            reason, f"{server} a coupé la connexion avant la fin du message. Aucune relance n’est partie."
        )

    def _lost(self, error: Exception) -> Unreachable:
        """Name, for the user, why there is no connection."""
        self._connection.drop()
        server = f"Le serveur {self._smtp.host}"
        match error:
            case OutOfBoundsError():
                return self._down("connect", f"{server} n’est pas celui d’un fournisseur de messagerie.")
            case NoEncryptionError():
                return self._down("tls", f"{server} ne propose pas de connexion chiffrée (STARTTLS).")
            case ssl.SSLCertVerificationError():
                return self._down("tls", f"Le certificat du serveur {self._smtp.host} n’est pas valable.")
            case ssl.SSLError():
                return self._down("tls", f"{server} n’accepte pas la connexion chiffrée sur le port {self._smtp.port}.")
            case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
                return self._down("auth", f"{server} refuse le mot de passe.")
            case UnicodeError():
                return self._down("auth", f"{server} ne peut pas lire un nom ou un mot de passe accentué.")
            case smtplib.SMTPResponseException():
                words = f"«\u00a0{error.smtp_code} {readable(error.smtp_error)}\u00a0»"
                return self._down("temporary", f"{server} refuse la connexion\u00a0: {words}.")
        if is_timeout(error):
            return self._down("timeout", f"{server} n’a pas répondu en {self._timeout:g}\u00a0secondes.")
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return self._down("dropped", f"{server} a coupé la connexion.")
        if isinstance(error, smtplib.SMTPException):
            return self._down("auth", f"{server} n’accepte pas d’identifiant sur cette connexion.")
        return self._down("connect", f"{server} ne répond pas sur le port {self._smtp.port}.")

    def _down(self, reason: str, sentence: str) -> Unreachable:
        self._outage = Unreachable(reason, f"{sentence} {NOTHING_LEFT}")
        return self._outage


def _reply_to(mail: Mail) -> tuple[Address, ...]:
    return (mail.reply_to,) if mail.reply_to else ()


_CONNECTION_ERRORS = (OSError, smtplib.SMTPException, UnicodeError, NoEncryptionError, OutOfBoundsError)


def test_connection(smtp: Smtp, timeout: float) -> Reached | Unreachable:
    """Try a server's address, encryption and password; ``timeout`` in seconds. Sends nothing."""
    with Line(smtp, timeout=timeout) as line:
        return line.test()


# Not a test, whatever pytest reads in its name.
vars(test_connection)["__test__"] = False
