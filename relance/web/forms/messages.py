"""The composer: a reminder to read, change and send by hand."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from flask import request
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField

from relance.services import templating
from relance.services.leaving import LATER, NEXT, NOW, Moment
from relance.services.writing import Draft
from relance.web import filters, names, scope
from relance.web.forms import Form
from relance.web.forms.fields import DateField, options
from relance.web.i18n import _
from relance.web.numbers import row_id

Words = tuple[str, str]
VARIANTS = {"": "Celle du client", "vous": "Vouvoiement", "tu": "Tutoiement", "en": "Anglais"}
MOMENTS = {NOW: "Maintenant", NEXT: "Au prochain jour d'envoi", LATER: "Programmer"}
QUARTERS = range(0, 24 * 60, 15)


class IdsField(Field):
    """The rows ticked in a list that the page draws itself: their ids, once each, in order."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the ids; what is not one becomes 0, which nobody has."""
        self.data = tuple(dict.fromkeys(row_id(text) for text in valuelist if text.strip()))


class ComposeForm(Form):
    """A reminder and when it leaves.

    ``base`` is the fingerprint of the words the page was filled with: other words were written by a
    person. ``shown_template`` is the text they came from; ``kept_*`` are words it replaced. ``seen`` is what
    the page said is left to pay, in cents.
    """

    template = SelectField("Modèle")
    variant = SelectField("Version", choices=options(VARIANTS.items()), default="")
    contact = IdsField("Destinataires")
    copy = IdsField("En copie")
    subject = StringField("Objet")
    body = TextAreaField("Texte")
    copies_user = BooleanField("M'ajouter en copie de cet e-mail")
    attaches_invoice = BooleanField("Joindre la facture en PDF")
    attaches_statement = BooleanField("Joindre le relevé de compte")
    replaces_next = BooleanField("Remplacer la prochaine relance prévue")
    when = RadioField("Quand", choices=options(MOMENTS.items()), validate_choice=False)
    on = DateField("Jour")
    minute = SelectField("Heure", coerce=int, validate_choice=False)
    form_key = HiddenField()
    base = HiddenField()
    seen = HiddenField()
    shown_template = HiddenField()
    kept_subject = HiddenField()
    kept_body = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = templating.choices(scope.current_account())
        self.template.choices = options((ref, names.template(ref)) for ref, _name in offered)
        self.minute.choices = options((minute, filters.local_time(minute)) for minute in QUARTERS)
        self.variant.choices = options((key, _(name)) for key, name in VARIANTS.items())

    @classmethod
    def of(cls, draft: Draft, when: str, at: datetime) -> "ComposeForm":
        """The form as the page opens with it, with a key of its own. ``at``: the account's wall clock, to plan it."""
        return cls(
            template=draft.template,
            contact=draft.contact_ids,
            copy=draft.copy_ids,
            copies_user=draft.copies_user,
            attaches_invoice=draft.attaches_invoice,
            replaces_next=draft.replaces_next,
            when=when,
            on=at.date(),
            minute=(at.hour * 60 + at.minute) // QUARTERS.step * QUARTERS.step,
            form_key=secrets.token_hex(16),
            shown_template=draft.template,
        )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """As every form; a day and an hour that are not asked for cannot be wrong."""
        super().validate(*args, **kwargs)
        if self.when.data != LATER:
            self.on.errors = self.minute.errors = ()
        return not self.errors

    def draft(self) -> Draft:
        """The choices, with the words of the template."""
        is_asked = bool(request.form.get("replaces_asked"))
        seen = self.seen.data or ""
        return Draft(
            template=self.template.data or "",
            contact_ids=self.contact.data or (),
            copies_user=self.copies_user.data,
            attaches_invoice=self.attaches_invoice.data,
            replaces_next=self.replaces_next.data if is_asked else True,
            copy_ids=self.copy.data or (),
            variant=self.variant.data or "",
            attaches_statement=self.attaches_statement.data,
            seen_cents=int(seen) if seen.isascii() and seen.isdigit() else None,
        )

    def moment(self) -> Moment:
        """When it leaves; now when nothing was chosen."""
        return Moment(self.when.data or NOW, self.on.data, self.minute.data)

    @property
    def source(self) -> str:
        """The text the words come from: a template, in its usual version or in a chosen one."""
        return "|".join(filter(None, (self.template.data, self.variant.data)))

    def propose(self, template: str) -> None:
        """Mark the proposed template in the list."""
        self.template.choices = options(
            (choice.value, _("{nom} (proposé)", nom=choice.label) if choice.value == template else choice.label)
            for choice in self.template.choices
        )

    def written(self) -> Words:
        """The words of the page, as they are compared and sent."""
        return normal(self.subject.data or "", self.body.data or "")

    def own_words(self) -> Words | None:
        """The words when a person changed them since they were filled in, else None."""
        words = self.written()
        if not self.base.data:
            return words if any(words) else None
        return None if fingerprint(words) == self.base.data else words

    def kept(self) -> Words | None:
        """The words that another template replaced, if any."""
        words = normal(self.kept_subject.data or "", self.kept_body.data or "")
        return words if any(words) else None

    def fill(self, words: Words, generated: Words) -> None:
        """Show ``words``, remembering what the template itself said."""
        self.subject.data, self.body.data = words
        self.base.data = fingerprint(generated)
        self.shown_template.data = self.source

    def keep(self, words: Words | None) -> None:
        """Keep words aside, so that they can be taken back; None forgets them."""
        self.kept_subject.data, self.kept_body.data = words or ("", "")


def normal(subject: str, body: str) -> Words:
    """Words with the line ends of a row and no space at the end of a line."""
    lines = body.replace("\r\n", "\n").split("\n")
    return subject.strip(" "), "\n".join(line.rstrip(" ") for line in lines).strip("\n")


def fingerprint(words: Words) -> str:
    """What tells words from others."""
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()[:24]
