"""Forms: the syntax of what is typed. What it means is checked by rules and services."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm

from relance.web.i18n import _

# WTForms' own messages, seen only when a form is tampered with.
_SENTENCES = {
    "Not a valid choice.": "Choisissez une option de la liste.",
    "Not a valid choice": "Choisissez une option de la liste.",
    "'%(value)s' is not a valid choice for this field.": "Choisissez une option de la liste.",
    "'%(value)s' are not valid choices for this field.": "Choisissez une option de la liste.",
    "Invalid Choice: could not coerce.": "Choisissez une option de la liste.",
    "Not a valid integer value.": "Indiquez un nombre entier.",
    "This field is required.": "Remplissez ce champ.",
}


class _Translations:
    """WTForms asks here for its messages."""

    def gettext(self, text: str) -> str:
        return _(_SENTENCES.get(text, text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class Form(FlaskForm):
    """The base of every form: CSRF, messages in the language of the page."""

    form_errors: list[str]

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Translations:
            """WTForms' own messages, in the language of the page."""
            return _Translations()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, even nothing at all: Flask-WTF would take an empty POST for a form never filled in."""
            found = super().wrap_formdata(form, formdata)
            return request.form if found is None and form.is_submitted() else found

    def refuse(self, field: str, sentence: str, **values: object) -> None:
        """Add an error found after the syntax (by a rule or a service) to ``field``; "" is the whole form."""
        message = _(sentence, **values)
        if field:
            self[field].errors = [*self[field].errors, message]
        else:
            self.form_errors = [*self.form_errors, message]

    def all_errors(self) -> list[tuple[str, str]]:
        """Every error with the id of its input (empty for the whole form), in the order of the fields."""
        found = [("", message) for message in self.form_errors]
        for field in self:
            found += [(field.id, message) for message in field.errors]
        return found
