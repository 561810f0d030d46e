"""What a file is, by what it contains and never by its name: one answer a file, one a member for a ZIP."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from relance.imports import archives, documents, facturx, foreign, pdf, xml
from relance.imports.values import MAX_FILE_BYTES, RefusedError

FORMATS = ("facturx", "cii", "ubl", "pdf", "csv", "xlsx", "cdar")

EMPTY = "Ce fichier est vide. Téléchargez-le à nouveau, puis réessayez."
TOO_BIG = "Ce fichier dépasse 10 Mo. Découpez-le en plusieurs fichiers, puis réessayez."
ZIP_IN_ZIP = "Cette archive est dans une autre archive. Dépliez-la, puis choisissez les fichiers qu'elle contient."
NO_COLUMNS = (
    "Ce fichier est un texte sans colonnes. Choisissez une facture (PDF ou XML) ou un tableau de factures "
    "(CSV ou Excel)."
)
UNKNOWN = (
    "Ce fichier n'est pas d'un type reconnu. Choisissez un PDF, un XML, un CSV, un classeur Excel (XLSX) ou un ZIP."
)

_PEEK = 64 * 1024
_SEPARATORS = re.compile(r"[;,\t|]")


@dataclass(frozen=True)
class Found:
    """A file and what it is: ``format`` is one of FORMATS, or '' with ``error``, a French sentence.

    ``content`` is empty for what is refused: it is not kept.
    """

    name: str
    format: str
    content: bytes
    error: str = ""


def find(content: bytes, name: str) -> Iterator[Found]:
    """What ``content`` is; a ZIP gives one answer a member, named « lot.zip/facture.pdf ». Never raises."""
    shown = archives.plain_name(name)
    if not archives.is_zip(content):
        yield _found(content, shown)
        return
    try:
        inside = archives.names(content)
        office = foreign.office(content, inside)
        if office is not None:
            yield _refused(shown, office) if office else Found(name=shown, format="xlsx", content=content)
            return
        for member in archives.members(content):
            full = f"{shown}/{member.name}"
            yield _refused(full, member.error) if member.error else _member(member.content, full)
    except RefusedError as error:
        yield _refused(shown, str(error))


def _member(content: bytes, name: str) -> Found:
    """A file of a ZIP. A spreadsheet is one too, inside; any other archive is not opened."""
    if not archives.is_zip(content):
        return _found(content, name)
    try:
        office = foreign.office(content, archives.names(content))
    except RefusedError as error:
        return _refused(name, str(error))
    if office == "":
        return Found(name=name, format="xlsx", content=content)
    return _refused(name, office or ZIP_IN_ZIP)


def _found(content: bytes, name: str) -> Found:
    """What a file that is no ZIP is."""
    try:
        return Found(name=name, format=_format(content), content=content)
    except RefusedError as error:
        return _refused(name, str(error))


def _refused(name: str, sentence: str) -> Found:
    return Found(name=name, format="", content=b"", error=sentence)


def _format(content: bytes) -> str:
    """The format of a file that is no ZIP; RefusedError, in French, for what is not read here."""
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise RefusedError(EMPTY)
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(TOO_BIG)
    if pdf.is_pdf(content):
        return facturx.format_of(content)
    if sentence := foreign.binary(content):
        raise RefusedError(sentence)
    text = peek(content)
    if text is None:
        raise RefusedError(UNKNOWN)
    if sentence := foreign.text(text):
        raise RefusedError(sentence)
    if text.startswith("<"):
        return documents.format_of(xml.parse(content))
    if not any(_SEPARATORS.search(line) for line in text.splitlines()):
        raise RefusedError(NO_COLUMNS)
    return "csv"


def peek(content: bytes) -> str | None:
    """The beginning of a text, without its mark and leading blanks; None when it is no text."""
    head = content[:_PEEK]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = head[: len(head) & ~1].decode("utf-16", "ignore")
    elif b"\x00" in head[:400]:
        # UTF-16 without its mark: every other byte of Latin text is zero, nearly.
        even, odd = head[0:400:2].count(0), head[1:400:2].count(0)
        if max(even, odd) * 4 < len(head[0:400:2]) * 3 or min(even, odd) * 4 > max(even, odd):
            return None
        found = head[: len(head) & ~1].decode("utf-16-be" if even > odd else "utf-16-le", "ignore")
    else:
        found = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if sum(1 for letter in found if letter < " " and letter not in "\t\r\n\f") * 50 > len(found):
        return None
    return found.lstrip("\ufeff \t\r\n\f\x00")
