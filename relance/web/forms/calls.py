"""What is typed about a call or a reply."""

import secrets
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput

from relance.models.invoices import Invoice
from relance.services import calling, disputing, promising
from relance.services.calling import CallFacts, ReplyFacts
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from relance.web import filters
from relance.web.forms import Form
from relance.web.forms.fields import AmountField, DateField, LinesField, TextField, at_most, options, required
from relance.web.forms.holds import DISPUTES
from relance.web.i18n import _
from relance.web.numbers import row_id

OUTCOMES = {
    "no_answer": "Sans réponse",
    "message_left": "Message laissé",
    "talked": "Échange",
    "promised": "Promesse de paiement",
    "disputed": "Conteste la facture",
}


class CallForm(Form):
    """A call: who, what came of it, what was said, when to call again. ``form_key``: one call per form shown."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18))
    who = TextField("Personne jointe", [at_most(calling.MAX_NAME)])
    outcome = RadioField("Résultat", validate_choice=False, default="talked")
    promised_on = DateField("Date annoncée")
    amount = AmountField("Montant annoncé")
    contested = SelectField("Ce qui est contesté", default="service", validate_choice=False)
    claim = LinesField("Ce que dit votre client", [at_most(disputing.MAX_TEXT)])
    note = LinesField("Note")
    again_on = DateField("Me rappeler d’appeler le")
    done = SelectMultipleField("Appels prévus", validate_choice=False, option_widget=CheckboxInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = options((key, _(text)) for key, text in OUTCOMES.items())
        self.contested.choices = options((key, _(text)) for key, text in DISPUTES.items())

    def offer(self, invoice: Invoice) -> None:
        """The calls that were to be made, each of which this one may stand for."""
        tasks = calling.open_calls(invoice)
        self.done.choices = options(
            (str(task.id), _("L’appel prévu le {date} est fait", date=filters.long_date(task.due_on).striptags()))
            for task in tasks
        )

    @property
    def promise(self) -> PromiseFacts | None:
        """What was promised, once a date and an amount are given."""
        promised_on, amount = self.promised_on.data, self.amount.data
        if self.outcome.data != "promised" or promised_on is None or amount is None:
            return None
        who = (self.who.data or "")[: promising.MAX_NAME]
        return PromiseFacts(promised_on, amount, who, (self.note.data or "")[: promising.MAX_NOTE])

    @property
    def dispute(self) -> DisputeFacts | None:
        """What is contested, once that was chosen."""
        if self.outcome.data != "disputed":
            return None
        return DisputeFacts(self.contested.data or "", self.claim.data or "")

    def facts(self) -> CallFacts:
        """What was typed."""
        return CallFacts(
            who=self.who.data or "",
            outcome=self.outcome.data or "",
            note=self.note.data or "",
            again_on=self.again_on.data,
            promise=self.promise,
            dispute=self.dispute,
            task_ids=tuple(row_id(value) for value in self.done.data or ()),
            key=(self.form_key.data or "")[:60],
        )


class ReplyForm(Form):
    """What the client answered, by e-mail, by post or in person."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18))
    who = TextField("Réponse de", [at_most(calling.MAX_NAME)])
    received_on = DateField("Reçue le", [required("la date de la réponse")])
    text = LinesField("Ce que dit la réponse", [required("ce que dit la réponse")])

    def facts(self) -> ReplyFacts | None:
        """What was typed; None without a date."""
        if self.received_on.data is None:
            return None
        key = (self.form_key.data or "")[:60]
        return ReplyFacts(self.text.data or "", self.received_on.data, self.who.data or "", key)
