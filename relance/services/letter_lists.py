"""The letters of an account: filtered for the list, read whole for an export or a merged PDF."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services.matching import asked, holds
from relance.services.posting_letters import OUTCOMES, REGISTERED, SENT

PIECE = 200  # letters read at a time
STATES = ("draft", "preparing", "failed", "ready", "posted", "received", "unclaimed", "refused", "abandoned")


@dataclass(frozen=True)
class LetterFilter:
    """Which letters are shown; '' and False and 0 keep them all. ``client``: words of the client's name."""

    kind: str = ""
    state: str = ""
    mode: str = ""
    client: str = ""
    lacks_proof: bool = False
    batch_id: int = 0


@dataclass(frozen=True)
class Row:
    """A letter of an export: its invoices' numbers, and the names of its proofs ('' without)."""

    letter: Letter
    numbers: tuple[str, ...]
    deposit_proof: str
    receipt_proof: str


def query_of(account: Account, wanted: LetterFilter) -> Any:
    """The letters of the filter with their clients, the latest first."""
    query = Letter.select(Letter, Client).join(Client).where(Letter.account == account)
    if wanted.kind:
        query = query.where(Letter.kind == wanted.kind)
    if wanted.state:
        query = query.where(*_is_in(wanted.state))
    if wanted.mode:
        query = query.where(Letter.mode == wanted.mode)
    if words := asked(wanted.client):
        query = query.where(holds(Client.name, words))
    if wanted.lacks_proof:
        query = query.where(_lacks_proof())
    if wanted.batch_id:
        query = query.where(Letter.batch == wanted.batch_id)
    return query.order_by(Letter.created_at.desc(), Letter.id.desc())


def _is_in(state: str) -> tuple[Any, ...]:
    """What is being printed and what could not be are drafts in the table."""
    if state == "failed":
        return (Letter.error != "",)
    if state == "preparing":
        return Letter.document.is_null(), Letter.requested_at.is_null(False)
    if state == "draft":
        return Letter.state == "draft", Letter.error == "", Letter.requested_at.is_null()
    return (Letter.state == state,)


def _lacks_proof() -> Any:
    """Posted so that a proof exists, and it is not here. Nobody signs for a simple letter."""
    deposit = Letter.mode.in_(REGISTERED) & Letter.state.in_(SENT) & Letter.deposit_proof.is_null()
    signed = Letter.mode.in_((*REGISTERED, "by_hand"))
    return deposit | (signed & Letter.state.in_(OUTCOMES) & Letter.receipt_proof.is_null())


def invoices_of(letters: Iterable[Letter]) -> dict[int, list[Invoice]]:
    """The invoices of each letter, in the order of the letter; one query."""
    found: dict[int, list[Invoice]] = defaultdict(list)
    query = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice)
    for line in query.where(LetterInvoice.letter.in_([letter.id for letter in letters])).order_by(LetterInvoice.id):
        found[line.letter_id].append(line.invoice)
    return found


def rows(account: Account, wanted: LetterFilter) -> Iterator[Row]:
    """Every letter of the filter, read by pieces: a thousand take no more memory than two hundred."""
    last: tuple[dt.datetime, int] | None = None
    while True:
        query = query_of(account, wanted)
        if last is not None:
            at, key = last
            query = query.where((Letter.created_at < at) | ((Letter.created_at == at) & (Letter.id < key)))
        letters = list(query.limit(PIECE))
        if not letters:
            return
        yield from _rows(letters)
        last = letters[-1].created_at, letters[-1].id


def _rows(letters: Sequence[Letter]) -> Iterator[Row]:
    invoices = invoices_of(letters)
    keys = {key for letter in letters for key in (letter.deposit_proof_id, letter.receipt_proof_id) if key}
    names: dict[int | None, str] = {row.id: row.name for row in Document.select().where(Document.id.in_(list(keys)))}
    for letter in letters:
        numbers = tuple(invoice.number for invoice in invoices[letter.id])
        deposit = names.get(letter.deposit_proof_id, "")
        yield Row(letter, numbers, deposit, names.get(letter.receipt_proof_id, ""))
