"""The reminder switch: what a person chooses for one invoice."""

from typing import Any

from flask import request
from wtforms import BooleanField, IntegerField, RadioField, SelectField

from relance.models.invoices import Invoice
from relance.services import following, sequencing
from relance.services.chasing import ChasePlan
from relance.web.forms import Form
from relance.web.numbers import row_id

CLIENT = "client"  # nothing set for this invoice: its client's sequence decides
FREQUENCIES = {
    CLIENT: "Comme le client",
    "once": "Une seule relance, à l'échéance",
    "weekly": "Plusieurs relances, une par semaine",
    "until_paid": "Chaque semaine jusqu'au paiement",
    "sequence": "Suivre une séquence",
}
STARTS = {
    "keep": "Garder les dates prévues",
    "gently": "Commencer en douceur",
    "join": "Reprendre à l'étape de son âge",
    "next": "Attendre la prochaine étape",
    "normal": "Suivre le calendrier",
}

MAX_NUMBER = 99  # messages, or days: far above what the service takes


class ChaseForm(Form):
    """``contact`` fields (ids, several) are read beside it: the picker adds and removes them."""

    is_on = BooleanField("Envoyer un e-mail de relance en cas de retard de paiement")
    frequency = RadioField("Fréquence d'envoi", default="weekly")
    count = IntegerField("Nombre de relances", default=4)
    first_offset_days = IntegerField("Première relance, en jours après l'échéance", default=1)
    sequence = SelectField("Séquence", validate_choice=False, default="")
    is_frozen = BooleanField("Figer ce calendrier")
    start = RadioField("Cette facture est déjà en retard : par où commencer ?", choices=STARTS, default="normal")
    copies_user = BooleanField("M'ajouter en copie de cet e-mail")
    attaches_invoice = BooleanField("Joindre la facture en PDF")
    asks_before_sending = BooleanField("Me demander avant chaque envoi")

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        self.followed = following.sequence_of(invoice)
        published = [sequence for sequence in sequencing.listed(invoice.account) if sequence.revision]
        self.sequence.choices = [(str(sequence.id), sequence.title) for sequence in published]
        absent = {name for name, is_there in ((CLIENT, self.followed), ("sequence", published)) if not is_there}
        self.frequency.choices = {key: text for key, text in FREQUENCIES.items() if key not in absent}

    @property
    def is_of_client(self) -> bool:
        """True when the client's sequence is to decide."""
        return bool(self.frequency.data == CLIENT and self.followed is not None)

    def contact_ids(self) -> tuple[int, ...]:
        """The contacts chosen in the picker, once each, in order."""
        found = [row_id(text) for text in request.form.getlist("contact") if text.strip()]
        return tuple(dict.fromkeys(found))

    def to_plan(self) -> ChasePlan:
        """The choices as the service takes them; a number that was not one counts as 0 and is refused there.

        One that no plan has counts as 0 too: the preview draws the plan before the service refuses it.
        """
        of_client = following.plan_of_client(self.invoice) if self.is_of_client else None
        if of_client is not None:
            return of_client
        is_sequence = self.frequency.data == "sequence"
        return ChasePlan(
            frequency=self.frequency.data or "",
            count=_small(self.count.data),
            first_offset_days=_small(self.first_offset_days.data),
            contact_ids=self.contact_ids(),
            copies_user=self.copies_user.data,
            attaches_invoice=self.attaches_invoice.data,
            start=self.start.data or "normal",
            sequence_id=row_id(self.sequence.data) or None if is_sequence else None,
            is_frozen=self.is_frozen.data and is_sequence,
            asks_before_sending=self.asks_before_sending.data,
        )


def _small(number: int | None) -> int:
    return number if number is not None and 0 <= number <= MAX_NUMBER else 0
