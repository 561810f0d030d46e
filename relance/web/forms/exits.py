"""What is typed about whom to turn to, and about an invoice handed over."""

from typing import Any

from wtforms import SelectField

from relance.services import confiding, partners
from relance.web.forms import Form
from relance.web.forms.fields import DateField, EmailField, LinesField, TextField, at_most, required
from relance.web.i18n import _

KINDS = {
    "firm": "Société de recouvrement",
    "officer": "Commissaire de justice",
    "mediator": "Médiateur ou conciliateur",
    "court": "Tribunal",
    "lawyer": "Avocat",
}


class PartnerForm(Form):
    """One line of the list."""

    kind = SelectField("Métier", default="firm")
    name = TextField("Nom", [required("le nom")])
    url = TextField("Site web")
    email = EmailField("Adresse e-mail")
    phone = TextField("Téléphone")
    note = LinesField("Note", [at_most(partners.MAX_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(text)) for key, text in KINDS.items()]

    def facts(self) -> partners.Facts:
        """What was typed, not checked yet."""
        names = ("name", "kind", "url", "email", "phone", "note")
        return partners.Facts(**{name: self[name].data or "" for name in names})


class ConfideForm(Form):
    """To whom an invoice is handed over, since when."""

    to = TextField("Confié à", [required("à qui vous confiez le dossier"), at_most(confiding.MAX_NAME)])
    on = DateField("Date", [required("la date")])
    note = LinesField("Note", [at_most(confiding.MAX_NOTE)])
