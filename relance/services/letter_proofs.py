"""The proofs of a letter: the slip of its deposit, the receipt or the envelope that came back. PDF or photographs."""

import datetime as dt
from typing import Any

from relance.imports import guard, pdf
from relance.imports.values import MAX_FILE_BYTES, RefusedError
from relance.models.documents import Document
from relance.models.letters import Letter
from relance.services import filing

File = tuple[bytes, str]  # its bytes, and its name as the person's machine gave it

WHICH = ("deposit", "receipt")
KINDS = {"deposit": "deposit_proof", "receipt": "receipt_proof"}  # of the document
SCRIPT = "Ce PDF contient un programme (JavaScript). Imprimez-le vers un nouveau PDF, ou joignez une photo."
TOO_BIG = "Ce fichier dépasse 10 Mo. Enregistrez-le en qualité réduite, puis réessayez."


class PostingError(Exception):
    """What cannot be written about a letter's posting. ``field`` names what to correct; the text is French."""

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


def keep(letter: Letter, which: str, proof: File, now: dt.datetime) -> Document:
    """Keep a proof; PostingError (field « proof ») for what may not be kept. Call it in the transaction of its event.

    It is only ever given back as a download: whoever sent it may have made it.
    """
    content, name = proof
    if len(content) > MAX_FILE_BYTES:
        raise PostingError(TOO_BIG, "proof")
    try:
        if content.startswith(b"%PDF-"):
            guard.inspect(content)
        return filing.keep_attachment(letter.account, KINDS[which], content, name, now=now)
    except RefusedError as error:
        raise PostingError(SCRIPT if str(error) == pdf.SCRIPT else str(error), "proof") from error
    except filing.FileError as error:
        raise PostingError(str(error), "proof") from error


def facts_of(document: Document | None) -> dict[str, Any]:
    """What an event says of a proof: its name and its fingerprint."""
    return {"file": document.name, "file_sha256": document.sha256} if document is not None else {}


def names_of(letter: Letter, which: str = "") -> dict[str, str]:
    """The names and fingerprints of the proofs of a letter, by slot, for an event; ``which``: of that one alone."""
    found: dict[str, str] = {}
    for slot in WHICH:
        document = getattr(letter, f"{slot}_proof")
        if document is not None and which in ("", slot):
            found |= {f"{slot}_file": document.name, f"{slot}_sha256": document.sha256}
    return found
