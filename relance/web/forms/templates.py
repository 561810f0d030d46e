"""Templates as they are typed: a name, a tone, and the texts of one version."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from relance.models.templates import VARIANTS
from relance.rules.texts import Wording
from relance.services.keeping_templates import Change
from relance.services.templating import Info
from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import TextField, options, required
from relance.web.i18n import _
from relance.web.numbers import row_id

TONES = {1: "courtois", 2: "cordial", 3: "direct", 4: "ferme", 5: "formel"}


def tone_options() -> Any:
    """The five tones, as choices."""
    return options((tone, _(name)) for tone, name in TONES.items())


class TemplateForm(Form):
    """One version of a template: its texts for one invoice and for several, with the name and the tone of all.

    ``version`` counts the changes the page knew; ``preview_with`` names what the preview shows.
    """

    name = TextField("Nom du modèle")
    tone = RadioField("Ton", coerce=int)
    subject = StringField("Objet")
    body = TextAreaField("Message")
    many_subject = StringField("Objet, pour plusieurs factures")
    many_body = TextAreaField("Message, pour plusieurs factures")
    preview_with = SelectField("Prévisualiser avec", validate_choice=False)
    variant = HiddenField()
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tone.choices = tone_options()

    def shown_variant(self) -> str:
        """The version of the text that was edited."""
        return self.variant.data if self.variant.data in VARIANTS else "vous"

    def shown_version(self) -> int:
        """The count of changes the page knew; 0 is that of a delivered template never changed."""
        return row_id(self.version.data)

    def change(self, info: Info) -> Change:
        """What the form says; the name of a delivered template that was not renamed is no name of its own."""
        typed = (self.name.data or "").strip()
        known = names.TEMPLATES.get(info.ref, "")
        is_plain = info.is_delivered and typed in (known, _(known) if known else "")
        return Change(
            name="" if is_plain else typed,
            tone=self.tone.data or info.tone,
            variant=self.shown_variant(),
            one=Wording(self.subject.data or "", self.body.data or ""),
            many=Wording(self.many_subject.data or "", self.many_body.data or ""),
        )

    def fill(self, one: Wording, many: Wording) -> None:
        """Show these texts."""
        self.subject.data, self.body.data = one.subject, one.body
        self.many_subject.data, self.many_body.data = many.subject, many.body


class NewTemplateForm(Form):
    """A template that begins with the text of another."""

    name = TextField("Nom du modèle", [required("le nom du modèle")])
    model = SelectField("Partir du texte de")
    tone = RadioField("Ton", coerce=int, default=2)

    def __init__(self, *args: Any, models: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model.choices = options((ref, names.template(ref)) for ref in models)
        self.tone.choices = tone_options()


class DeleteTemplateForm(Form):
    """What takes the place of a template that sequences still send."""

    replace_by = SelectField("Remplacer par", validate_choice=False)

    def __init__(self, *args: Any, others: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replace_by.choices = options([("", "–"), *((ref, names.template(ref)) for ref in others)])
