"""What is chosen for a formal notice."""

import json
from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from relance.letters import notice_errors, notice_text
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import letter_parts, noticing
from relance.services.noticing import NoticeChoices
from relance.web.forms.fields import DateField, is_text, options, required
from relance.web.forms.letter_parts import PartsForm
from relance.web.i18n import _
from relance.web.numbers import row_id

MENTIONS = {
    "registered": "Lettre recommandée avec avis de réception",
    "by_hand": "Remise en main propre contre décharge",
    "none": "Aucune",
}
MAX_WORDS = 12 * notice_errors.MAX_LENGTH * len(notice_text.KEYS)  # characters of JSON: « \ud83d\ude00 » is one
IMPUTATIONS = {"principal_first": "D'abord sur le principal", "interest_first": "D'abord sur les intérêts"}
Words = tuple[tuple[str, str], ...]


class NoticeForm(PartsForm):
    """Which late invoices of one client, the date, the time allowed, what is claimed, what is printed and enclosed.

    ``basis``: the marks of what was owed when the page was made (letter_parts.marks), « 12-ab34 56-cd78 ».
    ``version``: that of the draft; ``own_words``: paragraphs of a draft that is put back, as JSON.
    """

    invoices = SelectMultipleField(
        "Factures en retard", coerce=row_id, widget=ListWidget(), option_widget=CheckboxInput()
    )
    dated_on = DateField("Date de la lettre", [required("la date de la lettre")])
    delay_days = SelectField("Délai accordé", coerce=row_id, default=noticing.DELAYS[0], validate_choice=False)
    claims_interest = BooleanField("Réclamer les pénalités de retard")
    claims_fee = BooleanField("Réclamer l'indemnité forfaitaire")
    imputation = SelectField("Les règlements partiels s'imputent", default="principal_first")
    mention = RadioField("Mention en tête de la lettre", default="registered")
    joins_invoices = BooleanField("Joindre les factures")
    confirms_early = BooleanField("Figer la lettre malgré tout")
    basis = HiddenField()
    version = HiddenField(default="0")
    own_words = HiddenField()

    def __init__(self, client: Client, late: Sequence[Invoice], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.invoices.choices = [(invoice.id, invoice.number) for invoice in late]
        delays = sorted({*noticing.DELAYS, *([self.delay_days.data] if self.delay_days.data else [])})
        self.delay_days.choices = [(days, _("{n} jours", n=days)) for days in delays]
        self.imputation.choices = options((key, _(text)) for key, text in IMPUTATIONS.items())
        self.mention.choices = options((key, _(text)) for key, text in MENTIONS.items())
        if client.kind == "individual":  # the control is absent: no fees may be asked of a consumer
            del self.claims_fee

    def chosen(self, late: Sequence[Invoice]) -> list[Invoice]:
        """The invoices that are ticked."""
        ticked = set(self.invoices.data or [])
        return [invoice for invoice in late if invoice.id in ticked]

    def choices(self, words: Words = ()) -> NoticeChoices | None:
        """What the service takes, with a person's paragraphs; None without a date."""
        if self.dated_on.data is None:
            return None
        fee = self._fields.get("claims_fee")
        return NoticeChoices(
            dated_on=self.dated_on.data,
            delay_days=self.delay_days.data or 0,
            claims_interest=bool(self.claims_interest.data),
            claims_fee=bool(fee.data) if fee is not None else False,
            imputation=self.imputation.data or "",
            mention=self.mention.data or "",
            joins_invoices=bool(self.joins_invoices.data),
            words=words,
            **self.parts(),
        )

    def words(self) -> Words:
        """The paragraphs of a draft that is put back; nothing when they cannot be read."""
        return _words(self.own_words.data or "{}") or ()

    def validate_own_words(self, field: HiddenField) -> None:
        """Refuse what no page of ours wrote: it is sent back as it came."""
        if _words(field.data or "{}") is None:
            raise ValidationError(_("Le texte de cette lettre ne peut pas être lu. Ouvrez une nouvelle lettre."))

    def read_basis(self, chosen: Sequence[Invoice]) -> str:
        """The fingerprint of what was owed on these invoices when the page was made."""
        marks = dict(part.split("-", 1) for part in (self.basis.data or "").split() if "-" in part)
        return letter_parts.combined({invoice.id: marks.get(str(invoice.id), "") for invoice in chosen})


def _words(text: str) -> Words | None:
    """Paragraphs by key, from JSON; None for anything else: other keys, texts that no paragraph could hold."""
    try:
        found = json.loads(text) if len(text) <= MAX_WORDS else None
    except (ValueError, RecursionError):  # of thousands of brackets
        return None
    if not isinstance(found, dict) or not found.keys() <= set(notice_text.KEYS):
        return None
    is_read = all(isinstance(value, str) and is_text(value, notice_errors.MAX_LENGTH) for value in found.values())
    return tuple(sorted(found.items())) if is_read else None


def basis(late: Sequence[Invoice]) -> str:
    """What the page keeps of what is owed."""
    return " ".join(f"{key}-{mark}" for key, mark in letter_parts.marks(late).items())
