"""What goes into a case file, and what is missing from it, in the order of those who read case files (P1 to P8).

The order and what is asked for: domain notes, section 5.4. Nothing is read from the storage here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relance import storage
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.holds import Dispute
from relance.models.invoices import Invoice
from relance.models.letters import ASIDE, Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.services import case_names, gathering, sent_source

FOLDERS = {
    "P1": "P1-factures",
    "P2": "P2-devis-et-contrat",
    "P3": "P3-prestation",
    "P4": "P4-messages",
    "P5": "P5-courriers",
    "P6": "P6-decompte",
    "P7": "P7-identites",
    "P8": "P8-echanges",
}
HANDED_OVER = ("sent", "uncertain", "refused")
PLACES = {"quote": "P2", "order": "P2", "terms": "P2", "performance": "P3", "registry": "P7"}  # the rest is P8
PIECES = {
    "quote": "Devis signé",
    "order": "Bon de commande ou contrat",
    "performance": "Preuve de la prestation",
    "terms": "Conditions générales",
    "correspondence": "Échange avec le client",
    "acknowledgement": "Reconnaissance de dette",
    "registry": "Extrait du registre",
    "other": "Pièce",
}
LETTERS = {"formal_notice": "Mise en demeure", "amicable": "Relance amiable"}
REGISTERED = ("lrar_counter", "lrar_online", "lre")


@dataclass(frozen=True)
class Part:
    """One piece: a kept file, or a message made again from its row. ``name`` is the wished one, without its ending."""

    order: str
    title: str
    name: str
    on: dt.date | None = None
    document: Document | None = None
    message: Message | None = None
    letter: Letter | None = None  # the letter itself, not its proofs

    @property
    def ending(self) -> str:
        """« .pdf », « .eml »…"""
        return case_names.extension(self.document.mime) if self.document is not None else ".eml"

    def read(self) -> bytes:
        """The bytes. storage.StorageError when they are gone, or were never handed to a server."""
        if self.document is not None:
            return storage.get(self.document.sha256)
        source = sent_source.source_of(self.message) if self.message is not None else None
        if source is None:
            raise storage.StorageError("Ce message n'a jamais été remis à un serveur.")
        return source


@dataclass(frozen=True)
class Contents:
    """A case file before it is made. ``gaps``: order → French sentences on what a reader will look for in vain."""

    account: Account
    client: Client
    invoices: tuple[Invoice, ...]
    parts: tuple[Part, ...]
    messages: tuple[Message, ...]
    letters: tuple[Letter, ...]
    gaps: dict[str, tuple[str, ...]]

    def of(self, order: str) -> list[Part]:
        """The pieces of one order."""
        return [part for part in self.parts if part.order == order]


def contents(account: Account, client: Client, invoices: Sequence[Invoice]) -> Contents:
    """What the case file of these invoices of one client holds: one statement, and none of anybody else's rows."""
    chosen = sorted(invoices, key=lambda invoice: (invoice.issued_on, invoice.id))
    ids = [invoice.id for invoice in chosen]
    files, notes, pieces, quotes, messages, letters, proofs, disputes, plans = gathering.read(
        Document.select().where(Document.id.in_([one.document_id for one in chosen if one.document_id])),
        Invoice.select(Invoice, Document)
        .join(Document, on=Invoice.document)
        .where(Invoice.credited_invoice.in_(ids), Invoice.client == client, Invoice.state.in_(("sent", "paid")))
        .order_by(Invoice.issued_on, Invoice.id),
        Evidence.select(Evidence, Document)
        .join(Document)
        .where(Evidence.client == client, Evidence.archived_at.is_null(), _of_invoices(Evidence.invoice, ids))
        .order_by(Evidence.id),
        Quote.select(Quote, Document)
        .join(Document, on=Quote.document)
        .where(Quote.invoice.in_(ids), Quote.client == client)
        .order_by(Quote.issued_on, Quote.id),
        Message.select()
        .where(
            Message.client == client,
            Message.state.in_(HANDED_OVER),
            Message.id.in_(MessageItem.select(MessageItem.message).where(MessageItem.invoice.in_(ids))),
        )
        .order_by(Message.claimed_at, Message.id),
        Letter.select(Letter, Document)
        .join(Document, on=Letter.document)
        .where(*_letters(client, ids))
        .order_by(Letter.dated_on, Letter.id),
        Document.select().where(
            Document.id.in_(Letter.select(Letter.deposit_proof).where(*_letters(client, ids)))
            | Document.id.in_(Letter.select(Letter.receipt_proof).where(*_letters(client, ids)))
        ),
        Dispute.select(Dispute, Document).join(Document).where(Dispute.client == client, Dispute.invoice.in_(ids)),
        PaymentPlan.select(PaymentPlan, Document)
        .join(Document)
        .where(
            PaymentPlan.client == client,
            PaymentPlan.id.in_(PlanInvoice.select(PlanInvoice.plan).where(PlanInvoice.invoice.in_(ids))),
        ),
    )
    known = {row.id: row for row in (*files, *proofs)}
    zone = account.time_zone
    parts = [
        *(_invoice(one, known[one.document_id]) for one in chosen if one.document_id in known),
        *(_invoice(note, note.document) for note in notes),
        *(_quote(quote) for quote in quotes),
        *(_piece(piece, zone) for piece in pieces),
        # One that the server refused reached nobody: the table tells it, with the answer.
        *(_message(message, zone) for message in messages if message.state != "refused"),
        *(part for letter in letters for part in _letter(letter, known)),
        *(Part("P8", "Pièce jointe au litige", "litige", row.starts_on, row.document) for row in disputes),
        *(Part("P8", "Accord d'échéancier signé", "echeancier", row.agreed_on, row.document) for row in plans),
    ]
    parts.sort(key=lambda part: part.order)
    gaps = _gaps(chosen, parts, letters)
    return Contents(account, client, tuple(chosen), tuple(parts), tuple(messages), tuple(letters), gaps)


def _of_invoices(field: Any, ids: list[int]) -> Any:
    return field.in_(ids) | field.is_null()


def _letters(client: Client, ids: list[int]) -> tuple[Any, ...]:
    """Letters of this client that were printed, drafts aside, about one of these invoices."""
    about = LetterInvoice.select(LetterInvoice.letter).where(LetterInvoice.invoice.in_(ids))
    return Letter.client == client, Letter.state.not_in(ASIDE), Letter.document.is_null(False), Letter.id.in_(about)


def _invoice(invoice: Invoice, document: Document) -> Part:
    what = "Avoir" if invoice.is_credit_note else "Facture"
    return Part("P1", f"{what} n° {invoice.number}", f"{what}-{invoice.number}", invoice.issued_on, document)


def _quote(quote: Quote) -> Part:
    return Part("P2", f"Devis n° {quote.number}", f"devis-{quote.number}", quote.issued_on, quote.document)


def _piece(piece: Evidence, zone: str) -> Part:
    what = PIECES.get(piece.kind, PIECES["other"])
    title = piece.label if piece.label.casefold().startswith(what.casefold()) else f"{what} : {piece.label}"
    on = local_date(piece.added_at, zone)
    return Part(PLACES.get(piece.kind, "P8"), title, piece.label, on, piece.document)


def _message(message: Message, zone: str) -> Part:
    on = local_date(message.claimed_at, zone) if message.claimed_at else None
    name = f"{on.isoformat() if on else 'sans-date'}-{message.subject}"
    return Part("P4", f"E-mail « {message.subject} »", name, on, message=message)


def _titled(letter: Letter) -> str:
    number = letter.tracking_number
    if not number:
        return LETTERS[letter.kind]
    return f"Relance amiable n° {number}" if letter.kind == "amicable" else f"Mise en demeure n° {number}"


def _letter(letter: Letter, known: dict[int, Document]) -> list[Part]:
    title = _titled(letter)
    name = f"{letter.dated_on.isoformat()}-{LETTERS[letter.kind]}"
    found = [Part("P5", title, name, letter.dated_on, letter.document, letter=letter)]
    deposit, receipt = known.get(letter.deposit_proof_id), known.get(letter.receipt_proof_id)
    if deposit is not None:
        found.append(Part("P5", f"Preuve de dépôt, {title}", f"{name}-depot", letter.posted_on, deposit))
    if receipt is not None:
        on = letter.received_on or letter.presented_on
        found.append(Part("P5", f"Preuve de réception, {title}", f"{name}-reception", on, receipt))
    return found


def _gaps(invoices: Sequence[Invoice], parts: Sequence[Part], letters: Sequence[Letter]) -> dict[str, tuple[str, ...]]:
    """What the courts and the firms ask for, and is not there."""
    there = {part.order for part in parts}
    gaps: dict[str, list[str]] = {order: [] for order in FOLDERS}
    bare = [invoice.number for invoice in invoices if invoice.document_id is None]
    gaps["P1"] += [f"Le fichier de la facture {number} manque." for number in bare]
    gaps["P2"] += [] if "P2" in there else ["Ni devis, ni bon de commande, ni contrat."]
    gaps["P3"] += [] if "P3" in there else ["Aucune preuve de la prestation."]
    gaps["P4"] += [] if "P4" in there else ["Aucune relance envoyée par e-mail."]
    if not any(letter.kind == "formal_notice" for letter in letters):
        gaps["P5"].append("Aucune mise en demeure.")
    for letter in letters:
        if letter.kind == "formal_notice" and letter.posted_on is None:
            gaps["P5"].append("La mise en demeure n'est pas encore notée comme postée.")
        elif letter.mode in REGISTERED and letter.deposit_proof_id is None:
            gaps["P5"].append("La preuve de dépôt de la mise en demeure manque.")
        if letter.mode in REGISTERED and letter.posted_on is not None and letter.receipt_proof_id is None:
            gaps["P5"].append("L'avis de réception manque.")
    gaps["P7"] += [] if "P7" in there else ["Aucun extrait du registre de votre client."]
    return {order: tuple(dict.fromkeys(sentences)) for order, sentences in gaps.items()}
