"""By which server an account's mail leaves, and how long a server that failed is left alone."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from peewee import Expression

from relance import mailbox, vault
from relance.config import Settings, Smtp
from relance.db import transaction
from relance.models.accounts import Account, SmtpServer, Transport
from relance.models.messages import Message

INSTANCE = "instance"
LOCAL_SENDER = "relance@relance.localhost"
WAITS_MINUTES = (1, 2, 5, 10, 20, 40, 60)


@dataclass(frozen=True)
class Carrier:
    """A server and the address mail leaves from. ``key`` names it in Transport."""

    key: str
    smtp: Smtp
    from_address: str

    @property
    def is_instance(self) -> bool:
        """True for the instance's own mailbox, whose envelope sender carries the VERP tag."""
        return self.key == INSTANCE

    @property
    def domain(self) -> str:
        """The domain Message-IDs are made in."""
        return self.from_address.rpartition("@")[2]


@dataclass(frozen=True)
class Post:
    """What sending needs to know of the instance. ``timeout`` is in seconds, for each network call."""

    smtp: Smtp | None
    mail_from: str | None
    data_dir: Path
    base_url: str = "http://127.0.0.1:8000"
    timeout: float = 20
    is_open: bool = False  # anybody may sign up: an account's own server must be on the Internet
    ecb_url: str = ""  # where the ECB's rate is fetched, when the host allows it
    inbox_dir: Path | None = None  # where other tools leave invoices

    @classmethod
    def of(cls, settings: Settings) -> "Post":
        """The instance's post, from its settings."""
        return cls(
            settings.smtp,
            settings.mail_from,
            settings.data_dir,
            settings.base_url,
            settings.smtp_timeout,
            settings.signup == "open",
            settings.ecb_url if settings.fetches_ecb_rates else "",
            settings.inbox_dir,
        )

    def instance_carrier(self) -> Carrier:
        """The host's SMTP server, or the local mailbox when none was named."""
        if self.smtp is not None:
            return Carrier(INSTANCE, self.smtp, self.mail_from or f"relance@{urlsplit(self.base_url).hostname}")
        host, port = mailbox.mailbox_address(self.data_dir)
        return Carrier(INSTANCE, Smtp(host, port), self.mail_from or LOCAL_SENDER)

    def carrier_of(self, account: Account | None) -> Carrier:
        """The account's own server once verified, else the instance's."""
        server = None
        if account is not None:
            server = SmtpServer.get_or_none(SmtpServer.account == account, SmtpServer.verified_at.is_null(False))
        return self.own_carrier(server) if server is not None else self.instance_carrier()

    def own_carrier(self, server: SmtpServer) -> Carrier:
        """An account's own server, its password decrypted."""
        password = vault.decrypt(server.password_encrypted) if server.password_encrypted else None
        smtp = Smtp(server.host, server.port, server.security, server.username or None, password, self.is_open)
        return Carrier(f"account-{server.account_id}", smtp, server.from_address)


def waits_until(key: str, now: dt.datetime) -> dt.datetime | None:
    """Until when a server that failed is left alone, or None when it may be tried."""
    row = Transport.get_or_none(Transport.key == key)
    return row.waits_until_at if row is not None and row.waits_until_at and row.waits_until_at > now else None


def note_failure(carrier: Carrier, sentence: str, now: dt.datetime) -> dt.datetime:
    """Leave a server alone for a growing while; every message that would use it waits with it."""
    with transaction():
        Transport.insert(key=carrier.key).on_conflict_ignore().execute()
        row = Transport.get(Transport.key == carrier.key)
        minutes = WAITS_MINUTES[min(row.failures, len(WAITS_MINUTES) - 1)]
        until = now + dt.timedelta(minutes=minutes)
        Transport.update(failures=Transport.failures + 1, waits_until_at=until, last_error=sentence).where(
            Transport.id == row.id
        ).execute()
        Message.update(not_before_at=until).where(
            Message.state == "queued", Message.not_before_at < until, _carried_by(carrier)
        ).execute()
    return until


def note_success(carrier: Carrier) -> None:
    """The server answered: it may be used at once again."""
    Transport.update(failures=0, waits_until_at=None, last_error="").where(
        Transport.key == carrier.key, Transport.failures > 0
    ).execute()


def _carried_by(carrier: Carrier) -> Expression:
    own = SmtpServer.select(SmtpServer.account).where(SmtpServer.verified_at.is_null(False))
    if carrier.is_instance:
        return Message.account.is_null() | Message.account.not_in(own)
    return Message.account == int(carrier.key.removeprefix("account-"))
