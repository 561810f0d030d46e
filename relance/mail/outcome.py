"""What became of a mail handed to a server: four cases, and no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NOTHING_LEFT = "Aucune relance n’est partie."  # how the sentence of a server that could not be reached ends

Refusals = Mapping[str, tuple[int, str]]
"""Recipient → (SMTP code, the server's words)."""


@dataclass(frozen=True)
class Sent:
    """The server took it. ``refused`` names the recipients it would not take, if any.

    ``source_sha256`` is that of the bytes handed over.
    """

    server_answer: str
    refused: Refusals = field(default_factory=dict)
    source_sha256: str = field(default="", compare=False)


@dataclass(frozen=True)
class Unreachable:
    """Nobody accepted it: it may be tried again later without the client receiving it twice.

    ``reason``: connect, timeout, tls, auth, temporary or dropped. ``sentence`` is for the user.
    """

    reason: str
    sentence: str


@dataclass(frozen=True)
class Refused:
    """A permanent no (5xx) for every recipient: trying again would give the same answer."""

    code: int
    text: str
    refused: Refusals = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """For the user, in French, with the server's own words."""
        return f"Le serveur refuse le message\u00a0: «\u00a0{self.code} {self.text}\u00a0»."


@dataclass(frozen=True)
class Uncertain:
    """The end of the message may have left, and no answer came: it must never be sent again by itself."""

    reason: str
    sentence: str
    source_sha256: str = field(default="", compare=False)


Outcome = Sent | Unreachable | Refused | Uncertain


@dataclass(frozen=True)
class Reached:
    """A connection tried for itself succeeded, password included."""

    server_answer: str
