"""The reminder switch: what a person chooses for one invoice."""

from flask import request
from wtforms import BooleanField, IntegerField, RadioField

from relance.services.chasing import ChasePlan
from relance.web.forms import Form
from relance.web.numbers import row_id

FREQUENCIES = {
    "once": "Une seule relance, à l'échéance",
    "weekly": "Plusieurs relances, une par semaine",
    "until_paid": "Chaque semaine jusqu'au paiement",
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
    frequency = RadioField("Fréquence d'envoi", choices=FREQUENCIES, default="weekly")
    count = IntegerField("Nombre de relances", default=4)
    first_offset_days = IntegerField("Première relance, en jours après l'échéance", default=1)
    start = RadioField("Cette facture est déjà en retard : par où commencer ?", choices=STARTS, default="normal")
    copies_user = BooleanField("M'ajouter en copie de cet e-mail")
    attaches_invoice = BooleanField("Joindre la facture en PDF")

    def contact_ids(self) -> tuple[int, ...]:
        """The contacts chosen in the picker, once each, in order."""
        found = [row_id(text) for text in request.form.getlist("contact") if text.strip()]
        return tuple(dict.fromkeys(found))

    def to_plan(self) -> ChasePlan:
        """The choices as the service takes them; a number that was not one counts as 0 and is refused there.

        One that no plan has counts as 0 too: the preview draws the plan before the service refuses it.
        """
        return ChasePlan(
            frequency=self.frequency.data or "",
            count=_small(self.count.data),
            first_offset_days=_small(self.first_offset_days.data),
            contact_ids=self.contact_ids(),
            copies_user=self.copies_user.data,
            attaches_invoice=self.attaches_invoice.data,
            start=self.start.data or "normal",
        )


def _small(number: int | None) -> int:
    return number if number is not None and 0 <= number <= MAX_NUMBER else 0
