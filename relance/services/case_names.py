"""Names inside a case file: readable, safe on any machine, never twice the same."""

import re
import unicodedata

MAX_PATH = 100  # characters, folder included
_UNSAFE = re.compile(r"(?:[^\w.,()'+-]|\.{2,})+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def extension(mime: str) -> str:
    """« .pdf » of a type that may be kept; « .bin » of any other."""
    return _EXTENSIONS.get(mime, ".bin")


def slug(text: str) -> str:
    """A text as a part of a file name: composed letters, no separator, no hidden character, no end in a dot."""
    composed = unicodedata.normalize("NFC", text)
    printable = "".join(letter if letter.isprintable() else " " for letter in composed)
    words = _UNSAFE.sub("-", printable).strip("-. ")
    return f"x-{words}" if _RESERVED.match(words) else words


class Names:
    """The paths of one case file. Two that differ by case alone would be one file on some machines."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def path(self, folder: str, name: str, ending: str) -> str:
        """« folder/name.ending » made safe, of MAX_PATH characters at most, with a number if it is taken."""
        room = MAX_PATH - len(folder) - len(ending) - 6
        stem = slug(name)[:room].strip("-. ") or "piece"
        found, n = f"{folder}/{stem}{ending}", 1
        while found.casefold() in self._taken:
            n += 1
            found = f"{folder}/{stem}-{n}{ending}"
        self._taken.add(found.casefold())
        return found
