"""The composer: a reminder to read, change and send by hand."""

import hashlib
import secrets
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from relance.services import templating
from relance.services.writing import Draft
from relance.web import names, scope
from relance.web.forms import Form
from relance.web.forms.fields import options
from relance.web.numbers import row_id

Words = tuple[str, str]


class ComposeForm(Form):
    """``contact`` fields (ids, several) are read beside it.

    ``base`` is the fingerprint of the words the page was filled with: other words were written by a
    person. ``shown_template`` is the template they came from; ``kept_*`` are words it replaced.
    """

    template = SelectField("Modèle")
    subject = StringField("Objet")
    body = TextAreaField("Texte")
    copies_user = BooleanField("M'ajouter en copie de cet e-mail")
    attaches_invoice = BooleanField("Joindre la facture en PDF")
    replaces_next = BooleanField("Remplacer la prochaine relance prévue")
    form_key = HiddenField()
    base = HiddenField()
    shown_template = HiddenField()
    kept_subject = HiddenField()
    kept_body = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = templating.choices(scope.current_account())
        self.template.choices = options((ref, names.template(ref)) for ref, _name in offered)

    @classmethod
    def of(cls, draft: Draft) -> "ComposeForm":
        """The form as the page opens with it, with a key of its own."""
        return cls(
            template=draft.template,
            copies_user=draft.copies_user,
            attaches_invoice=draft.attaches_invoice,
            replaces_next=draft.replaces_next,
            form_key=secrets.token_hex(16),
            shown_template=draft.template,
        )

    def contact_ids(self) -> tuple[int, ...]:
        """The recipients ticked, once each, in order."""
        found = [row_id(text) for text in request.form.getlist("contact") if text.strip()]
        return tuple(dict.fromkeys(found))

    def draft(self) -> Draft:
        """The choices, with the words of the template."""
        is_asked = bool(request.form.get("replaces_asked"))
        return Draft(
            template=self.template.data or "",
            contact_ids=self.contact_ids(),
            copies_user=self.copies_user.data,
            attaches_invoice=self.attaches_invoice.data,
            replaces_next=self.replaces_next.data if is_asked else True,
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
        self.shown_template.data = self.template.data

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
