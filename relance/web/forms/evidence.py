"""A piece of the case file: its type, what it is called, its file."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField

from relance.services.evidence import MAX_LABEL
from relance.web.forms import Form
from relance.web.forms.fields import TextField, at_most, options
from relance.web.forms.imports import file_name
from relance.web.i18n import _

KINDS = {
    "quote": "Devis signé",
    "order": "Bon de commande ou contrat",
    "performance": "Preuve de la prestation",
    "terms": "Conditions générales",
    "correspondence": "Échange avec le client",
    "acknowledgement": "Reconnaissance de dette",
    "registry": "Extrait du registre",
    "other": "Autre pièce",
}


class EvidenceForm(Form):
    """What is added to the case file."""

    kind = SelectField("Type de pièce", default="quote")
    label = TextField("Nom de la pièce", [at_most(MAX_LABEL)])
    file = FileField("Fichier")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = options([(key, _(text)) for key, text in KINDS.items()])

    @property
    def file_name(self) -> str:
        """The name of the file as the browser gave it, cleaned; empty when none was chosen."""
        return file_name(self.file.data.filename or "") if self.file.data else ""

    def content(self) -> bytes:
        """The bytes of the file; empty when none was chosen."""
        return bytes(self.file.data.read()) if self.file.data else b""
