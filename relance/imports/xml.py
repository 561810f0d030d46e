"""Reading XML that comes from strangers: no document type, so no entity, no bomb and no network."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from relance.imports.values import MEGABYTE, RefusedError, UnsafeError

MAX_XML_BYTES = 5 * MEGABYTE
# Tags, and attributes twice: they take that much more memory. An invoice of 10 000 lines has fewer.
MAX_MARKS = 400_000
MAX_TEXT = 4_000  # what is read is kept in a row: a whole book in place of a name is not

TOO_BIG = "Les données XML de ce fichier dépassent 5 Mo. Ce fichier n'est pas accepté."
TOO_COMPLEX = "Les données XML de ce fichier sont anormalement complexes. Ce fichier n'est pas accepté."
MALFORMED = "Les données XML de ce fichier sont abîmées : elles ne peuvent pas être lues."
UNSAFE = "Les données XML de ce fichier contiennent une définition (DOCTYPE), ce qu'une facture ne fait jamais."


def parse(content: bytes) -> Element:
    """Return the root of ``content``, in any encoding XML allows.

    Raises RefusedError, or UnsafeError for what means harm, with a French sentence.
    """
    if len(content) > MAX_XML_BYTES:
        raise UnsafeError(TOO_BIG)
    if content.count(b"<") + 2 * content.count(b"=") > MAX_MARKS:
        raise UnsafeError(TOO_COMPLEX)
    try:
        root: Element = fromstring(_without_blanks(content), forbid_dtd=True)
    except ParseError as error:
        raise RefusedError(MALFORMED) from error
    except DefusedXmlException as error:
        raise UnsafeError(UNSAFE) from error
    except (ValueError, LookupError) as error:  # an encoding the parser does not know
        raise RefusedError(MALFORMED) from error
    return root


def _without_blanks(content: bytes) -> bytes:
    """Without the blanks some programs write before the declaration, where XML allows none."""
    bare = content.removeprefix(b"\xef\xbb\xbf")
    stripped = bare.lstrip(b" \t\r\n")
    return content if len(stripped) == len(bare) else stripped


def envelope(root: Element) -> Element:
    """The document inside the envelope Peppol sends it in (StandardBusinessDocument), else ``root`` itself."""
    if local_name(root) != "StandardBusinessDocument":
        return root
    return next((item for item in root if local_name(item) != "StandardBusinessDocumentHeader"), root)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, *path: str) -> list[Element]:
    """The elements at ``path`` under ``element``, by local names; « A|B » takes either name."""
    found = [] if element is None else [element]
    for step in path:
        names = step.split("|")
        found = [child for parent in found for child in parent if local_name(child) in names]
    return found


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at ``path``, or None."""
    return next(iter(children(element, *path)), None)


def text(element: Element | None, *path: str) -> str:
    """The first non-empty text at ``path``, spaces collapsed; empty when there is none."""
    return next(texts(element, *path), "")


def texts(element: Element | None, *path: str) -> Iterator[str]:
    """The non-empty texts at ``path``, spaces collapsed, in order, each cut at MAX_TEXT characters."""
    for found in children(element, *path):
        value = " ".join((found.text or "").split())[:MAX_TEXT]
        if value:
            yield value
