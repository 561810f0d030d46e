"""Several letters in one PDF, to print them in one go: written to a file, never held whole as an answer."""

from collections.abc import Sequence
from io import BytesIO
from typing import IO

import pypdf
from pypdf.errors import PyPdfError

from relance import storage
from relance.models.letters import Letter

MOST = 200  # letters in one file
MAX_BYTES = 60_000_000  # of letters in one file: beyond, they are taken by parts


class MergeError(Exception):
    """One of the letters cannot be joined to the others; the sentence is French and names it."""


def fitting(letters: Sequence[Letter]) -> list[Letter]:
    """The first printed letters that one file can hold, in their order. Load ``document`` with them."""
    found: list[Letter] = []
    total = 0
    for letter in letters:
        if letter.document is None:
            continue
        total += letter.document.size
        if len(found) == MOST or (found and total > MAX_BYTES):
            break
        found.append(letter)
    return found


def write(letters: Sequence[Letter], target: IO[bytes]) -> None:
    """Write the pages of the printed letters to ``target``, one letter after the other.

    Each has its bookmark, its client's name. MergeError when the bytes of a letter are gone or torn.
    """
    with pypdf.PdfWriter() as writer:
        for letter in letters:
            start = len(writer.pages)
            try:
                writer.append(pypdf.PdfReader(BytesIO(storage.get(letter.sha256))), import_outline=False)
            except (storage.StorageError, PyPdfError, ValueError) as error:
                name = letter.client.name
                raise MergeError(f"La lettre à {name} n'a plus de fichier lisible : cochez les autres.") from error
            writer.add_outline_item(title=letter.client.name, page_number=start)
        writer.write(target)
