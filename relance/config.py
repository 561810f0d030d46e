"""Settings read once from RELANCE_* variables. A bad value stops the start and names the variable."""

import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PREFIX = "RELANCE_"
ECB_URL = "https://data-api.ecb.europa.eu/service/data/FM/B.U2.EUR.4F.KR.MRR_FR.LEV"


class ConfigError(Exception):
    """A variable holds a value that cannot be used; the sentence names it."""


@dataclass(frozen=True)
class Smtp:
    """One outgoing server. ``security`` is ``none``, ``starttls`` or ``ssl``.

    ``is_public_only``: a stranger named it, so it is used only if it is on the Internet (see mail.reach).
    """

    host: str
    port: int
    security: str = "none"
    username: str | None = None
    password: str | None = None
    is_public_only: bool = False


@dataclass(frozen=True)
class Settings:
    """What the host decided for this instance."""

    data_dir: Path
    database_url: str
    queue_url: str
    secret_key: str
    smtp: Smtp | None = None
    mail_from: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    signup: str = "first"
    workers: int = 2
    files_url: str | None = None
    inbox_dir: Path | None = None  # watched for invoices
    smtp_timeout: int = 20
    mailbox_port: int = 0
    fetches_ecb_rates: bool = False
    ecb_url: str = ECB_URL  # of the series of the main refinancing rate

    @property
    def has_local_mailbox(self) -> bool:
        """True when nothing leaves the machine: no SMTP server was named."""
        return self.smtp is None

    @property
    def is_https(self) -> bool:
        """True when the public address is served over TLS, so cookies must be Secure."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the variables of ``env``; raise ConfigError with a sentence that names the bad one."""
        data_dir = Path(_value(env, "DATA_DIR", "./data")).absolute()
        port = _number(env, "PORT", 8000, 1, 65535)
        host = _value(env, "HOST", "127.0.0.1")
        signup = _choice(env, "SIGNUP", "first", ("first", "open", "closed"))
        smtp_url = _value(env, "SMTP_URL", "")
        smtp = parse_smtp_url(smtp_url) if smtp_url else None
        mail_from = _value(env, "MAIL_FROM", "") or None
        if mail_from is not None and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", mail_from):
            raise ConfigError(f"RELANCE_MAIL_FROM n'est pas une adresse e-mail : {mail_from!r}.")
        base_url = _value(env, "BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
            raise ConfigError(f"RELANCE_BASE_URL doit commencer par http:// ou https:// : {base_url!r}.")
        database_url = _value(env, "DATABASE_URL", f"sqlite:///{data_dir / 'relance.db'}")
        if urlsplit(database_url).scheme not in ("sqlite", "postgresql", "postgres"):
            raise ConfigError("RELANCE_DATABASE_URL doit commencer par sqlite:/// ou postgresql:// .")
        queue_url = _value(env, "QUEUE_URL", f"sqlite:///{data_dir / 'queue.db'}")
        if urlsplit(queue_url).scheme not in ("sqlite", "redis", "rediss"):
            raise ConfigError("RELANCE_QUEUE_URL doit commencer par sqlite:/// ou redis:// .")
        return cls(
            data_dir=data_dir,
            database_url=database_url,
            queue_url=queue_url,
            secret_key=_secret_key(env, data_dir),
            smtp=smtp,
            mail_from=mail_from or _default_sender(smtp, base_url),
            base_url=base_url,
            host=host,
            port=port,
            signup=signup,
            workers=_number(env, "WORKERS", 2, 1, 64),
            files_url=_value(env, "FILES_URL", "") or None,
            inbox_dir=_inbox_dir(_value(env, "INBOX_DIR", ""), data_dir),
            smtp_timeout=_number(env, "SMTP_TIMEOUT", 20, 1, 300),
            mailbox_port=_number(env, "MAILBOX_PORT", 0, 0, 65535),
            fetches_ecb_rates=_choice(env, "ECB_RATES", "0", ("0", "1")) == "1",
        )


def parse_smtp_url(url: str, name: str = "RELANCE_SMTP_URL") -> Smtp:
    """Read ``smtp://user:password@host:587?tls=starttls`` or ``smtps://…:465``; ConfigError otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{name} n'est pas une adresse lisible : {error}.") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ConfigError(f"{name} doit ressembler à smtp://utilisateur:motdepasse@serveur:587?tls=starttls.")
    tls = parse_qs(parts.query).get("tls", [""])[0]
    if tls not in ("", "none", "starttls", "ssl"):
        raise ConfigError(f"{name} : tls vaut none, starttls ou ssl, pas {tls!r}.")
    security = "ssl" if parts.scheme == "smtps" else (tls or "none")
    default_port = {"ssl": 465, "starttls": 587, "none": 25}[security]
    return Smtp(
        host=parts.hostname,
        port=port or default_port,
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _default_sender(smtp: Smtp | None, base_url: str) -> str | None:
    """Where reminders leave from when the host named no address: the SMTP login, or one at the public name."""
    if smtp is None:
        return None
    if smtp.username and "@" in smtp.username:
        return smtp.username
    name = urlsplit(base_url).hostname or ""
    is_a_name = "." in name and not name.replace(".", "").isdigit()
    return f"relance@{name if is_a_name else 'relance.localhost'}"


def _inbox_dir(text: str, data_dir: Path) -> Path | None:
    """The folder watched for invoices: it must be there, be written to, and hold none of our own files."""
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_dir():
        raise ConfigError(f"RELANCE_INBOX_DIR n'est pas un dossier : {path}. Créez-le, puis relancez.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigError(f"RELANCE_INBOX_DIR n'est pas accessible en lecture et en écriture : {path}.")
    if data_dir.resolve().is_relative_to(path.resolve()):
        raise ConfigError("RELANCE_INBOX_DIR contient RELANCE_DATA_DIR : choisissez un dossier à part.")
    return path


def _value(env: Mapping[str, str], name: str, default: str) -> str:
    """A variable, or the content of the file named by NAME_FILE (for secrets)."""
    path = env.get(f"{PREFIX}{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"RELANCE_{name}_FILE ne peut pas être lu : {error}.") from error
    return env.get(f"{PREFIX}{name}", "").strip() or default


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = _value(env, name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"RELANCE_{name} doit être un nombre entre {low} et {high}, pas {text!r}.")
    return int(text)


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = _value(env, name, default)
    if text not in choices:
        raise ConfigError(f"RELANCE_{name} vaut {', '.join(choices)}, pas {text!r}.")
    return text


def _secret_key(env: Mapping[str, str], data_dir: Path) -> str:
    """The key given by the host, or one made at first start and kept in DATA_DIR (mode 600)."""
    given = _value(env, "SECRET_KEY", "")
    if given:
        if len(given) < 16:
            raise ConfigError("RELANCE_SECRET_KEY est trop courte : 16 caractères au moins.")
        return given
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_key(path)
    except OSError as error:
        raise ConfigError(f"RELANCE_DATA_DIR n'est pas utilisable : {error}.") from error
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _kept_key(path: Path) -> str:
    """The key in the file; another process may have made the file and be about to write in it."""
    for _ in range(20):
        key = path.read_text(encoding="ascii").strip()
        if key:
            return key
        time.sleep(0.1)
    raise ConfigError(f"La clé secrète est vide : remettez celle de votre sauvegarde dans {path}.")
