"""What is chosen for an amicable letter, and the words of this copy."""

from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from relance.models.invoices import Invoice
from relance.services.amicable_text import Words, cleaned
from relance.web import names
from relance.web.forms.fields import DateField, options, required
from relance.web.forms.letter_parts import PartsForm
from relance.web.forms.messages import fingerprint


class AmicableForm(PartsForm):
    """``base`` is the fingerprint of the words the page was filled with: other words were written by a person.

    ``shown_template`` is the template they came from; ``kept_*`` are words it replaced. ``basis`` tells the
    amounts that were read; ``factures`` the invoices, when they are several.
    """

    template = SelectField("Modèle")
    dated_on = DateField("Date de la lettre", [required("la date de la lettre")])
    subject = StringField("Objet")
    body = TextAreaField("Texte")
    joins_invoice = BooleanField("Joindre la facture")
    factures = HiddenField()
    basis = HiddenField()
    base = HiddenField()
    shown_template = HiddenField()
    kept_subject = HiddenField()
    kept_body = HiddenField()
    version = HiddenField(default="0")

    def __init__(self, offered: Sequence[str], invoices: Sequence[Invoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template.choices = options((ref, names.template(ref)) for ref in offered)
        self.factures.data = ",".join(str(invoice.id) for invoice in invoices)

    def own_words(self) -> Words | None:
        """The words when a person changed them since they were filled in, else None."""
        words = self.written()
        if not self.base.data:
            return words if words.object or words.body else None
        return None if _mark(words) == self.base.data else words

    def written(self) -> Words:
        """The words of the page, as they are compared and printed."""
        return cleaned(Words(self.subject.data or "", self.body.data or ""))

    def kept(self) -> Words | None:
        """The words that another template replaced, if any."""
        words = cleaned(Words(self.kept_subject.data or "", self.kept_body.data or ""))
        return words if words.object or words.body else None

    def settle_words(self) -> Words | None:
        """The words a person wrote, if any. Another template replaces them, and keeps them at hand."""
        own, kept = self.own_words(), self.kept()
        if request.form.get("reprendre") and kept is not None:
            self._keep(None)
            return kept
        if self.shown_template.data and self.shown_template.data != self.template.data:
            self._keep(own or kept)
            return None
        return own

    def fill(self, words: Words, generated: Words) -> None:
        """Show ``words``, remembering what the template itself said."""
        self.subject.data, self.body.data = words.object, words.body
        self.base.data = _mark(generated)
        self.shown_template.data = self.template.data

    def _keep(self, words: Words | None) -> None:
        self.kept_subject.data, self.kept_body.data = (words.object, words.body) if words else ("", "")


def _mark(words: Words) -> str:
    return fingerprint((words.object, words.body))
