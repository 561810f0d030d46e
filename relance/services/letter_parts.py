"""What goes with the text of a letter, of any kind: the picture of a signature, the files that follow, enclosures."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from relance.letters.amicable import AmicableFacts
from relance.letters.facts import Joined, NoticeFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.holds import Dispute
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import Letter, LetterEnclosure, LetterInvoice
from relance.models.signatures import Signature
from relance.services import anchoring, appending, gathering
from relance.services.appending import Apart

MAX_ENCLOSURES = 12
MAX_ENCLOSURE = 120  # characters of one line

ARCHIVED = "Cette signature a été supprimée. Choisissez-en une autre, ou signez à la main."
NOT_YOURS = (
    "Cette signature est celle d'une autre personne : elle ne vaut que pour la lettre qu'elle a enregistrée. "
    "Prenez la vôtre, ou signez à la main."
)


class PartError(Exception):
    """Something cannot go with the letter: ``errors`` maps a field (signature, evidence, enclosures) to French."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class ChangedError(Exception):
    """What is owed is no longer what the person read (a payment, a credit note, a dispute): nothing was frozen."""


@dataclass(frozen=True)
class Parts:
    """``signature``: the SHA-256 of a PNG, '' to sign by hand. ``apart``: the files that cannot follow, with why."""

    signature: str
    joined: tuple[Joined, ...]
    apart: tuple[Apart, ...]


def gather(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    signature_id: int | None,
    evidence_ids: Sequence[int],
    enclosures: Sequence[str],
    by: User | None,
    kept: int | None = None,
) -> Parts:
    """Read them. ``invoices``: those whose file is to follow, in order; none when they stay out of the PDF.

    A signature is put on by its owner only: that of ``by``, who acts, or ``kept``, the one that its owner put on this
    letter (drafting.kept_signature). PartError for what is no longer there, what is somebody else's, and lines too
    long to print.
    """
    errors = _errors(enclosures)
    signature = ""
    pieces: list[Evidence] = []
    if signature_id is not None:
        row = _signature(account, signature_id)
        if row is None:
            errors["signature"] = ARCHIVED
        elif row.id != kept and not is_owner(row, by):
            errors["signature"] = NOT_YOURS
        else:
            signature = row.document.sha256
    if evidence_ids:
        pieces = _pieces(client, evidence_ids)
        if len(pieces) < len(set(evidence_ids)):
            errors["evidence"] = "Une pièce choisie a été retirée du dossier de ce client : décochez-la."
    if errors:
        raise PartError(errors)
    joined, apart = appending.share_out(invoices, pieces)
    return Parts(signature, joined, apart)


def is_owner(signature: Signature | None, user: User | None) -> bool:
    """True for a picture of the handwriting of this user: nobody else puts it on a letter."""
    return signature is not None and user is not None and signature.user_id == user.id


def offered_evidence(client: Client, invoices: Sequence[Invoice]) -> list[Evidence]:
    """The pieces that may follow a letter about these invoices: theirs, and those of the client; oldest first."""
    return list(evidence_read(client, invoices))


def evidence_read(client: Client, invoices: Sequence[Invoice]) -> Any:
    """The query of it."""
    of_them = Evidence.invoice.is_null() | Evidence.invoice.in_([invoice.id for invoice in invoices])
    query = Evidence.select(Evidence, Document).join(Document)
    in_use = (Evidence.client == client) & Evidence.archived_at.is_null()
    return query.where(in_use & of_them).order_by(Evidence.added_at, Evidence.id)


def evidence_of(letter: Letter) -> tuple[int, ...]:
    """The ids of the pieces chosen for a letter, in their order."""
    return tuple(key for (key,) in pieces_read(letter))


def pieces_read(letter: Letter) -> Any:
    """The query of the pieces of a letter: (id,)."""
    rows = LetterEnclosure.select(LetterEnclosure.evidence).where(LetterEnclosure.letter == letter)
    return rows.order_by(LetterEnclosure.id).tuples()


def keep_evidence(letter: Letter, evidence_ids: Sequence[int]) -> None:
    """Write down the pieces of a letter, in place of those before."""
    if evidence_of(letter) == tuple(dict.fromkeys(evidence_ids)):
        return
    LetterEnclosure.delete().where(LetterEnclosure.letter == letter).execute()
    for key in dict.fromkeys(evidence_ids):
        LetterEnclosure.create(letter=letter, evidence=key)


def still_there(letter: Letter) -> tuple[int | None, tuple[int, ...]]:
    """The signature and the pieces of a letter that nobody removed since, by id."""
    key = letter.signature_id
    signature = key if key is not None and _signature(letter.account, key) is not None else None
    return signature, tuple(piece.id for piece in _pieces(letter.client, evidence_of(letter)))


def keep_lines(letter: Letter, lines: Sequence[tuple[Invoice, int, int, int]]) -> None:
    """Write down its invoices, each with cents of principal, interest and indemnity, in place of those before."""
    LetterInvoice.delete().where(LetterInvoice.letter == letter).execute()
    for invoice, principal, interest, fee in lines:
        LetterInvoice.create(
            letter=letter, invoice=invoice, principal_cents=principal, interest_cents=interest, fee_cents=fee
        )


def marks(invoices: Iterable[Invoice]) -> dict[int, str]:
    """A fingerprint of what is left of each invoice, and of its being contested, by id: it changes when they do."""
    rows = list(invoices)
    contested, left = gathering.read(*marks_reads(rows))
    disputed_ids = {key for (key,) in contested}
    read: dict[int, list[Any]] = {invoice.id: [invoice.id in disputed_ids] for invoice in rows}
    for key, *facts in left:
        read[key].append(facts)
    return {key: hashlib.sha256(repr(facts).encode()).hexdigest()[:12] for key, facts in read.items()}


def marks_reads(invoices: Iterable[Invoice]) -> tuple[Any, Any]:
    """What ``marks`` reads: the disputes, then what is left of each instalment."""
    ids = [invoice.id for invoice in invoices]
    left = Instalment.select(Instalment.invoice, Instalment.id, Instalment.due_on, Instalment.balance_cents)
    return disputes_read(ids), left.where(Instalment.invoice.in_(ids)).order_by(Instalment.id).tuples()


def combined(found: Mapping[int, str]) -> str:
    """One fingerprint for the marks of several invoices."""
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:24]


def basis_of(invoices: Iterable[Invoice]) -> str:
    """One fingerprint of what is left of all these invoices: other amounts, other fingerprint."""
    return combined(marks(invoices))


def disputed(invoices: Iterable[Invoice]) -> set[int]:
    """The ids of the invoices that are contested at present."""
    return {invoice_id for (invoice_id,) in disputes_read([invoice.id for invoice in invoices])}


def disputes_read(ids: Sequence[int]) -> Any:
    """The query of it: (id of the invoice,)."""
    rows = Dispute.select(Dispute.invoice).where(Dispute.invoice.in_(list(ids)), Dispute.ended_at.is_null())
    return rows.tuples()


def frozen(account: Account, facts: NoticeFacts | AmicableFacts, now: dt.datetime) -> dict[str, Any]:
    """What a row of letters gets when it is frozen at ``now`` (UTC): its facts, anchored to the journal."""
    anchored = replace(facts, anchor=anchoring.head(account))
    return {"facts": anchored.to_json(), "requested_at": now, "frozen_at": now, "updated_at": now}


def _signature(account: Account, signature_id: int) -> Signature | None:
    in_use = (Signature.id == signature_id) & (Signature.account == account) & Signature.archived_at.is_null()
    found: Signature | None = Signature.select(Signature, Document).join(Document).where(in_use).first()
    return found


def _pieces(client: Client, evidence_ids: Sequence[int]) -> list[Evidence]:
    query = Evidence.select(Evidence, Document).join(Document)
    rows = query.where(Evidence.id.in_(list(evidence_ids)), Evidence.client == client, Evidence.archived_at.is_null())
    found = {row.id: row for row in rows}
    return [found[key] for key in dict.fromkeys(evidence_ids) if key in found]


def _errors(enclosures: Sequence[str]) -> dict[str, str]:
    if len(enclosures) > MAX_ENCLOSURES:
        return {"enclosures": f"Citez {MAX_ENCLOSURES} pièces au plus, une par ligne."}
    long = next((line for line in enclosures if len(line) > MAX_ENCLOSURE), "")
    if long:
        return {"enclosures": f"Raccourcissez « {long[:30]}… » : {MAX_ENCLOSURE} caractères au plus par ligne."}
    return {}
