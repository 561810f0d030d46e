"""What is typed about the status of an electronic invoice."""

from typing import Any

from wtforms import SelectField

from relance.services.hold_limits import MAX_REASON
from relance.web.forms import Form
from relance.web.forms.fields import DateField, TextField, at_most, options, required
from relance.web.history_words import PLATFORM
from relance.web.status_words import label


class StatusForm(Form):
    """Which status, since when, why."""

    code = SelectField("Statut affiché par votre plateforme", default="205", validate_choice=False)
    on = DateField("Date du statut", [required("la date du statut")])
    reason = TextField("Motif", [at_most(MAX_REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code.choices = options((code, label(code)) for code in PLATFORM)
