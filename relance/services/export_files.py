"""The files of an export: invoices, quotes, letters, proofs, pieces, signatures, and each message as an .eml.

A name is readable and ends with the number of its row: no two are alike, so that none is kept in memory to compare.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from relance import storage
from relance.db import BaseModel
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import gathering, sent_source
from relance.services.case_names import extension, slug

PAGE = 200  # rows read at once
LONGEST = 60  # characters of what a name says
FOLDERS = {
    "invoice": "factures",
    "quote": "devis",
    "letter": "courriers",
    "statement": "courriers",
    "deposit_proof": "preuves",
    "receipt_proof": "preuves",
    "proof": "preuves",
    "evidence": "pieces",
    "dispute": "pieces",
    "agreement": "pieces",
    "signature": "signatures",
    "import": "imports",
}
ENDINGS = {
    "text/csv": ".csv",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
LETTERS = {"formal_notice": "mise-en-demeure", "amicable": "relance-amiable"}


@dataclass(frozen=True)
class File:
    """A file of the archive: its path, and how its bytes are read (storage.StorageError when they are gone)."""

    path: str
    read: Callable[[], bytes]


def every(account: Account, last_document: int, last_message: int) -> Iterator[File]:
    """Every file of the account, up to these rows: those that the tables of the same export name."""
    yield from _documents(account, last_document)
    yield from _messages(account, last_message)


def paths_of_documents(account: Account, documents: Sequence[Any]) -> dict[int, str]:
    """Where each document is in the archive, in one statement."""
    ids = [document.id for document in documents]
    invoices, quotes, letters, proofs, pieces = gathering.read(
        _named(Invoice, Invoice.document, Invoice.number, account, ids),
        _named(Quote, Quote.document, Quote.number, account, ids),
        _named(Letter, Letter.document, Letter.kind, account, ids),
        Letter.select(Letter.deposit_proof, Letter.receipt_proof, Client.name)
        .join(Client)
        .where(Letter.account == account, Letter.deposit_proof.in_(ids) | Letter.receipt_proof.in_(ids))
        .tuples(),
        Evidence.select(Evidence.document, Evidence.label, Client.name)
        .join(Client)
        .where(Evidence.account == account, Evidence.document.in_(ids))
        .order_by(Evidence.id)
        .tuples(),
    )
    said: dict[int, str] = {}
    for key, label, client in (*pieces, *quotes, *letters, *invoices):
        said[key] = f"{LETTERS.get(label, label)}-{client}"
    for deposit, receipt, client in proofs:
        said.update({key: f"{words}-{client}" for key, words in ((deposit, "depot"), (receipt, "avis-de-reception"))})
    return {one.id: _path(one, said.get(one.id, one.name.rsplit(".", 1)[0])) for one in documents}


def paths_of_messages(account: Account, messages: Sequence[Any]) -> dict[int, str]:
    """Where each message that was handed to a server is in the archive."""
    return {one.id: _eml(one) for one in messages if sent_source.has_source(one)}


PATHS: dict[type[BaseModel], Callable[[Account, Sequence[Any]], dict[int, str]]] = {
    Document: paths_of_documents,
    Message: paths_of_messages,
}
"""The tables whose rows are files too."""


def _named(model: Any, link: Any, label: Any, account: Account, ids: list[int]) -> Any:
    query = model.select(link, label, Client.name).join(Client, on=model.client)
    return query.where(model.account == account, link.in_(ids)).order_by(model.id).tuples()


def _path(document: Any, words: str) -> str:
    folder = FOLDERS.get(document.kind, "autres")
    stem = slug(words)[:LONGEST].strip("-. ") or "fichier"
    return f"files/{folder}/{stem}-{document.id}{ENDINGS.get(document.mime) or extension(document.mime)}"


def _eml(message: Any) -> str:
    stem = slug(message.subject)[:LONGEST].strip("-. ") or "message"
    return f"files/messages/{message.claimed_at:%Y-%m-%d}-{stem}-{message.id}.eml"


def _documents(account: Account, last: int) -> Iterator[File]:
    for page in _pages(Document.select().where(Document.account == account, Document.id <= last), Document):
        paths = paths_of_documents(account, page)
        for document in page:
            yield File(paths[document.id], partial(storage.get, document.sha256))


def _messages(account: Account, last: int) -> Iterator[File]:
    own = Message.select().where(Message.account == account, Message.client.is_null(False), Message.id <= last)
    for page in _pages(own, Message):
        for message in page:
            if sent_source.has_source(message):
                yield File(_eml(message), partial(_source, message))


def _source(message: Any) -> bytes:
    return sent_source.source_of(message) or b""


def _pages(query: Any, model: Any) -> Iterator[list[Any]]:
    last = 0
    while True:
        page = list(query.where(model.id > last).order_by(model.id).limit(PAGE))
        if page:
            yield page
        if len(page) < PAGE:
            return
        last = page[-1].id
