"""An e-mail as a value: everything the server and the reader will see, checked when it is made."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_EMAIL = re.compile(r"[^\s<>@,;:\\\"()\[\]]+@[^\s<>@,;:\\\"()\[\]]+")
_MIME = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_LOCAL_PART_LIMIT = 64  # RFC 5321 section 4.5.3.1.1


@dataclass(frozen=True)
class Address:
    """A person or a business and where it reads its mail. ``name`` may be empty."""

    name: str
    email: str

    def __post_init__(self) -> None:
        """ValueError, in French, for anything that could start another header or another recipient."""
        one_line("Le nom", self.name)
        one_line("L’adresse", self.email)
        if not _EMAIL.fullmatch(self.email):
            raise ValueError(f"« {self.email} » n’est pas une adresse e-mail.")

    @property
    def wire(self) -> str:
        """The address as SMTP carries it: an accented domain in its IDNA form.

        ValueError when the part before the @ is not ASCII: few servers accept that (SMTPUTF8).
        """
        local, _, domain = self.email.rpartition("@")
        if not local.isascii():
            raise ValueError(f"L’adresse {self.email} a un accent avant le @ : elle ne peut pas recevoir d’e-mail.")
        if domain.isascii():
            return self.email
        try:
            return f"{local}@{domain.encode('idna').decode('ascii')}"
        except UnicodeError as error:
            raise ValueError(f"Le domaine de l’adresse {self.email} n’est pas valable.") from error


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail, byte for byte."""

    filename: str
    mime: str
    content: bytes

    def __post_init__(self) -> None:
        """ValueError for a name or a type that would break out of its header."""
        one_line("Le nom du fichier", self.filename)
        if not _MIME.fullmatch(self.mime):
            raise ValueError(f"« {self.mime} » n’est pas un type de fichier.")


@dataclass(frozen=True)
class Mail:
    """One e-mail, final. ``references`` are the Message-IDs of the thread, oldest first.

    ``envelope_from`` is where the server sends a refusal; empty, it is the sender's address.
    ``dated_at`` (naive UTC) is its Date; None: the instant it is handed over.
    """

    subject: str
    text: str
    sender: Address
    to: tuple[Address, ...]
    message_id: str
    token: str
    html: str = ""
    reply_to: Address | None = None
    cc: tuple[Address, ...] = ()
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    envelope_from: str = ""
    dated_at: datetime | None = None

    def __post_init__(self) -> None:
        """ValueError, in French, when a header could be injected or nobody would receive it."""
        one_line("L’objet", self.subject)
        for value in (self.message_id, *self.references):
            one_line("L’identifiant", value)
            if not _MESSAGE_ID.fullmatch(value):
                raise ValueError(f"« {value} » n’est pas un identifiant de message.")
        if not self.to:
            raise ValueError("Le message n’a pas de destinataire.")
        if self.envelope_from:
            Address("", self.envelope_from)
        encodable("Le texte", self.text)
        encodable("Le texte", self.html)

    @property
    def recipients(self) -> tuple[Address, ...]:
        """To then Cc, in order, each mailbox once."""
        unique: dict[str, Address] = {}
        for address in (*self.to, *self.cc):
            unique.setdefault(address.email.lower(), address)
        return tuple(unique.values())


def one_line(label: str, value: str) -> None:
    """Refuse CR, LF, NUL and every other control or line-breaking character; ValueError in French."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in value):
        raise ValueError(f"{label} contient un saut de ligne ou un caractère invisible.")
    encodable(label, value)


def encodable(label: str, value: str) -> None:
    """Refuse half of a surrogate pair, which no server could carry; ValueError in French."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"{label} contient un caractère illisible.") from error


def new_token() -> str:
    """80 random bits that survive a server which lowers the case of addresses."""
    return secrets.token_hex(10)


def new_message_id(token: str, domain: str) -> str:
    """The Message-ID of the mail whose token is ``token``: the token can be read back from a bounce."""
    return f"<relance.{token}@{domain}>"


def tagged(address: str, token: str) -> str:
    """VERP: ``local+token@domain``, so that a refusal sent back names its message.

    Only for the instance's own mailbox: providers often refuse a sender that is not the login.
    An address too long for a tag is returned as it is.
    """
    local, _, domain = address.rpartition("@")
    longer = f"{local}+{token}"
    return f"{longer}@{domain}" if len(longer) <= _LOCAL_PART_LIMIT else address
