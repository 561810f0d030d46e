"""What a person says about a quote, and what can be wrong with it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from relance.imports import guard
from relance.imports.values import RefusedError
from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.quotes import MAX_NUDGES, Quote
from relance.rules.money import CURRENCIES
from relance.rules.nudges import MAX_DAYS
from relance.services import filing, importing
from relance.services.invoice_facts import MAX_CENTS

MAX_BYTES = 7_000_000  # a quote always travels with its message: ten megabytes once encoded
FIELDS = (
    "number",
    "issued_on",
    "valid_until",
    "total_cents",
    "net_cents",
    "vat_cents",
    "currency",
    "object",
    "order_reference",
    "note",
    "nudges",
    "remind_days",
)


class QuoteError(Exception):
    """It cannot be done: ``errors`` maps a field (« state » for none) to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class QuoteFacts:
    """A quote as typed. Amounts are cents of ``currency``, taxes included; days are civil days of the account.

    ``nudges``: how many may leave by themselves (0 to 2), the first ``remind_days`` before ``valid_until``.
    """

    client_id: int
    number: str
    issued_on: date
    valid_until: date
    total_cents: int
    net_cents: int | None = None
    vat_cents: int | None = None
    currency: str = "EUR"
    object: str = ""
    order_reference: str = ""
    contact_id: int | None = None
    document_id: int | None = None
    note: str = ""
    nudges: int = 0
    remind_days: int = 7

    def columns(self) -> dict[str, Any]:
        """The columns of a quote that say these facts."""
        columns = {name: getattr(self, name) for name in FIELDS}
        columns |= {name: columns[name].strip() for name in ("number", "object", "order_reference")}
        return columns | {"client": self.client_id, "contact": self.contact_id, "document": self.document_id}


def facts_of(quote: Quote) -> QuoteFacts:
    """A quote as facts, to fill a form."""
    values = {name: getattr(quote, name) for name in FIELDS}
    return QuoteFacts(client_id=quote.client_id, contact_id=quote.contact_id, document_id=quote.document_id, **values)


def check(account: Account, facts: QuoteFacts, quote: Quote | None = None) -> dict[str, str]:
    """What is wrong with ``facts``, by field; ``quote`` is the one being changed."""
    errors = _number_errors(account, facts, quote) | _day_errors(facts) | _amount_errors(facts)
    client = Client.get_or_none(Client.id == facts.client_id, Client.account == account)
    if client is None:
        errors["client"] = "Indiquez le client."
    elif client.archived_at is not None and (quote is None or quote.client_id != client.id):
        errors["client"] = "Ce client est archivé : restaurez-le d'abord."
    if facts.contact_id is not None:
        contact = Contact.get_or_none(Contact.id == facts.contact_id, Contact.account == account)
        if contact is None or client is None or contact.client_id != client.id:
            errors["contact"] = "Choisissez un contact de ce client."
    own_file = (Document.id == facts.document_id, Document.account == account)
    if facts.document_id is not None and not Document.select().where(*own_file).exists():
        errors["document"] = "Ce fichier n'existe plus. Joignez-le de nouveau."
    return errors


def _number_errors(account: Account, facts: QuoteFacts, quote: Quote | None) -> dict[str, str]:
    number = facts.number.strip()
    if not number:
        return {"number": "Indiquez le numéro du devis."}
    if len(number) > 60:
        return {"number": "Ce numéro est trop long : 60 caractères au plus."}
    if any(ord(letter) < 32 for letter in number):
        return {"number": "Le numéro tient sur une seule ligne."}
    twins = Quote.select().where(Quote.account == account, Quote.number == number, Quote.issued_on == facts.issued_on)
    if quote is not None:
        twins = twins.where(Quote.id != quote.id)
    if twins.exists():
        return {"number": f"Le devis {number} de cette date existe déjà. Choisissez un autre numéro."}
    return {}


def _day_errors(facts: QuoteFacts) -> dict[str, str]:
    errors = {}
    if facts.issued_on.year < 2000:
        errors["issued_on"] = "Vérifiez l'année de la date du devis."
    if facts.valid_until < facts.issued_on:
        errors["valid_until"] = "La validité ne peut pas finir avant la date du devis."
    elif facts.valid_until.year > facts.issued_on.year + 5:
        errors["valid_until"] = "Vérifiez l'année de la fin de validité."
    if not 1 <= facts.remind_days <= MAX_DAYS:
        errors["remind_days"] = f"Indiquez un nombre entre 1 et {MAX_DAYS}."
    if not 0 <= facts.nudges <= MAX_NUDGES:
        errors["nudges"] = "Choisissez une ou deux prérelances."
    return errors


def _amount_errors(facts: QuoteFacts) -> dict[str, str]:
    errors = {}
    if not 0 < facts.total_cents <= MAX_CENTS:
        errors["total"] = "Indiquez un montant en euros, par exemple 1 920,00."
    if facts.currency not in CURRENCIES:
        errors["currency"] = "Choisissez une devise connue, par exemple EUR."
    for name, cents in (("net", facts.net_cents), ("vat", facts.vat_cents)):
        if cents is not None and not 0 <= cents <= MAX_CENTS:
            errors[name] = "Indiquez un montant positif, par exemple 1 600,00."
    return errors


def keep_pdf(account: Account, content: bytes, name: str, *, now: datetime) -> Document:
    """Keep a PDF as a quote's file. FileError, in French, when it may not be kept or sent."""
    if not content.startswith(b"%PDF-"):
        raise filing.FileError("Ce fichier n'est pas un PDF. Exportez le devis en PDF, puis choisissez-le de nouveau.")
    if len(content) > MAX_BYTES:
        raise filing.FileError("Ce PDF est trop lourd pour un e-mail : 7 Mo au plus.")
    try:
        guard.document(content, name, "facturx")
    except RefusedError as error:
        raise filing.FileError(str(error)) from error
    clean = filing.clean_name(name)
    # What clean_name calls a file without a usable name is no word for a quote: its client reads it.
    kept = "devis.pdf" if clean == "facture.pdf" else clean
    return importing.keep_document(account, "quote", kept, filing.PDF, content, now)
