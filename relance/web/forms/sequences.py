"""What is typed about sequences: their titles, their blocks, the helper that spaces them."""

from typing import Any

from wtforms import HiddenField, SelectField

from relance.models.sequences import Sequence, SequenceStep
from relance.rules import spacing
from relance.services.sequencing import LETTERS, Block, Facts
from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import LinesField, NumberField, SwitchField, TextField, required
from relance.web.i18n import _
from relance.web.numbers import row_id

KINDS = {"mail": "E-mail", "letter": "Lettre, à valider par vous", "call": "Appel à passer"}
SIDES = {"after": "jours après l'échéance", "before": "jours avant l'échéance"}


class SequenceForm(Form):
    """The title and what goes with it. ``version`` is the one the page showed."""

    title = TextField("Titre", [required("le titre de la séquence")])
    description = LinesField("Description")
    claims_fees = SwitchField("Pénalités et indemnité dans les textes", default=True)
    asks_before_sending = SwitchField("Me demander avant chaque envoi")
    version = HiddenField()

    def facts(self) -> Facts:
        """What the form says."""
        return Facts(
            self.title.data or "", self.description.data or "", self.claims_fees.data, self.asks_before_sending.data
        )

    def shown_version(self) -> int:
        """The version the page showed; 0, which none has, when it is missing."""
        return row_id(self.version.data)


def fill(form: SequenceForm, sequence: Sequence) -> None:
    """Show a stored sequence in the form."""
    for name in ("title", "description", "claims_fees", "asks_before_sending", "version"):
        form[name].data = getattr(sequence, name)


class NewSequenceForm(SequenceForm):
    """With the helper that makes the blocks; its three numbers are given together or not at all."""

    first = NumberField("Premier message", low=0, high=spacing.LAST_DAY)
    side = SelectField("Avant ou après l'échéance", default="after")
    interval = NumberField("Jours entre deux messages", low=1, high=spacing.LAST_DAY)
    total = NumberField("Dernier message au plus tard", low=0, high=spacing.LAST_DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.side.choices = [(key, _(text)) for key, text in SIDES.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Two numbers of three say nothing."""
        is_valid: bool = super().validate(extra_validators)
        helpers = (self.first, self.interval, self.total)
        given = [field for field in helpers if field.data is not None or field.errors]
        for field in helpers:
            if given and field not in given:
                self.refuse(field.name, "Indiquez les trois nombres, ou aucun.")
        return is_valid and not self.errors

    def spacing(self) -> tuple[int, int, int] | None:
        """First, interval and total in days, or None when no block is asked for."""
        if self.first.data is None or self.interval.data is None or self.total.data is None:
            return None
        return signed(self.first.data, self.side.data), self.interval.data, self.total.data


class BlockForm(Form):
    """One block: when, what, with which text."""

    days = NumberField("Envoi", low=0, high=spacing.LAST_DAY, validators=[required("le nombre de jours")])
    side = SelectField("Avant ou après l'échéance", default="after")
    kind = SelectField("Ce que fait ce bloc", default="mail")
    template = SelectField("Modèle d’e-mail", validate_choice=False)
    letter = SelectField("Lettre", default="formal_notice")
    version = HiddenField()

    def __init__(self, *args: Any, templates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.side.choices = [(key, _(text)) for key, text in SIDES.items()]
        self.kind.choices = [(key, _(text)) for key, text in KINDS.items()]
        # Checked by the service, which knows the account's own: a choice gone since is refused there.
        self.template.choices = templates
        self.letter.choices = [(key, names.template(key)) for key in LETTERS]

    def block(self) -> Block:
        """What the form says; only once it is valid."""
        texts = {"mail": self.template.data, "letter": self.letter.data}
        return Block(self.kind.data, signed(self.days.data or 0, self.side.data), texts.get(self.kind.data) or "")

    def shown_version(self) -> int:
        """The version the page showed; 0, which none has, when it is missing."""
        return row_id(self.version.data)


def fill_block(form: BlockForm, step: SequenceStep) -> None:
    """Show a stored block in the form."""
    form.days.data, form.side.data = abs(step.offset_days), "before" if step.offset_days < 0 else "after"
    form.kind.data = step.kind
    if step.kind == "letter":
        form.letter.data = step.template
    elif step.kind == "mail":
        form.template.data = step.template


def signed(days: int, side: str | None) -> int:
    """Days counted from J: before it when negative."""
    return -days if side == "before" else days


class DeleteForm(Form):
    """The title, typed again."""

    typed = TextField("Titre de la séquence")
