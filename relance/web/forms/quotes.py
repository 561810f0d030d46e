"""What is typed about a quote, about its answer, and in the message that recalls it."""

import secrets
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from relance.models.quotes import Quote
from relance.rules.nudges import MAX_DAYS
from relance.services.quoting_by_hand import Draft
from relance.services.quoting_facts import QuoteFacts, facts_of
from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import (
    AmountField,
    DateField,
    LinesField,
    NumberField,
    SwitchField,
    TextField,
    options,
    required,
)
from relance.web.forms.invoices import currencies
from relance.web.forms.messages import Words, fingerprint, normal
from relance.web.i18n import _
from relance.web.numbers import row_id

NUDGES = {"1": "Une prérelance", "2": "Deux au plus"}
COPIED = ("number", "object", "issued_on", "valid_until", "currency", "order_reference", "note", "remind_days")


class QuoteForm(Form):
    """A quote, and the client it is for, who may be created with it."""

    file = FileField("Devis en PDF")
    document_id = HiddenField()
    version = HiddenField()
    creates_client = HiddenField()
    client = TextField("Client", [required("le client")])
    client_kind = SelectField("Type de client", default="organisation")  # absent once the client is known
    contact_name = TextField("Nom du contact")
    contact_email = TextField("Adresse e-mail du contact")
    contact = SelectField("Contact du devis", coerce=row_id, validate_choice=False)
    number = TextField("Numéro de devis", [required("le numéro du devis")])
    object = TextField("Objet")
    issued_on = DateField("Date du devis", [required("la date du devis")])
    valid_until = DateField("Valable jusqu'au", [required("le dernier jour de validité")])
    total = AmountField("Total TTC", [required("le total TTC, par exemple 1 920,00")])
    net = AmountField("Montant HT")
    vat = AmountField("TVA")
    currency = SelectField("Devise")
    order_reference = TextField("Référence de commande")
    note = LinesField("Note interne")
    reminds = SwitchField("Envoyer une prérelance si le devis reste sans réponse")
    remind_days = NumberField("Délai avant la prérelance", low=1, high=MAX_DAYS)
    nudges = RadioField("Nombre de prérelances", choices=NUDGES, default="1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client_kind.choices = options((key, _(text)) for key, text in names.CLIENT_KINDS.items())
        self.currency.choices = options(currencies())
        self.offer(())

    def offer(self, contacts: Iterable[tuple[int, str]]) -> None:
        """Give the contacts of the client."""
        self.contact.choices = options([(0, _("Le contact principal")), *contacts])

    def validate_remind_days(self, field: Field) -> None:
        """A number of days, even while the switch is off: it says from when the quote is proposed."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Indiquez un nombre entre {low} et {high}.", low=1, high=MAX_DAYS))

    def facts(self, client_id: int) -> QuoteFacts:
        """What the form says; only once it is valid."""
        issued_on: Any = self.issued_on.data
        valid_until: Any = self.valid_until.data
        total_cents: Any = self.total.data
        remind_days: Any = self.remind_days.data
        return QuoteFacts(
            client_id=client_id,
            number=self.number.data,
            issued_on=issued_on,
            valid_until=valid_until,
            total_cents=total_cents,
            net_cents=self.net.data,
            vat_cents=self.vat.data,
            currency=self.currency.data,
            object=self.object.data or "",
            order_reference=self.order_reference.data or "",
            contact_id=self.contact.data or None,
            document_id=row_id(self.document_id.data) or None,
            note=self.note.data or "",
            nudges=int(self.nudges.data or 1) if self.reminds.data else 0,
            remind_days=remind_days,
        )


def fill(form: QuoteForm, quote: Quote) -> None:
    """Show a stored quote in the form; its client is written by the caller."""
    facts = facts_of(quote)
    for name in COPIED:
        form[name].data = getattr(facts, name)
    form.total.data, form.net.data, form.vat.data = facts.total_cents, facts.net_cents, facts.vat_cents
    form.contact.data = facts.contact_id or 0
    form.document_id.data = str(facts.document_id or "")
    form.version.data = str(quote.version)
    form.reminds.data, form.nudges.data = facts.nudges > 0, str(facts.nudges or 1)


class AcceptForm(Form):
    """The day on which the client said yes."""

    on = DateField("Accepté le", [required("la date de l'accord")])


class DeclineForm(Form):
    """What the client said, if anything."""

    because = LinesField("Motif")


class NudgeForm(Form):
    """The message, to read and change before it leaves. ``contact`` fields (ids, several) are read beside it.

    ``base`` is the fingerprint of the words the page was filled with: other words were written by a person.
    """

    subject = StringField("Objet")
    body = TextAreaField("Texte")
    copies_user = BooleanField("M'ajouter en copie de cet e-mail")
    attaches = BooleanField("Joindre le devis en PDF")
    form_key = HiddenField()
    base = HiddenField()

    @classmethod
    def of(cls, draft: Draft) -> "NudgeForm":
        """The form as the page opens with it, with a key of its own."""
        return cls(copies_user=draft.copies_user, attaches=draft.attaches, form_key=secrets.token_hex(16))

    def draft(self) -> Draft:
        """The choices, with the words of the template."""
        found = [row_id(text) for text in request.form.getlist("contact") if text.strip()]
        return Draft(tuple(dict.fromkeys(found)), bool(self.copies_user.data), bool(self.attaches.data))

    def own_words(self) -> Words | None:
        """The words when a person changed them since they were filled in, else None."""
        words = normal(self.subject.data or "", self.body.data or "")
        if not self.base.data:
            return words if any(words) else None
        return None if fingerprint(words) == self.base.data else words

    def fill(self, words: Words, generated: Words) -> None:
        """Show ``words``, remembering what the template itself said."""
        self.subject.data, self.body.data = words
        self.base.data = fingerprint(generated)
