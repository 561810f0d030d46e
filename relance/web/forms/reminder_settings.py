"""What every new client and every sequence starts with."""

from typing import Any

from wtforms import Field, RadioField, SelectField, ValidationError

from relance.models.accounts import Account
from relance.models.sequences import Sequence
from relance.services import sequencing
from relance.web.forms import Form
from relance.web.forms.fields import NumberField, SwitchField
from relance.web.i18n import _
from relance.web.numbers import row_id

MAX_GRACE = 30
MAX_DELAY = 60
FOREWARNINGS = {
    "never": "Jamais",
    "asked": "Quand un e-mail attend mon accord",
    "always": "Chaque veille d'envoi",
}
# Written on the account as they are.
COLUMNS = (
    "copies_user",
    "attaches_invoice",
    "asks_before_sending",
    "forewarns",
    "sends_thanks",
    "promise_grace_days",
    "relance_1_days",
    "relance_2_days",
    "last_reminder_days",
    "notice_days",
    "quote_remind_days",
)


class ReminderSettingsForm(Form):
    """``sequence`` is empty for « à la main »."""

    sequence = SelectField("Séquence du compte", default="")
    copies_user = SwitchField("M'ajouter en copie des relances d'une séquence")
    attaches_invoice = SwitchField("Joindre la facture en PDF")
    asks_before_sending = SwitchField("Me demander avant chaque envoi")
    forewarns = RadioField("M'écrire la veille au soir", choices=FOREWARNINGS, default="asked")
    sends_thanks = SwitchField("Remercier après le paiement")
    promise_grace_days = NumberField("Jours de marge après une promesse", low=0, high=MAX_GRACE)
    relance_1_days = NumberField("Avant la relance 1", low=0, high=MAX_DELAY)
    relance_2_days = NumberField("Avant la relance 2", low=0, high=MAX_DELAY)
    last_reminder_days = NumberField("Avant le dernier rappel", low=0, high=MAX_DELAY)
    notice_days = NumberField("Avant la mise en demeure", low=0, high=MAX_DELAY)
    quote_remind_days = NumberField("Avant la fin de validité d'un devis", low=0, high=MAX_DELAY)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sequence.choices = sequence_choices(account)

    def validate_promise_grace_days(self, field: Field) -> None:
        """Empty is not zero."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Indiquez un nombre entre {low} et {high}.", low=0, high=field.high))

    validate_relance_1_days = validate_promise_grace_days
    validate_relance_2_days = validate_promise_grace_days
    validate_last_reminder_days = validate_promise_grace_days
    validate_notice_days = validate_promise_grace_days
    validate_quote_remind_days = validate_promise_grace_days

    def chosen(self, account: Account) -> Sequence | None:
        """The default sequence that was chosen, or None."""
        found: Sequence | None = Sequence.get_or_none(
            Sequence.id == row_id(self.sequence.data), Sequence.account == account, Sequence.archived_at.is_null()
        )
        return found


def sequence_choices(account: Account, *, none: str = "Aucune, je relance à la main") -> list[tuple[str, str]]:
    """« Aucune » and the account's sequences that were published, by title."""
    published = [sequence for sequence in sequencing.listed(account) if sequence.revision]
    return [("", _(none)), *((str(sequence.id), sequence.title) for sequence in published)]
