"""What a person or a file says about an invoice, and what can be wrong with it.

Errors stop the saving and are named by field. Warnings never do: they are shown, and stay visible.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.invoices import KINDS, PAYMENT_METHODS, Invoice
from relance.rules.money import CURRENCIES, format_amount
from relance.rules.wording import long_date

MAX_DAYS_BETWEEN_PROFESSIONALS = 60  # art. L. 441-10 I code de commerce
MAX_CENTS = 99_999_999_999_99
MAX_INSTALMENTS = 24


class InvoiceError(Exception):
    """The invoice cannot be saved: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class StaleFormError(Exception):
    """Someone saved the invoice since this form was opened (answered 409 by the web)."""


@dataclass(frozen=True)
class InstalmentFacts:
    """One due date and its amount in cents."""

    due_on: date
    amount_cents: int


@dataclass(frozen=True)
class InvoiceFacts:
    """An invoice as typed or read. Amounts are cents of ``currency``, taxes included.

    Without ``instalments`` there is one, on ``due_on``, for the total; with them, ``due_on`` is the last.
    ``already_paid_cents`` is only read when the invoice is created.
    """

    client_id: int
    number: str
    issued_on: date
    due_on: date
    total_cents: int
    kind: str = "invoice"
    currency: str = "EUR"
    net_cents: int | None = None
    vat_cents: int | None = None
    object: str = ""
    order_reference: str = ""
    payment_method: str = "transfer"
    late_rate_bp: int | None = None
    contact_id: int | None = None
    credited_invoice_id: int | None = None
    document_id: int | None = None
    source: str = "form"
    note: str = ""
    instalments: tuple[InstalmentFacts, ...] = field(default=())
    already_paid_cents: int = 0
    already_paid_on: date | None = None

    def plan(self) -> tuple[InstalmentFacts, ...]:
        """The instalments, at least one."""
        return self.instalments or (InstalmentFacts(self.due_on, self.total_cents),)


@dataclass(frozen=True)
class Checked:
    """What is wrong (``errors``, by field) and what is only strange (``warnings``)."""

    errors: dict[str, str]
    warnings: tuple[str, ...]


def check(account: Account, facts: InvoiceFacts, *, today: date, invoice: Invoice | None = None) -> Checked:
    """Check ``facts`` for ``account``; ``invoice`` is the one being edited. ``today`` is local to the account."""
    errors = _identity_errors(account, facts, invoice) | _amount_errors(facts)
    client = _own_client(account, facts.client_id)
    if client is None:
        errors["client"] = "Indiquez le client."
    contact = Contact.get_or_none(Contact.id == facts.contact_id) if facts.contact_id else None
    if facts.contact_id is not None and (contact is None or client is None or contact.client_id != client.id):
        errors["contact"] = "Choisissez un contact de ce client."
    if facts.document_id is not None and not _owns(Document, account, facts.document_id):
        errors["document"] = "Ce fichier n'existe plus. Joignez-le de nouveau."
    errors |= _credit_note_errors(account, facts)
    return Checked(errors, _warnings(account, facts, client, today, invoice))


def _own_client(account: Account, client_id: int) -> Client | None:
    client: Client | None = Client.get_or_none(Client.id == client_id, Client.account == account)
    return client


def _owns(model: type[Document] | type[Invoice], account: Account, row_id: int) -> bool:
    return bool(model.select().where(model.id == row_id, model.account == account).exists())


def _identity_errors(account: Account, facts: InvoiceFacts, invoice: Invoice | None) -> dict[str, str]:
    errors = {}
    if not facts.number.strip():
        errors["number"] = "Indiquez le numéro de la facture."
    elif len(facts.number) > 60:
        errors["number"] = "Ce numéro est trop long : 60 caractères au plus."
    elif any(ord(letter) < 32 for letter in facts.number):
        errors["number"] = "Le numéro tient sur une seule ligne."
    elif (
        _same_number(account, facts, invoice)
        .where(Invoice.kind == facts.kind, Invoice.issued_on == facts.issued_on)
        .exists()
    ):
        errors["number"] = (
            f"Le numéro {facts.number} existe déjà. Choisissez-en un autre ou ouvrez la facture existante."
        )
    if facts.kind not in KINDS:
        errors["kind"] = "Choisissez le type de facture."
    if facts.payment_method not in PAYMENT_METHODS:
        errors["payment_method"] = "Choisissez un moyen de paiement."
    if facts.late_rate_bp is not None and not 0 <= facts.late_rate_bp <= 10_000:
        errors["late_rate"] = "Indiquez un taux annuel entre 0 et 100 %."
    if facts.issued_on.year < 2000:
        errors["issued_on"] = "Vérifiez l'année de la date de facture."
    if facts.due_on.year < 2000 or facts.due_on.year > facts.issued_on.year + 20:
        errors["due_on"] = "Vérifiez l'année de l'échéance."
    return errors


def _same_number(account: Account, facts: InvoiceFacts, invoice: Invoice | None):  # type: ignore[no-untyped-def]
    query = Invoice.select().where(Invoice.account == account, Invoice.number == facts.number.strip())
    return query.where(Invoice.id != invoice.id) if invoice is not None else query


def _amount_errors(facts: InvoiceFacts) -> dict[str, str]:
    errors = {}
    if not 0 < facts.total_cents <= MAX_CENTS:
        errors["total"] = "Indiquez un montant en euros, par exemple 1 920,00."
    if facts.currency not in CURRENCIES:
        errors["currency"] = "Choisissez une devise connue, par exemple EUR."
    for name, cents in (("net", facts.net_cents), ("vat", facts.vat_cents)):
        if cents is not None and not 0 <= cents <= MAX_CENTS:
            errors[name] = "Indiquez un montant positif, par exemple 1 600,00."
    if facts.already_paid_cents < 0:
        errors["already_paid"] = "Indiquez un montant positif, par exemple 500,00."
    elif facts.already_paid_cents > facts.total_cents > 0:
        errors["already_paid"] = (
            f"Ce montant dépasse le total de la facture ({format_amount(facts.total_cents, facts.currency)})."
        )
    if facts.instalments and "total" not in errors:
        sentence = _instalments_error(facts)
        if sentence:
            errors["instalments"] = sentence
    return errors


def _instalments_error(facts: InvoiceFacts) -> str | None:
    parts = facts.instalments
    if len(parts) > MAX_INSTALMENTS:
        return f"Une facture a au plus {MAX_INSTALMENTS} échéances."
    if facts.kind == "credit_note" and len(parts) > 1:
        return "Un avoir n'a qu'une date."
    if any(part.amount_cents <= 0 for part in parts):
        return "Chaque échéance a un montant positif."
    if any(later.due_on <= earlier.due_on for earlier, later in pairwise(parts)):
        return "Les échéances se suivent : chaque date vient après la précédente."
    total = sum(part.amount_cents for part in parts)
    if total != facts.total_cents:
        return (
            f"Les échéances font {format_amount(total, facts.currency)}, "
            f"la facture {format_amount(facts.total_cents, facts.currency)}. Les deux montants doivent être égaux."
        )
    return None


def _credit_note_errors(account: Account, facts: InvoiceFacts) -> dict[str, str]:
    field_name = "credited_invoice"
    if facts.credited_invoice_id is None:
        if facts.kind == "credit_note" and facts.source == "form":
            return {field_name: "Indiquez la facture que cet avoir réduit."}
        return {}
    if facts.kind != "credit_note":
        return {field_name: "Seul un avoir se rattache à une autre facture."}
    credited = Invoice.get_or_none(Invoice.id == facts.credited_invoice_id, Invoice.account == account)
    if credited is None or credited.is_credit_note:
        return {field_name: "Choisissez une facture existante."}
    if credited.client_id != facts.client_id:
        return {field_name: "Cette facture est celle d'un autre client."}
    if credited.currency != facts.currency:
        return {field_name: f"Cette facture est en {credited.currency}, l'avoir en {facts.currency}."}
    return {}


def _warnings(
    account: Account, facts: InvoiceFacts, client: Client | None, today: date, invoice: Invoice | None
) -> tuple[str, ...]:
    found = []
    if facts.due_on < facts.issued_on:
        found.append(f"L'échéance précède la date de facture ({long_date(facts.issued_on)}).")
    longest = timedelta(days=MAX_DAYS_BETWEEN_PROFESSIONALS)
    is_invoice = facts.kind != "credit_note"
    if is_invoice and client is not None and client.kind == "organisation" and facts.due_on - facts.issued_on > longest:
        found.append(
            f"L'échéance dépasse {MAX_DAYS_BETWEEN_PROFESSIONALS} jours après la facture, "
            "le délai maximal entre professionnels (art. L. 441-10 du code de commerce)."
        )
    if facts.issued_on > today:
        found.append(f"La date de facture ({long_date(facts.issued_on)}) est dans le futur.")
    if (
        facts.net_cents is not None
        and facts.vat_cents is not None
        and facts.net_cents + facts.vat_cents != facts.total_cents
    ):
        found.append("Le montant HT et la TVA ne font pas le total TTC.")
    if facts.number.strip():
        twin = _same_number(account, facts, invoice).first()
        if twin is not None and (twin.kind, twin.issued_on) != (facts.kind, facts.issued_on):
            found.append(f"Le numéro {facts.number} sert déjà à un document du {long_date(twin.issued_on)}.")
    if facts.kind == "credit_note" and facts.credited_invoice_id is None:
        found.append("Cet avoir ne nomme aucune facture : il reste au crédit du client.")
    return tuple(found)
