"""What is chosen for a formal notice."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import noticing
from relance.services.noticing import NoticeChoices
from relance.web.forms import Form
from relance.web.forms.fields import DateField, required
from relance.web.i18n import _


class NoticeForm(Form):
    """Which late invoices of one client, the date, the time allowed and what is claimed."""

    invoices = SelectMultipleField("Factures en retard", coerce=int, widget=ListWidget(), option_widget=CheckboxInput())
    dated_on = DateField("Date de la lettre", [required("la date de la lettre")])
    delay_days = SelectField("Délai accordé", coerce=int, default=noticing.DELAYS[0])
    claims_interest = BooleanField("Réclamer les pénalités de retard")
    claims_fee = BooleanField("Réclamer l'indemnité forfaitaire")
    confirms_early = BooleanField("Préparer la lettre malgré tout")

    def __init__(self, client: Client, late: Sequence[Invoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoices.choices = [(invoice.id, invoice.number) for invoice in late]
        self.delay_days.choices = [(days, _("{n} jours", n=days)) for days in noticing.DELAYS]
        if client.kind == "individual":  # the control is absent: no fees may be asked of a consumer
            del self.claims_fee

    def chosen(self, late: Sequence[Invoice]) -> list[Invoice]:
        """The invoices that are ticked."""
        ticked = set(self.invoices.data or [])
        return [invoice for invoice in late if invoice.id in ticked]

    def choices(self) -> NoticeChoices | None:
        """What the service takes; None without a date."""
        if self.dated_on.data is None:
            return None
        fee = self._fields.get("claims_fee")
        return NoticeChoices(
            dated_on=self.dated_on.data,
            delay_days=self.delay_days.data,
            claims_interest=bool(self.claims_interest.data),
            claims_fee=bool(fee.data) if fee is not None else False,
        )
