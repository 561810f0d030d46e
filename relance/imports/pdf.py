"""Is this PDF safe to keep and to send on to a client? And what is attached to it?

The file comes from anywhere and will travel with reminders, so whatever acts when a reader opens it
(scripts, programs to launch) is refused, and nothing is unpacked beyond a limit.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdf
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, StreamObject

from relance.imports.values import MAX_FILE_BYTES, MEGABYTE, RefusedError

# What is wrong with a file is said to the person who gave it, not to the log of the machine.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_UNPACKED_BYTES = 20 * MEGABYTE
MAX_OBJECTS = 200_000

_LIMITS = pypdf.Configuration(
    maximum_declared_stream_length=MAX_FILE_BYTES,
    array_based_stream_maximum_output_length=MAX_UNPACKED_BYTES,
    lzw_maximum_output_length=MAX_UNPACKED_BYTES,
    run_length_maximum_output_length=MAX_UNPACKED_BYTES,
    zlib_maximum_output_length=MAX_UNPACKED_BYTES,
    brotli_maximum_output_length=MAX_UNPACKED_BYTES,
    stream_decoding_work_maximum_length=3 * MAX_UNPACKED_BYTES,
)

# Where pages are drawn and tagged: nothing there can act, and it is most of a file.
_DRAWING = frozenset(("/Resources", "/Contents", "/StructTreeRoot", "/P", "/Metadata", "/OutputIntents"))

# What may happen without anybody asking for it: moving inside the file, showing and hiding. Not a site to call,
# another file to open, a form to send.
_MOVES = frozenset(("/GoTo", "/Named", "/Hide", "/SetOCGState", "/Trans", "/Thread", "/GoTo3DView", "/GoToDp"))

_NAMES = ("/UF", "/F", "/DOS", "/Mac", "/Unix")
_PROGRAMS = tuple(
    ".exe .com .scr .pif .bat .cmd .msi .msp .msix .appx .ps1 .psm1 .vbs .vbe .js .jse .mjs .wsf .wsh .hta .jar .lnk "
    ".url .cpl .dll .sys .xll .reg .scf .sct .inf .chm .hlp .gadget .application .appref-ms .settingcontent-ms "
    ".library-ms .iso .img .vhd .vhdx .apk .app .dmg .pkg .command .desktop .sh .run .py .pyw".split()
)

EMPTY = "Ce fichier est vide. Téléchargez-le à nouveau, puis réessayez."
TOO_BIG = "Ce fichier dépasse 10 Mo. Enregistrez-le en qualité réduite, puis réessayez."
WEB_PAGE = (
    "Ce fichier n'est pas un PDF mais une page web, sans doute la page de connexion du site d'où il vient. "
    "Connectez-vous à ce site, puis téléchargez à nouveau la facture."
)
NOT_A_PDF = "Ce fichier n'est pas un PDF. Choisissez le PDF de la facture."
DAMAGED = "Ce PDF est abîmé ou incomplet : il ne peut pas être lu. Téléchargez-le à nouveau, puis réessayez."
LOCKED = "Ce PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis réessayez."
SCRIPT = (
    "Ce PDF contient un programme (JavaScript), que vos clients recevraient avec vos relances. "
    "Imprimez-le vers un nouveau PDF, puis réessayez."
)
FORM = "Ce PDF est un formulaire programmé (XFA). Imprimez-le vers un nouveau PDF, puis réessayez."
ACTS = (
    "Ce PDF agit tout seul à l'ouverture (il appelle un site ou envoie des données). "
    "Imprimez-le vers un nouveau PDF, puis réessayez."
)
PROGRAM = "Un programme est joint à ce PDF. Il n'est pas accepté."
LAUNCH = "Ce PDF lance un programme à l'ouverture. Il n'est pas accepté."
BOMB = "Une partie de ce PDF, une fois dépliée, dépasse 20 Mo. Ce fichier n'est pas accepté."
TOO_COMPLEX = "Ce PDF est anormalement complexe. Imprimez-le vers un nouveau PDF, puis réessayez."


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF, unpacked."""

    name: str
    content: bytes


@dataclass(frozen=True)
class PdfFacts:
    """What is true of an accepted PDF."""

    pages: int
    attachments: tuple[Attachment, ...]


def inspect(content: bytes) -> PdfFacts:
    """Return the facts of a PDF that may be kept and sent on; raise RefusedError with a French sentence.

    Takes at most 10 MB and unpacks at most 20 MB. An owner password alone (which asks for nothing on
    opening) is accepted.
    """
    _check_outside(content)
    with pypdf.apply_configuration(_LIMITS):
        try:
            return _read(content)
        except RefusedError:
            raise
        except LimitReachedError as error:
            raise RefusedError(BOMB) from error
        # A hostile or torn file makes the library fail in many ways (KeyError, RecursionError, its own
        # errors…): whatever the way, the answer to the person is the same.
        except Exception as error:
            raise RefusedError(DAMAGED) from error


def is_pdf(content: bytes) -> bool:
    """True when the mark of a PDF stands where its readers look for it: among the first 1024 bytes."""
    return b"%PDF-" in content[:1024]


def _check_outside(content: bytes) -> None:
    """Refuse by size and first bytes, before anything is parsed."""
    if not content:
        raise RefusedError(EMPTY)
    if len(content) > MAX_FILE_BYTES:
        raise RefusedError(TOO_BIG)
    if not is_pdf(content):
        start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        raise RefusedError(WEB_PAGE if start.startswith((b"<!doctype html", b"<html")) else NOT_A_PDF)
    # Without this mark the end is missing: a reader may show part of it, a client would get part of it.
    if b"%%EOF" not in content:
        raise RefusedError(DAMAGED)


def _read(content: bytes) -> PdfFacts:
    reader = pypdf.PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError(LOCKED)
    pages = len(reader.pages)
    if pages == 0:
        raise RefusedError(DAMAGED)
    specifications: list[DictionaryObject] = []
    automatic: list[Any] = []
    occasions: dict[int, Any] = {}  # each once: thousands of objects may share a long one
    for dictionary in _dictionaries(reader.root_object):
        _refuse_action(dictionary)
        if "/EF" in dictionary:
            _refuse_program(dictionary)
            specifications.append(dictionary)
        if "/OpenAction" in dictionary:
            automatic.append(dictionary["/OpenAction"])
        if "/AA" in dictionary:  # what happens when a page is shown, a field is entered, the file is closed…
            occasions[id(dictionary["/AA"])] = dictionary["/AA"]
    for actions in occasions.values():
        if isinstance(actions, DictionaryObject):
            automatic.extend(actions.raw_get(key) for key in actions)
    _refuse_automatic(automatic)
    return PdfFacts(pages=pages, attachments=tuple(_unpack(specifications)))


def _refuse_action(dictionary: DictionaryObject) -> None:
    action = _kind(dictionary)
    if action == "/JavaScript" or "/JS" in dictionary or "/OnInstantiate" in dictionary:
        raise RefusedError(SCRIPT)
    if action == "/Launch":
        raise RefusedError(LAUNCH)
    if "/XFA" in dictionary:  # pages drawn by scripts of their own: no reader but one shows them
        raise RefusedError(FORM)


def _kind(action: DictionaryObject) -> str:
    """What an action does, '' when this is none. Not read by get(), which leaves a reference as it is."""
    return str(action["/S"]) if "/S" in action else ""


def _refuse_program(specification: DictionaryObject) -> None:
    """Refuse an attached file whose name a machine would run: a reader opens it by its name."""
    for key in _NAMES:
        if key in specification and _name(specification[key]).lower().endswith(_PROGRAMS):
            raise RefusedError(PROGRAM)


def _name(value: Any) -> str:
    """A file name as a machine would take it: without what nobody sees at its end."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return "".join(char for char in text if char.isprintable()).rstrip(" .")


def _refuse_automatic(waiting: list[Any]) -> None:
    """Refuse these actions and those that follow them when one does more than move (12.6.3)."""
    seen: dict[int, Any] = {}  # objects are held, so that their ids stay their own
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            node = node.get_object()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        if isinstance(node, ArrayObject):  # several that follow; or a place to open at, which holds none
            waiting.extend(list.__iter__(node))
        elif isinstance(node, DictionaryObject):
            if _kind(node) and _kind(node) not in _MOVES:
                raise RefusedError(ACTS)
            if "/Next" in node:
                waiting.append(node.raw_get("/Next"))


def _dictionaries(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary reachable from the catalogue, drawing aside. Each indirect object once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [root]
    count = 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            key = (node.idnum, node.generation)
            if key in seen:
                continue
            seen.add(key)
            node = node.get_object()
        count += 1
        if count > MAX_OBJECTS:
            raise RefusedError(TOO_COMPLEX)
        if isinstance(node, DictionaryObject):
            yield node
            waiting.extend(node.raw_get(key) for key in node if key not in _DRAWING)
        elif isinstance(node, ArrayObject):
            waiting.extend(list.__iter__(node))


def _unpack(specifications: list[DictionaryObject]) -> Iterator[Attachment]:
    """The files of these specifications, unpacked within the limit for all of them together."""
    left = MAX_UNPACKED_BYTES
    seen: set[int] = set()
    for specification in specifications:
        streams = specification["/EF"].get_object()
        if not isinstance(streams, DictionaryObject):
            continue
        stream = streams.get("/UF", streams.get("/F", NullObject())).get_object()
        if not isinstance(stream, StreamObject) or id(stream) in seen:
            continue
        seen.add(id(stream))
        body = stream.get_data()
        left -= len(body)
        if left < 0:
            raise RefusedError(BOMB)
        name = specification.get("/UF", specification.get("/F", ""))
        yield Attachment(name=str(name.get_object() if isinstance(name, IndirectObject) else name), content=body)
