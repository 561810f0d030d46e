"""What is typed about what holds reminders back: pauses, promises, disputes, extensions."""

from collections.abc import Callable
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField

from relance.models.invoices import Invoice
from relance.services import disputing, holding, promising
from relance.services.hold_limits import MAX_REASON
from relance.web import filters
from relance.web.forms import Form
from relance.web.forms.fields import AmountField, DateField, LinesField, TextField, at_most, options, required
from relance.web.forms.imports import file_name
from relance.web.i18n import _

DISPUTES = {
    "service": "La prestation",
    "amount": "Le montant",
    "order": "Le bon de commande",
    "other": "Autre chose",
}


class PauseForm(Form):
    """Until when, and why. Without a date, until somebody resumes."""

    until_on = DateField("Jusqu'au")
    reason = TextField("Motif", [at_most(MAX_REASON)])


class ResumeForm(Form):
    """At which step reminders go on; empty: the one the rules name, or none."""

    step = RadioField("Reprendre à", default="", validate_choice=False)
    has_next = False

    def offer(self, choices: list[holding.ResumeChoice], template_name: Callable[[str], str]) -> None:
        """Show the steps with their days, first what the rules do by themselves (``has_next``: a step is left)."""
        found = []
        for choice in choices:
            name = template_name(choice.template)
            words = _("{relance}, {jour}", relance=name, jour=str(filters.weekday_date(choice.on).striptags()))
            found.append(("" if choice.is_default else str(choice.step), words))
        self.has_next = any(choice.is_default for choice in choices)
        if choices and not self.has_next:
            found.insert(0, ("", _("Aucune : je déciderai dans « À traiter »")))
        self.step.choices = options(found)

    def chosen(self) -> int | None:
        """The number of the step that was ticked, None for the default. What is no number is no step: -1."""
        typed = self.step.data or ""
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else -1


class PromiseForm(Form):
    """What the client said they would pay, and when."""

    promised_on = DateField("Date annoncée", [required("la date annoncée")])
    amount = AmountField("Montant annoncé", [required("le montant annoncé")])
    given_by = TextField("Annoncé par", [at_most(promising.MAX_NAME)])
    note = LinesField("Note", [at_most(promising.MAX_NOTE)])


class DisputeForm(Form):
    """What the client contests."""

    kind = SelectField("Ce qui est contesté", default="service")
    text = LinesField("Ce que dit votre client")
    file = FileField("Pièce jointe")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(text)) for key, text in DISPUTES.items()]

    @property
    def file_name(self) -> str:
        """The name of the file as the browser gave it, cleaned; empty when none was chosen."""
        return file_name(self.file.data.filename or "") if self.file.data else ""

    def content(self) -> bytes:
        """The bytes of the file."""
        return bytes(self.file.data.read()) if self.file.data else b""


class CloseForm(ResumeForm):
    """How a dispute ended, and at which step reminders go on."""

    outcome = LinesField("Issue du litige", [at_most(disputing.MAX_TEXT)])


class ExtensionForm(Form):
    """Until when the client may pay, and why."""

    granted_on = DateField("Nouvelle date", [required("la nouvelle date")])
    reason = TextField("Motif", [at_most(MAX_REASON)])


def fill_promise(form: PromiseForm, invoice: Invoice) -> None:
    """The open promise to change, or all that is left, announced by whom the invoice was sent to."""
    row = promising.open_of(invoice)
    if row is None:
        form.amount.data = invoice.balance_cents
        form.given_by.data = invoice.contact.name if invoice.contact else ""
        return
    form.promised_on.data, form.amount.data = row.promised_on, min(row.amount_cents, invoice.balance_cents)
    form.given_by.data, form.note.data = row.given_by, row.note
