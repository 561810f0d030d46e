"""What is typed about several invoices at once."""

import secrets
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField

from relance.services import noticing
from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import DateField, required
from relance.web.i18n import _
from relance.web.numbers import row_id


class PaidForm(Form):
    """When the balances were received, and how. ``key`` makes a form sent twice one payment of each."""

    key = HiddenField(default=lambda: secrets.token_urlsafe(18))
    received_on = DateField("Date de réception", [required("la date de réception")])
    method = SelectField("Moyen de paiement", default="transfer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method.choices = [(key, _(text)) for key, text in names.METHODS.items()]


class LettersForm(Form):
    """The time the letters allow, and whether they bear the picture of the person's signature."""

    signs = BooleanField("Ajouter ma signature numérique au document", default=True)
    delay_days = SelectField("Délai accordé", coerce=row_id, default=noticing.DELAYS[0])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delay_days.choices = [(days, _("{n} jours", n=days)) for days in noticing.DELAYS]
