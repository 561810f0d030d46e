"""A word of thanks, to read and change before it leaves."""

import secrets

from flask import request
from wtforms import HiddenField, StringField, TextAreaField

from relance.services.thanking import Draft
from relance.web.forms import Form
from relance.web.forms.messages import Words, fingerprint, normal
from relance.web.numbers import row_id


class ThanksForm(Form):
    """``contact`` fields (ids, several) are read beside it. ``base`` is the fingerprint of the words filled in."""

    subject = StringField("Objet")
    body = TextAreaField("Texte")
    form_key = HiddenField()
    base = HiddenField()

    @classmethod
    def of(cls, words: Words) -> "ThanksForm":
        """The form as the page opens with it, with a key of its own."""
        return cls(subject=words[0], body=words[1], form_key=secrets.token_hex(16), base=fingerprint(words))

    def draft(self) -> Draft:
        """The recipients ticked, and the words when a person changed them."""
        found = [row_id(text) for text in request.form.getlist("contact") if text.strip()]
        words = normal(self.subject.data or "", self.body.data or "")
        return Draft(tuple(dict.fromkeys(found)), None if fingerprint(words) == self.base.data else words)
