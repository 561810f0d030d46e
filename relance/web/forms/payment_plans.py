"""What is typed about a payment plan: the invoices, how many parts from when, then each date and amount."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from relance.models.invoices import Invoice
from relance.rules import payment_plans as rules
from relance.services import payment_plans
from relance.services.payment_plans import PlanError, Terms
from relance.web import filters
from relance.web.forms import Form
from relance.web.forms.fields import DateField, LinesField, NumberField, SwitchField, TextField, at_most
from relance.web.forms.imports import file_name
from relance.web.forms.invoices import Part, Parts
from relance.web.i18n import _

COUNT = 3  # parts of a first proposal


class PlanForm(Form):
    """The terms. ``parts`` are the rows of dates and amounts: typed, or proposed from the count and the first date."""

    invoices = SelectMultipleField("Factures", coerce=int, widget=ListWidget(), option_widget=CheckboxInput())
    count = NumberField("Nombre d'échéances", low=rules.MIN_PARTS, high=rules.MAX_PARTS)
    first_on = DateField("Première échéance")
    is_acknowledged = SwitchField("Le client reconnaît la dette par écrit")
    note = LinesField("Note", [at_most(payment_plans.MAX_NOTE)])
    file = FileField("Accord signé")

    def __init__(self, offered: Sequence[Invoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.invoices.choices = [(invoice.id, invoice.number) for invoice in offered]
        self.parts = Parts.read(most=rules.MAX_PARTS + 1) if request.method == "POST" else Parts([])

    @property
    def chosen(self) -> list[Invoice]:
        """The invoices that are ticked."""
        ticked = set(self.invoices.data or [])
        return [invoice for invoice in self.offered if invoice.id in ticked]

    @property
    def left_cents(self) -> int:
        """What is left to pay on them."""
        return sum(invoice.balance_cents for invoice in self.chosen)

    @property
    def planned_cents(self) -> int:
        """What the rows ask together, those that can be read."""
        return sum(row.cents or 0 for row in self.parts.rows)

    def propose(self) -> None:
        """Replace the rows by equal parts, one a month; the count, the date and the choice say why it cannot be."""
        for name, sentence in (
            ("count", "Indiquez le nombre d'échéances."),
            ("first_on", "Indiquez la date de la première échéance."),
            ("invoices", "Choisissez au moins une facture à payer."),
        ):
            if self[name].validate(self) and not self[name].data:
                self.refuse(name, sentence)
        if self.errors or self.count.data is None or self.first_on.data is None:
            return
        found = rules.split(self.left_cents, self.count.data, self.first_on.data)
        self.parts = Parts(
            [
                Part(
                    self.first_on.write(part.due_on),
                    filters.amount(part.amount_cents).strip("€\u00a0 "),
                    part.due_on,
                    part.amount_cents,
                )
                for part in found
            ]
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """The syntax of every field and row."""
        is_valid: bool = super().validate(extra_validators)
        return self.parts.validate() and is_valid

    def terms(self) -> Terms:
        """What the form says; only once it is valid."""
        rows = ((row.on, row.cents) for row in self.parts.rows)
        parts = tuple(rules.Part(day, cents) for day, cents in rows if day is not None and cents is not None)
        ids = tuple(invoice.id for invoice in self.chosen)
        return Terms(ids, parts, self.note.data or "", bool(self.is_acknowledged.data))

    def refuse_terms(self, error: PlanError) -> None:
        """Put what the service refused at its field or its row."""
        for name, sentence in error.errors.items():
            field, _dash, number = name.partition("-")
            if number:
                self.parts.rows[int(number)].error = _(sentence)
            elif field == "parts":
                self.parts.error = _(sentence)
            else:
                self.refuse(field, sentence)

    def all_errors(self) -> list[tuple[str, str]]:
        """Those of the fields, then those of the rows."""
        rows = [(f"part-{n}", row.error) for n, row in enumerate(self.parts.rows) if row.error]
        return super().all_errors() + ([("part-0", self.parts.error)] if self.parts.error else []) + rows

    @property
    def file_name(self) -> str:
        """The name of the file as the browser gave it, cleaned; empty when none was chosen."""
        return file_name(self.file.data.filename or "") if self.file.data else ""

    def content(self) -> bytes:
        """The bytes of the file."""
        with self.file.data.stream as file:
            return bytes(file.read())


class EndForm(Form):
    """Why a plan ends before its last date."""

    reason = TextField("Motif", [at_most(payment_plans.MAX_REASON)])
