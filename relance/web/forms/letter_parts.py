"""What goes with the text of a letter, of either kind: signature, files that follow, enclosures."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from relance.models.evidence import Evidence
from relance.models.signatures import Signature
from relance.services import appending
from relance.web.forms import Form
from relance.web.forms.fields import LinesField, options


class PartsForm(Form):
    """``signs`` without a ``signature`` of this person means nothing: the control is shown disabled."""

    signs = BooleanField("Ajouter ma signature numérique au document")
    signature = SelectField("Signature", coerce=int, validate_choice=False)
    evidence = SelectMultipleField(
        "Pièces du dossier à joindre", coerce=int, widget=ListWidget(), option_widget=CheckboxInput()
    )
    enclosures = LinesField("Autres pièces dans l'enveloppe")
    pieces: Sequence[Evidence] = ()

    def offer(self, signatures: Sequence[Signature], pieces: Sequence[Evidence]) -> None:
        """Fill the two lists: this person's signatures, the default one first, and the pieces of the case."""
        self.pieces = list(pieces)
        self.signature.choices = options((one.id, one.name) for one in signatures)
        if self.signature.data is None and signatures:
            self.signature.data = signatures[0].id
        self.evidence.choices = options((one.id, appending.title_of(one)) for one in pieces)

    def read_version(self) -> int:
        """The version of the draft when the page was made; one that nothing has when it is not a number."""
        text = str(self["version"].data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1

    def parts(self) -> dict[str, Any]:
        """The same for the choices of a letter."""
        return {
            "signature_id": self.signature.data if self.signs.data and self.signature.choices else None,
            "enclosures": tuple((self.enclosures.data or "").splitlines()),
            "evidence_ids": tuple(self.evidence.data or ()),
        }
