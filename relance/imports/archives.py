"""A ZIP of invoices, in memory: its members one by one, within limits. Nothing is ever written to a disk.

A member's name is only shown, never followed: its folders are dropped.
"""

import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from relance.imports.values import MAX_FILE_BYTES, MEGABYTE, RefusedError, UnsafeError

log = logging.getLogger(__name__)

MAX_MEMBERS = 500
MAX_ARCHIVE_BYTES = 50 * MEGABYTE
MAX_UNPACKED_BYTES = 50 * MEGABYTE
_MAX_ENTRIES = 5_000  # folders and what systems add count here

_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# The two ways of packing everybody writes. The others may ask for gigabytes to unpack a line.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_LEFT_BY_SYSTEMS = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$", re.IGNORECASE)

DAMAGED = "Cette archive ZIP est abîmée ou incomplète. Refaites-la, puis réessayez."
LOCKED = "Cette archive ZIP est protégée par un mot de passe. Refaites-la sans mot de passe, puis réessayez."
TOO_MANY = "Cette archive ZIP contient plus de 500 fichiers. Partagez-la en plusieurs archives, puis réessayez."
TOO_BIG = "Cette archive ZIP, une fois dépliée, dépasse 50 Mo. Partagez-la en plusieurs archives, puis réessayez."
MEMBER_TOO_BIG = "Ce fichier dépasse 10 Mo. Enregistrez-le en qualité réduite, puis réessayez."
NO_FILE = "Cette archive ZIP ne contient aucun fichier."
METHOD = (
    "Cette archive ZIP est compressée d'une façon qui n'est pas acceptée. Refaites un ZIP ordinaire, puis réessayez."
)


@dataclass(frozen=True)
class Member:
    """A file of an archive. ``error``: why it cannot be taken, in French; ``content`` is then empty."""

    name: str
    content: bytes
    error: str = ""


def is_zip(content: bytes) -> bool:
    """True for what begins as a ZIP, and so for the office files that are one inside."""
    return content.startswith(_STARTS)


def names(content: bytes) -> frozenset[str]:
    """The names of everything inside; RefusedError when the archive cannot be opened."""
    with _opened(content) as archive:
        return frozenset(info.filename for info in archive.infolist())


def start_of(content: bytes, name: str, limit: int = 200) -> bytes:
    """The first bytes of a member, empty when it cannot be read."""
    with _opened(content) as archive:
        try:
            with archive.open(name) as member:
                return member.read(limit)
        except Exception:
            log.debug("a member of an archive cannot be read", exc_info=True)
            return b""


def members(content: bytes) -> Iterator[Member]:
    """The files of an archive. RefusedError, in French, when the archive as a whole is refused."""
    with _opened(content) as archive:
        infos = [
            info for info in archive.infolist() if not info.is_dir() and not _LEFT_BY_SYSTEMS.search(info.filename)
        ]
        if not infos:
            raise RefusedError(NO_FILE)
        if len(infos) > MAX_MEMBERS:
            raise RefusedError(TOO_MANY)
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise RefusedError(LOCKED)
        if any(info.compress_type not in _METHODS for info in infos):
            raise RefusedError(METHOD)
        if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
            raise UnsafeError(TOO_BIG)
        left = MAX_UNPACKED_BYTES
        for info in infos:
            member = _unpacked(archive, info)
            left -= len(member.content)
            if left < 0:
                raise UnsafeError(TOO_BIG)
            yield member


def plain_name(name: str) -> str:
    """The last part of a name, whatever system wrote it, without characters nobody sees."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:150] or "sans nom"


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = plain_name(info.filename)
    try:
        with archive.open(info) as member:
            # What is declared may lie: never more than the limit is unpacked.
            content = member.read(MAX_FILE_BYTES + 1)
    # A torn archive makes the library fail in many ways: zlib's errors, its own, an end too early, a name that differs…
    except Exception as error:
        raise RefusedError(DAMAGED) from error
    if len(content) > MAX_FILE_BYTES:
        return Member(name=name, content=b"", error=MEMBER_TOO_BIG)
    return Member(name=name, content=content)


def _opened(content: bytes) -> zipfile.ZipFile:
    if len(content) > MAX_ARCHIVE_BYTES:
        raise RefusedError(TOO_BIG)
    # Counted before the library makes an object of each.
    if content.count(b"PK\x01\x02") > _MAX_ENTRIES:
        raise UnsafeError(TOO_MANY)
    try:
        return zipfile.ZipFile(BytesIO(content))
    except Exception as error:  # as above
        raise RefusedError(DAMAGED) from error
