"""What is typed about a payment."""

import secrets
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField

from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import AmountField, DateField, TextField, required
from relance.web.i18n import _


class PaymentForm(Form):
    """A payment received. ``form_key`` makes a form sent twice one payment."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18))
    amount = AmountField("Montant reçu", [required("le montant reçu")])
    received_on = DateField("Date de réception", [required("la date de réception")])
    method = SelectField("Moyen de paiement")
    reference = TextField("Référence")
    allows_excess = BooleanField("Enregistrer comme trop-perçu")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method.choices = [(key, _(text)) for key, text in names.METHODS.items()]
