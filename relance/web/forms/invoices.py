"""What is typed about an invoice, and the facts it makes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField

from relance import clock
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules.money import CURRENCIES, parse_amount
from relance.services.invoice_facts import InstalmentFacts, InvoiceFacts
from relance.services.invoice_rows import facts_of
from relance.services.listing import plain
from relance.web import filters, names
from relance.web.forms import Form
from relance.web.forms.fields import AmountField, DateField, LinesField, RateField, TextField, read_date, required
from relance.web.i18n import _
from relance.web.numbers import row_id

# EUR first, then the neighbours' money, then the rest.
_COMMON = ("EUR", "CHF", "GBP", "USD", "CAD")
_SPARE_ROWS = 2
_FIRST_ROWS = 3


def currencies() -> list[tuple[str, str]]:
    """The currencies of a select, the usual ones first."""
    return [(code, code) for code in (*_COMMON, *sorted(CURRENCIES - set(_COMMON)))]


class InvoiceForm(Form):
    """The first step of a new invoice, and its later edition."""

    file = FileField("Facture en PDF")
    document_id = HiddenField()
    version = HiddenField()
    creates_client = HiddenField()
    client = TextField("Client", [required("le client")])
    client_kind = SelectField("Type de client", default="organisation")  # absent once the client is known
    contact_name = TextField("Nom du contact")
    contact_email = TextField("Adresse e-mail du contact")
    contact = SelectField("Contact à la facturation", coerce=row_id, validate_choice=False)
    kind = SelectField("Type")
    number = TextField("Numéro de facture", [required("le numéro de la facture")])
    credited_invoice = SelectField("Facture réduite par cet avoir", coerce=row_id, validate_choice=False)
    object = TextField("Objet")
    issued_on = DateField("Date de facture", [required("la date de la facture")])
    due_on = DateField("Date d'échéance")
    total = AmountField("Total TTC", [required("le total TTC, par exemple 1 920,00")])
    net = AmountField("Montant HT")
    vat = AmountField("TVA")
    already_paid = AmountField("Déjà réglé")
    already_paid_on = DateField("Réglé le")
    currency = SelectField("Devise")
    payment_method = SelectField("Moyen de paiement")
    late_rate = RateField("Taux des pénalités de retard")
    order_reference = TextField("Référence de commande")
    note = LinesField("Note interne")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(text)) for key, text in names.INVOICE_KINDS.items()]
        self.client_kind.choices = [(key, _(text)) for key, text in names.CLIENT_KINDS.items()]
        self.payment_method.choices = [(key, _(text)) for key, text in names.METHODS.items()]
        self.currency.choices = currencies()
        self.contact.choices = [(0, _("Le contact principal"))]
        self.credited_invoice.choices = [(0, _("Aucune"))]
        self.parts = Parts.read() if request.method == "POST" else Parts([])

    def offer(self, contacts: Iterable[tuple[int, str]], invoices: Iterable[Invoice]) -> None:
        """Give the choices that depend on the client."""
        self.contact.choices = [(0, _("Le contact principal")), *contacts]
        self.credited_invoice.choices = [
            (0, _("Aucune")),
            *(
                (invoice.id, _("{numéro} du {date}", numéro=invoice.number, date=day(invoice.issued_on)))
                for invoice in invoices
            ),
        ]

    def facts(self, client_id: int, source: str = "form") -> InvoiceFacts:
        """What the form says; only once it is valid."""
        parts = self.parts.facts()
        due_on: Any = parts[-1].due_on if parts else self.due_on.data
        issued_on: Any = self.issued_on.data
        total_cents: Any = self.total.data
        return InvoiceFacts(
            client_id=client_id,
            number=self.number.data,
            kind=self.kind.data,
            issued_on=issued_on,
            due_on=due_on,
            total_cents=total_cents,
            net_cents=self.net.data,
            vat_cents=self.vat.data,
            currency=self.currency.data,
            object=self.object.data,
            order_reference=self.order_reference.data,
            payment_method=self.payment_method.data,
            late_rate_bp=self.late_rate.data,
            contact_id=self.contact.data or None,
            credited_invoice_id=(self.credited_invoice.data or None) if self.kind.data == "credit_note" else None,
            document_id=row_id(self.document_id.data) or None,
            note=self.note.data or "",
            source=source,
            instalments=parts,
            already_paid_cents=self.already_paid.data or 0,
            already_paid_on=self.already_paid_on.data,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """The syntax; the dates of instalments stand for the due date when there are some."""
        is_valid: bool = super().validate(extra_validators)
        has_parts = self.parts.validate()
        if self.due_on.data is None and not self.due_on.errors and not self.parts.is_used:
            self.refuse("due_on", "Indiquez la date d'échéance.")
            is_valid = False
        return is_valid and has_parts

    def all_errors(self) -> list[tuple[str, str]]:
        """Those of the fields, then those of the instalments."""
        rows = [(f"part-{n}", row.error) for n, row in enumerate(self.parts.rows) if row.error]
        return super().all_errors() + rows + ([("part-0", self.parts.error)] if self.parts.error else [])


@dataclass
class Part:
    """One row of « Échéances »: what was typed, what it means, what is wrong."""

    on_text: str = ""
    amount_text: str = ""
    on: date | None = None
    cents: int | None = None
    error: str = ""


@dataclass
class Parts:
    """The rows of « Échéances ». Empty rows are ignored."""

    rows: list[Part]
    error: str = ""

    @classmethod
    def read(cls, most: int = 30) -> "Parts":
        """The rows of the form that was sent, ``most`` at the most."""
        days = request.form.getlist("part_on")[:most]
        amounts = request.form.getlist("part_amount")[:most]
        return cls(
            [
                Part(day.strip(), cents.strip())
                for day, cents in zip(days, amounts, strict=False)
                if day.strip() or cents.strip()
            ]
        )

    @classmethod
    def of(cls, facts: InvoiceFacts) -> "Parts":
        """The rows of an invoice with several instalments."""
        return cls([Part(day(part.due_on), amount(part.amount_cents)) for part in facts.instalments])

    @property
    def is_used(self) -> bool:
        """True when at least one row is filled."""
        return bool(self.rows)

    @property
    def shown(self) -> list[Part]:
        """The rows to show: those filled, and some to fill."""
        spare = max(_FIRST_ROWS - len(self.rows), _SPARE_ROWS)
        return [*self.rows, *(Part() for _row in range(spare))]

    def validate(self) -> bool:
        """Read every row; each says what is wrong."""
        today = filters.local_day(clock.now())
        for row in self.rows:
            try:
                row.on = read_date(row.on_text, today)
            except ValueError:
                row.error = _("« {saisie} » n’est pas une date. Écrivez-la ainsi : 20/12/2026.", saisie=row.on_text)
                continue
            try:
                row.cents = parse_amount(row.amount_text)
            except ValueError as error:
                row.error = _(str(error))
        return not any(row.error for row in self.rows)

    def facts(self) -> tuple[InstalmentFacts, ...]:
        """The instalments, once the rows are valid."""
        return tuple(InstalmentFacts(row.on, row.cents) for row in self.rows if row.on and row.cents is not None)


def fill(form: InvoiceForm, invoice: Invoice, clients: Iterable[Client]) -> None:
    """Show a stored invoice in the form."""
    facts = facts_of(invoice)
    for name in (
        "number",
        "kind",
        "issued_on",
        "due_on",
        "currency",
        "object",
        "order_reference",
        "payment_method",
        "note",
    ):
        form[name].data = getattr(facts, name)
    form.client.data = next(
        (text for text, one in labels(clients).items() if one == invoice.client), invoice.client.name
    )
    form.total.data = facts.total_cents
    form.net.data = facts.net_cents
    form.vat.data = facts.vat_cents
    form.late_rate.data = facts.late_rate_bp
    form.contact.data = facts.contact_id or 0
    form.credited_invoice.data = facts.credited_invoice_id or 0
    form.document_id.data = str(facts.document_id or "")
    form.version.data = str(invoice.version)
    form.parts = Parts.of(facts)


def labels(clients: Iterable[Client]) -> dict[str, Client]:
    """How each client is written in the combobox: its name, with its number when two share it."""
    rows = list(clients)
    counts = Counter(client.name for client in rows)
    return {_label(client, is_shared=counts[client.name] > 1): client for client in rows}


def _label(client: Client, *, is_shared: bool) -> str:
    return f"{client.name} ({client.siren or client.id})" if is_shared else str(client.name)


def find(clients: Iterable[Client], typed: str) -> Client | None:
    """The client whose label was typed, whatever its capitals and accents; an exact one first."""
    known = labels(clients)
    if typed in known:
        return known[typed]
    close = [client for label, client in known.items() if plain(label) == plain(typed)]
    return close[0] if close else None


def day(value: date) -> str:
    """« 20/12/2026 », as fields show it."""
    return value.strftime("%d/%m/%Y")


def amount(cents: int) -> str:
    """« 1 920,00 », as fields show it."""
    return f"{cents // 100},{cents % 100:02d}"
