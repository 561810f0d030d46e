"""Which characters the bytes of a text stand for: found, told, and changed by the person when it is wrong."""

import codecs
import io
import re

from relance.imports.values import MAX_FILE_BYTES, RefusedError

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (gros-boutiste)",
    "cp1252": "Windows-1252",
    "iso8859-15": "ISO 8859-15",
    "iso8859-1": "ISO 8859-1",
    "mac-roman": "Mac OS Roman",
}

EMPTY = "Ce fichier est vide. Choisissez un fichier CSV qui contient des factures."
TOO_BIG = "Ce fichier dépasse 10 Mo. Découpez-le en plusieurs fichiers, puis réessayez."
SPREADSHEET = (
    "Ce fichier est un classeur, pas un CSV. Dans votre tableur, choisissez « Enregistrer sous », "
    "puis « CSV UTF-8 » avec le point-virgule comme séparateur."
)
NOT_TEXT = "Ce fichier n'est pas un CSV : il contient autre chose que du texte."
OLD_ENCODING = "Ce fichier n'est pas en UTF-8 : il a été lu en Windows-1252. Vérifiez les accents avant de continuer."
MAC_ENCODING = "Ce fichier n'est pas en UTF-8 : il a été lu en Mac OS Roman. Vérifiez les accents avant de continuer."

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Letters with an accent after a plain letter: the bytes of old Macs are (almost) never used by Windows, and back.
_OF_MAC = re.compile(rb"[A-Za-z][\x88\x8d\x8e\x8f\x90\x9d\x9e]")
_OF_WINDOWS = re.compile(rb"[A-Za-z][\xe0-\xf6\xf9-\xfc]")
_BLANK = b" \t\r\n\x00"


def detect(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The encoding of ``content`` (a key of ENCODINGS) and what to tell of it; RefusedError when it is no text."""
    check(content)
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name, ()
    if name := _wide(content[:4096]):
        return name, ()
    if b"\x00" in content:
        raise RefusedError(NOT_TEXT)
    if _reads_as(content, "utf-8"):
        return "utf-8", ()
    if len(_OF_MAC.findall(content)) > len(_OF_WINDOWS.findall(content)):
        return "mac-roman", (MAC_ENCODING,)
    if _reads_as(content, "cp1252"):
        return "cp1252", (OLD_ENCODING,)
    raise RefusedError(NOT_TEXT)


def check(content: bytes) -> None:
    """RefusedError, in French, when ``content`` cannot be the text of a table: empty, too big, of another kind."""
    if not content.strip(_BLANK):
        raise RefusedError(EMPTY)
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(TOO_BIG)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RefusedError(SPREADSHEET)
    if content.startswith(b"%PDF-"):
        raise RefusedError(NOT_TEXT)


def opened(content: bytes, encoding: str) -> io.TextIOWrapper:
    """``content`` as a text to read line by line, without its mark; line breaks stay as they are.

    A byte that is no character of ``encoding`` (a key of ENCODINGS) is shown as « � » rather than stopping all.
    """
    for mark, name in _MARKS:
        if name == encoding and content.startswith(mark):
            buffer = io.BytesIO(content)
            buffer.seek(len(mark))
            return io.TextIOWrapper(buffer, encoding=encoding, errors="replace", newline="")
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")


def _wide(start: bytes) -> str:
    """UTF-16 without its mark: in a table, every other byte is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    n_pairs = max(len(start) // 2, 1)
    if odd > n_pairs * 0.7 and even < n_pairs * 0.05:
        return "utf-16-le"
    if even > n_pairs * 0.7 and odd < n_pairs * 0.05:
        return "utf-16-be"
    return ""


def _reads_as(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
